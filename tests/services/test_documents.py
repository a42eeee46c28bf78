"""The files of a declaration: the bytes stored first win, for whoever comes and however often (P3)."""

import hashlib
from threading import Event
from time import sleep

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Right
from om_selfcheck.domain.errors import NotFound
from om_selfcheck.services import documents, erasure
from om_selfcheck.services.documents import Copy
from om_selfcheck.services.grants import Actor
from om_selfcheck.store.models import Document
from tests import factories
from tests.services.parallel import A_WHILE, run_in_parallel

KIND = documents.DECLARATION
PDF = b"%PDF-1.7 \x00\xff one"


def make_issued(session: Session) -> Actor:
    owner = factories.make_complete(session)
    factories.issue(session, owner)
    return factories.reload(session, owner.assessment_id, owner.grant_id)


def keep(
    session: Session, actor: Actor, content: bytes, *, kind: str = KIND, language: str = "de", edition: int = 0
) -> bytes:
    kept = documents.keep_file(session, actor=actor, kind=kind, language=language, edition=edition, content=content)
    session.commit()
    return kept


def find(session: Session, actor: Actor, *, kind: str = KIND, language: str = "de") -> bytes | None:
    return documents.find_file(session, actor=actor, kind=kind, language=language)


def test_there_is_no_file_before_it_was_made(session: Session) -> None:
    assert find(session, make_issued(session)) is None


def test_a_file_is_kept_to_the_byte_with_its_hash(session: Session) -> None:
    owner = make_issued(session)
    assert keep(session, owner, PDF) == find(session, owner) == PDF
    assert session.scalars(select(Document.sha256)).all() == [hashlib.sha256(PDF).hexdigest()]


def test_the_bytes_stored_first_win(session: Session) -> None:
    owner = make_issued(session)
    keep(session, owner, PDF)
    assert keep(session, owner, b"%PDF-1.7 two") == PDF
    assert find(session, owner) == PDF


def test_each_kind_and_language_is_a_file_of_its_own(session: Session) -> None:
    owner = make_issued(session)
    contents = {(kind, language): f"{kind} {language}".encode() for kind in (KIND, "plan") for language in ("de", "en")}
    for (kind, language), content in contents.items():
        keep(session, owner, content, kind=kind, language=language)
    assert {key: find(session, owner, kind=key[0], language=key[1]) for key in contents} == contents


def test_made_by_several_at_once_all_get_the_same_bytes(session: Session, engine: Engine) -> None:
    owner = make_issued(session)
    session.commit()
    outcomes = run_in_parallel(engine, 8, lambda own, number: keep(own, owner, f"PDF {number}".encode()))
    assert outcomes.errors == []
    assert set(outcomes.results) == {find(session, owner)}


def test_there_is_no_file_of_a_round_that_did_not_declare(session: Session) -> None:
    owner = factories.make_complete(session)
    with pytest.raises(NotFound):
        find(session, owner)
    with pytest.raises(NotFound):
        keep(session, owner, PDF)
    assert session.scalars(select(Document.sha256)).all() == []


def test_readers_get_the_file_and_may_be_the_first_to_ask_for_it(session: Session) -> None:
    owner = make_issued(session)
    reader = factories.let_in(session, owner, Right.READER)
    assert keep(session, reader, PDF) == find(session, owner) == PDF


def test_files_of_two_declarations_do_not_mix(session: Session) -> None:
    alma, stella = make_issued(session), make_issued(session)
    keep(session, alma, PDF)
    assert find(session, stella) is None


def test_a_file_leads_to_its_declaration_and_another_file_to_none(session: Session) -> None:
    owner = make_issued(session)
    keep(session, owner, PDF)
    keep(session, owner, b"plan", kind="plan")
    digest = hashlib.sha256(PDF).hexdigest()
    copy = Copy(str(owner.declaration_number), is_newest=True)
    assert documents.find_copy(session, sha256=digest) == copy
    assert documents.find_copy(session, sha256=digest.upper()) == copy
    for other in (PDF + b"\n", PDF[:-1], b"plan", b""):
        assert documents.find_copy(session, sha256=hashlib.sha256(other).hexdigest()) is None


def test_nothing_is_kept_for_a_company_that_was_erased_while_its_document_was_made(session: Session) -> None:
    owner = make_issued(session)
    erasure.erase_own_company(session, actor=owner, today=factories.TODAY, now=factories.NOW)
    session.commit()
    with pytest.raises(NotFound):
        keep(session, owner, PDF)
    assert session.scalars(select(Document.sha256)).all() == []


def test_who_keeps_a_file_waits_for_an_erasure_that_is_under_way(session: Session, engine: Engine) -> None:
    owner = make_issued(session)
    session.commit()
    erased = Event()

    def work(own: Session, number: int) -> None:
        if number:
            erased.wait(timeout=10)
            with pytest.raises(NotFound):
                keep(own, owner, PDF)
            return
        erasure.erase_own_company(own, actor=owner, today=factories.TODAY, now=factories.NOW)
        erased.set()
        sleep(A_WHILE)

    assert run_in_parallel(engine, 2, work).errors == []
    assert session.scalars(select(Document.sha256)).all() == []
