"""The record: whole after a whole road, any tampering found and named (P13), erasable, and never forked."""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, delete, func, insert, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Right
from om_selfcheck.domain.record import GENESIS, SYSTEM, Event, Verb, canonical_json, hash_payload, make_entry
from om_selfcheck.domain.tampering import BREAKS_NAMED, Break, Damage
from om_selfcheck.services import assessments, grants
from om_selfcheck.services.installation import open_engine
from om_selfcheck.services.questionnaires import publish_questionnaires
from om_selfcheck.services.record import append_event, append_once, erase_payloads, verify_record
from om_selfcheck.store.engine import BUSY_SECONDS
from om_selfcheck.store.models import EventPayload, EventRow, RecordHead
from om_selfcheck.store.queries import record
from tests import factories
from tests.builders import make_questionnaire
from tests.factories import NOW
from tests.services.parallel import A_WHILE, LONGER, Outcomes, meeting, run_in_parallel


def make_event(number: int = 0) -> Event:
    return Event(
        verb=Verb.ASSESSMENT_STARTED,
        actor="owner",
        subject=f"assessment:{number}",
        at=NOW + timedelta(seconds=number),
        payload={"number": number},
    )


def go_the_whole_road(session: Session) -> int:
    """Do everything that is recorded once, and return how many events that made."""
    publish_questionnaires(session, questionnaires=[make_questionnaire()], now=NOW)
    owner = factories.make_complete(session)
    factories.let_in(session, owner)
    reader = factories.let_in(session, owner, Right.READER)
    grants.record_opening(session, actor=reader, now=NOW)
    grants.revoke_link(session, actor=owner, grant_id=reader.grant_id, now=NOW)
    factories.issue(session, owner)
    grants.renew_key(session, actor=owner, now=NOW)
    factories.start(session)
    assessments.clear_untouched(session, now=NOW + timedelta(days=8))
    session.commit()
    return len(list_seqs(session))


def list_seqs(session: Session) -> list[int]:
    return list(session.scalars(select(EventRow.seq).order_by(EventRow.seq)))


def breaks(session: Session) -> set[tuple[int, Damage]]:
    session.expire_all()
    found = verify_record(session)
    assert len(found) == len(set(found)), "each damage is named once"
    return {(broken.seq, broken.damage) for broken in found}


def test_an_empty_record_is_whole(session: Session) -> None:
    assert verify_record(session) == []


ROAD = {
    Verb.QUESTIONNAIRE_PUBLISHED,
    Verb.ASSESSMENT_STARTED,
    Verb.GRANT_CREATED,
    Verb.GRANT_OPENED,
    Verb.GRANT_REVOKED,
    Verb.KEY_RENEWED,
    Verb.DECLARATION_ISSUED,
    Verb.ASSESSMENT_CLEARED,
}


def test_the_record_is_whole_after_a_whole_road(session: Session) -> None:
    length = go_the_whole_road(session)
    assert verify_record(session) == []
    assert list_seqs(session) == list(range(1, length + 1))
    assert set(session.scalars(select(EventRow.verb))) == ROAD, "everything that is recorded on it happened"


def test_an_event_takes_the_next_place_in_the_chain(session: Session) -> None:
    assert [append_event(session, make_event(number)) for number in range(3)] == [1, 2, 3]
    first, second, third = session.scalars(select(EventRow).order_by(EventRow.seq))
    assert [first.previous_hash, second.previous_hash, third.previous_hash] == [GENESIS, first.hash, second.hash]
    assert (first.at, first.actor, first.subject) == (NOW, "owner", "assessment:0")


def test_equal_payloads_are_salted_differently(session: Session) -> None:
    append_event(session, make_event())
    append_event(session, make_event())
    assert len(set(session.scalars(select(EventRow.payload_hash)))) == 2
    assert len(set(session.scalars(select(EventPayload.salt)))) == 2


def test_an_act_that_is_taken_back_leaves_no_event(session: Session) -> None:
    append_event(session, make_event())
    session.rollback()
    assert (list_seqs(session), verify_record(session)) == ([], [])


