"""The register: everything asked for is found, once, in order, by every way the search may go (D8, D9)."""

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import TypeVar
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from om_selfcheck.domain.declaration import DeclarationStatus
from om_selfcheck.domain.record import Verb
from om_selfcheck.domain.register import AuditStanding, Count, IssueDays, RegisterOrder
from om_selfcheck.domain.text import search_words
from om_selfcheck.services import register
from om_selfcheck.services.record import list_timeline
from om_selfcheck.services.register import Search
from om_selfcheck.store.models import Declaration, Network, Participation
from om_selfcheck.store.queries import register as rows
from tests import factories
from tests.factories import NOW, TODAY
from tests.registered import EDITIONS, Registered, fill

Drawn = TypeVar("Drawn")
STATUSES = [status for status in DeclarationStatus if status is not DeclarationStatus.UNKNOWN]
STAFF = f"user:{UUID(int=7)}"


def read_all(session: Session, search: Search, size: int) -> list[str]:
    """Read page after page to the end and return the numbers."""
    numbers: list[str] = []
    after: str | None = ""
    while after is not None:
        page = register.list_declarations(session, search=search, after=after, today=TODAY, size=size)
        numbers.extend(line.number for line in page.lines)
        after = page.after
    return numbers


def fits(one: Registered, search: Search) -> bool:
    """Say what the register should find, without any database."""
    begins = search_words(search.typed)
    return (
        all(any(word.startswith(begin) for word in one.words) for begin in begins)
        and (not search.slug or one.edition[0] == search.slug)
        and (not search.version or one.edition[1] == search.version)
        and (search.network_id is None or one.network_id == search.network_id)
        and (search.issued.first or date.min) <= one.issued_on <= (search.issued.last or date.max)
        and (search.status is None or one.status() is search.status)
        and (search.audit is None or search.audit in (one.audits or {AuditStanding.NONE}))
    )


def expect(known: Sequence[Registered], search: Search) -> list[str]:
    found = sorted((one for one in known if fits(one, search)), key=lambda one: (one.issued_on, one.id.hex))
    numbers = [one.number for one in found]
    return numbers if search.order is RegisterOrder.OLDEST else numbers[::-1]


def draw_search(rng: random.Random, known: Sequence[Registered]) -> Search:
    """Draw some conditions; most searches have one or two."""

    def maybe(draw: Callable[[], Drawn], nothing: Drawn) -> Drawn:
        return draw() if rng.random() < 0.3 else nothing

    some = rng.choice(known)
    slug, version = maybe(lambda: rng.choice(EDITIONS), ("", ""))
    first = maybe(lambda: TODAY - timedelta(days=rng.randrange(1200)), None)
    last = maybe(lambda: TODAY - timedelta(days=rng.randrange(1200)), None)
    return Search(
        typed=maybe(lambda: rng.choice(["brand", "müller nord", "köln gmbh", "ŁÓDŹ", "xyz", "b h", "m"]), ""),
        slug=slug,
        version=maybe(lambda: version, "") if slug else "",
        network_id=maybe(lambda: some.network_id, None),
        issued=IssueDays(first, last),
        status=maybe(lambda: rng.choice(STATUSES), None),
        audit=maybe(lambda: rng.choice(list(AuditStanding)), None),
        order=rng.choice(list(RegisterOrder)),
    )


@pytest.mark.parametrize(("few", "scan"), [(10_000, 10_000), (5, 7), (0, 1), (0, 10_000)])
def test_every_search_finds_all_that_fits_once_and_in_order(
    session: Session, monkeypatch: pytest.MonkeyPatch, few: int, scan: int
) -> None:
    known = fill(session, 60)
    monkeypatch.setattr(rows, "FEW", few)
    monkeypatch.setattr(rows, "SCAN", scan)
    rng = random.Random(f"{few} {scan}")
    found = 0
    for _ in range(60):
        search = draw_search(rng, known)
        expected = expect(known, search)
        assert read_all(session, search, rng.choice([1, 7, 50])) == expected, search
        found += bool(expected)
    assert found > 20, "the searches found too little to say anything"


