"""The register's rows, found within a bounded time however many there are.

What is asked for is a sum of conditions. Where one of them leaves few declarations (`FEW`), those are collected, looked
at and ordered. Where none does, an index that holds everything the conditions need is walked in the order of the page,
at most `SCAN` entries at a time; a page that found less than it shows goes on from where the walk stopped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from om_selfcheck.domain.declaration import DeclarationStatus
from om_selfcheck.domain.register import AuditStanding, Count, RegisterOrder
from om_selfcheck.store.models import Audit, Declaration, DeclarationWord, Network

FEW = 2_500
SCAN = 10_000
LAST_LETTER = "\U0010ffff"
Newer = aliased(Declaration)
_SCANNED = (
    Declaration.id,
    Declaration.issued_on,
    Declaration.questionnaire_slug,
    Declaration.questionnaire_version,
    Declaration.network_id,
    Declaration.withdrawn_on,
    Declaration.replaced_by_id,
)
_LISTED = (
    select(
        Declaration.id,
        Declaration.number,
        Declaration.company_name,
        Declaration.city,
        Declaration.questionnaire_slug,
        Declaration.questionnaire_version,
        Declaration.issued_on,
        Declaration.withdrawn_on,
        Declaration.name_hidden_at,
        Newer.issued_on.label("replaced_on"),
        Network.name.label("network_name"),
    )
    .outerjoin(Newer, Newer.id == Declaration.replaced_by_id)
    .outerjoin(Network, Network.id == Declaration.network_id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for; what is empty does not matter. `words` are beginnings of words, all of which must be there.

    Where the status is a matter of dates, `issued_from` and `issued_to` say so too.
    """

    today: date
    words: tuple[str, ...] = ()
    slug: str = ""
    version: str = ""
    network_id: UUID | None = None
    issued_from: date | None = None
    issued_to: date | None = None
    status: DeclarationStatus | None = None
    audit: AuditStanding | None = None
    order: RegisterOrder = RegisterOrder.NEWEST


@dataclass(frozen=True, slots=True)
class FoundPage:
    """The rows of a page. `after` is the number to go on behind; None where nothing more can come."""

    rows: Sequence[RowMapping]
    after: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the order of the register."""

    issued_on: date
    id: UUID


def find_place(session: Session, number: str) -> Place | None:
    row = session.execute(select(Declaration.issued_on, Declaration.id).where(Declaration.number == number)).first()
    return Place(row.issued_on, row.id) if row else None


def list_by_number(session: Session, number: str) -> Sequence[RowMapping]:
    return session.execute(_LISTED.where(Declaration.number == number)).mappings().all()


def list_page(session: Session, wanted: Wanted, *, after: Place | None, at_most: int) -> FoundPage:
    """Return a page's rows in order, and where to go on."""
    few = _find_few(session, wanted)
    scanned = _scan(wanted, after, SCAN)
    statement = _from_scan(scanned, wanted) if few is None else _from_few(few, wanted, after)
    ids = session.scalars(statement.limit(at_most + 1)).all()
    rows = _load(session, ids[:at_most])
    if len(ids) > at_most:
        return FoundPage(rows, rows[-1]["number"])
    return FoundPage(rows, _find_end(session, scanned) if few is None else None)


def count_found(session: Session, wanted: Wanted) -> Count:
    """Count what is looked for, or stop after `SCAN` entries of the index."""
    few = _find_few(session, wanted)
    if few is not None:
        return Count(_count(session, _from_few(few, wanted, None)))
    scanned = _scan(wanted, None, SCAN + 1)
    number = _count(session, _from_scan(scanned, wanted))
    return Count(min(number, SCAN), _count(session, select(scanned.c.id)) <= SCAN)


def is_longer(session: Session, wanted: Wanted, most: int) -> bool:
    """Say whether more than so many declarations are looked for, however long that takes."""
    if _find_few(session, wanted) is not None:
        return False
    everything = _from_scan(_scan(wanted, None, None), wanted)
    return _count(session, everything.limit(most + 1)) > most


# Few


def _find_few(session: Session, wanted: Wanted) -> Select[Any] | None:
    """Return the ids of the condition that leaves the fewest declarations, if these are few enough to look at all."""
    counted = [(_count(session, source.limit(FEW + 1)), source) for source in _list_sources(wanted)]
    number, source = min(counted, key=lambda one: one[0], default=(FEW + 1, None))
    return source if number <= FEW else None


def _list_sources(wanted: Wanted) -> list[Select[Any]]:
    """Return for each condition that an index answers the ids it leaves."""
    sources = [select(DeclarationWord.declaration_id).where(_begins(word)) for word in wanted.words]
    ids = select(Declaration.id)
    if wanted.network_id is not None:
        sources.append(ids.where(Declaration.network_id == wanted.network_id))
    if wanted.slug and wanted.version:
        sources.append(ids.where(*_is_edition(wanted)))
    if wanted.issued_from and wanted.issued_to:
        sources.append(ids.where(Declaration.issued_on.between(wanted.issued_from, wanted.issued_to)))
    if wanted.status is DeclarationStatus.WITHDRAWN:
        sources.append(ids.where(Declaration.withdrawn_on.is_not(None)))
    if wanted.status is DeclarationStatus.REPLACED:
        sources.append(ids.where(Declaration.replaced_by_id.is_not(None)))
    if wanted.audit not in (None, AuditStanding.NONE):
        sources.append(select(Audit.declaration_id).where(*_stands(wanted)))
    return sources


