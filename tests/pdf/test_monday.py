from dataclasses import replace

import pytest

from om_selfcheck.domain.rating import NeedForAction, RatingCounts
from om_selfcheck.pdf.documents import MondayDocument, MondayStep, render_monday
from tests.pdf.samples import MONDAY, PROPOSAL, STEP, read_text

NO_NEED = "sehen wir zurzeit keinen Handlungsbedarf"
GREEN = replace(MONDAY, topic=replace(MONDAY.topic, counts=RatingCounts(0, 0, 14, 14)))


def say(document: MondayDocument) -> str:
    return " ".join(read_text(render_monday(document, "de")).split())


def count(*counts: int) -> MondayDocument:
    return replace(MONDAY, topic=replace(MONDAY.topic, counts=RatingCounts(*counts)))


def test_says_that_nothing_is_rated_and_claims_nothing_else() -> None:
    said = say(replace(count(0, 0, 0, 14), steps=()))
    assert "Dieses Thema ist noch nicht bewertet." in said
    assert NO_NEED not in said


def test_says_that_green_is_not_yet_all_of_it() -> None:
    step = replace(PROPOSAL, need=NeedForAction.NONE)
    said = say(replace(count(0, 0, 3, 14), steps=(step,)))
    assert "noch nicht fertig bewertet. Bisher sehen wir keinen Handlungsbedarf. Darauf lässt sich aufbauen:" in said
    assert NO_NEED not in said


@pytest.mark.parametrize(
    ("steps", "heading", "marks"),
    [
        ((PROPOSAL, PROPOSAL), "Vorschläge für den Anfang:", 0),
        ((STEP, STEP), "Im Plan steht dafür:", 2),
        ((STEP, PROPOSAL), "Geplantes und Vorschläge für den Anfang:", 1),
    ],
)
def test_tells_what_the_company_planned_from_what_the_check_proposes(
    steps: tuple[MondayStep, ...], heading: str, marks: int
) -> None:
    said = say(replace(MONDAY, steps=steps))
    assert heading in said
    assert said.count("bedarf, im Plan") == marks


def test_says_plainly_that_there_is_no_need_and_offers_green_to_build_on() -> None:
    step = replace(STEP, need=NeedForAction.NONE)
    text = read_text(render_monday(replace(GREEN, steps=(step,)), "de"))
    assert "zurzeit keinen Handlungsbedarf. Darauf lässt sich aufbauen:" in " ".join(text.split())
    assert STEP.title in text


def test_says_plainly_that_there_is_no_need_also_without_a_step() -> None:
    text = read_text(render_monday(replace(GREEN, steps=()), "de"))
    assert "In diesem Thema sehen wir zurzeit keinen Handlungsbedarf." in " ".join(text.split())
    assert "aufbauen" not in text


def test_fills_in_who_and_when_from_the_plan_or_leaves_a_line() -> None:
    planned = read_text(render_monday(replace(MONDAY, steps=(STEP,)), "de"))
    assert "Wer? Büroleitung Bis wann? 15.01.2027" in " ".join(planned.split())
    open_step = replace(STEP, responsible="", due_on=None)
    assert "Wer? Bis wann?" in " ".join(read_text(render_monday(replace(MONDAY, steps=(open_step,)), "de")).split())
