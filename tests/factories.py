"""Rounds in a database, made by the use cases themselves."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from passlib.hash import argon2
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Right, Role, Strength
from om_selfcheck.domain.declaration_number import make_number
from om_selfcheck.domain.questionnaire import Questionnaire
from om_selfcheck.domain.rating import NeedForAction
from om_selfcheck.domain.record import SYSTEM
from om_selfcheck.domain.snapshot import hash_snapshot, write_snapshot
from om_selfcheck.services import (
    accounts,
    action_plans,
    assessments,
    credentials,
    declarations,
    drafts,
    grants,
    help_contacts,
    invitations,
    networks,
    renewals,
)
from om_selfcheck.services.accounts import Account, Person
from om_selfcheck.services.assessments import RatingChange
from om_selfcheck.services.grants import Actor
from om_selfcheck.store.base import Base
from om_selfcheck.store.models import Company, Declaration, EventRow, Network
from om_selfcheck.store.queries import assessments as rows
from om_selfcheck.store.queries.declarations import add_declaration
from tests.builders import make_action, make_details, make_questionnaire, make_snapshot

PASSWORD = "Harke Nebel Zwieback Turbine"
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
DETAILS = {
    "company_name": "Tischlerei Brandt GmbH",
    "street": "Am Mühlbach 4",
    "postal_code": "31134",
    "city": "Hildesheim",
    "signatory_name": "Katrin Brandt",
    "signatory_function": "Geschäftsführerin",
    "place": "Hildesheim",
    "confirm_may_declare": "1",
    "confirm_public_number": "1",
    "confirm_insight": "1",
}


def start(session: Session, questionnaire: Questionnaire | None = None, now: datetime = NOW) -> Actor:
    """Start a round and return its owner."""
    questionnaire = questionnaire or make_questionnaire()
    started = assessments.start_assessment(session, questionnaire=questionnaire, language="de", now=now)
    session.commit()
    return reload(session, started.assessment_id, started.link.grant_id, now)


def begin_again(session: Session, owner: Actor, now: datetime = NOW) -> Actor:
    """Give the owner's company another round, which the company's key opens too."""
    assessment_id, small = uuid4(), make_questionnaire()
    rows.add_assessment(
        session,
        id=assessment_id,
        company_id=owner.company_id,
        questionnaire_slug=small.slug,
        questionnaire_version=small.version,
        content_hash=small.content_hash,
        language="de",
        started_at=now,
    )
    session.commit()
    return reload(session, assessment_id, owner.grant_id, now)


def reload(session: Session, assessment_id: object, grant_id: object, now: datetime = NOW) -> Actor:
    """Return the actor as the next request would find it."""
    actor = grants.find_actor(session, assessment_id=assessment_id, grant_id=grant_id, now=now)  # type: ignore[arg-type]
    assert actor is not None
    return actor


def rate_all(
    session: Session, actor: Actor, questionnaire: Questionnaire | None = None, *, leave_out: str = ""
) -> None:
    """Choose "none" for every measure but one."""
    questionnaire = questionnaire or make_questionnaire()
    refs = [measure.ref for measure in questionnaire.measures() if measure.ref != leave_out]
    changes = [RatingChange(measure_ref=ref, need=NeedForAction.NONE) for ref in refs]
    assessments.save_ratings(session, actor=actor, questionnaire=questionnaire, changes=changes, now=NOW)
    session.commit()


def plan_ten(session: Session, actor: Actor, *, count: int = 10) -> None:
    """Put complete actions with different texts into the plan."""
    for number in range(count):
        fields = action_plans.write_fields(make_action(description=f"Liste Nummer {'x' * number} führen"))
        action_plans.save_action(
            session,
            actor=actor,
            questionnaire=make_questionnaire(),
            action_id=uuid4(),
            wanted=fields,
            shown={},
            now=NOW + timedelta(seconds=number),
        )
    session.commit()


def plan_one(session: Session, actor: Actor, *, now: datetime = NOW, **fields: Any) -> UUID:
    """Put a complete action into the plan, with these fields of its own, and return its id."""
    action_id = uuid4()
    action_plans.save_action(
        session,
        actor=actor,
        questionnaire=make_questionnaire(),
        action_id=action_id,
        wanted=action_plans.write_fields(make_action(**fields)),
        shown={},
        now=now,
    )
    session.commit()
    return action_id


def fill_in(session: Session, actor: Actor, **changes: str) -> None:
    drafts.save_draft(session, actor=actor, wanted=DETAILS | changes, shown={})
    session.commit()


def make_complete(session: Session) -> Actor:
    """Return the owner of a round that may declare."""
    actor = start(session)
    rate_all(session, actor)
    plan_ten(session, actor)
    fill_in(session, actor)
    return actor


def look(session: Session, actor: Actor, *, today: date = TODAY, questionnaire: Questionnaire | None = None) -> str:
    """Return what a preview opened now would name."""
    questionnaire = questionnaire or make_questionnaire()
    standing = drafts.get_standing(session, actor=actor, questionnaire=questionnaire)
    return declarations.hash_preview(session, actor=actor, questionnaire=questionnaire, standing=standing, today=today)


def issue(
    session: Session,
    actor: Actor,
    *,
    today: date = TODAY,
    now: datetime = NOW,
    questionnaire: Questionnaire | None = None,
) -> str:
    questionnaire = questionnaire or make_questionnaire()
    shown = look(session, actor, today=today, questionnaire=questionnaire)
    number = declarations.issue_declaration(
        session, actor=actor, questionnaire=questionnaire, shown=shown, now=now, today=today
    )
    session.commit()
    return number


def make_declared(session: Session, *, today: date = TODAY) -> Actor:
    """Return the owner of a round whose declaration was issued."""
    owner = make_complete(session)
    issue(session, owner, today=today)
    return reload(session, owner.assessment_id, owner.grant_id)


def renew(
    session: Session, owner: Actor, questionnaire: Questionnaire | None = None, now: datetime = NOW + timedelta(hours=1)
) -> Actor:
    """Begin the next round and return the owner in it, in by the same link."""
    assessment_id = renewals.start_renewal(
        session, actor=owner, questionnaire=questionnaire or make_questionnaire(), now=now
    )
    session.commit()
    return reload(session, assessment_id, owner.grant_id)


def make_renewed(session: Session, *, today: date = TODAY) -> tuple[Actor, Actor]:
    """Return the owner in a declared round, and in the one that renews it and may declare."""
    first = make_declared(session, today=today)
    second = renew(session, first)
    rate_all(session, second)
    plan_ten(session, second)
    shown = drafts.write_draft(drafts.get_draft(session, actor=second))
    drafts.save_draft(session, actor=second, wanted=DETAILS, shown=shown)
    session.commit()
    return first, second


def let_in(session: Session, owner: Actor, right: Right = Right.EDITOR, now: datetime = NOW) -> Actor:
    """Give somebody a further link and return who they are with it."""
    if right in (Right.EDITOR, Right.READER):
        link = grants.create_link(session, actor=owner, right=right, label="Lohnbüro", now=now)
    else:
        link = grants.add_grant(session, owner.assessment_id, right=right, label="Lohnbüro", scope="Büro", now=now)
    session.commit()
    return reload(session, owner.assessment_id, link.grant_id, now)


def add_network(session: Session, *, slug: str = "netz-a", name: str = "") -> UUID:
    """Add a regional network, named after its slug unless told otherwise, and return its id."""
    network = Network(id=uuid4(), slug=slug, name=name or f"Netzwerk {slug}", kind="regional", created_at=NOW)
    session.add(network)
    session.flush()
    return network.id


def add_link(
    session: Session,
    slug: str = "netz-a",
    *,
    label: str = "Workshop März",
    questionnaire_slug: str = "",
    note: str = "",
    expires_on: date | None = None,
    now: datetime = NOW,
) -> UUID:
    """Make an invitation link of a network and return its id."""
    return invitations.create_link(
        session,
        network=networks.get_network(session, slug=slug),
        label=label,
        questionnaire_slug=questionnaire_slug,
        note=note,
        expires_on=expires_on,
        by=SYSTEM,
        now=now,
    )


HELP = {
    "organisation": "Handwerkskammer",
    "kind": "chamber",
    "offer": "Berät zu Gefährdungsbeurteilung und Unterweisung",
    "phone": "05121 123-0",
    "email": "beratung@kammer.example",
    "page": "https://www.kammer.example/beratung",
    "topics": "basis/1",
}


def add_help(session: Session, network: networks.Network, *, today: date = TODAY, **changes: str) -> UUID:
    """Let somebody help in a network's region and return the contact's id."""
    return help_contacts.add_contact(session, network=network, values=HELP | changes, today=today, now=NOW)


@cache
def hash_once() -> str:
    """Hash the test password as the application does; it takes a while."""
    return str(argon2.using(time_cost=2, memory_cost=19456, parallelism=1).hash(PASSWORD))


def add_account(
    session: Session,
    *,
    email: str = "nina@example.org",
    role: Role = Role.COORDINATOR,
    strength: Strength = Strength.LINK,
    totp_secret: str = "unread",  # noqa: S107 - nobody needs to read it
    now: datetime = NOW,
) -> Account:
    """Add an account that is set up for a strength; its password is `PASSWORD`."""
    user_id = accounts.add_user(session, email=email, name="", role=role, language="de", by=SYSTEM, now=now)
    if strength.reaches(Strength.PASSWORD):
        credentials.set_password(session, user_id=user_id, password_hash=hash_once(), by=SYSTEM, now=now)
    if strength.reaches(Strength.SECOND_FACTOR):
        credentials.set_totp(session, user_id=user_id, totp_secret=totp_secret, by=SYSTEM, now=now)
    return accounts.get_account(session, user_id=user_id)


def add_staff(session: Session, email: str = "olaf@example.org") -> Person:
    """Add somebody of the office and return them as signed in a moment ago."""
    account = add_account(session, email=email, role=Role.STAFF, strength=Strength.SECOND_FACTOR)
    session.commit()
    person = accounts.find_person(session, key=account.key, strength=Strength.SECOND_FACTOR, fresh_at=NOW)
    assert person is not None
    return person


def confirm_address(session: Session, owner: Actor, address: str = "buero@betrieb.example") -> str:
    """Let a company have confirmed an address."""
    session.execute(update(Company).where(Company.id == owner.company_id).values(confirmed_email=address))
    session.commit()
    return address


def bend_snapshot(session: Session, *, to: str = "") -> None:
    """Let every frozen snapshot be another text than the one that was declared, by default one with another name."""
    for row in session.scalars(select(Declaration)):
        row.snapshot = to or row.snapshot.replace('"company_name":"', '"company_name":"Fremde ')
    session.commit()


def seed_declared(
    session: Session, count: int, questionnaire: Questionnaire | None = None, *, issued_on: date = TODAY
) -> dict[str, str]:
    """Add many companies with an issued declaration each; return the token of each number's access link."""
    check, tokens = questionnaire or make_questionnaire(), {}
    now = datetime.combine(issued_on, NOW.time(), UTC)
    for place in range(count):
        company_id, assessment_id, declaration_id = uuid4(), uuid4(), uuid4()
        number = make_number((place + 1) * 0x9E3779B97F4A7C15)
        details = make_details(company_name=f"Betrieb {place} GmbH", city="Hildesheim")
        text = write_snapshot(make_snapshot(check, number=number, issued_on=issued_on, details=details))
        session.add(Company(id=company_id, name=details.company_name, city=details.city))
        session.flush()
        rows.add_assessment(
            session,
            id=assessment_id,
            company_id=company_id,
            questionnaire_slug=check.slug,
            questionnaire_version=check.version,
            content_hash=check.content_hash,
            language="de",
            started_at=now,
        )
        tokens[number] = grants.add_owner_grant(session, assessment_id=assessment_id, now=now).token
        add_declaration(
            session,
            id=declaration_id,
            assessment_id=assessment_id,
            company_id=company_id,
            number=number,
            company_name=details.company_name,
            city=details.city,
            questionnaire_slug=check.slug,
            questionnaire_version=check.version,
            issued_on=issued_on,
            issued_at=now,
            snapshot=text,
            snapshot_hash=hash_snapshot(text),
        )
    session.commit()
    return tokens


def make_doer(session: Session, owner: Actor, scope: str, label: str = "Büro") -> Actor:
    """Return somebody with a link to actions only."""
    link = grants.add_grant(session, owner.assessment_id, right=Right.DOER, label=label, scope=scope, now=NOW)
    session.commit()
    return reload(session, owner.assessment_id, link.grant_id)


def dump(session: Session) -> dict[str, list[str]]:
    """Return every row of every table, as text and in order, to be searched or compared."""
    return {
        table.name: sorted(str(tuple(row)) for row in session.execute(select(table)))
        for table in Base.metadata.sorted_tables
    }


def list_verbs(session: Session, subject: str) -> list[tuple[str, datetime]]:
    """Return what the record says of a subject, in order."""
    statement = select(EventRow.verb, EventRow.at).where(EventRow.subject == subject).order_by(EventRow.seq)
    return [(row.verb, row.at) for row in session.execute(statement)]
