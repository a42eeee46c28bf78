"""An address is typed by the owner, confirmed by its holder, changed and removed; only a confirmed one gets mail."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Right
from om_selfcheck.domain.address import CODE_TRIES, CodeAnswer
from om_selfcheck.domain.errors import NotAllowed, NotFound
from om_selfcheck.domain.merging import Conflict
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.record import Verb
from om_selfcheck.services import addresses, grants
from om_selfcheck.services.addresses import AddressSettings
from om_selfcheck.services.grants import Actor
from om_selfcheck.store.models import AddressClaim, Company
from om_selfcheck.store.queries import addresses as rows
from tests import factories
from tests.factories import NOW
from tests.services.parallel import LONGER, meeting, run_in_parallel
from tests.services.post import Letter, put_back, send_all

OLD, NEW = "alt@betrieb.de", "neu@betrieb.de"
MINUTE = timedelta(minutes=1)
TINY = timedelta(microseconds=1)
WRONG_CODE = "3333-3333"


def claim(session: Session, actor: Actor, address: str = NEW, **changes: object) -> Conflict | None:
    facts: dict[str, object] = {"shown": get(session, actor).typed, "language": "de", "now": NOW}
    conflict = addresses.claim_address(session, actor=actor, address=address, **(facts | changes))  # type: ignore[arg-type]
    session.commit()
    return conflict


def get(session: Session, actor: Actor) -> AddressSettings:
    return addresses.get_address_settings(session, actor=actor)


def ask(session: Session, actor: Actor, address: str = NEW, **changes: object) -> Letter:
    """Type an address and return the mail that asks for its confirmation."""
    claim(session, actor, address, **changes)
    asked = [one for one in send_all(session) if one.kind is MessageKind.CONFIRM_ADDRESS and one.facts]
    assert len(asked) == 1
    return asked[0]


def confirm(session: Session, actor: Actor, address: str = NEW, **changes: object) -> Letter:
    """Type an address and confirm it by the link in its mail."""
    letter = ask(session, actor, address, **changes)
    press(session, letter)
    return letter


def press(session: Session, letter: Letter, *, after: timedelta = timedelta(0)) -> None:
    assert letter.facts is not None
    addresses.confirm_by_token(session, token=letter.facts["token"], language="de", now=NOW + after)
    session.commit()


def type_code(session: Session, actor: Actor, code: str, *, after: timedelta = timedelta(0)) -> CodeAnswer:
    answer = addresses.confirm_by_code(session, actor=actor, code=code, language="de", now=NOW + after)
    session.commit()
    return answer


def verbs(session: Session, actor: Actor) -> list[Verb]:
    return [Verb(verb) for verb, _ in factories.list_verbs(session, f"assessment:{actor.assessment_id}")]


# Typing it


def test_what_is_typed_gets_the_mail_that_asks_and_nothing_else(session: Session) -> None:
    owner = factories.start(session)
    claim(session, owner)
    assert (get(session, owner).confirmed, get(session, owner).unconfirmed) == ("", NEW)
    assert [(one.kind, one.address) for one in send_all(session)] == [(MessageKind.CONFIRM_ADDRESS, NEW)]


def test_that_mail_says_nothing_that_somebody_typed(session: Session) -> None:
    owner = factories.make_complete(session)
    assert "Brandt" not in str(ask(session, owner).facts)


def test_token_and_code_are_made_when_the_mail_is_sent_and_kept_as_hashes_only(session: Session) -> None:
    owner = factories.start(session)
    claim(session, owner)
    assert session.scalars(select(AddressClaim.token_hash)).all() == [None]
    (letter,) = send_all(session)
    assert letter.facts is not None
    everything = str(factories.dump(session))
    assert letter.facts["token"] not in everything
    assert letter.facts["code"] not in everything
    assert grants.hash_token(letter.facts["token"]) in everything, "the search would find it"


def test_a_second_click_sends_no_second_mail(session: Session) -> None:
    owner = factories.start(session)
    claim(session, owner)
    claim(session, owner, now=NOW + MINUTE - TINY)
    assert len(send_all(session)) == 1


def test_asked_again_later_a_new_mail_takes_the_place_of_the_old_one(session: Session) -> None:
    owner = factories.start(session)
    first = ask(session, owner)
    second = ask(session, owner, now=NOW + MINUTE)
    with pytest.raises(NotFound):
        press(session, first)
    press(session, second)
    assert get(session, owner).confirmed == NEW


def test_a_mail_that_was_not_sent_before_another_address_was_typed_is_not_wanted_any_more(session: Session) -> None:
    owner = factories.start(session)
    claim(session, owner, OLD)
    claim(session, owner, NEW)
    assert {one.address: one.facts is not None for one in send_all(session)} == {OLD: False, NEW: True}


def test_a_mail_that_could_not_be_sent_for_a_day_is_not_wanted_any_more(session: Session) -> None:
    claim(session, factories.start(session))
    (letter,) = send_all(session, NOW + timedelta(hours=24))
    assert letter.facts is None


def test_each_attempt_makes_a_link_and_a_code_of_its_own(session: Session) -> None:
    owner = factories.start(session)
    claim(session, owner)
    (first,) = send_all(session)
    put_back(session)
    (second,) = send_all(session, NOW + 5 * MINUTE)
    assert first.facts is not None
    assert second.facts is not None
    assert first.facts["token"] != second.facts["token"]
    assert type_code(session, owner, second.facts["code"], after=14 * MINUTE) is CodeAnswer.RIGHT


def test_two_who_type_at_once_do_not_overwrite_each_other_unseen(session: Session) -> None:
    owner = factories.start(session)
    claim(session, owner, OLD)
    assert claim(session, owner, NEW, shown="") == Conflict("email", OLD, NEW)
    assert get(session, owner).unconfirmed == OLD
    assert claim(session, owner, OLD, shown="") is None, "both want the same"


def test_sending_again_to_what_another_replaced_meanwhile_is_a_conflict_too(session: Session) -> None:
    owner = factories.start(session)
    claim(session, owner, NEW)
    assert claim(session, owner, OLD, shown=OLD) == Conflict("email", NEW, OLD)


# Confirming it


def test_the_link_confirms_and_it_is_recorded_without_the_address(session: Session) -> None:
    owner = factories.start(session)
    confirm(session, owner)
    settings = get(session, owner)
    assert (settings.confirmed, settings.unconfirmed, settings.claim) == (NEW, "", None)
    assert session.scalars(select(Company.email_confirmed_at)).all() == [NOW]
    assert verbs(session, owner)[-1] is Verb.ADDRESS_CONFIRMED
    assert "betrieb.de" not in str(factories.dump(session)["event_payload"])


def test_looking_at_the_link_confirms_nothing(session: Session) -> None:
    owner = factories.start(session)
    letter = ask(session, owner)
    assert letter.facts is not None
    before = factories.dump(session)
    shown = addresses.get_claimed_address(session, token=letter.facts["token"], now=NOW)
    assert (shown.address, shown.is_confirmed, shown.started_at) == (NEW, False, owner.started_at)
    assert factories.dump(session) == before


def test_pressing_twice_is_harmless_and_recorded_once(session: Session) -> None:
    owner = factories.start(session)
    letter = confirm(session, owner)
    press(session, letter)
    assert verbs(session, owner).count(Verb.ADDRESS_CONFIRMED) == 1
    assert letter.facts is not None
    assert addresses.get_claimed_address(session, token=letter.facts["token"], now=NOW).is_confirmed


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "Ü", "\udc80", "\x00", "x" * 5000])
def test_an_unknown_token_confirms_nothing(session: Session, token: str) -> None:
    ask(session, factories.start(session))
    for use in (addresses.get_claimed_address, lambda *a, **k: addresses.confirm_by_token(*a, language="de", **k)):
        with pytest.raises(NotFound):
            use(session, token=token, now=NOW)


def test_the_link_confirms_for_a_day(session: Session) -> None:
    owner = factories.start(session)
    letter = ask(session, owner)
    with pytest.raises(NotFound):
        press(session, letter, after=timedelta(hours=24))
    press(session, letter, after=timedelta(hours=24) - TINY)
    assert get(session, owner).confirmed == NEW


def test_the_code_confirms_for_ten_minutes_after_sending(session: Session) -> None:
    owner = factories.start(session)
    letter = ask(session, owner)
    assert letter.facts is not None
    assert type_code(session, owner, letter.facts["code"], after=10 * MINUTE) is CodeAnswer.EXPIRED
    assert type_code(session, owner, letter.facts["code"], after=10 * MINUTE - TINY) is CodeAnswer.RIGHT
    assert type_code(session, owner, letter.facts["code"]) is CodeAnswer.RIGHT, "twice is harmless"
    assert verbs(session, owner).count(Verb.ADDRESS_CONFIRMED) == 1


def test_after_five_wrong_codes_the_right_one_is_refused_and_the_link_still_confirms(session: Session) -> None:
    owner = factories.start(session)
    letter = ask(session, owner)
    assert letter.facts is not None
    assert [type_code(session, owner, WRONG_CODE) for _ in range(CODE_TRIES)] == [CodeAnswer.WRONG] * CODE_TRIES
    assert type_code(session, owner, letter.facts["code"]) is CodeAnswer.USED_UP
    press(session, letter)
    assert get(session, owner).confirmed == NEW


def test_a_code_belongs_to_its_company(session: Session) -> None:
    alma, stella = factories.start(session), factories.start(session)
    letter = ask(session, alma)
    assert letter.facts is not None
    assert type_code(session, stella, letter.facts["code"]) is CodeAnswer.NOTHING_WAITS
    ask(session, stella, OLD)
    assert type_code(session, stella, letter.facts["code"]) is CodeAnswer.WRONG
    assert get(session, stella).confirmed == ""


def test_before_the_mail_is_sent_no_code_is_right(session: Session) -> None:
    owner = factories.start(session)
    claim(session, owner)
    assert type_code(session, owner, "") is CodeAnswer.EXPIRED
    assert type_code(session, owner, WRONG_CODE) is CodeAnswer.EXPIRED


# Changing and removing it


def test_until_the_new_one_is_confirmed_the_old_one_stays(session: Session) -> None:
    owner = factories.start(session)
    confirm(session, owner, OLD)
    ask(session, owner, NEW)
    assert (get(session, owner).confirmed, get(session, owner).unconfirmed) == (OLD, NEW)


def test_the_old_address_is_told_of_the_change_and_not_which_is_the_new_one(session: Session) -> None:
    owner = factories.start(session)
    confirm(session, owner, OLD)
    confirm(session, owner, NEW)
    (told,) = send_all(session)
    assert (told.kind, told.address) == (MessageKind.ADDRESS_CHANGED, OLD)
    assert NEW not in str(told.facts)


def test_the_first_address_replaces_none_and_nobody_is_told(session: Session) -> None:
    confirm(session, factories.start(session))
    assert send_all(session) == []


def test_typing_the_confirmed_one_again_gives_the_change_up(session: Session) -> None:
    owner = factories.start(session)
    confirm(session, owner, OLD)
    letter = ask(session, owner, NEW)
    claim(session, owner, OLD)
    assert (get(session, owner).confirmed, get(session, owner).unconfirmed) == (OLD, "")
    assert send_all(session) == []
    with pytest.raises(NotFound):
        press(session, letter)


def test_a_removed_address_is_gone_and_told_and_its_links_confirm_nothing(session: Session) -> None:
    owner = factories.start(session)
    letter = confirm(session, owner)
    assert addresses.remove_address(session, actor=owner, shown=NEW, now=NOW) is None
    session.commit()
    assert (get(session, owner).confirmed, get(session, owner).typed) == ("", "")
    assert verbs(session, owner)[-1] is Verb.ADDRESS_REMOVED
    (told,) = send_all(session)
    assert (told.kind, told.address) == (MessageKind.ADDRESS_CHANGED, NEW)
    with pytest.raises(NotFound):
        press(session, letter)
    assert NEW not in str(factories.dump(session)["company"])


def test_removing_what_was_never_confirmed_tells_nobody(session: Session) -> None:
    owner = factories.start(session)
    letter = ask(session, owner)
    addresses.remove_address(session, actor=owner, shown=NEW, now=NOW)
    assert Verb.ADDRESS_REMOVED not in verbs(session, owner)
    assert send_all(session) == []
    with pytest.raises(NotFound):
        press(session, letter)


def test_a_form_left_between_saving_and_forgetting_is_mended_by_the_next_one(session: Session) -> None:
    """The declaration's form saves an emptied field first and forgets the address then."""
    nexts: tuple[Callable[[Actor], object], ...] = (
        lambda actor: claim(session, actor, OLD, shown=NEW),
        lambda actor: addresses.remove_address(session, actor=actor, shown=NEW, now=NOW),
        lambda actor: addresses.remove_address(session, actor=actor, shown="", now=NOW),
    )
    for change in nexts:
        owner = factories.start(session)
        confirm(session, owner)
        session.execute(update(Company).values(email=""))
        assert get(session, owner).typed == NEW
        assert change(owner) is None
        send_all(session)