def test_a_record_longer_than_one_batch_is_verified_to_its_end(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("om_selfcheck.store.queries.record.BATCH", 2)
    length = go_the_whole_road(session)
    assert breaks(session) == set()
    session.execute(update(EventRow).where(EventRow.seq == length).values(subject="x"))
    assert (length, Damage.CHANGED) in breaks(session)


# Tampering by SQL

OTHER_HASH = "f" * 64
TAMPERINGS: dict[tuple[Any, str], tuple[Any, Damage]] = {
    (EventRow, "at"): (NOW + timedelta(microseconds=1), Damage.CHANGED),
    (EventRow, "actor"): ("doer", Damage.CHANGED),
    (EventRow, "verb"): ("declaration_withdrawn", Damage.CHANGED),
    (EventRow, "subject"): ("assessment:other", Damage.CHANGED),
    (EventRow, "payload_hash"): (OTHER_HASH, Damage.CHANGED),
    (EventRow, "previous_hash"): (OTHER_HASH, Damage.REORDERED),
    (EventRow, "hash"): (OTHER_HASH, Damage.CHANGED),
    (EventPayload, "salt"): ("0" * 32, Damage.PAYLOAD_CHANGED),
    (EventPayload, "payload"): ('{"x":1}', Damage.PAYLOAD_CHANGED),
}


def test_any_column_of_any_row_changed_is_found_and_named(session: Session) -> None:
    length = go_the_whole_road(session)
    for (table, column), (value, damage) in TAMPERINGS.items():
        for seq in range(1, length + 1):
            session.execute(update(table).where(table.seq == seq).values({column: value}))
            assert (seq, damage) in breaks(session), (column, seq)
            session.rollback()
    assert breaks(session) == set()


def test_the_tampered_columns_are_all_there_are() -> None:
    columns = {(table, column.name) for table in (EventRow, EventPayload) for column in table.__table__.columns}
    assert columns - set(TAMPERINGS) == {(EventRow, "seq"), (EventPayload, "seq")}, "these have tests of their own"


def test_any_row_moved_to_another_place_is_found(session: Session) -> None:
    for seq in range(1, go_the_whole_road(session) + 1):
        session.execute(delete(EventPayload).where(EventPayload.seq == seq))
        session.execute(update(EventRow).where(EventRow.seq == seq).values(seq=1000 + seq))
        found = breaks(session)
        assert {(seq, Damage.MISSING), (1000 + seq, Damage.CHANGED)} <= found
        session.rollback()


def test_any_payload_moved_to_another_row_is_found(session: Session) -> None:
    length = go_the_whole_road(session)
    for seq in range(1, length + 1):
        other = seq % length + 1
        session.execute(delete(EventPayload).where(EventPayload.seq == seq))
        session.execute(update(EventPayload).where(EventPayload.seq == other).values(seq=seq))
        assert breaks(session) == {(seq, Damage.PAYLOAD_CHANGED), (other, Damage.PAYLOAD_MISSING)}
        session.rollback()


def test_any_row_cut_out_is_found(session: Session) -> None:
    for seq in range(1, go_the_whole_road(session) + 1):
        session.execute(delete(EventPayload).where(EventPayload.seq == seq))
        session.execute(delete(EventRow).where(EventRow.seq == seq))
        assert (seq, Damage.MISSING) in breaks(session)
        session.rollback()


def test_an_end_cut_off_is_found(session: Session) -> None:
    length = go_the_whole_road(session)
    for kept in range(length):
        session.execute(delete(EventPayload).where(EventPayload.seq > kept))
        session.execute(delete(EventRow).where(EventRow.seq > kept))
        assert breaks(session) == {(kept + 1, Damage.MISSING)}
        session.rollback()


def forge(session: Session, seq: int) -> None:
    """Rewrite a row as somebody would who knows how hashes are made."""
    row = session.scalars(select(EventRow).where(EventRow.seq == seq)).one()
    event = Event(verb=Verb(row.verb), actor="doer", subject=row.subject, at=row.at, payload={})
    entry = make_entry(event, seq=seq, payload_hash=row.payload_hash, previous_hash=row.previous_hash)
    row.actor, row.hash = entry.actor, entry.hash
    session.flush()


def test_a_row_forged_with_a_fitting_hash_is_found_by_the_next_one(session: Session) -> None:
    for seq in range(1, go_the_whole_road(session)):
        forge(session, seq)
        assert breaks(session) == {(seq + 1, Damage.REORDERED)}
        session.rollback()


def test_a_last_row_forged_with_a_fitting_hash_is_found_by_the_head(session: Session) -> None:
    length = go_the_whole_road(session)
    forge(session, length)
    assert breaks(session) == {(length, Damage.HEAD_CHANGED)}


def test_a_row_added_behind_the_heads_back_is_found(session: Session) -> None:
    length = go_the_whole_road(session)
    last = session.scalars(select(EventRow).where(EventRow.seq == length)).one()
    payload_hash = hash_payload("salt", canonical_json({}))
    entry = make_entry(make_event(), seq=length + 1, payload_hash=payload_hash, previous_hash=last.hash)
    columns = {name: getattr(entry, name) for name in EventRow.__table__.columns.keys()}  # noqa: SIM118 - not a dict
    session.execute(insert(EventRow).values(columns))
    assert breaks(session) == {(length + 1, Damage.ADDED), (length + 1, Damage.PAYLOAD_MISSING)}


def test_a_changed_head_is_found(session: Session) -> None:
    length = go_the_whole_road(session)
    third = session.scalars(select(EventRow.hash).where(EventRow.seq == 3)).one()
    head: Any
    for head, found in (
        ({"hash": OTHER_HASH}, {(length, Damage.HEAD_CHANGED)}),
        ({"seq": 3}, {(3, Damage.HEAD_CHANGED), (4, Damage.ADDED)}),
        ({"seq": 3, "hash": third}, {(4, Damage.ADDED)}),
        ({"seq": 0, "hash": GENESIS}, {(1, Damage.ADDED)}),
        ({"seq": length + 1}, {(length + 1, Damage.MISSING)}),
    ):
        session.execute(update(RecordHead).values(head))
        assert breaks(session) == found, head
        session.rollback()
    session.execute(delete(RecordHead))
    assert breaks(session) == {(1, Damage.ADDED)}, "no head at all"


BENT = (
    "at = '2026-11-21'",
    "at = 'infinity'",
    "at = 'soon'",  # the rest only SQLite takes
    "at = x'ff'",
    "at = 5",
    "at = replace(at, ' ', 'T')",
    "at = substr(at, 1, 19)",
    "actor = x'ff00'",
    "actor = CAST(x'6fff' AS TEXT)",
    "subject = 7",
    "hash = x'00'",
    "verb = ''",
)


def test_whatever_lies_in_a_column_the_walk_goes_on_and_names_it(session: Session) -> None:
    """SQLite keeps any bytes in any column, and PostgreSQL knows days that no calendar has."""
    go_the_whole_road(session)
    for bent in BENT if session.get_bind().dialect.name == "sqlite" else BENT[:2]:
        session.execute(text(f"UPDATE event SET {bent} WHERE seq = 2"))  # noqa: S608 - ours, from above
        found = breaks(session)
        assert (2, Damage.CHANGED) in found, bent
        assert {seq for seq, _ in found} <= {2, 3}, "only it and the one after it"
        session.rollback()


def test_whatever_lies_in_other_tables_the_walk_goes_on_and_names_it(session: Session) -> None:
    go_the_whole_road(session)
    if session.get_bind().dialect.name != "sqlite":
        return
    session.execute(text("UPDATE event_payload SET salt = x'ff', payload = CAST(x'ff' AS TEXT) WHERE seq = 2"))
    assert breaks(session) == {(2, Damage.PAYLOAD_CHANGED)}
    session.execute(text("UPDATE record_head SET seq = 'none'"))
    assert (1, Damage.ADDED) in breaks(session)


def test_of_very_many_breaks_the_first_hundred_are_named_and_one_more(session: Session) -> None:
    for number in range(BREAKS_NAMED + 5):
        append_event(session, make_event(number))
    session.execute(update(EventRow).values(actor="reader"))
    expected = [Break(seq, Damage.CHANGED) for seq in range(1, BREAKS_NAMED + 2)]
    assert verify_record(session) == expected
    session.execute(delete(EventPayload).where(EventPayload.seq == 1))
    assert verify_record(session)[1] == Break(1, Damage.PAYLOAD_MISSING), "the first comes first, whenever it is found"


# Erasing


def test_erasing_payloads_keeps_the_record_whole_and_says_so(session: Session) -> None:
    for number in (1, 2, 1, 3):
        append_event(session, make_event(number))
    erased = erase_payloads(session, subjects=["assessment:1", "assessment:2"], actor="owner", now=NOW)
    assert erased == 3
    assert verify_record(session) == []
    assert list(session.scalars(select(EventPayload.seq).order_by(EventPayload.seq))) == [4, 5, 6]
    assert factories.list_verbs(session, "assessment:1")[2:] == [(Verb.PAYLOADS_ERASED, NOW)]
    assert factories.list_verbs(session, "assessment:2")[1:] == [(Verb.PAYLOADS_ERASED, NOW)]
    assert append_event(session, make_event()) == 7
    assert verify_record(session) == []


def test_erasing_twice_is_harmless(session: Session) -> None:
    append_event(session, make_event(1))
    assert erase_payloads(session, subjects=["assessment:1"] * 2, actor=SYSTEM, now=NOW) == 1
    before = factories.dump(session)
    assert erase_payloads(session, subjects=["assessment:1", "assessment:9"], actor=SYSTEM, now=NOW) == 0
    assert factories.dump(session) == before


def test_nothing_of_an_erased_payload_is_left(session: Session) -> None:
    canary = "canary-0815"
    append_event(session, Event(verb=Verb.GRANT_CREATED, actor="owner", subject="a:1", at=NOW, payload={"x": canary}))
    assert canary in str(factories.dump(session))
    salt = session.scalars(select(EventPayload.salt)).one()
    erase_payloads(session, subjects=["a:1"], actor="owner", now=NOW)
    assert canary not in str(factories.dump(session))
    assert salt not in str(factories.dump(session)), "or somebody could try payloads against the hash"


def test_what_came_after_an_erasure_is_kept_until_the_next(session: Session) -> None:
    append_event(session, make_event(1))
    erase_payloads(session, subjects=["assessment:1"], actor=SYSTEM, now=NOW)
    append_event(session, make_event(1))
    assert verify_record(session) == []
    session.execute(delete(EventPayload).where(EventPayload.seq == 3))
    assert verify_record(session) == [Break(3, Damage.PAYLOAD_MISSING)]
    session.rollback()


def test_payloads_deleted_by_hand_are_found(session: Session) -> None:
    go_the_whole_road(session)
    session.execute(delete(EventPayload).where(EventPayload.seq == 2))
    assert breaks(session) == {(2, Damage.PAYLOAD_MISSING)}


# Once


def test_an_event_that_is_recorded_once_is_not_recorded_again(session: Session) -> None:
    for _ in range(3):
        append_once(session, make_event(1))
    assert list_seqs(session) == [1]
    later = make_event(1)
    append_once(session, Event(verb=later.verb, actor="reader", subject=later.subject, at=NOW, payload=later.payload))
    assert list_seqs(session) == [1], "whoever did it and whenever"


@pytest.mark.parametrize(
    "change", [{"verb": Verb.KEY_RENEWED}, {"subject": "assessment:2"}, {"payload": {"number": 2}}]
)
def test_another_event_is_recorded(session: Session, change: dict[str, Any]) -> None:
    append_once(session, make_event(1))
    append_once(session, replace(make_event(1), **change))
    assert list_seqs(session) == [1, 2]


def test_of_several_at_once_one_is_recorded(session: Session, engine: Engine) -> None:
    outcomes = run_in_parallel(engine, 8, lambda own, _number: append_once(own, make_event(1)))
    assert not outcomes.errors
    assert list_seqs(session) == [1]


def test_control_looking_only_before_ones_turn_records_it_twice(
    session: Session, careless: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_look = meeting(record.has_event, seconds=LONGER)

    def look_once(own: Session, **named: Any) -> bool:
        return False if own.info.setdefault("looks", []) else own.info["looks"].append(1) or first_look(own, **named)

    monkeypatch.setattr("om_selfcheck.store.queries.record.has_event", look_once)
    outcomes = run_in_parallel(careless, 2, lambda own, _number: append_once(own, make_event(1)))
    assert outcomes.errors or list_seqs(session) == [1, 2]


# Several at once


def append_in_parallel(engine: Engine, count: int) -> Outcomes[int]:
    return run_in_parallel(engine, count, lambda own, number: append_event(own, make_event(number)))


def is_one_chain(session: Session, outcomes: Outcomes[int], count: int) -> bool:
    is_complete = sorted(outcomes.results) == list_seqs(session) == list(range(1, count + 1))
    return not outcomes.errors and is_complete and verify_record(session) == []


def test_events_appended_at_once_never_fork_the_chain(session: Session, engine: Engine) -> None:
    assert is_one_chain(session, append_in_parallel(engine, 20), 20)


def test_events_appended_after_reading_together_would_wait_for_each_other(
    session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("om_selfcheck.store.queries.record.lock_head", meeting(record.lock_head))
    assert is_one_chain(session, append_in_parallel(engine, 2), 2)


def test_control_the_harness_notices_appending_without_the_lock(
    session: Session, careless: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_head(own: Session) -> tuple[int, str]:
        seq, digest = own.execute(select(RecordHead.seq, RecordHead.hash)).one()
        return seq, digest

    monkeypatch.setattr("om_selfcheck.store.queries.record.lock_head", meeting(read_head, seconds=LONGER))
    assert not is_one_chain(session, append_in_parallel(careless, 2), 2)


@pytest.fixture
def reading(engine: Engine) -> Iterator[Engine]:
    """The same database as the command opens it."""
    opened = open_engine(engine.url.render_as_string(hide_password=False), is_reading=True)
    yield opened
    opened.dispose()


def append_in_the_middle(session: Session, engine: Engine, verifying: Engine, patch: pytest.MonkeyPatch) -> list[Break]:
    """Verify a record longer than a batch, and let somebody append and erase after its first row was read."""
    patch.setattr("om_selfcheck.store.queries.record.BATCH", 2)
    for number in range(6):
        append_event(session, make_event(number))
    session.commit()
    walk_rows: Callable[[Session], Generator[Any]] = record.walk_rows  # type: ignore[assignment]  # it is one

    def append_meanwhile(own: Session) -> Iterator[Any]:
        with closing(walk_rows(own)) as rows:
            yield next(rows)
            with Session(engine) as other:
                append_event(other, make_event(1))
                erase_payloads(other, subjects=["assessment:4"], actor=SYSTEM, now=NOW)
                other.commit()
            yield from rows

    patch.setattr("om_selfcheck.store.queries.record.walk_rows", append_meanwhile)
    with Session(verifying) as own:
        return verify_record(own)


def test_who_appends_while_the_record_is_verified_neither_waits_nor_raises_an_alarm(
    session: Session, engine: Engine, reading: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = monotonic()
    assert append_in_the_middle(session, engine, reading, monkeypatch) == []
    assert monotonic() - begin < BUSY_SECONDS, "who waits for a lock that is not given up waits for five seconds"
    assert list_seqs(session) == list(range(1, 9))


def test_control_verifying_as_a_writer_would_hold_them_up(
    session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    if engine.dialect.name != "sqlite":
        return  # readers hold nobody up there
    impatient = create_engine(engine.url, connect_args={"timeout": A_WHILE})
    with pytest.raises(OperationalError, match="locked"):
        append_in_the_middle(session, impatient, engine, monkeypatch)
    impatient.dispose()


def test_a_subjects_events_are_listed_in_order(session: Session) -> None:
    append_event(session, make_event(1))
    append_event(session, make_event(2))
    append_event(session, make_event(1))
    at = NOW + timedelta(seconds=1)
    assert factories.list_verbs(session, "assessment:1") == [(Verb.ASSESSMENT_STARTED, at)] * 2
    assert session.scalar(select(func.count()).select_from(EventRow)) == 3


def test_a_break_says_where_and_what(session: Session) -> None:
    append_event(session, make_event())
    session.execute(update(EventRow).values(actor="reader"))
    assert verify_record(session) == [Break(1, Damage.CHANGED)]
