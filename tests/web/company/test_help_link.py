"""Help by the coordinating office: it reads along for a day with a link that the company makes, and never otherwise."""

import re
from datetime import timedelta

import time_machine
from flask import Flask

from om_selfcheck.domain.access import HELP_LIFETIME, Task
from tests import people
from tests.people import Person, User
from tests.web.client import PageClient

PAGES = ("", "/topics/1", "/plan", "/access", "/history", "/declaration")


def make_link(owner: Person) -> str:
    """Let the owner make the link and return its path."""
    made = owner.client.send(f"{owner.base}/access", form="/access/help")
    assert made.status == 303
    found = re.search(r"/access/([\w-]{43})", owner.client.get(made.location).text)
    assert found is not None
    return found[0]


def statuses(client: PageClient, owner: Person) -> set[int]:
    return {client.get(owner.base + page).status for page in PAGES}


def follow(user: User, link: str) -> None:
    assert user.client.post(link).status == 303


def test_staff_see_nothing_of_a_round_without_the_link(app: Flask) -> None:
    alma, olaf = people.alma(app), people.olaf(app)
    number = people.declare(alma)
    assert statuses(olaf.client, alma) == {404}
    assert olaf.client.get(f"/declarations/{number}/plan.pdf").status == 404


def test_with_it_they_read_for_a_day_and_change_nothing(app: Flask) -> None:
    with time_machine.travel("2026-11-24T09:00:00Z", tick=False) as traveller:
        alma = people.alma(app)
        people.plan_one(alma)
        link, olaf = make_link(alma), people.olaf(app)
        assert statuses(olaf.client, alma) == {404}, "that it was made opens nothing for those who do not hold it"
        follow(olaf, link)
        assert statuses(olaf.client, alma) == {200}
        token = {"csrf_token": olaf.form_token()}
        for path in ("/topics/1", "/plan/new", "/declaration", "/access/help", "/declaration/issue"):
            assert olaf.client.post(alma.base + path, token).status == 403, path
        assert "Hilfe der Geschäftsstelle" in alma.client.get(f"{alma.base}/access").text
        assert "Link vergeben : Hilfe der Geschäftsstelle" in alma.client.get(f"{alma.base}/history").text
        traveller.shift(HELP_LIFETIME + timedelta(seconds=1))
        assert statuses(olaf.client, alma) == {404}
        assert people.stella(app).client.get(link).status == 404


def test_the_company_ends_it_at_any_time(app: Flask) -> None:
    alma, olaf = people.alma(app), people.olaf(app)
    follow(olaf, make_link(alma))
    page = alma.client.get(f"{alma.base}/access")
    revoke = [str(form["action"]) for form in page.soup.select("form") if "revoke" in str(form["action"])][-1]
    alma.client.post(revoke, page.values("/revoke"))
    assert statuses(olaf.client, alma) == {404}


def test_every_page_says_the_hour_at_which_it_ends(app: Flask) -> None:
    with time_machine.travel("2026-11-24T14:16:00Z", tick=False):
        alma = people.alma(app)
        shown = alma.client.get(alma.client.send(f"{alma.base}/access", form="/access/help").location)
        assert "am 25. November 2026 um 15:16 Uhr" in shown.text
        (sheet,) = [link for link in shown.links() if "sheet" in link]
        found = re.search(r"/access/[\w-]{43}", shown.text)
        assert found is not None
        behind = people.stella(app).client.get(found[0])
        for page in (alma.client.get(f"{alma.base}/access"), alma.client.get(sheet), behind):
            assert "endet am 25.11.2026 um 15:16 Uhr" in page.text


def test_of_a_link_that_lives_for_weeks_the_day_is_enough(app: Flask) -> None:
    with time_machine.travel("2026-11-24T14:16:00Z", tick=False):
        alma = people.alma(app)
        people.rolf(alma)
        assert re.search(r"endet am 08\.12\.2026 (?!um)", alma.client.get(f"{alma.base}/access").text)


def test_only_who_shares_makes_one(app: Flask) -> None:
    alma = people.alma(app)
    for person in (people.bente(alma), people.rolf(alma)):
        page = person.client.get(f"{person.base}/access")
        assert not [form for form in page.soup.select("form") if "/access/help" in str(form["action"])]
    assert app.view_functions["company.create_help_link"].__dict__["access"] is Task.SHARE