def test_removing_twice_is_harmless_and_removing_another_than_seen_is_not_done(session: Session) -> None:
    owner = factories.start(session)
    confirm(session, owner, OLD)
    confirm(session, owner, NEW)
    assert addresses.remove_address(session, actor=owner, shown=OLD, now=NOW) == Conflict("email", NEW, "")
    assert get(session, owner).confirmed == NEW
    for _ in range(2):
        assert addresses.remove_address(session, actor=owner, shown=NEW, now=NOW) is None
    assert verbs(session, owner).count(Verb.ADDRESS_REMOVED) == 1


def test_renewing_the_key_forgets_an_address_that_waits(session: Session) -> None:
    """Whoever had the old key may have typed it, and would get a new key by it."""
    owner = factories.start(session)
    letter = ask(session, owner)
    grants.renew_key(session, actor=owner, now=NOW)
    session.commit()
    with pytest.raises(NotFound):
        press(session, letter)


# Who may


OWNERS_ONLY: dict[str, Callable[[Session, Actor], object]] = {
    "get": get,
    "claim": lambda session, actor: addresses.claim_address(
        session, actor=actor, address=NEW, shown="", language="de", now=NOW
    ),
    "code": lambda session, actor: type_code(session, actor, WRONG_CODE),
    "remove": lambda session, actor: addresses.remove_address(session, actor=actor, shown="", now=NOW),
}


