"""A country of networks: every page of one, of the office's list and behind a link, among 200,000 companies.

The network looked at is the largest: 5,000 companies count for it, and 500 of them let it see something. Its figures
go back two years, with a batch of answers every other week.
"""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, insert
from sqlalchemy.orm import Session

from bench.app import quiet_app
from bench.browser import load_questionnaire
from bench.figures import Figure, at_most
from om_selfcheck import clock
from om_selfcheck.domain.access import Role, Strength
from om_selfcheck.domain.invitation import make_token
from om_selfcheck.domain.questionnaire import Questionnaire
from om_selfcheck.domain.record import SYSTEM
from om_selfcheck.domain.release import ReleaseLevel
from om_selfcheck.domain.statistics import published
from om_selfcheck.domain.statistics.batches import AnswerBatch
from om_selfcheck.domain.statistics.groups import Overview
from om_selfcheck.domain.statistics.published import FigureKind
from om_selfcheck.domain.statistics.stages import StageCounts
from om_selfcheck.domain.statistics.weeks import WEEK, Week
from om_selfcheck.extensions import db
from om_selfcheck.services import accounts, figures
from om_selfcheck.services.figures import Unclosed
from om_selfcheck.store.models import (
    Action,
    Assessment,
    Company,
    CountedRound,
    InvitationLink,
    Network,
    Participation,
    PublishedFigures,
    Rating,
    Release,
)
from om_selfcheck.web.sessions import commit, cookie_name, current_session
from om_selfcheck.web.signed_in import sign_in

NETWORKS, COMPANIES, LARGEST, RELEASED, LINKS, ACTIONS = 2_000, 200_000, 5_000, 500, 20, 10
AT_ONCE, PAGES, MILLISECONDS = 5_000, 5, 100
CLOSING_SECONDS, WEEKS_KEPT = 60, 104
AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
LAST = Week.last_closed(clock.today())
BATCHES_SINCE = Week(LAST.monday - WEEKS_KEPT * WEEK)
LEVELS = [level for level in ReleaseLevel if level is not ReleaseLevel.NOTHING]
OWN = "/network/netz-0"
SECRET = b"s" * 32
Row = dict[str, Any]


def measure(folder: Path) -> list[Figure]:
    with quiet_app(folder) as app:
        with app.app_context():
            _fill(db.session, load_questionnaire())
            seconds = _close_weeks(db.session)
        nina, olaf = _sign_in(app, Role.COORDINATOR), _sign_in(app, Role.STAFF)
        costs = {what: _cost(show) for what, show in _list_pages(nina, olaf, app.test_client())}
    pages = [at_most(f"{what}, CPU", cost * 1000, MILLISECONDS, "ms") for what, cost in costs.items()]
    return [*pages, at_most(f"closing a week of {NETWORKS:,} networks, CPU", seconds, CLOSING_SECONDS, "s")]


def _list_pages(nina: FlaskClient, olaf: FlaskClient, anybody: FlaskClient) -> Iterator[tuple[str, Callable[[], int]]]:
    """Yield every page by name, and what shows it and returns its status."""
    link = f"{OWN}/links/{UUID(int=0)}"
    of_network = {
        "a network's first page": OWN,
        "its links": f"{OWN}/links",
        "a link": link,
        "its invitation text": f"{link}/text",
        "what it tells of itself": f"{OWN}/settings",
        "who coordinates it": f"{OWN}/coordinators",
        "its figures": f"{OWN}/figures",
        "its figures of a check and a year": f"{OWN}/figures?check=unternehmenscheck&year={BATCHES_SINCE.year}",
        "its stages, asked every 30 seconds": f"{OWN}/figures/stages",
        "its figures as a spreadsheet": f"{OWN}/figures.xlsx",
        "reminding those who have stopped": f"{OWN}/nudge",
        "its companies": f"{OWN}/companies",
        "its companies, further on": f"{OWN}/companies?after={UUID(int=RELEASED // 2)}",
        "a company that released its plan": f"{OWN}/companies/{UUID(int=2)}",
    }
    of_office = {
        "the office's networks": "/staff/networks",
        "a search among them": "/staff/networks?q=19",
        "a network for the office": "/staff/networks/netz-0",
    }
    for client, pages in ((nina, of_network), (olaf, of_office), (anybody, {"behind a link": f"/i/{make_token(0)}"})):
        for what, address in pages.items():
            yield what, lambda client=client, address=address: client.get(address).status_code  # type: ignore[misc]


def _cost(show: Callable[[], int]) -> float:
    """Return the CPU time of a page that was shown once before."""
    if show() != 200:  # noqa: PLR2004 - it opens
        raise RuntimeError("a page does not open")
    begin = time.process_time()
    for _ in range(PAGES):
        show()
    return (time.process_time() - begin) / PAGES


def _sign_in(app: Flask, role: Role) -> FlaskClient:
    """Return the browser of somebody with a second factor; a coordinator has the largest network."""
    client, now = app.test_client(), clock.now()
    with app.test_request_context("/account/login", method="POST"):
        email = f"{role}@example.org"
        user_id = accounts.add_user(db.session, email=email, name="", role=role, language="de", by=SYSTEM, now=now)
        if role is Role.COORDINATOR:
            accounts.add_member(db.session, user_id=user_id, network_id=UUID(int=0), by=SYSTEM, now=now)
        sign_in(accounts.get_account(db.session, user_id=user_id), Strength.SECOND_FACTOR, now)
        commit()
        client.set_cookie(cookie_name(app), current_session().session_id or "")
    return client


