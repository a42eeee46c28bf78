"""One save over HTTP: what a click on a traffic light costs, beside the bare framework doing one upsert."""

import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from bench import server
from bench.browser import Browser, load_questionnaire, start_check
from bench.figures import Figure, against_floor, compare, percentile
from bench.server import Server

NEEDS = ("some", "none")
WARM_UP, ROUNDS, SAVES = 100, 20, 60


class Saver:
    """Saves one measure again and again, each time with the other value, and notes how long each took."""

    def __init__(self, running: Server, save: Callable[[str, str], bool]) -> None:
        self.running = running
        self.save = save
        self.was = ""
        self.seconds: list[float] = []

    def once(self) -> None:
        need = NEEDS[self.was == NEEDS[0]]
        begin = time.perf_counter()
        is_saved = self.save(need, self.was)
        self.seconds.append(time.perf_counter() - begin)
        if not is_saved:
            raise RuntimeError("a save was not confirmed")
        self.was = need

    def cpu_of_one(self) -> float:
        """Return the CPU time a save costs the server's processes."""
        before = self.running.cpu_seconds()
        for _ in range(SAVES):
            self.once()
        return (self.running.cpu_seconds() - before) / SAVES


def measure(folder: Path) -> list[Figure]:
    with (
        server.running(folder / "ours") as ours,
        server.running(folder / "floor", module=("bench.floor",)) as floor,
    ):
        savers = [_ours(ours), _floor(floor)]
        for saver in savers:
            for _ in range(WARM_UP):
                saver.once()
            saver.seconds.clear()
        found = compare(savers[0].cpu_of_one, savers[1].cpu_of_one, rounds=ROUNDS)
    return [against_floor("one save, server CPU", found, at_most=1.6), *_walls(savers)]


def _walls(savers: list[Saver]) -> list[Figure]:
    return [
        Figure(
            what=f"one save, wall clock p{share * 100:.0f}",
            value=percentile(savers[0].seconds, share) * 1000,
            unit="ms",
            floor=percentile(savers[1].seconds, share) * 1000,
        )
        for share in (0.5, 0.95)
    ]


def _ours(running: Server) -> Saver:
    questionnaire = load_questionnaire()
    owner, ref = start_check(running.port, questionnaire.slug), next(questionnaire.measures()).ref

    def save(need: str, was: str) -> bool:
        answer = owner.save(ref, need, was)
        return answer.status == 200 and answer.json["saved"] == [ref]  # noqa: PLR2004 - the status that says yes

    return Saver(running, save)


def _floor(running: Server) -> Saver:
    browser, path = Browser(running.port), f"/assessments/{uuid4()}/topics/1"

    def save(need: str, was: str) -> bool:
        fields = {"csrf_token": "x" * 91, "need": need, "was": was}
        return browser.post(path, fields, Accept="application/json").status == 200  # noqa: PLR2004

    return Saver(running, save)