@pytest.mark.parametrize("right", [Right.EDITOR, Right.READER, Right.DOER, Right.CALENDAR])
def test_the_address_is_the_owners_business_alone(session: Session, right: Right) -> None:
    owner = factories.start(session)
    ask(session, owner)
    helper = factories.let_in(session, owner, right)
    before = factories.dump(session)
    for use in OWNERS_ONLY.values():
        with pytest.raises(NotAllowed):
            use(session, helper)
    assert factories.dump(session) == before


def test_an_address_belongs_to_the_company_in_all_its_rounds_and_to_no_other(session: Session) -> None:
    owner, stella = factories.start(session), factories.start(session)
    confirm(session, owner)
    assert get(session, factories.begin_again(session, owner)).confirmed == NEW
    assert get(session, stella).confirmed == ""


# Several at once


def guess_in_parallel(session: Session, engine: Engine, count: int) -> list[CodeAnswer]:
    owner = factories.start(session)
    ask(session, owner)
    session.commit()

    def guess(own: Session, _number: int) -> CodeAnswer:
        return addresses.confirm_by_code(own, actor=owner, code=WRONG_CODE, language="de", now=NOW)

    outcomes = run_in_parallel(engine, count, guess)
    assert outcomes.errors == []
    return outcomes.results


def test_of_twelve_guesses_at_once_five_are_looked_at(session: Session, engine: Engine) -> None:
    answers = guess_in_parallel(session, engine, 12)
    assert answers.count(CodeAnswer.WRONG) == CODE_TRIES
    assert answers.count(CodeAnswer.USED_UP) == 12 - CODE_TRIES


