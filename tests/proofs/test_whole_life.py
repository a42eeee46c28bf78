"""A declaration's whole life under other clocks: each reminder, a server that was away, midnight, renewal (P6, P7).

Real commands on a real SQLite file, their clock from faketime; mails go to a folder. Each fault that is said to be
found is made on purpose in a control.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from bench import server
from bench.browser import Browser
from om_selfcheck.clock import BERLIN
from om_selfcheck.domain.action_plan import Action, Urgency
from om_selfcheck.domain.declaration import last_valid_day
from om_selfcheck.domain.questionnaire import Questionnaire
from om_selfcheck.domain.rating import NeedForAction
from om_selfcheck.services import action_plans, assessments, declarations, drafts, grants, renewals
from om_selfcheck.services.assessments import RatingChange
from om_selfcheck.services.installation import bring_up_to_date, open_engine, publish
from om_selfcheck.services.reconciliation import compare_register
from om_selfcheck.services.record import verify_record
from om_selfcheck.store.models import Company
from tests import factories
from tests.factories import DETAILS
from tests.proofs.faked import Clockwork, faked
from tests.server_zone import SERVER_ZONES

DAY, HOUR, WEEK = timedelta(days=1), timedelta(hours=1), timedelta(weeks=1)
ISSUED_ON = date(2026, 11, 24)
END = last_valid_day(ISSUED_ON)
FIRST_DUE = ISSUED_ON + 4 * WEEK
STATUS = re.compile(r'class="answer answer-(\w+)')
EAST = "Pacific/Kiritimati"  # ten to thirteen hours ahead of Berlin
VALID, EXPIRED, REPLACED = "valid", "expired", "replaced"
ONE_DATE = "Termin im Maßnahmenplan: 22. Dezember 2026"
QUESTION = "Hat es geholfen? Eine Frage zum Maßnahmenplan"
EARLY = "Ihre Selbsterklärung gilt noch bis 24. November 2028"
OVER = "Ihre Selbsterklärung galt bis 24. November 2028"


def berlin(day: date, clock: str = "09:00:00") -> datetime:
    """Return an instant by the clock on the wall in Berlin."""
    return datetime.combine(day, time.fromisoformat(clock), BERLIN)


LAST_SECOND, FIRST_SECOND = berlin(END, "23:59:59"), berlin(END + DAY, "00:00:00")


@dataclass
class Firm:
    """A firm that wants mail, on an instance of its own; what it does it does by the use cases."""

    folder: Path
    questionnaire: Questionnaire
    key: str = ""
    numbers: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self.engine = open_engine(f"sqlite:///{self.folder / 'om.db'}")
        bring_up_to_date(self.engine)
        publish(self.engine, [self.questionnaire], berlin(ISSUED_ON))

    def declare(self, on: date) -> str:
        """Rate, plan and declare on one day; the second time it is a renewal."""
        with Session(self.engine) as session:
            if self.key:
                actor = grants.get_actor_by_token(session, token=self.key, now=berlin(on))
                renewals.start_renewal(session, actor=actor, questionnaire=self.questionnaire, now=berlin(on))
            else:
                started = assessments.start_assessment(
                    session, questionnaire=self.questionnaire, language="de", now=berlin(on)
                )
                self.key = started.link.token
            session.commit()
            self._complete(session, on)
            actor = grants.get_actor_by_token(session, token=self.key, now=berlin(on))
            shown = factories.look(session, actor, today=on, questionnaire=self.questionnaire)
            number = declarations.issue_declaration(
                session, actor=actor, questionnaire=self.questionnaire, shown=shown, now=berlin(on), today=on
            )
            wants_mail = {"reminder": "email", "confirmed_email": "post@brandt.example"}
            session.execute(update(Company).values(**wants_mail))
            session.commit()
        self.numbers.append(number)
        return number

    def _complete(self, session: Session, on: date) -> None:
        actor = grants.get_actor_by_token(session, token=self.key, now=berlin(on))
        changes = [RatingChange(measure_ref=one.ref, need=NeedForAction.SOME) for one in self.questionnaire.measures()]
        assessments.save_ratings(
            session, actor=actor, questionnaire=self.questionnaire, changes=changes, now=berlin(on)
        )
        for number in range(10):
            action_plans.save_action(
                session,
                actor=actor,
                questionnaire=self.questionnaire,
                action_id=uuid4(),
                wanted=action_plans.write_fields(_make_action(number, on)),
                shown={},
                now=berlin(on) + timedelta(seconds=number),
            )
        shown = drafts.write_draft(drafts.get_draft(session, actor=actor))
        drafts.save_draft(session, actor=actor, wanted=DETAILS, shown=shown)
        session.commit()


def _make_action(number: int, on: date) -> Action:
    due_on = on + (4 + number) * WEEK
    return Action(
        description=f"Liste {'x' * number} jeden Montag durchgehen",
        urgency=Urgency.MEDIUM,
        responsible="Büro",
        due_on=due_on,
        follow_up="Liste ansehen",
        follow_up_on=due_on + 8 * WEEK,
    )


@dataclass
class Life:
    """A firm and a clockwork on its instance, on a server in a time zone; `seen` are the mails looked at so far."""

    firm: Firm
    clockwork: Clockwork
    zone: str = "UTC"
    seen: set[Path] = field(default_factory=set)

    def remind(self, at: datetime, *, mode: str = "") -> list[str]:
        """Type ./om remind at an instant and return the subjects of the new mails."""
        self.order("remind", at, mode=mode)
        return [str(mail["Subject"]) for mail in self.read_new()]

    def order(self, what: str, at: datetime, *, mode: str = "") -> str:
        return self.clockwork.order(what, at, self.firm.folder, zone=self.zone, mode=mode)

    def read_new(self) -> list[EmailMessage]:
        new = sorted(set((self.firm.folder / "outbox").glob("*.eml")) - self.seen)
        self.seen.update(new)
        return [message_from_bytes(path.read_bytes(), policy=default) for path in new]

    def look_up(self, number: str, at: datetime, *, mode: str = "") -> str:
        """Return what the number's page says at an instant."""
        return find_status(self.order(f"/verify/{number}?lang=de", at, mode=mode))


