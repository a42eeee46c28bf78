"""What an account is proved with: what ends with it, what counts once, and who is told."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Role, Strength
from om_selfcheck.domain.errors import LastSecondFactor
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.record import SYSTEM, Verb
from om_selfcheck.services import accounts, credentials, passkeys
from om_selfcheck.services.accounts import Account
from om_selfcheck.services.passkeys import NewPasskey
from om_selfcheck.store.queries import accounts as users
from om_selfcheck.store.queries import credentials as rows
from tests import factories
from tests.factories import NOW
from tests.services.parallel import LONGER, meeting, run_in_parallel
from tests.services.post import send_all

KEY = NewPasskey(
    credential_id=b"\x00key\xff", public_key=b"public", sign_count=3, is_backed_up=True, device_type="multi_device"
)


@pytest.fixture
def nina(session: Session) -> Account:
    return factories.add_account(session, strength=Strength.SECOND_FACTOR)


@pytest.fixture
def olaf(session: Session) -> Account:
    return factories.add_account(session, email="olaf@example.org", role=Role.STAFF, strength=Strength.SECOND_FACTOR)


def reload(session: Session, account: Account) -> Account:
    return accounts.get_account(session, user_id=account.user_id)


def changes_told(session: Session) -> list[Verb]:
    letters = send_all(session)
    assert all(letter.kind is MessageKind.ACCOUNT_CHANGED for letter in letters)
    return [letter.facts["change"] for letter in letters if letter.facts]


def add_passkey(session: Session, account: Account, key: NewPasskey = KEY, name: str = "Laptop") -> bool:
    return passkeys.add_passkey(session, user_id=account.user_id, key=key, name=name, by=SYSTEM, now=NOW)


def test_a_new_password_ends_all_sessions_and_the_holder_is_told_unless_it_is_the_first(session: Session) -> None:
    new = factories.add_account(session, email="new@example.org", strength=Strength.PASSWORD)
    assert changes_told(session) == []
    again = credentials.set_password(session, user_id=new.user_id, password_hash="hash", by=SYSTEM, now=NOW)
    assert again.key != new.key
    assert accounts.find_person(session, key=new.key, strength=Strength.PASSWORD, fresh_at=NOW) is None
    assert changes_told(session) == [Verb.PASSWORD_SET]


def test_signing_out_everywhere_gives_a_new_key(session: Session, nina: Account) -> None:
    assert credentials.end_sessions(session, user_id=nina.user_id).key != nina.key


def test_a_reset_takes_everything_away(session: Session, nina: Account) -> None:
    add_passkey(session, nina)
    credentials.make_recovery_codes(session, user_id=nina.user_id, by=SYSTEM, now=NOW)
    credentials.reset_user(session, user_id=nina.user_id, by=SYSTEM, now=NOW)
    after = reload(session, nina)
    assert after.best is Strength.LINK
    assert after.key != nina.key
    assert passkeys.list_passkeys(session, user_id=nina.user_id) == []
    found = credentials.get_secrets(session, user_id=nina.user_id)
    assert (found.password_hash, found.totp_secret, found.recovery_codes_left) == ("", "", 0)


class TestRecoveryCodes:
    def make(self, session: Session, account: Account) -> list[str]:
        return list(credentials.make_recovery_codes(session, user_id=account.user_id, by=SYSTEM, now=NOW))

    def use(self, session: Session, account: Account, code: str) -> bool:
        return credentials.use_recovery_code(session, user_id=account.user_id, code=code, now=NOW)

    def left(self, session: Session, account: Account) -> int:
        return credentials.get_secrets(session, user_id=account.user_id).recovery_codes_left

    def test_there_are_ten_different_ones_of_sixteen_characters_and_only_hashes_are_kept(
        self, session: Session, nina: Account
    ) -> None:
        codes = self.make(session, nina)
        assert len(set(codes)) == 10
        assert {len(code.replace("-", "")) for code in codes} == {16}
        kept = str(factories.dump(session))
        assert not any(code in kept or code.replace("-", "") in kept for code in codes)

    def test_each_counts_once_and_the_holder_is_told(self, session: Session, nina: Account) -> None:
        codes = self.make(session, nina)
        send_all(session)
        assert self.use(session, nina, codes[3])
        assert not self.use(session, nina, codes[3])
        assert self.use(session, nina, codes[0])
        assert self.left(session, nina) == 8
        assert changes_told(session) == [Verb.RECOVERY_CODE_USED]

    def test_a_code_is_read_as_people_write_it(self, session: Session, nina: Account) -> None:
        codes = self.make(session, nina)
        assert self.use(session, nina, codes[0].upper().replace("-", " "))
        assert self.use(session, nina, codes[1].replace("-", ""))

    @pytest.mark.parametrize("code", ["", "-", "0000-0000-0000-0000", "x" * 40])
    def test_anything_else_is_none(self, session: Session, nina: Account, code: str) -> None:
        self.make(session, nina)
        assert not self.use(session, nina, code)

    def test_somebody_elses_are_none_and_new_ones_end_the_old(
        self, session: Session, nina: Account, olaf: Account
    ) -> None:
        old = self.make(session, nina)
        assert not self.use(session, olaf, old[0])
        self.make(session, nina)
        assert not self.use(session, nina, old[0])

    def test_of_several_who_use_one_at_once_one_comes_in(self, session: Session, engine: Engine, nina: Account) -> None:
        codes = self.make(session, nina)
        session.commit()
        outcomes = run_in_parallel(engine, 4, lambda one, _number: self.use(one, nina, codes[0]))
        assert sorted(outcomes.results) == [False, False, False, True]
        assert self.left(session, nina) == 9

    def test_control_without_taking_turns_it_counts_twice(
        self, session: Session, careless: Engine, nina: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        codes = self.make(session, nina)
        session.commit()
        monkeypatch.setattr(users, "lock_user", lambda _session, _user_id: None)
        monkeypatch.setattr(rows, "get_secrets", meeting(rows.get_secrets, seconds=LONGER))
        outcomes = run_in_parallel(careless, 2, lambda one, _number: self.use(one, nina, codes[0]))
        assert outcomes.results.count(True) == 2 or outcomes.errors, "SQLite refuses the second writer instead"


class TestSecondFactors:
    def test_staff_keep_the_last_one(self, session: Session, olaf: Account) -> None:
        with pytest.raises(LastSecondFactor):
            credentials.remove_totp(session, user_id=olaf.user_id, by=SYSTEM, now=NOW)
        session.rollback()

    def test_staff_may_swap_an_app_for_a_passkey(self, session: Session, olaf: Account) -> None:
        add_passkey(session, olaf)
        credentials.remove_totp(session, user_id=olaf.user_id, by=SYSTEM, now=NOW)
        assert reload(session, olaf).has_second_factor
        with pytest.raises(LastSecondFactor):
            passkeys.remove_passkey(session, user_id=olaf.user_id, credential_id=KEY.credential_id, by=SYSTEM, now=NOW)
        session.rollback()

    def test_a_coordinator_may_go_without_and_recovery_codes_go_too(self, session: Session, nina: Account) -> None:
        credentials.make_recovery_codes(session, user_id=nina.user_id, by=SYSTEM, now=NOW)
        credentials.remove_totp(session, user_id=nina.user_id, by=SYSTEM, now=NOW)
        assert reload(session, nina).best is Strength.PASSWORD
        assert credentials.get_secrets(session, user_id=nina.user_id).recovery_codes_left == 0
        assert changes_told(session) == [Verb.SECOND_FACTOR_REMOVED]

    def test_a_further_one_is_told_the_first_is_not(self, session: Session) -> None:
        nora = factories.add_account(session, email="nora@example.org", strength=Strength.SECOND_FACTOR)
        assert changes_told(session) == []
        add_passkey(session, nora)
        assert changes_told(session) == [Verb.SECOND_FACTOR_ADDED]


class TestPasskeys:
    def test_a_passkey_is_found_by_its_id_with_its_owner(self, session: Session, nina: Account) -> None:
        assert add_passkey(session, nina)
        key = passkeys.find_passkey(session, credential_id=KEY.credential_id)
        assert key is not None
        assert (key.user_id, key.public_key, key.sign_count, key.name) == (nina.user_id, b"public", 3, "Laptop")
        assert key.used_at == NOW
        assert passkeys.find_passkey(session, credential_id=b"other") is None

    def test_one_key_belongs_to_one_account(self, session: Session, nina: Account, olaf: Account) -> None:
        assert add_passkey(session, nina)
        assert not add_passkey(session, olaf)
        assert passkeys.list_passkeys(session, user_id=olaf.user_id) == []

    def test_its_use_is_noted(self, session: Session, nina: Account) -> None:
        add_passkey(session, nina)
        later = NOW + timedelta(days=1)
        passkeys.note_use(session, credential_id=KEY.credential_id, sign_count=4, now=later)
        (key,) = passkeys.list_passkeys(session, user_id=nina.user_id)
        assert (key.sign_count, key.used_at) == (4, later)

    def test_nobody_removes_another_ones(self, session: Session, nina: Account, olaf: Account) -> None:
        add_passkey(session, nina)
        passkeys.remove_passkey(session, user_id=olaf.user_id, credential_id=KEY.credential_id, by=SYSTEM, now=NOW)
        assert len(passkeys.list_passkeys(session, user_id=nina.user_id)) == 1
