"""Accounts: adding, closing, roles and networks; each counts at once and stands in the record."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Obstacle, Office, Role, Strength
from om_selfcheck.domain.errors import AddressTaken, NotFound, OwnAccount
from om_selfcheck.domain.record import SYSTEM
from om_selfcheck.services import accounts
from om_selfcheck.services.account_links import LinkPurpose, get_link, make_link
from om_selfcheck.services.accounts import Account, Person
from om_selfcheck.store.models import EventPayload, User
from tests import factories
from tests.factories import NOW
from tests.services.parallel import run_in_parallel


def find(session: Session, account: Account, strength: Strength = Strength.SECOND_FACTOR) -> Person | None:
    return accounts.find_person(session, key=account.key, strength=strength, fresh_at=NOW)


def verbs(session: Session, account: Account) -> list[str]:
    return [verb for verb, _ in factories.list_verbs(session, f"user:{account.user_id}")]


def test_a_new_account_lets_nobody_in_yet_and_is_found_however_the_address_is_written(session: Session) -> None:
    account = factories.add_account(session, email="Nina@Example.org")
    assert account.email == "nina@example.org"
    assert (account.has_password, account.has_second_factor, account.best) == (False, False, Strength.LINK)
    assert accounts.find_account(session, email=" NINA@example.org ") == account
    assert accounts.find_account(session, email="nora@example.org") is None
    assert verbs(session, account) == ["user_added"]


def test_an_address_has_one_account(session: Session) -> None:
    factories.add_account(session)
    with pytest.raises(AddressTaken):
        factories.add_account(session, email="NINA@example.org")


def test_of_two_who_add_the_same_address_at_once_one_is_told(session: Session, engine: Engine) -> None:
    session.commit()

    def add(one: Session, _number: int) -> None:
        factories.add_account(one)

    errors = run_in_parallel(engine, 2, add).errors
    assert [type(error) for error in errors] == [AddressTaken]
    assert session.scalar(select(func.count()).select_from(User)) == 1


def test_the_strongest_way_to_sign_in_is_what_the_account_is_set_up_for(session: Session) -> None:
    for number, strength in enumerate(Strength):
        account = factories.add_account(session, email=f"n{number}@example.org", strength=strength)
        assert account.best is strength


def test_a_closed_account_is_out_at_once_and_its_links_too(session: Session) -> None:
    account = factories.add_account(session, strength=Strength.PASSWORD)
    token = make_link(session, user_id=account.user_id, purpose=LinkPurpose.SIGN_IN, now=NOW)
    assert find(session, account) is not None, "the control: before, the key names somebody"
    accounts.deactivate_user(session, user_id=account.user_id, by=SYSTEM, now=NOW)
    accounts.deactivate_user(session, user_id=account.user_id, by=SYSTEM, now=NOW)
    assert find(session, account) is None
    with pytest.raises(NotFound):
        get_link(session, token=token, purpose=LinkPurpose.SIGN_IN, now=NOW)
    assert verbs(session, account)[-1:] == ["user_deactivated"]


def test_opening_it_again_does_not_revive_old_sessions(session: Session) -> None:
    account = factories.add_account(session, strength=Strength.PASSWORD)
    accounts.deactivate_user(session, user_id=account.user_id, by=SYSTEM, now=NOW)
    accounts.reactivate_user(session, user_id=account.user_id, by=SYSTEM, now=NOW)
    again = accounts.get_account(session, user_id=account.user_id)
    assert find(session, account) is None
    assert find(session, again) is not None
    assert again.has_password


def test_a_role_counts_from_the_next_look_on(session: Session) -> None:
    account = factories.add_account(session, role=Role.STAFF, strength=Strength.SECOND_FACTOR)
    person = find(session, account)
    assert person is not None
    assert person.may(Office.OVERSEE, NOW)
    accounts.change_role(session, user_id=account.user_id, role=Role.COORDINATOR, by=SYSTEM, now=NOW)
    person = find(session, account)
    assert person is not None
    assert person.find_obstacle(Office.OVERSEE, NOW) is Obstacle.FOREIGN
    assert verbs(session, account)[-1] == "role_changed"


def test_nobody_closes_or_changes_their_own(session: Session) -> None:
    account = factories.add_account(session, role=Role.STAFF)
    by = f"user:{account.user_id}"
    with pytest.raises(OwnAccount):
        accounts.deactivate_user(session, user_id=account.user_id, by=by, now=NOW)
    with pytest.raises(OwnAccount):
        accounts.change_role(session, user_id=account.user_id, role=Role.COORDINATOR, by=by, now=NOW)


def test_a_coordinator_has_the_offices_of_the_own_networks_only(session: Session) -> None:
    account = factories.add_account(session, strength=Strength.SECOND_FACTOR)
    own, foreign = factories.add_network(session), factories.add_network(session, slug="netz-b")
    accounts.add_member(session, user_id=account.user_id, network_id=own, by=SYSTEM, now=NOW)
    person = find(session, account)
    assert person is not None
    assert person.network_ids == {own}
    assert person.may(Office.SEE_COMPANIES, NOW, own)
    assert not person.may(Office.SEE_COMPANIES, NOW, foreign)
    accounts.remove_member(session, user_id=account.user_id, network_id=own, by=SYSTEM, now=NOW)
    person = find(session, account)
    assert person is not None
    assert not person.may(Office.COORDINATE, NOW, own)


def test_adding_to_a_network_twice_is_harmless_and_recorded_once(session: Session) -> None:
    account = factories.add_account(session)
    networks = [factories.add_network(session, slug=slug) for slug in ("netz-b", "netz-a")]
    for network_id in (*networks, networks[0]):
        accounts.add_member(session, user_id=account.user_id, network_id=network_id, by=SYSTEM, now=NOW)
    accounts.remove_member(session, user_id=account.user_id, network_id=uuid4(), by=SYSTEM, now=NOW)
    assert verbs(session, account).count("member_added") == 2
    assert "member_removed" not in verbs(session, account)
    (listed,) = accounts.list_users(session)
    assert listed.network_names == ("Netzwerk netz-a", "Netzwerk netz-b")


def test_the_list_is_in_order_of_addresses(session: Session) -> None:
    for email in ("c@example.org", "a@example.org", "b@example.org"):
        factories.add_account(session, email=email)
    assert [user.account.email[0] for user in accounts.list_users(session)] == ["a", "b", "c"]


def test_two_windows_do_not_overwrite_each_other(session: Session) -> None:
    account = factories.add_account(session)

    def change(wanted: dict[str, str], shown: dict[str, str]) -> list[str]:
        conflicts = accounts.change_details(session, user_id=account.user_id, wanted=wanted, shown=shown)
        return [conflict.name for conflict in conflicts]

    assert change({"name": "Nina", "language": "en"}, {"name": "", "language": "de"}) == []
    assert change({"name": "N. Nett", "language": "en"}, {"name": "", "language": "de"}) == ["name"]
    now = accounts.get_account(session, user_id=account.user_id)
    assert (now.name, now.language) == ("Nina", "en")


def test_the_record_names_nobody(session: Session) -> None:
    account = factories.add_account(session, email="nina@example.org", strength=Strength.SECOND_FACTOR)
    accounts.deactivate_user(session, user_id=account.user_id, by=SYSTEM, now=NOW + timedelta(seconds=1))
    assert "nina" not in str(session.scalars(select(EventPayload.payload)).all())
