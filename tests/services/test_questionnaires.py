"""Publishing: a version seen once never changes its content (P16)."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from om_selfcheck.domain.errors import QuestionnaireChanged
from om_selfcheck.domain.questionnaire import Questionnaire
from om_selfcheck.domain.record import Verb
from om_selfcheck.services.questionnaires import publish_questionnaires
from om_selfcheck.services.record import verify_record
from om_selfcheck.store.models import EventPayload, PublishedQuestionnaire
from tests import factories
from tests.builders import make_questionnaire
from tests.factories import NOW

FIRST = make_questionnaire()
EDITED = replace(FIRST, content_hash="1" * 64)
SECOND = replace(FIRST, version="1.1", content_hash="2" * 64)
OTHER = replace(FIRST, slug="digital", content_hash="3" * 64)


def publish(session: Session, *questionnaires: Questionnaire) -> int:
    number = publish_questionnaires(session, questionnaires=questionnaires, now=NOW)
    session.commit()
    return number


def list_published(session: Session) -> set[tuple[str, str, str]]:
    columns = (PublishedQuestionnaire.slug, PublishedQuestionnaire.version, PublishedQuestionnaire.content_hash)
    return {(slug, version, content_hash) for slug, version, content_hash in session.execute(select(*columns))}


def test_a_new_version_is_published_and_recorded(session: Session) -> None:
    assert publish(session, FIRST) == 1
    assert publish(session, FIRST, SECOND, OTHER) == 2
    assert list_published(session) == {
        ("basis", "1.0", "0" * 64),
        ("basis", "1.1", "2" * 64),
        ("digital", "1.0", "3" * 64),
    }
    for subject in ("basis/1.0", "basis/1.1", "digital/1.0"):
        verbs = factories.list_verbs(session, f"questionnaire:{subject}")
        assert verbs == [(Verb.QUESTIONNAIRE_PUBLISHED, NOW)]
    assert session.scalars(select(EventPayload.payload).order_by(EventPayload.seq)).first() == (
        f'{{"content_hash":"{"0" * 64}","measures":5}}'
    )
    assert verify_record(session) == []


def test_publishing_again_changes_nothing(session: Session) -> None:
    publish(session, FIRST)
    before = factories.dump(session)
    assert publish(session, FIRST) == 0
    assert factories.dump(session) == before


def test_a_file_edited_under_its_old_number_is_refused_with_what_to_do(session: Session) -> None:
    publish(session, FIRST)
    before = factories.dump(session)
    with pytest.raises(QuestionnaireChanged) as refusal:
        publish(session, SECOND, EDITED, OTHER)
    assert str(refusal.value) == (
        "questionnaires/basis/1.0.yaml was edited after it had been published. "
        "Nothing was changed. Put the published text back and give the edited one a new version number."
    )
    session.commit()
    assert factories.dump(session) == before, "nothing was published beside it either"


def test_an_edited_text_is_welcome_under_a_new_number(session: Session) -> None:
    publish(session, FIRST)
    assert publish(session, FIRST, replace(EDITED, version="1.2")) == 1


def test_a_version_whose_file_is_gone_stays_published(session: Session) -> None:
    publish(session, FIRST, SECOND)
    publish(session, SECOND)
    assert len(list_published(session)) == 2
    with pytest.raises(QuestionnaireChanged):
        publish(session, EDITED)
