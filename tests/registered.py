"""A register full of declarations of every kind, without the rounds behind them being rated or planned."""

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlalchemy.orm import Session

from om_selfcheck.clock import BERLIN
from om_selfcheck.domain.declaration import DeclarationStatus, SelfDeclaration
from om_selfcheck.domain.declaration_number import RANDOM_BITS, make_number
from om_selfcheck.domain.register import AuditStanding
from om_selfcheck.domain.text import search_words
from om_selfcheck.store.models import Assessment, Audit, Company, Declaration, DeclarationWord
from tests import factories
from tests.factories import TODAY

NAMES = ("Tischlerei Brandt GmbH", "Müller & Söhne", "Malerei Łódź", "Bäckerei Brandl", "=SUMME(A1)", "Müllerei Nord")
CITIES = ("Hildesheim", "Köln", "Bad Köstritz", "Nordhausen", "")
EDITIONS = (("basis", "1.0"), ("basis", "2.0"), ("gesundheit", "1.0"))


@dataclass(frozen=True, kw_only=True)
class Registered:
    """What a test knows of a declaration it has put in."""

    id: UUID
    number: str
    company_name: str
    city: str
    edition: tuple[str, str]
    network_id: UUID | None
    issued_on: date
    withdrawn_on: date | None
    is_replaced: bool
    audits: frozenset[AuditStanding]

    def status(self, today: date = TODAY) -> DeclarationStatus:
        replaced_on = date.min if self.is_replaced else None
        terms = SelfDeclaration(issued_on=self.issued_on, withdrawn_on=self.withdrawn_on, replaced_on=replaced_on)
        return terms.status_on(today)

    @property
    def words(self) -> frozenset[str]:
        return search_words(f"{self.company_name} {self.city}")


def fill(session: Session, count: int, *, seed: int = 1, letters: str = "abc") -> list[Registered]:
    """Put declarations in, the oldest first; every fifth is replaced by the one after it."""
    rng = random.Random(seed)
    networks = [factories.add_network(session, slug=f"netz-{letter}") for letter in letters]
    issued_on = sorted(TODAY - timedelta(days=rng.randrange(1200)) for _ in range(count))
    known = [
        Registered(
            id=uuid4(),
            number=make_number(rng.getrandbits(RANDOM_BITS)),
            company_name=rng.choice(NAMES),
            city=rng.choice(CITIES),
            edition=rng.choice(EDITIONS),
            network_id=rng.choice([*networks, None, None]),
            issued_on=issued_on[place],
            withdrawn_on=issued_on[place] + timedelta(days=1) if rng.random() < 0.1 else None,
            is_replaced=place % 5 == 0 and place + 1 < count,
            audits=_draw_audits(rng),
        )
        for place in range(count)
    ]
    _insert(session, known)
    session.commit()
    return known


def _draw_audits(rng: random.Random) -> frozenset[AuditStanding]:
    drawn = rng.choice([(), (), (AuditStanding.OPEN,), (AuditStanding.OVERDUE,), (AuditStanding.CLOSED,)])
    return frozenset({*drawn, AuditStanding.OPEN} if AuditStanding.OVERDUE in drawn else drawn)


def _insert(session: Session, known: list[Registered]) -> None:
    companies, rounds = [{"id": uuid4()} for _ in known], [uuid4() for _ in known]
    session.execute(insert(Company), companies)
    for place, one in reversed(list(enumerate(known))):
        at = datetime.combine(one.issued_on, time(12), BERLIN)
        company_id = companies[place]["id"]
        session.add(
            Assessment(
                id=rounds[place],
                company_id=company_id,
                questionnaire_slug=one.edition[0],
                questionnaire_version=one.edition[1],
                content_hash="0" * 64,
                language="de",
                started_at=at,
            )
        )
        session.flush()
        session.add(
            Declaration(
                id=one.id,
                assessment_id=rounds[place],
                company_id=company_id,
                number=one.number,
                company_name=one.company_name,
                city=one.city,
                network_id=one.network_id,
                questionnaire_slug=one.edition[0],
                questionnaire_version=one.edition[1],
                issued_on=one.issued_on,
                issued_at=at,
                snapshot="",
                snapshot_hash="0" * 64,
                withdrawn_on=one.withdrawn_on,
                withdrawal_reason="own_wish" if one.withdrawn_on else "",
                replaced_by_id=known[place + 1].id if one.is_replaced else None,
            )
        )
        session.flush()
        session.add_all(
            DeclarationWord(word=word, issued_on=one.issued_on, declaration_id=one.id) for word in one.words
        )
        _add_audits(session, one, at)
    session.flush()


def _add_audits(session: Session, one: Registered, at: datetime) -> None:
    if one.audits & {AuditStanding.OPEN, AuditStanding.CLOSED}:
        is_overdue, is_closed = AuditStanding.OVERDUE in one.audits, AuditStanding.CLOSED in one.audits
        session.add(
            Audit(
                id=uuid4(),
                declaration_id=one.id,
                state="closed" if is_closed else "asked",
                created_at=at,
                closed_at=at if is_closed else None,
                deadline_on=TODAY - timedelta(days=1) if is_overdue else TODAY,
            )
        )