def find_status(page: str) -> str:
    found = STATUS.search(page)
    assert found is not None, page
    return found[1]


Begin = Callable[[date], Life]


@pytest.fixture(scope="module")
def clockwork(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clockwork]:
    started = Clockwork(tmp_path_factory.mktemp("clockwork") / "clock")
    yield started
    started.stop()


@pytest.fixture
def begin(tmp_path: Path, questionnaire: Questionnaire, clockwork: Clockwork) -> Iterator[Begin]:
    """Let firms declare on a day, each on an instance of its own."""
    firms: list[Firm] = []

    def begin_on(day: date) -> Life:
        firms.append(Firm(tmp_path / str(len(firms)), questionnaire))
        firms[-1].declare(day)
        return Life(firms[-1], clockwork)

    yield begin_on
    for firm in firms:
        firm.engine.dispose()


@pytest.mark.long
def test_from_the_issue_to_the_next_declaration(begin: Begin) -> None:
    life = replace(begin(ISSUED_ON), zone=EAST)
    (number,) = life.firm.numbers
    steps: list[tuple[str, datetime, list[str]]] = [
        ("on the day of issue", berlin(ISSUED_ON), []),
        ("the first date", berlin(FIRST_DUE), [ONE_DATE]),
        ("the clock an hour back", berlin(FIRST_DUE) - HOUR, []),
        ("the clock a day back", berlin(FIRST_DUE) - DAY, []),
        ("the same day again", berlin(FIRST_DUE) + HOUR, []),
        ("away for four weeks", berlin(FIRST_DUE + 4 * WEEK), ["3 Termine im Maßnahmenplan"]),
        ("away until the last follow-up", berlin(FIRST_DUE + 17 * WEEK), [QUESTION]),
        ("400 days on", berlin(ISSUED_ON + 400 * DAY), []),
        ("91 days before the end", berlin(END - 91 * DAY), []),
        ("90 days before the end", berlin(END - 90 * DAY), [EARLY]),
        ("the day after", berlin(END - 89 * DAY), []),
        ("30 days before the end, at night", berlin(END - 30 * DAY, "06:59:59"), []),
        ("and in the morning", berlin(END - 30 * DAY, "07:00:00"), [in_days(30)]),
        ("the clock an hour back", berlin(END - 30 * DAY, "06:00:00"), []),
        ("away for four weeks again", berlin(END - 3 * DAY), [in_days(3)]),
        ("the last second", LAST_SECOND, []),
        ("the first second after", FIRST_SECOND, []),
        ("the morning after", berlin(END + DAY, "07:00:00"), [OVER]),
        ("the clock a day back over the end", berlin(END, "07:00:00"), []),
        ("four weeks after the end", berlin(END + 28 * DAY), []),
    ]
    assert [(what, life.remind(at)) for what, at, _ in steps] == [(what, subjects) for what, _, subjects in steps]

    renewed_on = END + 30 * DAY
    newer = life.firm.declare(renewed_on)
    new_end = last_valid_day(renewed_on)
    assert [life.look_up(one, berlin(renewed_on)) for one in (number, newer)] == [REPLACED, VALID]
    assert life.remind(berlin(renewed_on)) == []
    assert life.remind(berlin(new_end - 91 * DAY)) == []
    life.order("remind", berlin(new_end - 90 * DAY))
    (mail,) = life.read_new()
    assert newer in mail.as_string()
    assert number not in mail.as_string()
    assert life.look_up(newer, berlin(new_end + DAY)) == EXPIRED
    with Session(life.firm.engine) as session:
        assert (compare_register(session), verify_record(session)) == ([], [])


