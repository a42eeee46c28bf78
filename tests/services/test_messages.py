"""The mail ledger (P6): queued once, claimed by one, again when its sender died, settled by whoever holds it."""

import pkgutil
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Right
from om_selfcheck.domain.errors import NotAllowed
from om_selfcheck.domain.message import RETRY_AFTER, MessageKind, MessageState, Problem
from om_selfcheck.services import letters, messages
from om_selfcheck.services.letters import Claimed, Facts, Prepare
from om_selfcheck.services.messages import LEASE, Claim, ClaimLost
from om_selfcheck.store.models import Message
from om_selfcheck.store.queries import messages as rows
from tests import factories
from tests.factories import NOW
from tests.services.parallel import LONGER, meeting, run_in_parallel

DOMAIN = "check.example.org"
TINY = timedelta(microseconds=1)
MANY, SENDERS = 24, 6
KIND = MessageKind.ACCESS_LINK


def wanted(_session: Session, claimed: Claimed, _now: datetime) -> Facts:
    return {"for": claimed.address}


def unwanted(_session: Session, _claimed: Claimed, _now: datetime) -> None:
    return None


WANTED: Mapping[MessageKind, Prepare] = dict.fromkeys(MessageKind, wanted)


def queue(session: Session, subject: str = "company:1", *, now: datetime = NOW, **changes: Any) -> bool:
    values: dict[str, Any] = {"kind": KIND, "address": "buero@betrieb.example", "language": "de"} | changes
    is_new = messages.queue_message(session, subject=subject, now=now, **values)
    session.commit()
    return is_new


def claim(session: Session, now: datetime = NOW) -> Claim | None:
    claimed = messages.claim_message(session, domain=DOMAIN, now=now)
    session.commit()
    return claimed


def must_claim(session: Session, now: datetime = NOW) -> Claim:
    claimed = claim(session, now)
    assert claimed is not None
    return claimed


def settle(session: Session, held: Claim, problem: Problem | None = None, now: datetime = NOW) -> MessageState:
    state = messages.settle_message(session, claim=held, problem=problem, now=now)
    session.commit()
    return state


def only_row(session: Session) -> Message:
    session.expire_all()
    return session.scalars(select(Message)).one()


# Queueing


def test_a_mail_is_queued_once_for_kind_subject_and_stage(session: Session) -> None:
    assert queue(session, "declaration:1", stage="90")
    assert not queue(session, "declaration:1", stage="90", address="other@betrieb.example")
    assert queue(session, "declaration:1", stage="30")
    assert queue(session, "declaration:2", stage="90")
    assert queue(session, "declaration:1", stage="90", kind=MessageKind.RENEWAL)


def test_what_is_rolled_back_was_never_queued(session: Session) -> None:
    messages.queue_message(session, kind=KIND, subject="x", address="a@b.de", language="de", now=NOW)
    session.rollback()
    assert claim(session) is None
    assert queue(session, "x")


@pytest.mark.parametrize(
    "address", ["a@b.de, c@d.de", "a@b.de\r\nBcc: c@d.de", "", "Eva <eva@betrieb.de>", "büro@b.de"]
)
def test_nothing_is_queued_that_is_not_for_one_plain_address(session: Session, address: str) -> None:
    with pytest.raises(ValueError, match="one plain address"):
        messages.queue_message(session, kind=KIND, subject="x", address=address, language="de", now=NOW)


# Claiming


def test_a_claimed_message_is_read_as_it_was_queued(session: Session) -> None:
    actor = factories.start(session)
    facts = {"name": "Łucja \u201e&\u201c"}
    ids: dict[str, Any] = {"company_id": actor.company_id, "assessment_id": actor.assessment_id}
    queue(session, "doer:7", stage="due:2027-01-31", language="en", facts=facts, **ids)
    held = must_claim(session)
    read = held.read()
    assert (read.kind, read.subject, read.stage, read.language) == (KIND, "doer:7", "due:2027-01-31", "en")
    assert (read.company_id, read.assessment_id) == (actor.company_id, actor.assessment_id)
    assert read.facts == facts
    assert read.message_id == f"<{read.id}@{DOMAIN}>"
    assert (held.attempts, held.earlier) == (1, None)


def test_the_first_claim_fixes_the_message_id_whatever_the_settings_are_later(session: Session) -> None:
    queue(session)
    first = must_claim(session)
    settle(session, first, Problem.NOT_NOW)
    second = messages.claim_message(session, domain="elsewhere.example", now=NOW + RETRY_AFTER[0])
    assert second is not None
    assert second.read().message_id == first.read().message_id


