"""The office's list of mails that could not be delivered: each once, without an address."""

import dataclasses
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from om_selfcheck.domain.message import MessageKind, MessageState, Problem
from om_selfcheck.services.accounts import Person
from om_selfcheck.services.dashboard import get_dashboard
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.undeliverable import SHOWN_FOR, Undelivered, list_undelivered
from om_selfcheck.store.models import Message
from tests import factories
from tests.factories import NOW

ADDRESS = "buero@betrieb.example"


def add(session: Session, *, minutes: int = 0, **changes: object) -> UUID:
    values: dict[str, object] = {
        "id": uuid4(),
        "kind": "renewal",
        "subject": f"declaration:{uuid4()}",
        "address": ADDRESS,
        "language": "de",
        "message_id": f"<{uuid4()}@example.org>",
        "state": "undeliverable",
        "problem": "address_refused",
        "next_try_at": NOW + timedelta(minutes=minutes),
        "created_at": NOW,
    }
    message = Message(**values | changes)
    session.add(message)
    session.commit()
    return message.id


def only(session: Session) -> Undelivered:
    (mail,) = list_undelivered(session, now=NOW).mails
    return mail


@pytest.mark.parametrize("size", [1, 4, 10, 11])
def test_every_mail_is_reached_once_the_last_one_first(session: Session, size: int) -> None:
    for number in range(10):
        add(session, minutes=number // 3, kind="renewal" if number % 2 else "audit")
    found: list[Undelivered] = []
    after: str | None = ""
    while after is not None:
        page = list_undelivered(session, now=NOW, after=after, size=size)
        assert page.found.number == 10
        found += page.mails
        after = page.after
    assert [mail.ended_at for mail in found] == [NOW + timedelta(minutes=number // 3) for number in range(9, -1, -1)]
    assert len([mail for mail in found if mail.kind is MessageKind.AUDIT]) == 5


@pytest.mark.parametrize("state", [state for state in MessageState if state is not MessageState.UNDELIVERABLE])
def test_all_others_are_not_in_it(session: Session, state: MessageState) -> None:
    add(session, state=state.value)
    assert list_undelivered(session, now=NOW).mails == ()


def test_what_was_given_up_over_thirty_days_ago_is_in_neither_list_nor_count(session: Session) -> None:
    add(session, created_at=NOW - SHOWN_FOR)
    add(session, minutes=1)
    for later, left in ((SHOWN_FOR, 2), (SHOWN_FOR + timedelta(seconds=1), 1), (2 * SHOWN_FOR, 0)):
        now = NOW + later
        page = list_undelivered(session, now=now)
        figures = get_dashboard(session, now=now)
        assert (len(page.mails), page.found.number, figures.undeliverable.number) == (left, left, left)


def test_a_declared_round_is_named_by_its_number(session: Session, owner: Actor) -> None:
    add(session, company_id=owner.company_id, assessment_id=owner.assessment_id)
    mail = only(session)
    assert (mail.number, mail.is_of_company, mail.user_id) == (owner.declaration_number, True, None)
    assert (mail.kind, mail.problem) == (MessageKind.RENEWAL, Problem.ADDRESS_REFUSED)


def test_a_round_without_a_declaration_has_none(session: Session) -> None:
    owner = factories.start(session)
    add(session, company_id=owner.company_id, assessment_id=owner.assessment_id)
    assert (only(session).number, only(session).is_of_company) == ("", True)


def test_a_mail_to_somebody_who_signs_in_leads_to_the_account(session: Session, olaf: Person) -> None:
    add(session, kind="set_up_link", subject=f"user:{olaf.user_id}")
    assert (only(session).user_id, only(session).is_of_company) == (olaf.user_id, False)


def test_no_address_is_handed_out(session: Session) -> None:
    add(session)
    assert ADDRESS not in map(str, dataclasses.astuple(only(session)))


@pytest.mark.parametrize("after", ["x", "²", str(UUID(int=7))])
def test_a_place_that_means_nothing_is_the_beginning(session: Session, after: str) -> None:
    add(session)
    assert len(list_undelivered(session, now=NOW, after=after).mails) == 1
