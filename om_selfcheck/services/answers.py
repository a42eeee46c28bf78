"""What a network reads of its companies' answers: one check, one year or all; the same for page, table and report."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from om_selfcheck.domain.questionnaire import Language, Questionnaire
from om_selfcheck.domain.rating import RatingCounts
from om_selfcheck.domain.statistics.report import (
    Bound,
    Figure,
    TopicNeed,
    UrgentMeasure,
    report_answers,
    report_progress,
)
from om_selfcheck.services.published_figures import Published


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicAnswers:
    """A topic and how often each colour was chosen in it."""

    ref: str
    title: str
    need: TopicNeed

    @property
    def counts(self) -> RatingCounts:
        """The figures as they are shown, for a bar: no more exact than the words beside it."""
        urgent, some = _length(self.need.urgent), _length(self.need.some)
        total = self.need.none.of
        return RatingCounts(
            urgent=urgent, some=min(some, total - urgent), none=max(0, total - urgent - some), total=total
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureAnswers:
    """A measure that many companies rated red, and about how many."""

    ref: str
    practice: str
    companies: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The answers to a check in a year, or in all; `done` is how many of ten actions a company were done."""

    check: str
    title: str
    version: str
    publisher: str
    year: int | None
    companies: int = 0
    topics: Sequence[TopicAnswers] = field(default=())
    measures: Sequence[MeasureAnswers] = field(default=())
    done: Figure | None = None

    @property
    def is_empty(self) -> bool:
        return not self.companies and self.done is None


def make_answers(questionnaire: Questionnaire, published: Published, year: int | None, language: Language) -> Answers:
    """Put the published batches of a check into its words, those of its newest version."""
    refs = {topic.ref: [measure.ref for measure in topic.measures()] for topic in questionnaire.topics}
    report = report_answers(published.answers.get(questionnaire.slug, ()), refs, year=year)
    return Answers(
        check=questionnaire.slug,
        title=questionnaire.title.in_language(language),
        version=questionnaire.version,
        publisher=questionnaire.publisher,
        year=year,
        companies=report.companies if report else 0,
        topics=[_topic(questionnaire, need, language) for need in (report.topics if report else ())],
        measures=[_measure(questionnaire, one, language) for one in (report.urgent_measures if report else ())],
        done=report_progress(published.progress.get(questionnaire.slug, ()), year=year),
    )


def _topic(questionnaire: Questionnaire, need: TopicNeed, language: Language) -> TopicAnswers:
    topic = questionnaire.find_topic(need.ref)
    return TopicAnswers(ref=need.ref, title=topic.title.in_language(language) if topic else "", need=need)


def _measure(questionnaire: Questionnaire, urgent: UrgentMeasure, language: Language) -> MeasureAnswers:
    measure = questionnaire.find_measure(urgent.ref)
    practice = measure.practice.in_language(language) if measure else ""
    return MeasureAnswers(ref=urgent.ref, practice=practice, companies=urgent.companies)


def _length(figure: Figure) -> int:
    return 0 if figure.bound is Bound.BELOW else figure.value
