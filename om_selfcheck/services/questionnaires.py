"""Publishing questionnaires: a version seen once never changes its content (P16)."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from om_selfcheck.domain.errors import QuestionnaireChanged
from om_selfcheck.domain.questionnaire import Questionnaire
from om_selfcheck.domain.record import SYSTEM, Event, Verb
from om_selfcheck.services.record import append_event
from om_selfcheck.store.queries import questionnaires as rows


def publish_questionnaires(session: Session, *, questionnaires: Iterable[Questionnaire], now: datetime) -> int:
    """Remember every version that is new; return how many were.

    Raises:
        QuestionnaireChanged: a version was edited after it had been published.
    """
    published = rows.list_published(session)
    fresh = [one for one in questionnaires if not _is_known(published, one)]
    for one in fresh:
        rows.add_published(session, slug=one.slug, version=one.version, content_hash=one.content_hash, now=now)
        append_event(session, _event(one, now))
    return len(fresh)


def _is_known(published: dict[tuple[str, str], str], one: Questionnaire) -> bool:
    content_hash = published.get((one.slug, one.version))
    if content_hash not in (None, one.content_hash):
        raise QuestionnaireChanged(
            f"questionnaires/{one.slug}/{one.version}.yaml was edited after it had been published. "
            "Nothing was changed. Put the published text back and give the edited one a new version number."
        )
    return content_hash is not None


def _event(one: Questionnaire, now: datetime) -> Event:
    return Event(
        verb=Verb.QUESTIONNAIRE_PUBLISHED,
        actor=SYSTEM,
        subject=f"questionnaire:{one.slug}/{one.version}",
        at=now,
        payload={"content_hash": one.content_hash, "measures": one.size},
    )
