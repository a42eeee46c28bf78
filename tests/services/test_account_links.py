"""Links of accounts: once, not for long, and told to nobody else."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Role, Strength
from om_selfcheck.domain.errors import NotFound
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.record import SYSTEM
from om_selfcheck.services import account_links, accounts, credentials
from om_selfcheck.services.account_links import LIFETIMES, LinkPurpose
from om_selfcheck.services.accounts import Account, Person
from om_selfcheck.store.models import AccountLink
from om_selfcheck.store.queries import accounts as rows
from tests import factories
from tests.factories import NOW
from tests.services.parallel import LONGER, meeting, run_in_parallel
from tests.services.post import put_back, send_all

TINY = timedelta(microseconds=1)
SIGN_IN, SET_UP = LinkPurpose.SIGN_IN, LinkPurpose.SET_UP


@pytest.fixture
def nina(session: Session) -> Account:
    return factories.add_account(session)


def use(session: Session, token: str, purpose: LinkPurpose = SIGN_IN, after: timedelta = timedelta()) -> Account:
    return account_links.use_link(session, token=token, purpose=purpose, now=NOW + after)


def make(session: Session, account: Account, purpose: LinkPurpose = SIGN_IN) -> str:
    return account_links.make_link(session, user_id=account.user_id, purpose=purpose, now=NOW)


def test_lifetimes() -> None:
    assert {SET_UP: timedelta(hours=72), SIGN_IN: timedelta(minutes=10)} == LIFETIMES


def test_only_the_hash_of_a_token_is_kept(session: Session, nina: Account) -> None:
    token = make(session, nina)
    assert len(token) == 43
    assert token not in str(factories.dump(session))


@pytest.mark.parametrize("purpose", LinkPurpose)
def test_a_link_works_once_and_until_its_end(session: Session, nina: Account, purpose: LinkPurpose) -> None:
    first, late = make(session, nina, purpose), make(session, nina, purpose)
    assert account_links.get_link(session, token=first, purpose=purpose, now=NOW).email == nina.email
    assert use(session, first, purpose, LIFETIMES[purpose] - TINY) == nina
    for token, after in ((first, timedelta()), (late, LIFETIMES[purpose]), ("x" * 43, timedelta())):
        with pytest.raises(NotFound):
            use(session, token, purpose, after)


def test_making_a_link_clears_those_that_have_ended(session: Session, nina: Account) -> None:
    used, open_one = make(session, nina), make(session, nina, SET_UP)
    use(session, used)
    later = NOW + LIFETIMES[SIGN_IN]
    account_links.make_link(session, user_id=nina.user_id, purpose=SIGN_IN, now=later)
    assert len(session.scalars(select(AccountLink)).all()) == 2
    assert use(session, open_one, SET_UP) == nina


def test_a_link_does_nothing_but_its_purpose(session: Session, nina: Account) -> None:
    token = make(session, nina, SIGN_IN)
    with pytest.raises(NotFound):
        use(session, token, SET_UP)
    with pytest.raises(NotFound):
        account_links.get_link(session, token=token, purpose=SET_UP, now=NOW)


def test_of_two_who_click_at_once_one_comes_in(session: Session, engine: Engine, nina: Account) -> None:
    token = make(session, nina)
    session.commit()
    outcomes = run_in_parallel(engine, 4, lambda one, _number: use(one, token).email)
    assert outcomes.results == [nina.email]
    assert [type(error) for error in outcomes.errors] == [NotFound] * 3


def test_control_looking_first_and_marking_later_lets_both_in(
    session: Session, careless: Engine, nina: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = make(session, nina)
    session.commit()
    look = meeting(rows.find_link, seconds=LONGER)

    def use_carelessly(one: Session, *, token_hash: str, purpose: str, now: object) -> object:
        found = look(one, token_hash=token_hash, purpose=purpose, now=now)  # type: ignore[arg-type]
        if found is None:
            return None
        if one.get_bind().dialect.name == "postgresql":  # SQLite would refuse the second writer
            one.execute(update(AccountLink).where(AccountLink.token_hash == token_hash).values(used_at=now))
        return found["user_id"]

    monkeypatch.setattr(rows, "use_link", use_carelessly)
    assert len(run_in_parallel(careless, 2, lambda one, _number: use(one, token).email).results) == 2


def test_asking_for_a_link_writes_to_coordinators_only_and_only_where_there_is_one(session: Session) -> None:
    factories.add_account(session)
    factories.add_account(session, email="olaf@example.org", role=Role.STAFF)
    gone = factories.add_account(session, email="gone@example.org")
    accounts.deactivate_user(session, user_id=gone.user_id, by=SYSTEM, now=NOW)
    for email in ("NINA@example.org", "olaf@example.org", "gone@example.org", "nobody@example.org"):
        account_links.request_sign_in_link(session, email=email, now=NOW)
    (letter,) = send_all(session)
    assert (letter.kind, letter.address) == (MessageKind.SIGN_IN_LINK, "nina@example.org")
    assert letter.facts is not None
    assert use(session, letter.facts["token"]).email == "nina@example.org"


def test_each_attempt_to_send_makes_a_link_of_its_own_and_none_after_an_hour(session: Session, nina: Account) -> None:
    account_links.request_sign_in_link(session, email=nina.email, now=NOW)
    first = send_all(session)[0].facts
    put_back(session)
    second = send_all(session, NOW + timedelta(minutes=59))[0].facts
    put_back(session)
    assert first is not None
    assert second is not None
    assert first["token"] != second["token"]
    assert second["ends_at"] == NOW + timedelta(minutes=69)
    assert send_all(session, NOW + timedelta(minutes=61))[0].facts is None


def test_a_sign_in_link_is_not_made_for_who_became_staff_or_was_closed_meanwhile(
    session: Session, nina: Account
) -> None:
    account_links.request_sign_in_link(session, email=nina.email, now=NOW)
    accounts.change_role(session, user_id=nina.user_id, role=Role.STAFF, by=SYSTEM, now=NOW)
    assert send_all(session)[0].facts is None
    put_back(session)
    accounts.change_role(session, user_id=nina.user_id, role=Role.COORDINATOR, by=SYSTEM, now=NOW)
    accounts.deactivate_user(session, user_id=nina.user_id, by=SYSTEM, now=NOW)
    assert send_all(session)[0].facts is None


class TestInviting:
    @pytest.fixture
    def olaf(self, session: Session) -> Person:
        account = factories.add_account(session, email="olaf@example.org", role=Role.STAFF)
        return Person(account=account, strength=Strength.SECOND_FACTOR, fresh_at=NOW)

    def invite(self, session: Session, by: Person, email: str = "nora@example.org", slug: str = "netz-a") -> Account:
        network_id = factories.add_network(session, slug=slug)
        account_links.invite_coordinator(
            session, email=email, name="Nora", language="de", network_id=network_id, by=by, now=NOW
        )
        account = accounts.find_account(session, email=email)
        assert account is not None
        return account

    def test_a_new_coordinator_gets_a_link_and_the_network(self, session: Session, olaf: Person) -> None:
        nora = self.invite(session, olaf)
        assert (nora.role, nora.name, len(nora.network_ids)) == (Role.COORDINATOR, "Nora", 1)
        (letter,) = send_all(session)
        assert letter.kind is MessageKind.SET_UP_LINK
        assert letter.facts is not None
        assert letter.facts["networks"] == ["Netzwerk netz-a"]
        assert use(session, letter.facts["token"], SET_UP) == nora
        verbs = [verb for verb, _ in factories.list_verbs(session, f"user:{nora.user_id}")]
        assert verbs == ["user_added", "member_added"]

    def test_who_has_a_working_account_gets_the_network_and_no_mail(self, session: Session, olaf: Person) -> None:
        nina = factories.add_account(session, strength=Strength.PASSWORD)
        assert self.invite(session, olaf, nina.email).network_ids
        assert send_all(session) == []

    def test_staff_need_no_network(self, session: Session, olaf: Person) -> None:
        assert not self.invite(session, olaf, "olaf@example.org").network_ids
        assert send_all(session) == []

    def test_the_link_is_not_made_any_more_once_the_account_is_set_up(self, session: Session, olaf: Person) -> None:
        nora = self.invite(session, olaf)
        credentials.set_password(session, user_id=nora.user_id, password_hash=factories.hash_once(), by=SYSTEM, now=NOW)
        assert send_all(session)[0].facts is None

    def test_setting_a_password_ends_every_open_link(self, session: Session, olaf: Person) -> None:
        nora = self.invite(session, olaf)
        make(session, nora, SIGN_IN)
        credentials.set_password(session, user_id=nora.user_id, password_hash=factories.hash_once(), by=SYSTEM, now=NOW)
        assert session.scalars(select(AccountLink)).all() == []
