"""A network's report of a year, on one page: how many companies its links reached, how far, and what they see."""

from dataclasses import dataclass
from datetime import date

from om_selfcheck.domain.questionnaire import Language
from om_selfcheck.domain.statistics.stages import Stage, StageCounts
from om_selfcheck.domain.statistics.weeks import Week
from om_selfcheck.i18n.figures import say_figure, say_group, say_week
from om_selfcheck.i18n.formats import number
from om_selfcheck.pdf.documents import CheckEdition, render_document
from om_selfcheck.services.answers import Answers
from om_selfcheck.services.stages import ShownGroup

MOST_LINKS, MOST_CHECKS = 12, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkReport:
    """All figures were published before. `before` is the sum at the end of the year before, None without one."""

    network_name: str
    area: str
    year: int
    week: Week
    groups: tuple[ShownGroup, ...]
    total: StageCounts | None
    before: StageCounts | None
    answers: tuple[Answers, ...]

    @property
    def stated_on(self) -> date:
        return self.week.ends_on

    @property
    def company_name(self) -> str:
        """Whose document it is."""
        return self.network_name

    @property
    def editions(self) -> list[CheckEdition]:
        """Whose questions the answers are to, each publisher once."""
        by_publisher = {one.publisher: one for one in self.answers[:MOST_CHECKS]}
        return [
            CheckEdition(title=one.title, version=one.version, publisher=one.publisher) for one in by_publisher.values()
        ]

    @property
    def shown(self) -> list[tuple[ShownGroup, StageCounts]]:
        """The links that are shown, those with most companies first."""
        found = [(group, group.counts) for group in self.groups if group.counts]
        return sorted(found, key=lambda one: -one[1].started)


def render_network_report(report: NetworkReport, language: Language) -> bytes:
    return render_document(
        "network_report",
        report,
        language,
        has_one_page=True,
        stages=tuple(Stage),
        links=report.shown[:MOST_LINKS],
        further=max(0, len(report.shown) - MOST_LINKS),
        checks=report.answers[:MOST_CHECKS],
        number=number,
        say_figure=say_figure,
        say_group=say_group,
        say_week=say_week,
    )