def test_control_tries_counted_by_reading_first_are_not_exact(
    session: Session, careless: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = factories.start(session)
    ask(session, owner)
    for _ in range(CODE_TRIES - 1):
        type_code(session, owner, WRONG_CODE)
    session.commit()
    reading = meeting(rows.find_claim, seconds=LONGER)

    def count_carelessly(own: Session, company_id: object) -> AddressClaim | None:
        found = reading(own, company_id)  # type: ignore[arg-type]
        if found is not None:
            found.tries += 1
            own.flush()
        return found

    monkeypatch.setattr(rows, "count_code_try", count_carelessly)
    monkeypatch.setattr(rows, "lock_company", rows.get_company)

    def guess(own: Session, _number: int) -> CodeAnswer:
        return addresses.confirm_by_code(own, actor=owner, code=WRONG_CODE, language="de", now=NOW)

    outcomes = run_in_parallel(careless, 2, guess)
    assert outcomes.errors or outcomes.results == [CodeAnswer.WRONG] * 2, "one try was left, and two were looked at"


def test_the_button_pressed_by_several_at_once_confirms_once(session: Session, engine: Engine) -> None:
    owner = factories.start(session)
    confirm(session, owner, OLD)
    letter = ask(session, owner, NEW)
    session.commit()
    outcomes = run_in_parallel(engine, 4, lambda own, _number: press(own, letter))
    assert outcomes.errors == []
    assert verbs(session, owner).count(Verb.ADDRESS_CONFIRMED) == 2
    assert [one.address for one in send_all(session)] == [OLD], "the old address is told once"


def test_who_confirms_while_the_owner_removes_it_gets_one_of_both(session: Session, engine: Engine) -> None:
    owner = factories.start(session)
    letter = ask(session, owner)
    session.commit()

    def act(own: Session, number: int) -> object:
        if number == 0:
            return addresses.remove_address(own, actor=owner, shown=NEW, now=NOW)
        try:
            press(own, letter)
        except NotFound:
            return NotFound
        return None

    outcomes = run_in_parallel(engine, 2, act)
    assert outcomes.errors == []
    session.expire_all()
    assert get(session, owner).confirmed == ""
    assert get(session, owner).typed == ""
