"""A register of a million declarations: each page of the office, the lists taken along, and a sample drawn.

With the address of an empty PostgreSQL in OM_BENCH_POSTGRESQL it is measured there as well; there the server's own work
is part of the figures. Snapshots are short here: no walk reads them (a test looks at the plans).
"""

import os
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from uuid import UUID

from sqlalchemy import Engine, insert, text
from sqlalchemy.orm import Session

from bench.figures import Figure, at_most
from bench.processes import cpu_seconds, peak_megabytes
from om_selfcheck.domain.declaration import DeclarationStatus
from om_selfcheck.domain.declaration_number import make_number
from om_selfcheck.domain.register import AuditStanding, IssueDays, RegisterOrder
from om_selfcheck.domain.sampling import Frame
from om_selfcheck.domain.text import search_words
from om_selfcheck.services import samples
from om_selfcheck.services.dashboard import get_dashboard
from om_selfcheck.services.installation import bring_up_to_date, open_engine
from om_selfcheck.services.register import Search, count_declarations, list_declarations
from om_selfcheck.services.register_entries import get_entry
from om_selfcheck.store.models import Assessment, Audit, Company, Declaration, DeclarationWord, Message, Network

MANY, AT_ONCE, AUDITS, NETWORKS = 1_000_000, 20_000, 5_000, 60
PAGE, ROUNDS, EXPORTED = 100, 3, 20_000
DRAWING, PEAK = 60, 300
TODAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAYS = 4 * 365  # the oldest was issued so long ago
ADDRESS = "OM_BENCH_POSTGRESQL"
EDITIONS = [("unternehmenscheck", "1.0")] * 6 + [("gesundheit", "1.0")] * 3 + [("personal", "1.0")]
FORMS = ("GmbH", "KG", "UG", "e.K.")
TRADES = ("Tischlerei", "Malerei", "Bäckerei", "Dachdeckerei", "Metallbau", "Elektrotechnik", "Pflegedienst", "Hotel")
FAMILIES = [f"{first}{last}" for first in ("Brand", "Mül", "Schmi", "Web", "Koch") for last in ("t", "ler", "dt", "er")]


def measure(folder: Path) -> list[Figure]:
    folder.mkdir(parents=True)
    urls = {"SQLite": f"sqlite:///{folder / 'register.db'}"}
    if ADDRESS in os.environ:
        urls["PostgreSQL"] = os.environ[ADDRESS]
    figures: list[Figure] = []
    for name, url in urls.items():
        _fill(url)
        figures.extend(_measure_pages(name, url))
        figures.extend(_measure_drawing(name, url))
    return figures


def _fill(url: str) -> None:
    engine = open_engine(url)
    bring_up_to_date(engine)
    with engine.begin() as connection:
        connection.execute(insert(Network), [_make_network(place) for place in range(NETWORKS)])
    rng = random.Random(1)  # noqa: S311 - the same register each time
    for begin in reversed(range(0, MANY, AT_ONCE)):  # what replaces an older one is there before it
        _store(engine, [_make(place, rng) for place in reversed(range(begin, begin + AT_ONCE))])
    _add_beside(engine)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if url.startswith("sqlite") else "VACUUM ANALYZE"))
    engine.dispose()


def _make_network(place: int) -> dict[str, object]:
    at = datetime(2024, 1, 1, tzinfo=UTC)
    return {"id": UUID(int=place), "slug": f"n-{place}", "name": f"Netz {place}", "kind": "regional", "created_at": at}


