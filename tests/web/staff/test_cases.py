"""The lists of cases: page by page, narrowed down by an address to pass on; reports and closed ones below."""

from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import delete, select

from om_selfcheck import clock
from om_selfcheck.domain.access import Strength
from om_selfcheck.extensions import db
from om_selfcheck.services import audits, case_lists
from om_selfcheck.services.accounts import Person
from om_selfcheck.store.models import Audit, Declaration
from tests import people
from tests.people import User
from tests.registered import fill
from tests.web.client import Page

CASES = "/staff/audits"


@pytest.fixture
def olaf(app: Flask) -> User:
    return people.olaf(app)


def cases(page: Page) -> list[str]:
    return [str(link["href"]) for link in page.soup.select('.task-title a[href^="/staff/audits/"]')]


def add_cases(app: Flask, count: int) -> list[UUID]:
    """Open cases of one declaration, a day each, the first of them yesterday."""
    ids, today = [uuid4() for _ in range(count)], clock.today()
    with app.app_context():
        fill(db.session, 1, seed=3)
        db.session.execute(delete(Audit))
        declaration_id = db.session.scalar(select(Declaration.id))
        for number, one in enumerate(ids):
            values = {"state": "asked", "created_at": clock.now(), "deadline_on": today + timedelta(days=number - 1)}
            db.session.add(Audit(id=one, declaration_id=declaration_id, **values))
        db.session.commit()
    return ids


def test_every_open_case_is_reached_page_by_page(app: Flask, olaf: User) -> None:
    known = add_cases(app, 120)
    page, found = olaf.client.get(CASES), []
    assert "120 offene Fälle, bei 1 ist die Frist überschritten" in page.text
    for _ in range(2):
        found += cases(page)
        page = olaf.client.get(str(page.soup.select(".pager a")[0]["href"]))
    assert found + cases(page) == [f"{CASES}/{one}" for one in known]
    (back,) = page.soup.select(".pager a")
    assert olaf.client.get(str(back["href"])).text == olaf.client.get(CASES).text


def test_an_address_is_the_selection_and_is_kept_from_page_to_page(
    app: Flask, olaf: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_lists, "list_open", partial(case_lists.list_open, size=2))
    known = add_cases(app, 3)
    page = olaf.client.get(f"{CASES}?state=asked")
    assert [str(one["value"]) for one in page.soup.select("option[selected]")] == ["asked"]
    (more,) = page.soup.select(".pager a")
    assert str(more["href"]).startswith(f"{CASES}?state=asked&after=")
    assert cases(olaf.client.get(str(more["href"]))) == [f"{CASES}/{known[2]}"]
    assert cases(olaf.client.get(f"{CASES}?waits=overdue")) == [f"{CASES}/{known[0]}"]
    assert "Kein offener Fall passt dazu" in olaf.client.get(f"{CASES}?state=opened").text


def test_reports_and_closed_cases_stand_below_the_whole_list_only(app: Flask, olaf: User) -> None:
    ids = people.begin_case(app)
    assert "eingegangen am" in olaf.client.get(CASES).text
    assert "eingegangen am" not in olaf.client.get(f"{CASES}?state=asked").text
    with app.app_context():
        by = Person(account=olaf.account, strength=Strength.SECOND_FACTOR, fresh_at=clock.now())
        audits.leave_case(db.session, by=by, audit_id=ids.audit_id, text="", now=clock.now())
        db.session.commit()
    page = olaf.client.get(CASES)
    assert "Zuletzt abgeschlossen" in page.text
    assert cases(page) == [f"{CASES}/{ids.audit_id}"]


@pytest.mark.parametrize("query", ["state=closed", "state=x", "waits=x"])
def test_what_nobody_offered_is_named_and_nothing_is_listed(app: Flask, olaf: User, query: str) -> None:
    add_cases(app, 1)
    page = olaf.client.get(f"{CASES}?{query}")
    name = query.split("=", maxsplit=1)[0]
    assert page.status == 200
    assert page.soup.select_one(f'#error-summary a[href="#{name}"]') is not None
    assert page.soup.select_one(f"#{name}") is not None
    assert cases(page) == []


def test_nothing_to_do_says_how_cases_begin(olaf: User) -> None:
    page = olaf.client.get(CASES)
    assert "Kein Fall ist offen" in page.text
    assert not page.soup.select("form.search")
