"""Holding the register of declarations against the record, number by number (P13)."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice

from sqlalchemy.orm import Session

from om_selfcheck.clock import day_in_berlin
from om_selfcheck.domain.correction import hash_correction
from om_selfcheck.domain.reconciliation import Act, Corrected, Difference, Kept, find_differences
from om_selfcheck.domain.snapshot import hash_snapshot, read_declared
from om_selfcheck.domain.tampering import BREAKS_NAMED
from om_selfcheck.services.record import read_payload, to_text
from om_selfcheck.store.queries import reconciliation as rows


def compare_register(session: Session) -> list[tuple[str, Difference]]:
    """Name each declaration that is not what the record says of it, the first hundred and one more.

    The session must not have read anything yet. What is read is one state of the database, here and by whoever goes
    on with the session: a declaration issued meanwhile is in both or in neither.
    """
    rows.see_one_state(session)
    found = find_differences(_read_acts(session), _read_rows(session), _read_corrections(session))
    return list(islice(found, BREAKS_NAMED + 1))


def _read_acts(session: Session) -> Iterator[tuple[str, Act]]:
    for stored in rows.walk_acts(session):
        subject, verb, actor, at = map(to_text, stored[:4])
        act = Act(verb=verb, actor=actor, on=_to_day(at), details=read_payload(stored[4]) or {})
        yield subject.removeprefix(rows.PREFIX), act


def _read_rows(session: Session) -> Iterator[tuple[str, Kept]]:
    for stored in rows.walk_rows(session):
        number, issued_on, snapshot, snapshot_hash = map(to_text, stored[:4])
        yield (
            number,
            Kept(
                issued_on=issued_on,
                snapshot_hash=snapshot_hash,
                hash_now=hash_snapshot(snapshot) if snapshot else "",
                withdrawn_on="" if stored[4] is None else to_text(stored[4]) or "?",
                reason=to_text(stored[5]),
                replaced_by=to_text(stored[7]) if stored[6] else None,
                named=(to_text(stored[8]), to_text(stored[9])),
                declared=read_declared(snapshot),
                is_hidden=stored[10],
            ),
        )


def _read_corrections(session: Session) -> Iterator[tuple[str, Corrected]]:
    for stored in rows.walk_corrections(session):
        number, key, edition, actor, details, note = map(to_text, stored)
        content = hash_correction(key=key.replace("-", ""), edition=edition, actor=actor, details=details, note=note)
        name, city = ((read_payload(details) or {}).get(field) for field in ("company_name", "city"))
        declared = (name, city) if isinstance(name, str) and isinstance(city, str) else None
        yield number, Corrected(hash=content, declared=declared)


def _to_day(instant: str) -> str:
    """Return the day in Berlin of an instant, which SQLite keeps without its zone; "" where it is none."""
    with suppress(ValueError, OverflowError):
        read = datetime.fromisoformat(instant)
        return day_in_berlin(read if read.tzinfo else read.replace(tzinfo=UTC)).isoformat()
    return ""
