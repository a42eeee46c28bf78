"""Ending reminders from the mail: by a signed link, for the address the mail went to, recorded once."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from om_selfcheck.domain.errors import NotFound
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.services import unsubscribing
from om_selfcheck.services.unsubscribing import Standing, Whose, sign_recipient
from om_selfcheck.store.models import Company, Doer, Participation
from tests import factories
from tests.factories import NOW
from tests.mail.golden import make_claimed
from tests.services import crowd

KEY = "key of the installation"
ADDRESS = "buero@betrieb.example"
RENEWAL = make_claimed(MessageKind.RENEWAL, address=ADDRESS)


def reminded_company(session: Session, **changes: str) -> Company:
    actor = factories.start(session)
    company = session.get_one(Company, actor.company_id)
    values = {"name": "Malerei Alma", "reminder": "email", "confirmed_email": ADDRESS} | changes
    for name, value in values.items():
        setattr(company, name, value)
    session.commit()
    return company


def reminded_doer(session: Session) -> Doer:
    actor = factories.start(session)
    doer = Doer(
        id=uuid4(), assessment_id=actor.assessment_id, name="Büro", address=ADDRESS, confirmed_at=NOW, grant_id=None
    )
    session.add(doer)
    session.commit()
    return doer


def sign(company: Company, address: str = ADDRESS) -> str:
    return sign_recipient(replace(RENEWAL, company_id=company.id, address=address), KEY)


def sign_for(doer: Doer) -> str:
    return sign_recipient(replace(RENEWAL, subject=f"doer:{doer.id}"), KEY)


def end(session: Session, signed: str) -> Standing:
    standing = unsubscribing.end_reminders(session, signed=signed, secret_key=KEY, now=NOW)
    session.commit()
    session.expire_all()
    return standing


def look(session: Session, signed: str) -> Standing:
    return unsubscribing.get_standing(session, signed=signed, secret_key=KEY)


def test_a_company_is_reminded_no_more_and_the_record_says_so_once(session: Session) -> None:
    company = reminded_company(session)
    signed = sign(company)
    assert look(session, signed) == Standing(whose=Whose.COMPANY, company_name="Malerei Alma", is_reminded=True)
    assert company.reminder == "email", "looking changes nothing"
    assert end(session, signed).is_reminded
    assert company.reminder == "not_at_all"
    assert company.confirmed_email == ADDRESS, "asked for links still find their way"
    assert not end(session, signed).is_reminded
    assert factories.list_verbs(session, f"company:{company.id}") == [("reminders_ended", NOW)]


def test_somebody_responsible_is_forgotten_with_the_address(session: Session) -> None:
    doer = reminded_doer(session)
    signed = sign_for(doer)
    assert look(session, signed).whose is Whose.DOER
    assert end(session, signed).is_reminded
    assert (doer.address, doer.confirmed_at, doer.name) == ("", None, "Büro")
    assert not end(session, signed).is_reminded
    assert factories.list_verbs(session, f"doer:{doer.id}") == [("reminders_ended", NOW)]


def test_who_was_nudged_ends_that_alone(session: Session) -> None:
    owner = factories.start(session)
    crowd.join(session, owner, factories.add_network(session), may_be_nudged=True)
    company = session.get_one(Company, owner.company_id)
    company.confirmed_email, company.reminder = ADDRESS, "email"
    session.commit()
    nudge = make_claimed(MessageKind.NUDGE, address=ADDRESS, company_id=company.id)
    signed = sign_recipient(nudge, KEY)
    assert look(session, signed) == Standing(whose=Whose.NUDGED, company_name="", is_reminded=True)
    assert end(session, signed).is_reminded
    assert session.scalars(select(Participation.may_be_nudged)).all() == [False]
    assert company.reminder == "email", "other reminders were chosen and go on"
    assert not end(session, signed).is_reminded
    assert factories.list_verbs(session, f"company:{company.id}") == [("reminders_ended", NOW)]


def test_ending_one_leaves_all_others(session: Session) -> None:
    company, other, doer = reminded_company(session), reminded_company(session), reminded_doer(session)
    end(session, sign(company))
    assert (other.reminder, doer.address) == ("email", ADDRESS)


@pytest.mark.parametrize("changes", [{"confirmed_email": "new@betrieb.example"}, {"confirmed_email": ""}])
def test_an_old_mailbox_ends_nothing_for_the_address_after_it(session: Session, changes: dict[str, str]) -> None:
    company = reminded_company(session, **changes)
    assert not end(session, sign(company)).is_reminded
    assert company.reminder == "email"


@pytest.mark.parametrize("choice", ["calendar", "not_at_all", ""])
def test_another_choice_stays_as_it_is(session: Session, choice: str) -> None:
    company = reminded_company(session, reminder=choice)
    assert not end(session, sign(company)).is_reminded
    assert company.reminder == choice


def test_the_address_counts_however_it_is_written(session: Session) -> None:
    assert end(session, sign(reminded_company(session), ADDRESS.upper())).is_reminded


def test_a_company_that_was_erased_is_as_good_as_unsubscribed(session: Session) -> None:
    signed = sign_recipient(replace(RENEWAL, company_id=UUID(int=99)), KEY)
    assert end(session, signed) == Standing(whose=Whose.COMPANY, company_name="", is_reminded=False)


def test_every_changed_bit_is_noticed(session: Session) -> None:
    company = reminded_company(session)
    raw = urlsafe_b64decode(sign(company) + "==")
    for place in range(len(raw)):
        changed = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        with pytest.raises(NotFound):
            look(session, urlsafe_b64encode(changed).decode().rstrip("="))


@pytest.mark.parametrize("signed", ["", "a", "x" * 43, "=" * 8, "ü", "\udc80", "a" * 10_000, "../", "A" * 55])
def test_what_was_not_made_here_is_not_found(session: Session, signed: str) -> None:
    with pytest.raises(NotFound):
        end(session, signed)


def test_another_installation_s_link_is_not_found(session: Session) -> None:
    company = reminded_company(session)
    with pytest.raises(NotFound):
        unsubscribing.end_reminders(session, signed=sign(company), secret_key="another key", now=NOW)
    assert company.reminder == "email"


def test_the_link_shows_no_address(session: Session) -> None:
    raw = urlsafe_b64decode(sign(reminded_company(session)) + "==")
    assert b"buero" not in raw
