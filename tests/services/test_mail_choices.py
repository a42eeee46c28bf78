"""How to be reminded and until when mail rests are the company's choice, after issuing too."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Right
from om_selfcheck.domain.declaration import ReminderChoice
from om_selfcheck.domain.errors import NotAllowed
from om_selfcheck.domain.merging import Conflict
from om_selfcheck.services import addresses, mail_choices
from om_selfcheck.services.addresses import AddressSettings
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.mail_choices import NotAPause
from tests import factories
from tests.factories import NOW, TODAY
from tests.services.test_addresses import NEW, confirm

DAY = timedelta(days=1)
A_MONTH_ON = TODAY + 30 * DAY


def get(session: Session, actor: Actor) -> AddressSettings:
    return addresses.get_address_settings(session, actor=actor)


def choose(session: Session, actor: Actor, wanted: ReminderChoice, shown: str = "") -> tuple[Conflict, ...]:
    return mail_choices.choose_reminder(session, actor=actor, wanted=wanted, shown=shown)


def pause(session: Session, actor: Actor, days: int | None, shown: str = "") -> tuple[Conflict, ...]:
    resume_on = None if days is None else TODAY + days * DAY
    return mail_choices.pause_mails(session, actor=actor, resume_on=resume_on, shown=shown, today=TODAY)


@pytest.mark.parametrize("wanted", ReminderChoice)
def test_the_choice_changes_after_issuing_and_the_declaration_does_not(
    session: Session, wanted: ReminderChoice
) -> None:
    owner = factories.make_complete(session)
    factories.issue(session, owner)
    owner = factories.reload(session, owner.assessment_id, owner.grant_id)
    before = factories.dump(session)["declaration"]
    assert choose(session, owner, wanted) == ()
    assert get(session, owner).reminder is wanted
    assert factories.dump(session)["declaration"] == before


def test_a_choice_that_another_changed_meanwhile_is_not_overwritten(session: Session) -> None:
    owner = factories.start(session)
    choose(session, owner, ReminderChoice.CALENDAR)
    assert choose(session, owner, ReminderChoice.EMAIL) == (Conflict("reminder", "calendar", "email"),)
    assert get(session, owner).reminder is ReminderChoice.CALENDAR
    assert choose(session, owner, ReminderChoice.EMAIL, shown="calendar") == ()


def test_mail_rests_until_a_day_and_comes_again_by_hand(session: Session) -> None:
    owner = factories.start(session)
    assert pause(session, owner, 30) == ()
    assert get(session, owner).resume_on == A_MONTH_ON
    assert pause(session, owner, None, shown=A_MONTH_ON.isoformat()) == ()
    assert get(session, owner).resume_on is None


@pytest.mark.parametrize("days", [-1, 0, 367])
def test_a_pause_begins_now_and_lasts_a_year_at_most(session: Session, days: int) -> None:
    owner = factories.start(session)
    with pytest.raises(NotAPause):
        pause(session, owner, days)
    assert get(session, owner).resume_on is None


def test_a_pause_that_another_changed_meanwhile_is_not_overwritten(session: Session) -> None:
    owner = factories.start(session)
    pause(session, owner, 30)
    (conflict,) = pause(session, owner, 60)
    assert (conflict.name, conflict.stored) == ("resume_on", A_MONTH_ON.isoformat())
    assert get(session, owner).resume_on == A_MONTH_ON


def test_a_removed_address_takes_its_pause_along_and_leaves_the_choice(session: Session) -> None:
    owner = factories.start(session)
    confirm(session, owner)
    choose(session, owner, ReminderChoice.EMAIL)
    pause(session, owner, 30)
    addresses.remove_address(session, actor=owner, shown=NEW, now=NOW)
    assert (get(session, owner).resume_on, get(session, owner).reminder) == (None, ReminderChoice.EMAIL)


@pytest.mark.parametrize("right", [Right.EDITOR, Right.READER, Right.DOER, Right.CALENDAR])
def test_both_are_the_owners_choice_alone(session: Session, right: Right) -> None:
    helper = factories.let_in(session, factories.start(session), right)
    with pytest.raises(NotAllowed):
        choose(session, helper, ReminderChoice.EMAIL)
    with pytest.raises(NotAllowed):
        pause(session, helper, 30)
