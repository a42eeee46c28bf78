"""The access link by mail: to confirmed addresses only, with fresh keys, and a lost link tells nobody anything."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, select
from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Right
from om_selfcheck.domain.errors import NotAllowed, NotFound
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.record import Verb
from om_selfcheck.services import access_mails, addresses, grants
from om_selfcheck.services.access_mails import NotConfirmed
from om_selfcheck.services.grants import Actor
from om_selfcheck.store.models import Message
from om_selfcheck.store.queries import addresses as rows
from tests import factories
from tests.factories import NOW
from tests.services.post import Letter, put_back, send_all
from tests.services.test_addresses import NEW, OLD, claim, confirm, press

MINUTE = timedelta(minutes=1)


def mail_link(session: Session, actor: Actor, *, after: timedelta = timedelta(0)) -> None:
    access_mails.mail_access_link(session, actor=actor, language="de", now=NOW + after)
    session.commit()


def ask_for_lost_link(session: Session, address: str, *, after: timedelta = timedelta(0)) -> None:
    access_mails.request_lost_link(session, address=address, language="en", now=NOW + after)
    session.commit()


def open_with(session: Session, token: str) -> Actor:
    return grants.get_actor_by_token(session, token=token, now=NOW)


def read_tokens(letters: list[Letter]) -> list[str]:
    """Return the keys in one mail."""
    (letter,) = letters
    assert letter.facts is not None
    keys: list[Any] = letter.facts.get("keys", [])
    return [key.token for key in keys] or [letter.facts["token"]]


# To the confirmed address


def test_the_key_goes_to_the_confirmed_address_and_opens_as_the_owners_does(session: Session) -> None:
    owner = factories.start(session)
    confirm(session, owner)
    mail_link(session, owner)
    letters = send_all(session)
    assert [(one.kind, one.address) for one in letters] == [(MessageKind.ACCESS_LINK, NEW)]
    opened = open_with(session, read_tokens(letters)[0])
    assert (opened.right, opened.assessment_id) == (Right.OWNER, owner.assessment_id)
    assert open_again(session, owner) == owner, "the key at hand goes on"


def open_again(session: Session, actor: Actor) -> Actor | None:
    return grants.find_actor(session, assessment_id=actor.assessment_id, grant_id=actor.grant_id, now=NOW)


def test_without_a_confirmed_address_nothing_is_mailed(session: Session) -> None:
    owner = factories.start(session)
    with pytest.raises(NotConfirmed):
        mail_link(session, owner)
    claim(session, owner)
    with pytest.raises(NotConfirmed):
        mail_link(session, owner)
    assert [one.kind for one in send_all(session)] == [MessageKind.CONFIRM_ADDRESS]


def test_the_key_is_made_when_the_mail_is_sent_and_kept_as_its_hash_and_recorded(session: Session) -> None:
    owner = factories.start(session)
    confirm(session, owner)
    mail_link(session, owner)
    before = len(grants.list_links(session, actor=owner, now=NOW))
    token = read_tokens(send_all(session))[0]
    assert len(grants.list_links(session, actor=owner, now=NOW)) == before + 1
    assert token not in str(factories.dump(session))
    assert factories.list_verbs(session, f"assessment:{owner.assessment_id}")[-1] == (Verb.GRANT_CREATED, NOW)


def test_a_second_click_within_the_minute_sends_no_second_mail(session: Session) -> None:
    owner = factories.start(session)
    confirm(session, owner)
    mail_link(session, owner)
    mail_link(session, owner, after=59 * timedelta(seconds=1))
    mail_link(session, owner, after=MINUTE)
    assert len(send_all(session)) == 2


def test_an_address_changed_before_the_mail_was_sent_gets_no_key(session: Session) -> None:
    owner = factories.start(session)
    confirm(session, owner, OLD)
    mail_link(session, owner)
    addresses.remove_address(session, actor=owner, shown=OLD, now=NOW)
    assert [one.facts for one in send_all(session) if one.kind is MessageKind.ACCESS_LINK] == [None]


@pytest.mark.parametrize("right", [Right.EDITOR, Right.READER, Right.DOER, Right.CALENDAR])
def test_nobody_but_the_owner_has_it_mailed(session: Session, right: Right) -> None:
    owner = factories.start(session)
    confirm(session, owner)
    with pytest.raises(NotAllowed):
        mail_link(session, factories.let_in(session, owner, right))


def test_asked_for_before_the_address_was_confirmed_it_follows_the_confirmation(session: Session) -> None:
    owner = factories.start(session)
    letter = confirm(session, owner, wants_link=True)
    assert letter.facts is not None
    assert letter.facts["link_follows"]
    letters = send_all(session)
    assert [(one.kind, one.address) for one in letters] == [(MessageKind.ACCESS_LINK, NEW)]
    press(session, letter)
    assert send_all(session) == [], "pressed twice, mailed once"


def test_the_wish_for_the_link_outlives_asking_again(session: Session) -> None:
    owner = factories.start(session)
    claim(session, owner, wants_link=True)
    letter = confirm(session, owner, now=NOW + MINUTE)
    assert letter.facts is not None
    assert letter.facts["link_follows"]
    assert [one.kind for one in send_all(session)] == [MessageKind.ACCESS_LINK]


def test_the_wish_may_come_a_second_after_the_address(session: Session) -> None:
    owner = factories.start(session)
    claim(session, owner)
    confirm(session, owner, wants_link=True)
    assert [one.kind for one in send_all(session)] == [MessageKind.ACCESS_LINK]


# How keys that were mailed end, and how they are listed


def test_renewing_the_key_ends_the_mailed_ones_of_all_rounds(session: Session) -> None:
    owner = factories.start(session)
    confirm(session, owner)
    tokens = []
    for minute, actor in enumerate((owner, factories.begin_again(session, owner))):
        mail_link(session, actor, after=minute * MINUTE)
        tokens += read_tokens(send_all(session))
    for token in tokens:
        open_with(session, token)
    grants.renew_key(session, actor=owner, now=NOW)
    session.commit()
    for token in tokens:
        with pytest.raises(NotFound):
            open_with(session, token)


def test_a_mail_tried_again_is_one_key_in_the_list(session: Session) -> None:
    owner = factories.start(session)
    confirm(session, owner)
    mail_link(session, owner)
    first = read_tokens(send_all(session))[0]
    put_back(session)
    letters = [one for one in send_all(session, NOW + MINUTE) if one.kind is MessageKind.ACCESS_LINK]
    links = grants.list_links(session, actor=owner, now=NOW)
    assert [(link.right, link.is_mailed) for link in links] == [(Right.OWNER, False), (Right.OWNER, True)]
    for token in (first, read_tokens(letters)[0]):
        assert open_with(session, token).right is Right.OWNER, "whichever copy arrived, its link opens"


# The lost link


def test_a_lost_link_brings_a_fresh_key_for_each_company_of_the_address(session: Session) -> None:
    alma, other, stella = (factories.start(session, now=NOW - days * timedelta(days=1)) for days in (3, 2, 1))
    again = factories.begin_again(session, alma, now=NOW + MINUTE)
    for owner, address in ((alma, NEW), (other, NEW), (stella, OLD)):
        confirm(session, owner, address)
    ask_for_lost_link(session, NEW)
    letters = send_all(session)
    assert [(one.kind, one.address, one.language) for one in letters] == [(MessageKind.LOST_LINK, NEW, "en")]
    opened = [open_with(session, token) for token in read_tokens(letters)]
    assert [one.company_id for one in opened] == [alma.company_id, other.company_id]
    assert opened[0].assessment_id == again.assessment_id, "one key for both rounds; it opens the newest"


@pytest.mark.parametrize("state", ["never typed", "typed only", "removed", "replaced"])
def test_what_is_not_confirmed_now_gets_no_mail(session: Session, state: str) -> None:
    owner = factories.start(session)
    if state == "typed only":
        claim(session, owner)
    elif state != "never typed":
        confirm(session, owner)
    if state == "removed":
        addresses.remove_address(session, actor=owner, shown=NEW, now=NOW)
    elif state == "replaced":
        confirm(session, owner, OLD)
    send_all(session)
    ask_for_lost_link(session, NEW)
    assert [one.facts for one in send_all(session)] == [None]
    assert [link.right for link in grants.list_links(session, actor=owner, now=NOW)] == [Right.OWNER]


@contextmanager
def watching(engine: Engine) -> Iterator[list[str]]:
    """Note every statement that the database is sent."""
    statements: list[str] = []

    def note(_c: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def find_work(session: Session, engine: Engine, *, is_careless: bool = False) -> list[list[str]]:
    """Return the statements for a known address, for a known one of two companies, for one only typed, for none."""
    alma, other, stella = (factories.start(session) for _ in range(3))
    confirm(session, alma, "one@betrieb.de")
    for owner in (other, stella):
        confirm(session, owner, "two@betrieb.de")
    claim(session, factories.start(session), "typed@betrieb.de")
    work = []
    for name in ("one", "two", "typed", "none"):
        with watching(engine) as statements:
            address = f"{name}@betrieb.de"
            if not is_careless or rows.list_rounds_of(session, address):
                ask_for_lost_link(session, address)
        work.append(statements)
    return work


def test_the_work_is_the_same_whether_the_address_is_known_or_not(session: Session, engine: Engine) -> None:
    first, *others = find_work(session, engine)
    assert first
    assert others == [first] * 3
    assert not any("company" in statement.partition("INTO")[0] for statement in first), "nobody is looked up"


def test_control_looking_the_address_up_first_would_be_noticed(session: Session, engine: Engine) -> None:
    first, *others = find_work(session, engine, is_careless=True)
    assert others != [first] * 3


def test_addresses_that_nobody_confirmed_are_forgotten_after_a_day(session: Session) -> None:
    owner = factories.start(session)
    confirm(session, owner, OLD)
    ask_for_lost_link(session, OLD)
    ask_for_lost_link(session, NEW)
    send_all(session)
    for after, kept in ((timedelta(days=1), [OLD, NEW]), (timedelta(days=1, seconds=1), [OLD])):
        access_mails.clear_unknown_requests(session, now=NOW + after)
        asked = select(Message.address).where(Message.kind == MessageKind.LOST_LINK.value)
        assert sorted(session.scalars(asked)) == sorted(kept)
