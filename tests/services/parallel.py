"""Several people at once: the same work in threads, each with a session of its own, let go at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from threading import Barrier, BrokenBarrierError
from typing import Generic, ParamSpec, TypeVar

from sqlalchemy import Engine
from sqlalchemy.orm import Session

T = TypeVar("T")
P = ParamSpec("P")
A_WHILE = 0.3  # seconds somebody is given to get in between; being too slow for it breaks no test
LONGER = 1.5  # the same in controls, which are about somebody who does get in between


@dataclass(frozen=True, slots=True)
class Outcomes(Generic[T]):
    """What came back, in the order of the threads' numbers."""

    results: list[T]
    errors: list[Exception]


def run_in_parallel(engine: Engine, count: int, work: Callable[[Session, int], T]) -> Outcomes[T]:
    """Run `work` in `count` threads at once and commit each; whoever calls must not hold a transaction."""
    barrier = Barrier(count)

    def one(number: int) -> T:
        barrier.wait(timeout=60)
        with Session(engine) as session:
            result = work(session, number)
            session.commit()
            return result

    with ThreadPoolExecutor(count) as threads:
        futures = [threads.submit(one, number) for number in range(count)]
    errors = [error for future in futures if isinstance(error := future.exception(), Exception)]
    return Outcomes([future.result() for future in futures if future.exception() is None], errors)


def meeting(function: Callable[P, T], *, seconds: float = A_WHILE) -> Callable[P, T]:
    """Let two who call a function wait for each other after it, so that nobody writes before both have read.

    Where they take turns nobody else comes, and each goes on alone after so many seconds.
    """
    barrier = Barrier(2)

    def slow(*arguments: P.args, **named: P.kwargs) -> T:
        result = function(*arguments, **named)
        with suppress(BrokenBarrierError):
            barrier.wait(timeout=seconds)
        return result

    return slow