def _fill(session: Session, questionnaire: Questionnaire) -> None:
    connection = session.connection()
    connection.execute(insert(Network), [_make_network(place) for place in range(NETWORKS)])
    connection.execute(insert(InvitationLink), [_make_link(place) for place in range(NETWORKS + LINKS)])
    for begin in range(0, COMPANIES, AT_ONCE):
        _add_companies(connection, list(range(begin, begin + AT_ONCE)), questionnaire)
    connection.execute(insert(PublishedFigures), list(_make_published(questionnaire)))
    for place in range(RELEASED):
        _add_answers(connection, UUID(int=place), questionnaire)
    session.commit()


def _make_network(place: int) -> Row:
    row = {"id": UUID(int=place), "slug": f"netz-{place}", "name": f"Netzwerk {place}", "kind": "regional"}
    return row | {"area": f"Region {place}", "contact_name": "Nina Nord", "contact_phone": "0531 1", "created_at": AT}


def _make_link(place: int) -> Row:
    """Make a link of a network; the last ones are the largest network's too."""
    network = UUID(int=place % NETWORKS if place < NETWORKS else 0)
    row = {"id": UUID(int=place), "network_id": network, "label": f"Workshop {place}", "token": make_token(place)}
    return row | {"questionnaire_slug": "unternehmenscheck", "created_at": AT}


def _add_companies(connection: Connection, places: list[int], questionnaire: Questionnaire) -> None:
    check = {"questionnaire_slug": questionnaire.slug, "questionnaire_version": questionnaire.version}
    rounds = check | {"content_hash": questionnaire.content_hash, "language": "de", "started_at": AT}
    connection.execute(insert(Company), [{"id": UUID(int=place), "name": f"Betrieb {place:06}"} for place in places])
    connection.execute(
        insert(Assessment), [rounds | {"id": UUID(int=place), "company_id": UUID(int=place)} for place in places]
    )
    connection.execute(insert(Participation), [_make_participation(place) for place in places])
    connection.execute(insert(CountedRound), [_make_counted(place) for place in places])
    if released := [place for place in places if place < RELEASED or (place >= LARGEST and place % 10 == 0)]:
        connection.execute(insert(Release), [_make_release(place) for place in released])


def _network_of(place: int) -> UUID:
    return UUID(int=0 if place < LARGEST else place % NETWORKS)


def _make_participation(place: int) -> Row:
    network_id = _network_of(place)
    return {"assessment_id": UUID(int=place), "network_id": network_id, "link_id": network_id, "joined_at": AT}


def _make_counted(place: int) -> Row:
    """Make what is counted of a round: one in three rated everything, one in six has declared."""
    row: Row = {"id": UUID(int=place), "assessment_id": UUID(int=place), "company_id": UUID(int=place)}
    on = LAST.monday - (place % 40) * WEEK
    stages: Row = dict.fromkeys(("half_rated_on", "all_rated_on", "plan_complete_on", "declared_on"))
    if place % 3 == 0:
        stages |= {"half_rated_on": on, "all_rated_on": on}
    if place % 6 == 0:
        stages |= {"plan_complete_on": on, "declared_on": on}
    network_id = _network_of(place)
    link_id = network_id if place >= LARGEST else UUID(int=NETWORKS + place % LINKS)
    return row | stages | {"network_id": network_id, "link_id": link_id, "started_on": on}


def _make_published(questionnaire: Questionnaire) -> Iterator[Row]:
    """Make two years of the largest network's weeks, and a batch of fifteen every other week."""
    refs = [measure.ref for measure in questionnaire.measures()]
    shown = Overview.of({UUID(int=NETWORKS + place).hex: StageCounts(started=9) for place in range(LINKS)})
    for number in range(WEEKS_KEPT):
        week = Week(BATCHES_SINCE.monday + number * WEEK)
        row: Row = {"network_id": UUID(int=0), "period_on": week.monday, "published_at": AT}
        yield row | {"kind": FigureKind.STAGES.value, "content": published.write_stages(shown)}
        if number % 2 == 0:
            some = dict.fromkeys(refs, 4)
            batch = AnswerBatch(week=week, companies=15, urgent=dict.fromkeys(refs, number % 9), some=some)
            check = f"{questionnaire.slug}/{questionnaire.version}"
            yield row | {"kind": FigureKind.ANSWERS.value, "content": published.write_answers({check: batch})}


def _close_weeks(session: Session) -> float:
    """Close the last week of every network, as the job does, and return the CPU time of it."""
    begin, now, today = time.process_time(), clock.now(), clock.today()
    for one in figures.list_unclosed(session, today=today):
        newest = Unclosed(network_id=one.network_id, weeks=one.weeks[-1:])
        figures.close_weeks(session, unclosed=newest, secret=SECRET, now=now, today=today)
        session.commit()
    return time.process_time() - begin


def _make_release(place: int) -> Row:
    row = {"id": uuid4(), "assessment_id": UUID(int=place), "network_id": _network_of(place), "begun_at": AT}
    return row | {"level": LEVELS[place % len(LEVELS)].value}


def _add_answers(connection: Connection, assessment_id: UUID, questionnaire: Questionnaire) -> None:
    ratings = [{"measure_ref": one.ref, "need": "some"} for one in questionnaire.measures()]
    connection.execute(insert(Rating), [{"assessment_id": assessment_id, "rated_at": AT} | one for one in ratings])
    texts = {"description": "Offene Posten jeden Montag durchgehen", "urgency": "high", "created_at": AT}
    actions = [{"id": uuid4(), "assessment_id": assessment_id} | texts for _ in range(ACTIONS)]
    connection.execute(insert(Action), actions)