def test_the_control_a_search_that_stops_where_its_walk_stops_is_noticed(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = fill(session, 60)
    monkeypatch.setattr(rows, "FEW", 0)
    monkeypatch.setattr(rows, "SCAN", 7)
    monkeypatch.setattr(rows, "_find_end", lambda *_: None)
    search = Search(status=DeclarationStatus.EXPIRED, slug="gesundheit")
    assert read_all(session, search, 50) != expect(known, search)


@pytest.mark.parametrize("written", ["{}", " {} ", "lower", "no dashes"])
def test_a_whole_number_is_found_however_it_is_written_and_whatever_else_is_asked(
    session: Session, written: str
) -> None:
    one = fill(session, 3)[1]
    typed = {"lower": one.number.lower(), "no dashes": one.number.replace("-", " ")}.get(written)
    search = Search(typed=typed or written.format(one.number), slug="another")
    page = register.list_declarations(session, search=search, today=TODAY)
    assert [line.number for line in page.lines] == [one.number]
    assert page.after is None
    assert register.count_declarations(session, search=search, today=TODAY) == Count(1)


def test_a_place_that_does_not_exist_is_the_beginning(session: Session) -> None:
    fill(session, 3)
    page = register.list_declarations(session, search=Search(), after="000000-000000-000000", today=TODAY)
    assert len(page.lines) == 3


def test_a_count_is_exact_or_says_that_it_is_not(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    known = fill(session, 60)
    for search in (Search(), Search(typed="brand"), Search(status=DeclarationStatus.REPLACED)):
        count = register.count_declarations(session, search=search, today=TODAY)
        assert count == Count(len(expect(known, search)))
    monkeypatch.setattr(rows, "FEW", 0)
    monkeypatch.setattr(rows, "SCAN", 10)
    assert register.count_declarations(session, search=Search(), today=TODAY) == Count(10, is_all=False)
    some = register.count_declarations(session, search=Search(typed="brand"), today=TODAY)
    assert not some.is_all
    assert some.number < 10


def test_issuing_fills_what_the_register_looks_for(session: Session) -> None:
    actor = factories.make_complete(session)
    network_id = factories.add_network(session, name="Netz Nord")
    session.add(Participation(assessment_id=actor.assessment_id, network_id=network_id, joined_at=NOW))
    number = factories.issue(session, actor)
    for search in (Search(typed="tisch hildes"), Search(network_id=network_id), Search(slug="basis", version="1.0")):
        (line,) = register.list_declarations(session, search=search, today=TODAY).lines
        assert (line.number, line.company_name, line.city, line.network_name) == (
            number,
            "Tischlerei Brandt GmbH",
            "Hildesheim",
            "Netz Nord",
        )
        assert line.status is DeclarationStatus.VALID


def test_a_network_that_goes_leaves_its_declarations(session: Session) -> None:
    actor = factories.make_complete(session)
    network_id = factories.add_network(session)
    session.add(Participation(assessment_id=actor.assessment_id, network_id=network_id, joined_at=NOW))
    factories.issue(session, actor)
    session.delete(session.get_one(Network, network_id))
    session.commit()
    assert session.scalar(select(Declaration.network_id)) is None
    assert len(register.list_declarations(session, search=Search(), today=TODAY).lines) == 1


def test_who_takes_the_list_along_is_on_the_record_without_what_was_typed(session: Session) -> None:
    search = Search(typed="Meier", slug="basis", version="1.0", issued=IssueDays(TODAY), status=DeclarationStatus.VALID)
    register.record_export(session, actor=STAFF, file_format="csv", search=search, now=NOW)
    (event,) = list_timeline(session, register.REGISTER)
    assert (event.verb, event.actor) == (Verb.REGISTER_EXPORTED, STAFF)
    assert event.payload == {
        "format": "csv",
        "check": "basis-1.0",
        "issued_from": TODAY.isoformat(),
        "status": "valid",
        "search": "yes",
    }


def test_each_walk_reads_an_index_that_holds_all_it_needs(session: Session) -> None:
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("SQLite says so in words; PostgreSQL keeps long snapshots apart anyway")
    network_id = factories.add_network(session)
    for wanted, index in {
        rows.Wanted(today=TODAY): "ix_declaration_register",
        rows.Wanted(today=TODAY, order=RegisterOrder.OLDEST): "ix_declaration_register",
        rows.Wanted(today=TODAY, slug="basis", version="1.0"): "ix_declaration_edition",
        rows.Wanted(today=TODAY, network_id=network_id): "ix_declaration_network",
        rows.Wanted(today=TODAY, status=DeclarationStatus.REPLACED): "ix_declaration_replaced",
    }.items():
        scanned = rows._scan(wanted, None, 50)  # noqa: SLF001 - how it is done is what counts
        text = str(scanned.original.compile(session.get_bind(), compile_kwargs={"literal_binds": True}))
        plan = [row.detail for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
        assert any(f"USING COVERING INDEX {index}" in step for step in plan), (wanted, plan)
        assert not any("TEMP B-TREE" in step for step in plan), (wanted, plan)
