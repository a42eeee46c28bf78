"""The path of a measure: the declared colour stays, later ones stand beside it in the order of time (D7)."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from om_selfcheck.domain.path import PathStep, make_paths, newest_need
from om_selfcheck.domain.rating import NeedForAction

AT = datetime(2026, 11, 21, 9, tzinfo=UTC)
DAY = timedelta(days=1)
RED = PathStep(at=AT, need=NeedForAction.URGENT, is_rating=True)
YELLOW = PathStep(at=AT + 90 * DAY, need=NeedForAction.SOME, action="Liste führen")
GREEN = PathStep(at=AT + 180 * DAY, need=NeedForAction.NONE, action="Liste führen")


def test_later_ratings_follow_the_declared_one_by_time() -> None:
    paths = make_paths({"1.1.a": RED, "1.1.b": RED}, [("1.1.a", GREEN), ("1.1.a", YELLOW)])
    assert paths == {"1.1.a": (RED, YELLOW, GREEN), "1.1.b": (RED,)}
    assert newest_need(paths["1.1.a"]) is NeedForAction.NONE


def test_of_two_at_one_instant_the_later_rating_comes_last() -> None:
    beside = PathStep(at=AT, need=NeedForAction.SOME)
    assert make_paths({"1.1.a": RED}, [("1.1.a", beside)])["1.1.a"] == (RED, beside)


def test_what_was_seen_before_declaring_stands_before_what_was_declared() -> None:
    early = PathStep(at=AT - DAY, need=NeedForAction.SOME)
    assert make_paths({"1.1.a": RED}, [("1.1.a", early)])["1.1.a"] == (early, RED)


def test_a_measure_that_was_never_rated_has_only_later_colours() -> None:
    assert make_paths({}, [("1.1.a", YELLOW)]) == {"1.1.a": (YELLOW,)}


def test_an_empty_path_has_no_newest_colour() -> None:
    assert newest_need(()) is None


STEPS = st.builds(
    PathStep,
    at=st.datetimes(timezones=st.just(UTC)),
    need=st.sampled_from(NeedForAction),
    action=st.sampled_from(["", "Liste führen"]),
)


@given(st.lists(st.tuples(st.sampled_from(["1.1.a", "1.1.b"]), STEPS)))
def test_no_step_is_lost_and_every_path_goes_forward(later: list[tuple[str, PathStep]]) -> None:
    paths = make_paths({"1.1.a": RED}, later)
    for ref, path in paths.items():
        assert [step.at for step in path] == sorted(step.at for step in path)
        given_steps = [step for other, step in later if other == ref] + ([RED] if ref == "1.1.a" else [])
        assert sorted(path, key=repr) == sorted(given_steps, key=repr)
    assert RED in paths["1.1.a"]
