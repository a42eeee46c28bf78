"""Correcting after issue: by the company within a day, by the office later; never silent anywhere."""

import hashlib
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, update

from om_selfcheck import clock
from om_selfcheck.extensions import db
from om_selfcheck.store.models import Correction, Declaration, Document
from tests import people
from tests.people import Person
from tests.web.client import Page

NEW = {"company_name": "Tischlerei Brand GmbH", "city": "Celle"}
REASON = "Brief vom 20.11."


def correct(person: Person, number: str, changes: dict[str, str | None] = NEW) -> Page:  # type: ignore[assignment]
    return person.client.send(f"/declarations/{number}/correction", dict(changes))


def count_corrections(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Correction)) or 0


def test_a_mistake_is_mended_and_told_everywhere(app: Flask) -> None:
    alma, stella = people.alma(app), people.stella(app)
    number = people.declare(alma)
    old = alma.client.get(f"/declarations/{number}/declaration.pdf").response.get_data()
    assert f"/declarations/{number}/correction" in alma.client.get(f"/declarations/{number}").links()
    done = correct(alma, number)
    assert done.status == 303
    page = alma.client.get(done.location)
    assert "Unter derselben Nummer steht jetzt die neue Fassung" in page.text
    assert "Name vorher: Tischlerei Brandt GmbH" in page.text
    assert "später auch Berichtigungen mit dem früheren Namen" in alma.client.get(f"{alma.base}/access").text
    public = stella.client.get(f"/verify/{number}")
    assert "Tischlerei Brand GmbH" in public.text
    assert "Name des Unternehmens, Anschrift; Name vorher: Tischlerei Brandt GmbH" in public.text
    new = alma.client.get(f"/declarations/{number}/declaration.pdf").response.get_data()
    assert new != old
    with app.app_context():
        rows = db.session.execute(select(Document.edition, Document.content)).all()
    assert sorted(map(tuple, rows)) == [(0, old), (1, new)]
    told = alma.client.get(f"{alma.base}/history").text
    assert "Selbsterklärung berichtigt Name des Unternehmens, Ort" in told


def test_an_old_copy_is_still_ours_and_says_that_it_was_corrected(app: Flask) -> None:
    alma, stella = people.alma(app), people.stella(app)
    number = people.declare(alma)
    old = alma.client.get(f"/declarations/{number}/declaration.pdf").response.get_data()
    correct(alma, number)
    new = alma.client.get(f"/declarations/{number}/declaration.pdf").response.get_data()

    def look_up(content: bytes) -> str:
        found = stella.client.get(f"/verify?sha256={hashlib.sha256(content).hexdigest()}")
        return stella.client.get(found.location).text

    assert "Danach wurde die Erklärung berichtigt" in look_up(old)
    assert "unverändert die hier ausgestellte" in look_up(new)


def test_the_page_goes_once_the_day_is_over_and_nothing_typed_is_lost_on_the_way(app: Flask) -> None:
    with time_machine.travel("2026-11-21T09:00:00Z", tick=False) as traveller:
        alma = people.alma(app)
        number = people.declare(alma)
        form = alma.client.get(f"/declarations/{number}/correction").values("/correction")
        traveller.shift(timedelta(hours=24))
        late = alma.client.post(f"/declarations/{number}/correction", form | NEW)
        assert late.status == 409
        assert "Danach berichtigt die Geschäftsstelle" in late.text
        assert f"/declarations/{number}/correction" not in alma.client.get(f"/declarations/{number}").links()
    assert count_corrections(app) == 0


@pytest.mark.parametrize(
    ("changes", "name"),
    [({"company_name": ""}, "company_name"), ({"postal_code": "1"}, "postal_code"), ({"city": "x" * 201}, "city")],
)
def test_a_gap_is_named_and_nothing_is_written(app: Flask, changes: dict[str, str | None], name: str) -> None:
    alma = people.alma(app)
    number = people.declare(alma)
    page = correct(alma, number, changes | {"street": "Neue Straße 9"})
    assert page.status == 422
    assert page.soup.select_one(f'#error-summary a[href="#{name}"]') is not None
    assert page.values("/correction")["street"] == "Neue Straße 9"
    assert page.values("/correction")["was-street"] == "Am Mühlbach 4"
    assert count_corrections(app) == 0