def in_days(days: int) -> str:
    return f"Ihre Selbsterklärung gilt noch {days} Tage"


def test_a_link_in_a_mail_opens_something_for_ninety_days(begin: Begin) -> None:
    life, sent = begin(ISSUED_ON), berlin(FIRST_DUE)
    life.order("remind", sent)
    (mail,) = life.read_new()
    text = mail.get_body(("plain",))
    assert text is not None
    (token,) = re.findall(r"/access/([\w-]{43})", text.get_content())
    pages = [life.order(f"/access/{token}", sent + after) for after in (90 * DAY - HOUR, 90 * DAY)]
    assert [DETAILS["company_name"] in page for page in pages] == [True, False]


def test_the_leap_day_ends_on_the_28th_of_february(begin: Begin) -> None:
    life = begin(date(2028, 2, 29))
    (number,) = life.firm.numbers
    last = date(2030, 2, 28)
    assert life.remind(berlin(last - 91 * DAY)) == []
    assert life.remind(berlin(last - 90 * DAY)) == ["Ihre Selbsterklärung gilt noch bis 28. Februar 2030"]
    assert life.look_up(number, berlin(last, "23:59:59")) == VALID
    assert life.remind(berlin(last, "23:59:59")) == ["Heute ist der letzte Tag Ihrer Selbsterklärung"]
    assert life.look_up(number, berlin(last + DAY, "00:00:00")) == EXPIRED
    assert life.remind(berlin(last + DAY, "07:00:00")) == ["Ihre Selbsterklärung galt bis 28. Februar 2030"]


def test_the_two_years_end_at_midnight_in_berlin_wherever_the_server_is(begin: Begin) -> None:
    life = begin(ISSUED_ON)
    (number,) = life.firm.numbers
    said = {
        zone: [replace(life, zone=zone).look_up(number, at) for at in (LAST_SECOND, FIRST_SECOND)]
        for zone in SERVER_ZONES
    }
    assert said == {zone: [VALID, EXPIRED] for zone in SERVER_ZONES}


def test_a_server_that_runs_through_midnight_changes_its_answer(begin: Begin) -> None:
    life = begin(ISSUED_ON)
    (number,) = life.firm.numbers
    clock = life.firm.folder / "server-clock"

    def ask(at: datetime) -> str:
        clock.write_text(str(int(at.timestamp())))
        browser = Browser(running.port)
        try:
            return find_status(browser.get(f"/verify/{number}?lang=de").text)
        finally:
            browser.close()

    clock.write_text(str(int(LAST_SECOND.timestamp())))
    with server.running(life.firm.folder, settings=faked(clock) | {"TZ": EAST}) as running:
        assert ask(LAST_SECOND) == VALID
        assert ask(FIRST_SECOND) == EXPIRED
        assert ask(LAST_SECOND) == VALID
        running.kill()  # its clock stands still, so it would wait for ever for its processes to end


# The controls


def test_control_a_server_that_takes_its_own_midnight_is_found(begin: Begin) -> None:
    life = begin(ISSUED_ON)
    (number,) = life.firm.numbers
    east, west, mode = replace(life, zone=EAST), replace(life, zone="Pacific/Pago_Pago"), "take_the_server_s_day"
    assert east.look_up(number, LAST_SECOND, mode=mode) == EXPIRED
    assert west.look_up(number, FIRST_SECOND, mode=mode) == VALID


def test_control_a_second_mail_is_found_where_nobody_looks_into_the_ledger(begin: Begin) -> None:
    life, at = begin(ISSUED_ON), berlin(END - 90 * DAY)
    assert life.remind(at, mode="forget_the_ledger") == [EARLY]
    assert life.remind(at, mode="forget_the_ledger") == [EARLY]


def test_control_mails_made_up_for_after_an_absence_are_found(begin: Begin) -> None:
    life = begin(ISSUED_ON)
    assert life.remind(berlin(END - 3 * DAY), mode="make_up_for_everything") == [in_days(3)] * 3
