"""What a network hands on: posters and the invitation text."""

from datetime import timedelta

import pytest
from flask import Flask

from om_selfcheck import clock
from om_selfcheck.domain.access import Strength
from om_selfcheck.domain.record import SYSTEM
from om_selfcheck.extensions import db
from om_selfcheck.services import networks
from tests import people
from tests.pdf.samples import open_pdf, squeeze
from tests.people import User

LINKS = "/network/netz-a/links"


@pytest.fixture
def nina(app: Flask) -> User:
    return people.nina(app, Strength.LINK)


def tell(app: Flask, **wanted: str) -> None:
    with app.app_context():
        shown = networks.write_network(networks.get_network(db.session, slug="netz-a"))
        networks.change_network(db.session, slug="netz-a", wanted=wanted, shown=shown, by=SYSTEM, now=clock.now())
        db.session.commit()


@pytest.mark.parametrize("paper", ["a4", "a5"])
@pytest.mark.parametrize(("language", "said"), [("de", "lädt Sie ein"), ("en", "invites you")])
def test_a_poster_is_one_page_that_says_who_invites_and_how_to_begin(
    app: Flask, nina: User, paper: str, language: str, said: str
) -> None:
    link_id = people.add_link(app, "netz-a", "basis")
    tell(app, contact_name="Nina Nord", contact_phone="05321 4711")
    poster = nina.client.get(f"{LINKS}/{link_id}/poster-{paper}.pdf?lang={language}").response
    (page,) = open_pdf(poster.data).pages
    assert round(float(page.mediabox.width)) == {"a4": 595, "a5": 420}[paper]
    text, code = squeeze(page.extract_text()), people.token_of(app, "netz-a", link_id)
    for part in (f"Netzwerk netz-a {said}", "Nina Nord, 05321 4711", f"check.example.org/i/{code}"):
        assert squeeze(part) in text
    assert f"netz-a-{paper}-{language}.pdf" in poster.headers["Content-Disposition"]


def test_the_text_comes_in_both_languages_plain_and_formatted_the_own_one_first(app: Flask, nina: User) -> None:
    link_id = people.add_link(app, "netz-a", "basis", expires_on=clock.today() + timedelta(days=9))
    address = f"http://check.example.org/i/{people.token_of(app, 'netz-a', link_id)}"
    tell(app, language="en", contact_name="<b>Nina</b>", contact_phone="1")
    page = nina.client.get(f"{LINKS}/{link_id}/text")
    assert [str(tag["id"]) for tag in page.soup.select("[id^=plain]")] == ["plain-en", "plain-de"]
    for language, said in (("de", "Hier beginnen:"), ("en", "Begin here:")):
        plain, formatted = (page.soup.select_one(f"#{kind}-{language}") for kind in ("plain", "formatted"))
        assert plain is not None
        assert formatted is not None
        for part in (plain, formatted):
            assert said in part.get_text()
            assert "<b>Nina</b>, 1" in part.get_text(), "typed text stays text"
        assert address in plain.get_text()
        assert [str(link["href"]) for link in formatted.select("a")] == [address]


def test_a_free_choice_promises_no_single_check(app: Flask, nina: User) -> None:
    link_id = people.add_link(app, "netz-a")
    assert "Mit dem Check gehen Sie" in nina.client.get(f"{LINKS}/{link_id}/text").text


def test_a_link_that_has_ended_is_not_handed_on(app: Flask, nina: User) -> None:
    ended = people.add_link(app, "netz-a", expires_on=clock.today() - timedelta(days=1))
    for place in ("text", "poster-a4.pdf"):
        assert nina.client.get(f"{LINKS}/{ended}/{place}").status == 404
    links = nina.client.get(f"{LINKS}/{ended}").links()
    assert not [link for link in links if "poster" in link or link.endswith("/text")]