def _make(place: int, rng: random.Random) -> dict[str, object]:
    """Make a declaration; two of five whose years are over are replaced, one of a thousand is withdrawn."""
    issued_on = TODAY - timedelta(days=DAYS - place * DAYS // MANY)
    is_replaced = place < MANY // 2 and place % 5 in (0, 1)
    slug, version = EDITIONS[place % len(EDITIONS)]
    name = f"{rng.choice(TRADES)} {rng.choice(FAMILIES)}{rng.randrange(5000)} {rng.choice(FORMS)}"
    return {
        "id": UUID(int=place),
        "assessment_id": UUID(int=place),
        "company_id": UUID(int=place),
        "number": make_number(place),
        "company_name": name,
        "city": f"Ort{int(2000 * rng.random() ** 3)}",
        "network_id": UUID(int=place % NETWORKS) if place % 3 else None,
        "questionnaire_slug": slug,
        "questionnaire_version": "0.9" if place < MANY // 300 else version,
        "issued_on": issued_on,
        "issued_at": datetime(issued_on.year, issued_on.month, issued_on.day, 12, tzinfo=UTC),
        "snapshot": "",
        "snapshot_hash": "0" * 64,
        "withdrawn_on": issued_on if (place + 1) % 1000 == 0 else None,
        "withdrawal_reason": "",
        "replaced_by_id": UUID(int=place + MANY // 2) if is_replaced else None,
    }


def _store(engine: Engine, rows: list[dict[str, object]]) -> None:
    words = [
        {"word": word, "issued_on": row["issued_on"], "declaration_id": row["id"]}
        for row in rows
        for word in search_words(f"{row['company_name']} {row['city']}")
    ]
    with engine.begin() as connection:
        connection.execute(insert(Company), [{"id": row["company_id"]} for row in rows])
        connection.execute(insert(Assessment), [_make_round(row) for row in rows])
        connection.execute(insert(Declaration), rows)
        connection.execute(insert(DeclarationWord), words)


def _make_round(row: dict[str, object]) -> dict[str, object]:
    names = ("questionnaire_slug", "questionnaire_version", "company_id")
    rest = {"id": row["id"], "content_hash": "", "language": "de", "started_at": row["issued_at"]}
    return {name: row[name] for name in names} | rest


def _add_beside(engine: Engine) -> None:
    """Add audits all over the years, some of them open, and mails that did not arrive."""
    at = datetime(2026, 6, 1, tzinfo=UTC)
    audits = [
        {
            "id": UUID(int=place),
            "declaration_id": UUID(int=place * (MANY // AUDITS)),
            "state": "x",
            "created_at": at,
            "deadline_on": TODAY - timedelta(days=1) if place % 100 == 0 else TODAY,
            "closed_at": None if place % 20 == 0 else at,
        }
        for place in range(AUDITS)
    ]
    mail = {"kind": "renewal", "address": "a@b.de", "language": "de", "next_try_at": at, "created_at": at}
    mails = [
        mail | {"id": UUID(int=place), "subject": f"s:{place}", "message_id": f"{place}", "state": "undeliverable"}
        for place in range(500)
    ]
    with engine.begin() as connection:
        connection.execute(insert(Audit), audits)
        connection.execute(insert(Message), mails)


SEARCHES = {
    "newest": Search(),
    "oldest": Search(order=RegisterOrder.OLDEST),
    "a frequent word": Search(typed="gmbh"),
    "a rare word": Search(typed="müller4711"),
    "a beginning of many words": Search(typed="b"),
    "two frequent words": Search(typed="gmbh bäckerei"),
    "words that never meet": Search(typed="gmbh kg"),
    "a town": Search(typed="ort1999"),
    "nothing of the kind": Search(typed="xyz"),
    "a check": Search(slug="personal"),
    "an old version": Search(slug="unternehmenscheck", version="0.9"),
    "a network": Search(network_id=UUID(int=7)),
    "valid": Search(status=DeclarationStatus.VALID),
    "expired": Search(status=DeclarationStatus.EXPIRED),
    "replaced": Search(status=DeclarationStatus.REPLACED),
    "withdrawn": Search(status=DeclarationStatus.WITHDRAWN),
    "a week": Search(issued=IssueDays(date(2025, 3, 3), date(2025, 3, 9))),
    "never audited": Search(audit=AuditStanding.NONE),
    "audit open": Search(audit=AuditStanding.OPEN),
    "audit overdue": Search(audit=AuditStanding.OVERDUE),
    "audit closed": Search(audit=AuditStanding.CLOSED),
    "everything at once": Search(
        typed="gmbh tisch",
        slug="unternehmenscheck",
        network_id=UUID(int=8),
        issued=IssueDays(date(2025, 1, 1), TODAY),
        status=DeclarationStatus.VALID,
        audit=AuditStanding.NONE,
    ),
    "nothing that fits": Search(typed="gmbh", network_id=UUID(int=7), audit=AuditStanding.OVERDUE),
}


def _measure_pages(name: str, url: str) -> Iterator[Figure]:
    engine = open_engine(url, is_reading=True)
    deep = make_number(MANY // 7)
    with Session(engine) as session:
        pages: dict[str, Callable[[], object]] = {
            what: partial(_show, session, search, "") for what, search in SEARCHES.items()
        }
        pages["deep in the list"] = lambda: _show(session, Search(), deep)
        pages["deep in a word"] = lambda: _show(session, Search(typed="gmbh"), deep)
        pages["a number"] = lambda: _show(session, Search(typed=make_number(4711)), "")
        pages["overview"] = lambda: get_dashboard(session, now=NOON)
        pages["one declaration"] = lambda: get_entry(session, number=make_number(4711), today=TODAY)
        for what, show in pages.items():
            yield at_most(f"register: {what}, CPU, {name}", _cpu(session, show), PAGE, "ms")
        seconds = _cpu(session, lambda: _walk(session)) / 1000
        yield Figure(what=f"register: {EXPORTED} lines to take along, CPU, {name}", value=seconds, unit="s")
    engine.dispose()


def _measure_drawing(name: str, url: str) -> Iterator[Figure]:
    """Draw in a process of its own, whose memory is nothing else's."""
    with get_context("spawn").Pool(1) as processes:
        size, seconds, megabytes = processes.apply(_draw, [url])
    yield at_most(f"register: a sample drawn from {size} declarations, {name}", seconds, DRAWING, "s")
    yield at_most(f"register: memory of all that draws it, at most, {name}", megabytes, PEAK, "MB")


def _draw(url: str) -> tuple[int, float, float]:
    """Return how many a sample was drawn from, and what that took: seconds, and megabytes of the process."""
    begin = time.monotonic()
    with Session(open_engine(url, is_reading=True)) as session:
        drawn = samples.draw(session, frame=Frame(on=TODAY - timedelta(days=1)), size=50, seed="bench", today=TODAY)
    return drawn.frame_size, time.monotonic() - begin, peak_megabytes()


def _show(session: Session, search: Search, after: str) -> None:
    list_declarations(session, search=search, after=after, today=TODAY)
    count_declarations(session, search=search, today=TODAY)


def _walk(session: Session) -> None:
    read, after = 0, ""
    while read < EXPORTED:
        page = list_declarations(session, search=Search(), after=after, today=TODAY, size=1000)
        read, after = read + len(page.lines), page.after or ""


def _cpu(session: Session, work: Callable[[], object]) -> float:
    """Return the milliseconds of CPU of the second best try, with what the database's own process does."""
    pids = [os.getpid()]
    if session.get_bind().dialect.name == "postgresql":
        pids.append(session.scalar(text("SELECT pg_backend_pid()")) or 0)
    spent = []
    for _ in range(ROUNDS):
        session.rollback()
        begin = cpu_seconds(pids)
        work()
        spent.append((cpu_seconds(pids) - begin) * 1000)
    return sorted(spent)[1]