def test_two_who_correct_the_same_field_see_each_other(app: Flask) -> None:
    alma = people.alma(app)
    number = people.declare(alma)
    stale = alma.client.get(f"/declarations/{number}/correction").values("/correction")
    correct(alma, number, {"city": "Celle"})
    page = alma.client.post(f"/declarations/{number}/correction", stale | {"city": "Bonn"})
    assert page.status == 409
    assert "Inzwischen ist hier gespeichert: Celle" in page.text
    assert page.values("/correction")["city"] == "Bonn"
    assert count_corrections(app) == 1


def test_sent_without_a_change_it_says_so_and_claims_no_new_edition(app: Flask) -> None:
    alma, olaf = people.alma(app), people.olaf(app)
    number = people.declare(alma)
    for page in (
        alma.client.get(correct(alma, number, {}).location),
        olaf.client.get(olaf.client.send(f"/staff/declarations/{number}/correction", {"note": REASON}).location),
    ):
        assert "Es hat sich nichts geändert" in page.text
        assert "Berichtigt" not in page.text
    assert count_corrections(app) == 0


def test_sent_twice_it_is_told_as_corrected_twice(app: Flask) -> None:
    alma = people.alma(app)
    number = people.declare(alma)
    form = alma.client.get(f"/declarations/{number}/correction").values("/correction")
    for _ in range(2):
        done = alma.client.post(f"/declarations/{number}/correction", form | {"city": "Celle"})
        assert "steht jetzt die neue Fassung" in alma.client.get(done.location).text
    assert count_corrections(app) == 1


def test_readers_and_helpers_do_not_correct(app: Flask) -> None:
    alma = people.alma(app)
    rolf, bente = people.rolf(alma), people.bente(alma)
    number = people.declare(alma)
    for person in (rolf, bente):
        assert person.client.get(f"/declarations/{number}/correction").status == 403
        assert f"/declarations/{number}/correction" not in person.client.get(f"/declarations/{number}").links()


class TestByTheOffice:
    def send(self, user: people.User, number: str, **changes: str) -> Page:
        return user.client.send(f"/staff/declarations/{number}/correction", dict(changes))

    def test_the_company_reads_who_asked(self, app: Flask) -> None:
        alma, olaf = people.alma(app), people.olaf(app)
        number = people.declare(alma)
        done = self.send(olaf, number, signatory_name="Katrin Brand", note=REASON)
        assert done.status == 303
        for page in (olaf.client.get(done.location), alma.client.get(f"/declarations/{number}")):
            assert f"wer unterzeichnet hat durch die Geschäftsstelle: {REASON}" in page.text
        public = people.stella(app).client.get(f"/verify/{number}").text
        assert "wer unterzeichnet hat" in public
        assert "Katrin" not in public
        assert REASON not in public

    def test_a_reason_is_needed(self, app: Flask) -> None:
        olaf = people.olaf(app)
        number = people.declare(people.alma(app))
        page = self.send(olaf, number, city="Celle", note=" ")
        assert page.status == 422
        assert page.soup.select_one('#error-summary a[href="#note"]') is not None
        assert page.values("/correction")["city"] == "Celle"
        assert count_corrections(app) == 0

    def test_a_withdrawn_one_is_not_corrected(self, app: Flask) -> None:
        alma, olaf = people.alma(app), people.olaf(app)
        number = people.declare(alma)
        form = olaf.client.get(f"/staff/declarations/{number}/correction").values("/correction")
        with app.app_context():
            db.session.execute(update(Declaration).values(withdrawn_on=clock.today(), withdrawal_reason="own_wish"))
            db.session.commit()
        page = olaf.client.post(f"/staff/declarations/{number}/correction", form | {"city": "Celle", "note": REASON})
        assert page.status == 409
        assert "lässt sich nichts mehr berichtigen" in page.text
        assert correct(alma, number).status == 409
        assert count_corrections(app) == 0