def test_nothing_is_claimed_before_its_time_and_the_longest_waiting_first(session: Session) -> None:
    queue(session, "late", now=NOW + timedelta(hours=1))
    queue(session, "second", now=NOW)
    queue(session, "first", now=NOW - timedelta(hours=1))
    for expected in ("first", "second"):
        held = must_claim(session)
        assert held.read().subject == expected
        settle(session, held)
    assert claim(session, NOW + timedelta(hours=1) - TINY) is None


def test_a_claim_holds_until_its_lease_ends_and_then_it_is_claimed_again(session: Session) -> None:
    queue(session)
    first = must_claim(session)
    assert claim(session, NOW + LEASE - TINY) is None
    second = must_claim(session, NOW + LEASE)
    assert second.attempts == 2
    assert second.lease != first.lease
    with pytest.raises(ClaimLost):
        messages.settle_message(session, claim=first, problem=None, now=NOW + LEASE)
    session.rollback()
    with pytest.raises(ClaimLost):
        messages.prepare_message(session, claim=first, letters=WANTED, now=NOW + LEASE)
    session.rollback()
    assert settle(session, second) is MessageState.SENT


def test_preparing_gives_the_whole_lease_again(session: Session) -> None:
    queue(session)
    held = must_claim(session)
    messages.prepare_message(session, claim=held, letters=WANTED, now=NOW + LEASE / 2)
    session.commit()
    assert claim(session, NOW + LEASE) is None
    assert claim(session, NOW + LEASE * 1.5) is not None


def test_of_several_senders_each_message_gets_one(engine: Engine, session: Session) -> None:
    for number in range(MANY):
        queue(session, f"company:{number}")
    outcomes = run_in_parallel(engine, SENDERS, claim_until_nothing_is_left)
    assert outcomes.errors == []
    claimed = [message_id for ids in outcomes.results for message_id in ids]
    assert len(claimed) == len(set(claimed)) == MANY
    assert {row.attempts for row in session.scalars(select(Message))} == {1}


def claim_until_nothing_is_left(session: Session, _number: int) -> list[UUID]:
    found = []
    while held := messages.claim_message(session, domain=DOMAIN, now=NOW):
        session.commit()
        found.append(held.id)
    return found