def _from_few(few: Select[Any], wanted: Wanted, after: Place | None) -> Select[Any]:
    """Return the ids among few that everything fits, in order; collected first, so that no plan walks all instead."""
    columns = Declaration.__table__.c
    found = (
        select(Declaration.id, Declaration.issued_on)
        .where(Declaration.id.in_(few), *_conditions(columns, wanted), *_behind(columns, wanted, after))
        .cte("found")
        .prefix_with("MATERIALIZED")
    )
    return select(found.c.id).order_by(*_ordered(found.c, wanted))


# Many


def _scan(wanted: Wanted, after: Place | None, at_most: int | None) -> Any:  # noqa: ANN401 - a subquery
    """Return the next entries of the index that leaves the fewest and has the order of the page."""
    columns = Declaration.__table__.c
    return (
        select(*_SCANNED)
        .where(*_index_conditions(wanted), *_days(columns, wanted), *_behind(columns, wanted, after))
        .order_by(*_ordered(columns, wanted))
        .limit(at_most)
        .subquery("scanned")
    )


def _index_conditions(wanted: Wanted) -> Sequence[ColumnElement[bool]]:
    """Return the conditions of one index whose entries stand in the order of the page."""
    if wanted.status is DeclarationStatus.REPLACED:
        return (Declaration.replaced_by_id.is_not(None),)
    if wanted.network_id is not None:
        return (Declaration.network_id == wanted.network_id,)
    return _is_edition(wanted) if wanted.slug and wanted.version else ()


def _from_scan(scanned: Any, wanted: Wanted) -> Select[Any]:  # noqa: ANN401 - a subquery
    return select(scanned.c.id).where(*_conditions(scanned.c, wanted)).order_by(*_ordered(scanned.c, wanted))


def _find_end(session: Session, scanned: Any) -> str | None:  # noqa: ANN401 - a subquery
    """Return the number of the last entry of a walk that had to stop; None where it came to the end."""
    statement = select(Declaration.number).where(
        Declaration.id == select(scanned.c.id).limit(1).offset(SCAN - 1).scalar_subquery()
    )
    return session.scalar(statement)


# Conditions


def _conditions(columns: Any, wanted: Wanted) -> list[ColumnElement[bool]]:  # noqa: ANN401 - of a table or a subquery
    conditions = [*_days(columns, wanted), *_of_status(columns, wanted)]
    if wanted.slug:
        conditions.append(columns.questionnaire_slug == wanted.slug)
    if wanted.version:
        conditions.append(columns.questionnaire_version == wanted.version)
    if wanted.network_id is not None:
        conditions.append(columns.network_id == wanted.network_id)
    conditions.extend(
        select(DeclarationWord.word).where(DeclarationWord.declaration_id == columns.id, _begins(word)).exists()
        for word in wanted.words
    )
    if wanted.audit is AuditStanding.NONE:
        conditions.append(~select(Audit.id).where(Audit.declaration_id == columns.id).exists())
    elif wanted.audit:
        conditions.append(select(Audit.id).where(Audit.declaration_id == columns.id, *_stands(wanted)).exists())
    return conditions


def _days(columns: Any, wanted: Wanted) -> list[ColumnElement[bool]]:  # noqa: ANN401 - of a table or a subquery
    from_day = [columns.issued_on >= wanted.issued_from] if wanted.issued_from else []
    return from_day + ([columns.issued_on <= wanted.issued_to] if wanted.issued_to else [])


def _of_status(columns: Any, wanted: Wanted) -> list[ColumnElement[bool]]:  # noqa: ANN401 - of a table or a subquery
    """Return what a status asks for beside the days (D8): withdrawn comes before replaced, replaced before the rest."""
    if wanted.status is None:
        return []
    if wanted.status is DeclarationStatus.WITHDRAWN:
        return [columns.withdrawn_on <= wanted.today]
    is_in_force = or_(columns.withdrawn_on.is_(None), columns.withdrawn_on > wanted.today)
    is_replaced = columns.replaced_by_id.is_not(None)
    return [is_in_force, is_replaced if wanted.status is DeclarationStatus.REPLACED else ~is_replaced]


def _stands(wanted: Wanted) -> tuple[ColumnElement[bool], ...]:
    """Return how audits stand; a declaration may have several."""
    if wanted.audit is AuditStanding.CLOSED:
        return (Audit.closed_at.is_not(None),)
    if wanted.audit is AuditStanding.OVERDUE:
        return (Audit.closed_at.is_(None), Audit.deadline_on < wanted.today)
    return (Audit.closed_at.is_(None),)


def _is_edition(wanted: Wanted) -> tuple[ColumnElement[bool], ...]:
    return (
        Declaration.questionnaire_slug == wanted.slug,
        Declaration.questionnaire_version == wanted.version,
    )


def _begins(word: str) -> ColumnElement[bool]:
    return and_(DeclarationWord.word >= word, DeclarationWord.word < word + LAST_LETTER)


def _behind(columns: Any, wanted: Wanted, after: Place | None) -> list[ColumnElement[bool]]:  # noqa: ANN401
    if after is None:
        return []
    place, key = tuple_(columns.issued_on, columns.id), tuple_(after.issued_on, after.id)
    return [place < key if wanted.order is RegisterOrder.NEWEST else place > key]


def _ordered(columns: Any, wanted: Wanted) -> tuple[ColumnElement[Any], ...]:  # noqa: ANN401
    keys = (columns.issued_on, columns.id)
    return tuple(key.desc() if wanted.order is RegisterOrder.NEWEST else key for key in keys)


def _count(session: Session, ids: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(ids.subquery())) or 0


def _load(session: Session, ids: Sequence[UUID]) -> list[RowMapping]:
    found = {row["id"]: row for row in session.execute(_LISTED.where(Declaration.id.in_(ids))).mappings()}
    return [found[one] for one in ids if one in found]
