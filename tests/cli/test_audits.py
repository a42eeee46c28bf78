"""./om audit sample: the same draw as the page's, by whoever wants to see for themselves."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from om_selfcheck.domain.sampling import draw_sample
from om_selfcheck.services.installation import open_engine
from tests import factories
from tests.cli.shell import type_in
from tests.factories import TODAY

DRAW = ("audit", "sample", "--on", TODAY.isoformat(), "--size", "3", "--seed", "3.8.17")


def seed(instance: Path, count: int = 10) -> list[str]:
    type_in("migrate")
    with Session(open_engine(f"sqlite:///{instance / 'om.db'}")) as session:
        return list(factories.seed_declared(session, count))


@pytest.fixture(autouse=True)
def _later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("om_selfcheck.clock.today", lambda: TODAY.replace(year=TODAY.year + 1))


def test_prints_the_frame_s_hash_and_the_numbers(instance: Path) -> None:
    drawn = draw_sample(seed(instance), 3, "3.8.17")
    expected = [f"frame 10 {drawn.frame_hash}", *drawn.numbers]
    for _ in range(2):
        assert type_in(*DRAW).output.splitlines() == expected


def test_a_check_that_nobody_declared_draws_nothing(instance: Path) -> None:
    seed(instance)
    assert type_in(*DRAW, "--check", "other").output.startswith("frame 0 ")


@pytest.mark.usefixtures("instance")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((*DRAW[:-1], "zwei Wörter"), "A seed has"),
        ((*DRAW, "--size", "0"), "Invalid value"),
        ((*DRAW, "--on", "bald"), "Invalid value"),
        ((*DRAW, "--on", "2098-01-01"), "a day that is over"),
    ],
)
def test_what_cannot_be_drawn_is_said(words: tuple[str, ...], said: str) -> None:
    type_in("migrate")
    refused = type_in(*words)
    assert refused.exit_code != 0
    assert said in refused.output


@pytest.mark.usefixtures("instance")
def test_without_a_database_it_says_what_to_type() -> None:
    assert "./om migrate" in type_in(*DRAW).output
