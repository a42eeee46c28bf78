"""What happened, for the company itself: its own part of the record in plain words, and nobody's name."""

import json
from io import BytesIO
from zipfile import ZipFile

from flask import Flask

from om_selfcheck import clock
from om_selfcheck.domain.access import Right
from om_selfcheck.domain.record import Event, Verb
from om_selfcheck.extensions import db
from om_selfcheck.services.record import append_event
from tests import people


def happenings(person: people.Person) -> list[str]:
    page = person.client.get(f"{person.base}/history")
    assert page.status == 200
    return [" ".join(item.get_text(" ").split()) for item in page.soup.select(".history > li")]


def test_a_round_tells_its_steps_in_order(app: Flask) -> None:
    alma = people.alma(app)
    people.rolf(alma)
    people.declare(alma)
    told = happenings(alma)
    assert [line.split(" ")[0] for line in told] == ["Check", "Link", "Link", "Selbsterklärung"]
    assert "Link vergeben : Rolf" in told[1]
    assert "Recht: lesen" in told[1]
    assert "mit dem persönlichen Zugangslink" in told[3]


def test_who_reads_may_see_it_and_others_find_nothing(app: Flask) -> None:
    alma = people.alma(app)
    assert happenings(people.rolf(alma))
    assert people.alma(app).client.get(f"{alma.base}/history").status == 404


def test_when_a_responsible_person_looked_is_told_to_nobody_not_even_what_older_versions_recorded(app: Flask) -> None:
    alma = people.alma(app)
    people.plan_one(alma)
    people.dora(alma)
    for right in (Right.DOER, Right.READER):
        with app.app_context():
            subject, grant = f"assessment:{alma.assessment_id}", {"grant": "00000000-0000-4000-8000-000000000009"}
            append_event(
                db.session,
                Event(verb=Verb.GRANT_OPENED, actor=right, subject=subject, at=clock.now(), payload=grant),
            )
            db.session.commit()
    opened = [line for line in happenings(alma) if "zum ersten Mal geöffnet" in line]
    assert len(opened) == 1
    assert "mit einem Link zum Lesen" in opened[0]
    taken = alma.client.send(f"{alma.base}/data", form="/data/export").response.get_data()
    with ZipFile(BytesIO(taken)) as archive:
        record = json.loads(archive.read("export.json"))["record"]
    assert [row["actor"] for row in record if row["verb"] == "grant_opened"] == ["reader"]


def test_staff_are_the_office_and_have_no_name_here(app: Flask) -> None:
    alma, olaf = people.alma(app), people.olaf(app)
    number = people.declare(alma)
    for actor in (f"user:{olaf.user_id}", "user:00000000-0000-4000-8000-000000000009"):
        with app.app_context():
            event = Event(
                verb=Verb.DECLARATION_CORRECTED,
                actor=actor,
                subject=f"declaration:{number}",
                at=clock.now(),
                payload={"edition": 1, "fields": "company_name+city"},
            )
            append_event(db.session, event)
            db.session.commit()
    by_staff, by_nobody = happenings(alma)[-2:]
    assert "Selbsterklärung berichtigt Name des Unternehmens, Ort" in by_staff
    assert "durch die Geschäftsstelle" in by_staff
    assert "olaf" not in by_staff
    assert "dessen Zugang es nicht mehr gibt" in by_nobody


def test_another_company_is_not_in_it(app: Flask) -> None:
    alma, other = people.alma(app), people.alma(app)
    people.rolf(other)
    assert len(happenings(alma)) == 1
    assert len(happenings(other)) == 3
