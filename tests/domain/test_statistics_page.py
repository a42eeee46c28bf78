"""What docs/statistics.md promises is what the rules keep."""

import re
from fractions import Fraction
from pathlib import Path

import pytest

from om_selfcheck.domain.statistics import batches, groups, report
from om_selfcheck.domain.statistics.batches import ACTIONS, ANSWER_BITS, PLAN_BITS
from om_selfcheck.domain.statistics.noise import LARGEST_FACTOR, largest_certainty, variance
from om_selfcheck.domain.statistics.report import Figure, make_figure

PAGE = Path(__file__).parents[2].joinpath("docs", "statistics.md").read_text(encoding="utf-8")
GERMAN, ENGLISH = PAGE.split("## In English")
ROWS = re.findall(
    r"^\| (\d+) \| ± (\d+) Proz\S+ \| (?:± (\d+) Betriebe|wird nicht gezeigt) \| ± (\d+) Proz", PAGE, re.MULTILINE
)
MEASURES, GROUP = 14, batches.MINIMUM_COMPANIES


def in_percent(figure: Figure) -> int:
    return round(100 * figure.margin / figure.of)


@pytest.mark.parametrize("text", [GERMAN, ENGLISH], ids=["de", "en"])
def test_the_page_states_the_bound_that_is_derived(text: str) -> None:
    for before in (Fraction(1, 2), Fraction(1, 3)):
        after = round(100 * largest_certainty(before))
        assert re.search(rf"\b{round(100 * before)} %.*?\b{after} %", text)
    assert re.search(rf"\b[Ff]a[kc]tor {LARGEST_FACTOR}\b", text)


@pytest.mark.parametrize("text", [GERMAN, ENGLISH], ids=["de", "en"])
def test_the_page_states_from_how_many_companies_figures_appear(text: str) -> None:
    stages, answers = re.split(r"## Antworten|\*\*Answers\*\*", text)
    assert set(re.findall(r"(\d+) (?:Betriebe|firms)", stages)) == {str(groups.MINIMUM_COMPANIES)}
    assert re.search(rf"\b{GROUP} (?:oder mehr Betriebe|or more)", answers)


def test_the_page_states_the_step_of_rounding() -> None:
    assert report.STEP == 5
    assert "auf Fünfer gerundet" in PAGE


@pytest.mark.parametrize(("companies", "topic", "measure", "done"), ROWS)
def test_the_table_of_margins_is_what_figures_carry(companies: str, topic: str, measure: str, done: str) -> None:
    size, times = int(companies), int(companies) // GROUP
    of_topic = make_figure(50, size * MEASURES, times * MEASURES * variance(ANSWER_BITS))
    of_measure = make_figure(5, size, times * variance(ANSWER_BITS))
    of_plans = make_figure(50, size * ACTIONS, times * variance(PLAN_BITS))
    assert (in_percent(of_topic), in_percent(of_plans)) == (int(topic), int(done))
    assert of_measure.is_telling is bool(measure)
    assert of_measure.margin == int(measure or of_measure.margin)


def test_the_table_reaches_from_the_smallest_group_to_a_large_network() -> None:
    assert [int(row[0]) for row in ROWS] == [15, 30, 90, 300]
