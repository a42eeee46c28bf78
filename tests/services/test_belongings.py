"""Taking everything along and erasing it (P18): what was planted is complete in the export, and gone after erasure."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event as ThreadEvent
from time import sleep
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, select, text, update
from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Right
from om_selfcheck.domain.declaration import DeclarationStatus, WithdrawalReason
from om_selfcheck.domain.errors import NotAllowed
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.record import Event, Verb
from om_selfcheck.domain.sampling import Frame
from om_selfcheck.services import corrections, documents, erasure, exports, numbers, samples
from om_selfcheck.services.access_mails import request_lost_link
from om_selfcheck.services.erasure import BLANKED, GONE, ErasureCause
from om_selfcheck.services.exports import DERIVED, LEFT_OUT, list_columns
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.installation import forget_deleted, open_engine
from om_selfcheck.services.record import append_event, verify_record
from om_selfcheck.store import models
from om_selfcheck.store.base import Base
from om_selfcheck.store.migrate import upgrade
from om_selfcheck.store.queries import belongings, turns
from tests import factories
from tests.factories import DETAILS, NOW, TODAY
from tests.services.parallel import A_WHILE, run_in_parallel

CANARY = "Zitronenfalter"
# Tables that hold nothing of a company, and why.
OF_NOBODY = {
    "account_link": "accounts of staff and coordinators",
    "audit_sample": "filters, a count and a hash",
    "event": "the chain itself, without personal data",
    "event_payload": "taken along and erased by the record's subjects",
    "help_contact": "organisations that help",
    "help_topic": "organisations that help",
    "invitation_link": "a network's own",
    "membership": "accounts of staff and coordinators",
    "network": "a network's own",
    "nudge": "a network's own",
    "pooled_link": "a network's own",
    "published_figures": "counts over many companies",
    "questionnaire": "published questions",
    "record_head": "the chain itself",
    "session": "ids of links that open nothing any more",
    "throttle": "counters under hashes",
    "user": "accounts of staff and coordinators",
    "webauthn": "accounts of staff and coordinators",
}


def plant(session: Session, word: str = CANARY) -> Actor:
    """Go the whole road and put a row with the word into every table that can hold something of a company."""
    actor = factories.make_complete(session)
    factories.fill_in(session, actor, street=word, place=word, signatory_name=word, email=f"{word}@example.org")
    number = factories.issue(session, actor)
    values: dict[Any, dict[str, str]] = {
        models.Company: {"name": f"Firma {word}", "confirmed_email": f"{word}@example.org"},
        models.Rating: {"note": word},
        models.Action: {"responsible": word},
        models.Declaration: {"company_name": f"Firma {word}", "city": word},
    }
    for model, changes in values.items():
        belongings.blank_rows(session, model, actor.company_id, changes)
    session.add_all(planted_rows(session, actor, word))
    documents.keep_file(
        session, actor=actor, kind="declaration", language="de", edition=0, content=f"%PDF {word}".encode()
    )
    append_event(
        session,
        Event(
            verb=Verb.GRANT_CREATED,
            actor=Right.OWNER,
            subject=f"declaration:{number}",
            at=NOW,
            payload={"grant": f"{word}"},
        ),
    )
    doer_id = session.scalars(select(models.Doer.id).where(models.Doer.assessment_id == actor.assessment_id)).one()
    for subject in (f"doer:{doer_id}", f"audit:{list_audits(session, actor)[0]}"):
        planted = Event(verb=Verb.ADDRESS_CONFIRMED, actor=Right.OWNER, subject=subject, at=NOW, payload={"word": word})
        append_event(session, planted)
    session.commit()
    return actor


def list_audits(session: Session, actor: Actor) -> list[UUID]:
    return list(session.scalars(select(models.Audit.id).where(belongings.belongs_to(actor.company_id)[models.Audit])))


def planted_rows(session: Session, actor: Actor, word: str) -> Iterator[Base]:
    declaration_id = session.scalars(
        select(models.Declaration.id).where(models.Declaration.assessment_id == actor.assessment_id)
    ).one()
    action_id = session.scalars(
        select(models.Action.id).where(models.Action.assessment_id == actor.assessment_id)
    ).first()
    network_id, audit_id, assessment_id = uuid4(), uuid4(), actor.assessment_id
    session.add(
        models.Network(id=network_id, slug=f"n{network_id.hex[:8]}", name="Netz", kind="regional", created_at=NOW)
    )
    session.flush()
    yield models.Participation(assessment_id=assessment_id, network_id=network_id, joined_at=NOW)
    yield models.Release(id=uuid4(), assessment_id=assessment_id, network_id=network_id, level="status", begun_at=NOW)
    yield models.CountedRound(
        id=uuid4(),
        network_id=network_id,
        assessment_id=assessment_id,
        company_id=actor.company_id,
        started_on=TODAY,
    )
    yield models.CountedCompany(
        company_id=actor.company_id, questionnaire_slug="basis", kind="answers", counted_on=TODAY
    )
    yield models.ActionMeasure(action_id=action_id, measure_ref="1.2.a")
    yield models.ActionProgress(id=uuid4(), action_id=action_id, at=NOW, state="done", note=word, by=word)
    yield models.LaterRating(id=uuid4(), assessment_id=assessment_id, measure_ref="1.1.a", need="none", at=NOW)
    yield models.Doer(id=uuid4(), assessment_id=assessment_id, name=word, address=f"{word}@example.org")
    yield models.AddressClaim(
        id=uuid4(),
        company_id=actor.company_id,
        assessment_id=assessment_id,
        address=f"{word}@example.org",
        created_at=NOW,
        expires_at=NOW,
    )
    yield models.Message(
        id=uuid4(),
        kind="renewal",
        subject=f"declaration:{word}",
        company_id=actor.company_id,
        address=f"{word}@example.org",
        language="de",
        facts=json.dumps({"word": word}),
        message_id=f"<{uuid4()}@example.org>",
        next_try_at=NOW,
        created_at=NOW,
    )
    yield models.Correction(
        id=uuid4(), declaration_id=declaration_id, edition=1, corrected_at=NOW, actor="owner", details=word, note=word
    )
    yield models.Audit(
        id=audit_id,
        declaration_id=declaration_id,
        state="opened",
        created_at=NOW,
        last_side="company",
        last_step_at=NOW,
    )
    step_id = uuid4()
    yield models.AuditStep(id=step_id, audit_id=audit_id, at=NOW, actor="company", kind="answer", text=word)
    yield models.Letter(step_id=step_id, posted_on=TODAY, noted_at=NOW)
    yield models.Finding(id=uuid4(), audit_id=audit_id, code="x", edition=1, answer="yes", note=word, created_at=NOW)
    yield models.Opening(id=uuid4(), audit_id=audit_id, opened_at=NOW, ends_at=NOW)
    yield models.Withdrawal(
        id=uuid4(), declaration_id=declaration_id, reason="own_wish", text=word, answer=word, proposed_at=NOW
    )
    yield models.ForeignReport(
        id=uuid4(), declaration_id=declaration_id, reported_at=NOW, text="fremd", contact="fremd@example.org"
    )


def erase(session: Session, actor: Actor) -> erasure.Erased:
    erased = erasure.erase_own_company(session, actor=actor, today=TODAY, now=NOW)
    session.commit()
    return erased


def find_in_tables(session: Session, word: str) -> set[str]:
    """Return the tables in which a word stands, also inside stored files."""
    found = set()
    for name, rows in factories.dump(session).items():
        if any(word in row for row in rows):
            found.add(name)
    return found


def test_every_table_is_taken_along_erased_or_of_nobody() -> None:
    tables = set(Base.metadata.tables)
    taken = {model.__tablename__ for model in belongings.belongs_to(uuid4())}
    assert taken | set(OF_NOBODY) == tables
    assert not taken & set(OF_NOBODY)
    assert taken == {model.__tablename__ for model in GONE} | {model.__tablename__ for model in BLANKED}
    assert not {model.__tablename__ for model in GONE} & {model.__tablename__ for model in BLANKED}


def test_what_is_not_taken_along_is_named_and_exists() -> None:
    for model, columns in LEFT_OUT.items():
        assert columns <= {column.name for column in model.__table__.columns}
    assert not any("hash" in name for model in LEFT_OUT for name in list_columns(model) if model is not models.Document)


def test_the_export_holds_every_planted_text(session: Session) -> None:
    actor = plant(session)
    content = json.loads(exports.export_company(session, actor=actor, now=NOW).text)
    planted_in = find_in_tables(session, CANARY) - {"declaration_word", "event_payload"}
    told = {name for name, rows in content["tables"].items() if CANARY in json.dumps(rows, ensure_ascii=False)}
    assert planted_in - {"document"} == told
    assert len(planted_in) > 10, "the control: the word was planted widely"
    told_of = {row["subject"].partition(":")[0] for row in content["record"] if CANARY in (row["payload"] or "")}
    assert told_of == {"declaration", "doer", "audit"}


def test_the_export_holds_every_row_and_column_of_its_company_and_no_other(session: Session) -> None:
    actor, other = plant(session), plant(session, "Hummel")
    export = exports.export_company(session, actor=actor, now=NOW)
    content = json.loads(export.text)
    for model in belongings.belongs_to(actor.company_id):
        if model in DERIVED:
            continue
        rows = content["tables"][model.__tablename__]
        assert rows, model
        assert set(rows[0]) == set(list_columns(model))
        assert len(rows) == len(belongings.list_rows(session, model, actor.company_id, list_columns(model)))
    assert "Hummel" not in export.text
    assert str(other.company_id) not in export.text


def test_stored_documents_come_along_byte_for_byte(session: Session) -> None:
    actor = plant(session)
    number = erasure.list_numbers(session, actor=actor)[0]
    files = exports.export_company(session, actor=actor, now=NOW).files
    assert [(file.name, file.content) for file in files] == [
        (f"{number}-declaration-de.pdf", f"%PDF {CANARY}".encode())
    ]


def test_no_secret_and_nobody_elses_words_are_taken_along(session: Session) -> None:
    actor = plant(session)
    text_ = exports.export_company(session, actor=actor, now=NOW).text
    hashes = session.scalars(select(models.Grant.token_hash)).all()
    assert hashes
    assert not any(one in text_ for one in hashes)
    assert "fremd@example.org" not in text_


@pytest.mark.parametrize("right", [Right.EDITOR, Right.READER, Right.DOER, Right.CALENDAR])
def test_only_the_owner_takes_everything_along_or_erases(session: Session, right: Right) -> None:
    owner = plant(session)
    actor = factories.let_in(session, owner, right)
    before = factories.dump(session)
    for act in (
        lambda: exports.export_company(session, actor=actor, now=NOW),
        lambda: erasure.erase_own_company(session, actor=actor, today=TODAY, now=NOW),
        lambda: erasure.list_numbers(session, actor=actor),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert factories.dump(session) == before


def test_after_erasure_nothing_planted_is_left_in_any_table(session: Session) -> None:
    actor = plant(session)
    assert find_in_tables(session, CANARY), "the control"
    erase(session, actor)
    assert find_in_tables(session, CANARY) == set()
    assert find_in_tables(session, "fremd") == set()


def test_other_companies_and_the_record_are_untouched(session: Session) -> None:
    actor, other = plant(session), plant(session, "Hummel")
    before = exports.export_company(session, actor=other, now=NOW).text
    session.commit()
    erase(session, actor)
    after = exports.export_company(session, actor=other, now=NOW).text
    assert json.loads(after)["tables"] == json.loads(before)["tables"]
    assert verify_record(session) == []


def test_a_number_goes_on_answering_without_a_name(session: Session) -> None:
    actor = plant(session)
    number = erasure.list_numbers(session, actor=actor)[0]
    stored = session.scalars(select(models.Declaration.snapshot_hash)).one()
    erase(session, actor)
    answer = numbers.find_public_answer(session, typed=number, today=TODAY + timedelta(days=1))
    assert (answer.status, answer.withdrawal_reason) == (DeclarationStatus.WITHDRAWN, WithdrawalReason.OWN_WISH)
    assert (answer.company_name, answer.withdrawn_on, answer.issued_on) == ("", TODAY, TODAY)
    assert session.scalars(select(models.Declaration.snapshot_hash)).one() == stored


def test_when_the_time_has_passed_the_number_is_expired_not_withdrawn(session: Session) -> None:
    actor = plant(session)
    number = erasure.list_numbers(session, actor=actor)[0]
    erasure.erase_company(session, company_id=actor.company_id, cause=ErasureCause.TIME_PASSED, today=TODAY, now=NOW)
    answer = numbers.find_public_answer(session, typed=number, today=TODAY + timedelta(days=1000))
    assert (answer.status, answer.company_name) == (DeclarationStatus.EXPIRED, "")


def test_a_company_that_never_declared_goes_without_a_trace(session: Session) -> None:
    actor = factories.start(session)
    factories.rate_all(session, actor)
    erase(session, actor)
    for table in ("company", "assessment", "rating", "grant"):
        assert session.execute(text(f'SELECT count(*) FROM "{table}"')).scalar() == 0  # noqa: S608 - our own names
    assert verify_record(session) == []


@pytest.mark.parametrize("cause", ErasureCause)
def test_open_cases_and_reports_end_with_the_company(session: Session, cause: ErasureCause) -> None:
    actor = plant(session)
    (audit_id,) = list_audits(session, actor)
    session.execute(update(models.Withdrawal).values(audit_id=audit_id))
    session.commit()
    erasure.erase_company(session, company_id=actor.company_id, cause=cause, today=TODAY, now=NOW)
    session.commit()
    audit = session.get_one(models.Audit, audit_id)
    assert (audit.state, audit.outcome, audit.closed_at) == ("closed", "not_looked_into", NOW)
    assert session.scalars(select(models.Withdrawal.decision)).all() == ["kept"]
    assert session.scalars(select(models.Finding.answer)).all() == [""]
    report = session.scalars(select(models.ForeignReport)).one()
    own_wish = cause is ErasureCause.OWN_WISH
    assert (report.closed_at, report.outcome) == (NOW, "withdrawn" if own_wish else "not_confirmed")
    last = session.scalars(select(models.AuditStep).order_by(models.AuditStep.at.desc())).first()
    assert last
    assert (last.actor, last.kind) == (("company", "own_withdrawal") if own_wish else ("system", "closed"))
    assert verify_record(session) == []


def test_a_sample_of_a_network_draws_the_same_after_an_erasure(session: Session) -> None:
    actor = plant(session)
    network_id = factories.add_network(session, slug="netz-a")
    session.execute(update(models.Declaration).values(network_id=network_id))
    session.commit()
    frame = Frame(on=TODAY + timedelta(days=1), network="netz-a")
    later = TODAY + timedelta(days=3)
    before = samples.draw(session, frame=frame, size=5, seed="seed", today=later)
    assert before.numbers, "the control"
    erasure.erase_own_company(session, actor=actor, today=later, now=NOW + timedelta(days=3))
    assert samples.draw(session, frame=frame, size=5, seed="seed", today=later) == before


def test_a_correction_that_is_being_written_is_waited_for_and_erased(session: Session, engine: Engine) -> None:
    assert find_after_race(session, engine) == set()


def test_control_without_holding_everything_it_would_stay(
    session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("writers take turns there anyhow")
    monkeypatch.setattr(turns, "hold_all", lambda *_: None)
    assert "declaration_word" in find_after_race(session, engine)


def find_after_race(session: Session, engine: Engine) -> set[str]:
    """Correct a name and keep it so for a moment, erase the company meanwhile, and return where the name stands."""
    actor = factories.make_declared(session)
    wanted, shown = {"company_name": CANARY}, {"company_name": DETAILS["company_name"]}
    session.commit()
    number = erasure.list_numbers(session, actor=actor)[0]
    session.rollback()
    written = ThreadEvent()

    def work(own: Session, turn: int) -> None:
        if turn:
            written.wait(timeout=10)
            company_id, cause = actor.company_id, ErasureCause.TIME_PASSED
            erasure.erase_company(own, company_id=company_id, cause=cause, today=TODAY, now=NOW)
            return
        outcome = corrections.correct_for_company(
            own, number=number, by=f"user:{uuid4()}", wanted=wanted, shown=shown, note="", now=NOW
        )
        assert outcome.is_accepted
        written.set()
        sleep(A_WHILE)

    assert run_in_parallel(engine, 2, work).errors == []
    return find_in_tables(session, CANARY) | find_in_tables(session, CANARY.lower())


def test_links_open_nothing_any_more(session: Session) -> None:
    actor = plant(session)
    erase(session, actor)
    assert session.scalars(select(models.Grant.id)).all() == []


def test_erasing_twice_is_harmless(session: Session) -> None:
    actor = plant(session)
    erase(session, actor)
    tables = {name: rows for name, rows in factories.dump(session).items() if not name.startswith(("event", "record"))}
    erasure.erase_company(session, company_id=actor.company_id, cause=ErasureCause.OWN_WISH, today=TODAY, now=NOW)
    again = {name: rows for name, rows in factories.dump(session).items() if not name.startswith(("event", "record"))}
    assert again == tables
    assert verify_record(session) == []


@pytest.mark.parametrize("state", ["queued", "sent"])
def test_a_mail_about_a_lost_link_goes_with_the_company_whose_address_it_went_to(session: Session, state: str) -> None:
    actor, address = plant(session), f"{CANARY}@example.org"
    message_id = ask_for_lost_link(session, address, state)
    ask_for_lost_link(session, "", "sent")
    assert message_id in erase(session, actor).message_ids
    assert find_in_tables(session, CANARY) == set()
    assert session.scalars(select(models.Message.address)).all() == [""], "a forgotten one is nobody's"


def test_but_not_while_another_company_has_the_same_address(session: Session) -> None:
    actor, other = plant(session), plant(session, "Hummel")
    shared = {"confirmed_email": f"{CANARY}@example.org"}
    belongings.blank_rows(session, models.Company, other.company_id, shared)
    message_id = ask_for_lost_link(session, shared["confirmed_email"], "sent")
    assert message_id not in erase(session, actor).message_ids
    assert message_id in erase(session, other).message_ids


def ask_for_lost_link(session: Session, address: str, state: str) -> UUID:
    request_lost_link(session, address=address or "x@example.org", language="de", now=NOW)
    asked = models.Message.kind == MessageKind.LOST_LINK
    (row,) = session.scalars(
        select(models.Message).where(asked, models.Message.address == (address or "x@example.org"))
    )
    row.state, row.address = state, address
    session.commit()
    return row.id


def test_what_was_erased_is_not_readable_in_the_files(tmp_path: Path) -> None:
    assert not is_readable_after(tmp_path, forget_deleted)


def test_control_without_emptying_the_log_it_would_be(tmp_path: Path) -> None:
    assert is_readable_after(tmp_path, lambda _session: None)


def is_readable_after(folder: Path, clear: Any) -> bool:
    """Erase on a database of its own, clear away, and say whether the planted word still stands in its files."""
    engine: Engine = open_engine(f"sqlite:///{folder}/own.db")
    upgrade(engine)
    with Session(engine) as session:
        actor = plant(session)
        assert CANARY.encode() in read_files(folder), "the search finds it while it is there"
        erase(session, actor)
        clear(session)
    found = CANARY.encode() in read_files(folder)
    engine.dispose()
    return found


def read_files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob("own.db*")))
