from dataclasses import replace

from om_selfcheck.domain.rating import NeedForAction, RatingCounts
from om_selfcheck.pdf.documents import render_monday
from tests.pdf.samples import MONDAY, STEP, read_text

GREEN = replace(MONDAY, topic=replace(MONDAY.topic, counts=RatingCounts(0, 0, 14, 14)))


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