def test_control_senders_that_look_first_and_take_later_are_found_out(
    careless: Engine, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = select(*Message.__table__.columns).where(Message.state == "queued")
    look = meeting(lambda session: session.execute(due).mappings().first(), seconds=LONGER)

    def look_and_take(session: Session, *, lease: UUID, ends_at: datetime, **_rest: object) -> dict[str, Any]:
        found = dict(look(session))
        session.rollback()
        taken = update(Message).where(Message.id == found["id"])
        session.execute(taken.values(state="sending", lease=lease, next_try_at=ends_at))
        return found | {"lease": lease, "attempts": 1}

    queue(session)
    monkeypatch.setattr(rows, "claim_due", look_and_take)
    outcomes = run_in_parallel(
        careless, 2, lambda session, _number: messages.claim_message(session, domain=DOMAIN, now=NOW)
    )
    assert outcomes.errors == []
    assert len({held.id for held in outcomes.results if held}) == 1, "both have the same one"
    assert len(outcomes.results) == 2


# Preparing and settling


def test_the_letter_says_what_the_mail_needs(session: Session) -> None:
    queue(session)
    facts = messages.prepare_message(session, claim=must_claim(session), letters=WANTED, now=NOW)
    assert facts == {"for": "buero@betrieb.example"}


def test_what_is_no_longer_wanted_is_cancelled_and_never_claimed_again(session: Session) -> None:
    queue(session)
    held = must_claim(session)
    assert messages.prepare_message(session, claim=held, letters={KIND: unwanted}, now=NOW) is None
    session.commit()
    assert only_row(session).state == "cancelled"
    assert claim(session, NOW + timedelta(days=400)) is None
    assert not queue(session), "and it is not queued again for the same occasion"


def test_a_sent_one_is_done(session: Session) -> None:
    queue(session)
    assert settle(session, must_claim(session), now=NOW + TINY) is MessageState.SENT
    row = only_row(session)
    assert (row.state, row.sent_at, row.problem, row.lease, row.lease_ends_at) == ("sent", NOW + TINY, "", None, None)
    assert claim(session, NOW + timedelta(days=400)) is None


def test_a_failed_one_climbs_the_ladder_of_two_days_and_is_given_up(session: Session) -> None:
    queue(session)
    at = NOW
    for pause in RETRY_AFTER:
        assert settle(session, must_claim(session, at), Problem.NOT_REACHED, at) is MessageState.FAILED
        assert claim(session, at + pause - TINY) is None
        at += pause
    assert settle(session, must_claim(session, at), Problem.NOT_REACHED, at) is MessageState.UNDELIVERABLE
    assert only_row(session).problem == "not_reached"
    assert claim(session, at + timedelta(days=400)) is None


def test_one_whose_senders_were_killed_each_time_is_given_up_and_holds_up_nobody(session: Session) -> None:
    queue(session, "deadly")
    queue(session, "harmless", now=NOW + 8 * LEASE)
    for number in range(len(RETRY_AFTER) + 1):
        assert must_claim(session, NOW + number * LEASE).read().subject == "deadly"
    assert must_claim(session, NOW + 8 * LEASE).read().subject == "harmless"
    deadly = session.scalars(select(Message).where(Message.subject == "deadly")).one()
    assert (deadly.state, deadly.problem) == ("undeliverable", "broken_off")


def test_an_unanswered_text_is_remembered_over_other_failures(session: Session) -> None:
    queue(session)
    at = NOW
    for problem, pause in zip((Problem.UNANSWERED, Problem.NOT_NOW), RETRY_AFTER, strict=False):
        settle(session, must_claim(session, at), problem, at)
        at += pause
    held = must_claim(session, at)
    assert held.earlier is Problem.UNANSWERED
    assert settle(session, held, Problem.UNANSWERED, at) is MessageState.UNDELIVERABLE


@pytest.mark.parametrize(
    "spoilt", [{"facts": "{"}, {"kind": "nobody_knows"}, {"problem": "nobody knows"}, {"language": "xx"}]
)
def test_a_spoilt_row_can_be_claimed_and_settled(session: Session, spoilt: dict[str, str]) -> None:
    queue(session)
    session.execute(update(Message).values(**spoilt))
    session.commit()
    held = must_claim(session)
    if set(spoilt) & {"facts", "kind"}:
        with pytest.raises(ValueError, match=r".+"):
            messages.prepare_message(session, claim=held, letters=WANTED, now=NOW)
        session.rollback()
    assert settle(session, held, Problem.NOT_WRITTEN) is MessageState.FAILED


# Reading


def test_looking_and_counting_agree_with_what_can_be_claimed(session: Session) -> None:
    queue(session, "now")
    queue(session, "later", now=NOW + timedelta(days=1))
    assert [messages.is_any_due(session, now=at) for at in (NOW - TINY, NOW)] == [False, True]
    assert [messages.count_due(session, now=NOW + timedelta(days=days)) for days in (-1, 0, 1)] == [0, 1, 2]
    settle(session, must_claim(session))
    assert not messages.is_any_due(session, now=NOW)


def test_the_company_sees_every_mail_sent_for_it_with_its_state(session: Session) -> None:
    alma, other = factories.start(session), factories.start(session)
    for number, address in enumerate(("a@b.de", "c@d.de", "e@f.de")):
        queue(session, f"x:{number}", address=address, company_id=alma.company_id, now=NOW + timedelta(minutes=number))
    settle(session, must_claim(session), now=NOW + timedelta(hours=1))
    queue(session, "x:foreign", company_id=other.company_id)
    settle(session, must_claim(session), now=NOW)
    refused_at = NOW + timedelta(minutes=1)
    settle(session, must_claim(session, refused_at), Problem.ADDRESS_REFUSED, refused_at)
    later = NOW + timedelta(minutes=2)
    settle(session, must_claim(session, later), Problem.NOT_NOW, later)
    shown = messages.list_messages(session, actor=alma)
    assert [(one.address, one.state, one.problem) for one in shown] == [
        ("e@f.de", MessageState.FAILED, Problem.NOT_NOW),
        ("c@d.de", MessageState.UNDELIVERABLE, Problem.ADDRESS_REFUSED),
        ("a@b.de", MessageState.SENT, None),
    ]
    assert [one.next_try_at for one in shown] == [later + RETRY_AFTER[0], None, None]
    assert [one.at for one in shown] == [later, refused_at, NOW + timedelta(hours=1)]


@pytest.mark.parametrize("right", [Right.EDITOR, Right.READER, Right.DOER])
def test_addresses_are_shown_to_the_company_alone(session: Session, right: Right) -> None:
    with pytest.raises(NotAllowed):
        messages.list_messages(session, actor=factories.let_in(session, factories.start(session), right))


# The registry of letters


def test_the_tables_of_all_letters_are_one() -> None:
    table = letters.join_tables()
    assert set(table) <= set(MessageKind)
    assert all(callable(prepare) for prepare in table.values())


def test_two_modules_that_speak_for_one_kind_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Found:
        def __init__(self, name: str) -> None:
            self.name = name
            self.PREPARE = {KIND: wanted}

    monkeypatch.setattr(pkgutil, "iter_modules", lambda *_: [Found("one"), Found("two")])
    monkeypatch.setattr(letters, "import_module", Found)
    letters.join_tables.cache_clear()
    with pytest.raises(ValueError, match="two speaks for access_link"):
        letters.join_tables()
    letters.join_tables.cache_clear()
