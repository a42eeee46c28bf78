"""The register as staff read it: finding declarations, counting them, taking the list along, and one by itself (D9)."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from om_selfcheck.domain.declaration import DeclarationStatus, SelfDeclaration
from om_selfcheck.domain.declaration_number import NotANumber, read_number
from om_selfcheck.domain.record import Event, Verb
from om_selfcheck.domain.register import ALL_DAYS, AuditStanding, Count, IssueDays, RegisterOrder, days_of_status
from om_selfcheck.domain.text import search_words
from om_selfcheck.services.record import append_event
from om_selfcheck.store.queries import register

PAGE_SIZE = 50
AT_ONCE = 1_000
WORDS = 8
REGISTER = "register:declarations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What somebody looks for in the register; what is empty does not matter."""

    typed: str = ""
    slug: str = ""
    version: str = ""
    network_id: UUID | None = None
    issued: IssueDays = ALL_DAYS
    status: DeclarationStatus | None = None
    audit: AuditStanding | None = None
    order: RegisterOrder = RegisterOrder.NEWEST


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDeclaration:
    """A line of the register; the name is empty once its company was erased."""

    number: str
    company_name: str
    city: str
    network_name: str
    slug: str
    version: str
    terms: SelfDeclaration
    status: DeclarationStatus
    is_name_hidden: bool


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """Lines in order; more come behind the number `after`, also where this page found less than it shows."""

    lines: tuple[ListedDeclaration, ...]
    after: str | None


def list_declarations(
    session: Session, *, search: Search, after: str = "", today: date, size: int = PAGE_SIZE
) -> RegisterPage:
    """List a page of the register. A number that was typed in whole is found whatever else is asked for."""
    number = _read(search.typed)
    if number:
        return RegisterPage(tuple(_to_line(row, today) for row in register.list_by_number(session, number)), None)
    place = register.find_place(session, after) if after else None
    page = register.list_page(session, _to_wanted(search, today), after=place, at_most=size)
    return RegisterPage(tuple(_to_line(row, today) for row in page.rows), page.after)


def count_declarations(session: Session, *, search: Search, today: date) -> Count:
    """Count what is looked for, as far as that is quick."""
    if number := _read(search.typed):
        return Count(len(register.list_by_number(session, number)))
    return register.count_found(session, _to_wanted(search, today))


def is_longer(session: Session, *, search: Search, most: int, today: date) -> bool:
    """Say whether more than so many lines are looked for; of a long register that takes a second."""
    return not _read(search.typed) and register.is_longer(session, _to_wanted(search, today), most)


def record_export(session: Session, *, actor: str, file_format: str, search: Search, now: datetime) -> None:
    """Note that somebody takes the list along: which conditions, but never a word that was typed."""
    asked = {
        "check": "-".join(filter(None, (search.slug, search.version))),
        "network": str(search.network_id or ""),
        "issued_from": search.issued.first.isoformat() if search.issued.first else "",
        "issued_to": search.issued.last.isoformat() if search.issued.last else "",
        "status": search.status or "",
        "audit": search.audit or "",
        "search": "yes" if search.typed else "",
    }
    payload = {"format": file_format} | {name: value for name, value in asked.items() if value}
    append_event(session, Event(verb=Verb.REGISTER_EXPORTED, actor=actor, subject=REGISTER, at=now, payload=payload))


def _read(typed: str) -> str:
    try:
        return read_number(typed)
    except NotANumber:
        return ""


def _to_wanted(search: Search, today: date) -> register.Wanted:
    days = search.issued & days_of_status(search.status, today)
    return register.Wanted(
        today=today,
        words=tuple(sorted(search_words(search.typed), key=len, reverse=True)[:WORDS]),
        slug=search.slug,
        version=search.version,
        network_id=search.network_id,
        issued_from=days.first,
        issued_to=days.last,
        status=search.status,
        audit=search.audit,
        order=search.order,
    )


def _to_line(row: RowMapping, today: date) -> ListedDeclaration:
    terms = SelfDeclaration(
        issued_on=row["issued_on"], withdrawn_on=row["withdrawn_on"], replaced_on=row["replaced_on"]
    )
    return ListedDeclaration(
        number=row["number"],
        company_name=row["company_name"],
        city=row["city"],
        network_name=row["network_name"] or "",
        slug=row["questionnaire_slug"],
        version=row["questionnaire_version"],
        terms=terms,
        status=terms.status_on(today),
        is_name_hidden=row["name_hidden_at"] is not None,
    )
