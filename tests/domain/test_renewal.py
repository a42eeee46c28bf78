"""Renewal: which declaration is replaced (D8), when one is asked to renew, and what changed since (D6)."""

from dataclasses import replace
from datetime import date

import pytest

from om_selfcheck.domain.declaration import SelfDeclaration
from om_selfcheck.domain.progress import ActionState
from om_selfcheck.domain.rating import NeedForAction, RatingCounts
from om_selfcheck.domain.renewal import (
    PreviousAction,
    PreviousRound,
    TopicChange,
    count_topics,
    list_changes,
    may_be_replaced,
)
from tests.builders import make_questionnaire, make_ratings, make_topic

ISSUED = date(2024, 11, 21)
BEFORE, LAST_DAY, AFTER = date(2025, 1, 1), date(2026, 11, 21), date(2026, 11, 22)
STANDING = SelfDeclaration(issued_on=ISSUED)
WITHDRAWN = SelfDeclaration(issued_on=ISSUED, withdrawn_on=BEFORE)
REPLACED = SelfDeclaration(issued_on=ISSUED, replaced_on=BEFORE)
URGENT, SOME, NONE = NeedForAction
PREVIOUS = PreviousRound(
    number="000000-000000-00001K",
    issued_on=ISSUED,
    version="1.0",
    content_hash="0" * 64,
    topics={"1": RatingCounts(1, 1, 1, 3), "2": RatingCounts(0, 2, 0, 2)},
    actions=tuple(
        PreviousAction(key=str(place), heading=f"Schritt {place}", state=state)
        for place, state in enumerate([ActionState.DONE, ActionState.DONE, ActionState.OPEN, ActionState.DROPPED])
    ),
)


@pytest.mark.parametrize(
    ("older", "today", "expected"),
    [
        (STANDING, ISSUED, True),
        (STANDING, BEFORE, True),
        (STANDING, LAST_DAY, True),
        (STANDING, AFTER, True),  # an expired one is replaced as well
        (WITHDRAWN, BEFORE, False),
        (WITHDRAWN, AFTER, False),
        (replace(WITHDRAWN, withdrawn_on=AFTER), BEFORE, True),
        (REPLACED, BEFORE, False),
        (REPLACED, AFTER, False),
        (replace(REPLACED, withdrawn_on=BEFORE), AFTER, False),
    ],
)
@pytest.mark.parametrize(("is_same_company", "is_same_check"), [(True, True), (False, True), (True, False)])
def test_a_declaration_is_replaced_by_a_newer_one_of_the_same_company_on_the_same_check(
    older: SelfDeclaration, today: date, *, expected: bool, is_same_company: bool, is_same_check: bool
) -> None:
    found = may_be_replaced(is_same_company=is_same_company, is_same_check=is_same_check, older=older, today=today)
    assert found is (expected and is_same_company and is_same_check)


@pytest.mark.parametrize(
    ("terms", "today", "expected"),
    [
        (STANDING, ISSUED, False),
        (STANDING, date(2026, 8, 22), False),  # 91 days before the end
        (STANDING, date(2026, 8, 23), True),
        (STANDING, LAST_DAY, True),
        (STANDING, AFTER, True),
        (STANDING, date(2031, 1, 1), True),
        (WITHDRAWN, LAST_DAY, False),
        (WITHDRAWN, AFTER, False),
        (REPLACED, LAST_DAY, False),
        (REPLACED, AFTER, False),
    ],
)
def test_a_company_is_asked_to_renew_near_the_end_and_after_it(
    terms: SelfDeclaration, today: date, *, expected: bool
) -> None:
    assert terms.invites_renewal_on(today) is expected


def test_a_complete_round_is_counted_by_topic() -> None:
    ratings = make_ratings(make_questionnaire(), need=SOME) | {"1.1.a": URGENT, "1.2.a": NONE}
    assert count_topics(ratings) == PREVIOUS.topics


def test_then_and_now_stand_side_by_side() -> None:
    ratings = make_ratings(make_questionnaire(), need=NONE) | {"2.1.b": URGENT}
    assert list_changes(PREVIOUS, make_questionnaire(), ratings) == [
        TopicChange("1", RatingCounts(1, 1, 1, 3), RatingCounts(0, 0, 3, 3)),
        TopicChange("2", RatingCounts(0, 2, 0, 2), RatingCounts(1, 0, 1, 2)),
    ]


def test_a_topic_of_one_version_only_has_one_side() -> None:
    newer = make_questionnaire(topics=[make_topic(ref="3", measure_refs=["3.1.a"]), make_topic()])
    older = replace(PREVIOUS, topics={**PREVIOUS.topics, "10": RatingCounts(0, 0, 1, 1)})
    changes = list_changes(older, newer, make_ratings(newer))
    assert [change.ref for change in changes] == ["3", "1", "2", "10"]
    assert changes[0] == TopicChange("3", None, RatingCounts(0, 0, 1, 1))
    assert changes[2] == TopicChange("2", RatingCounts(0, 2, 0, 2), None)
