"""P3: one declaration, one number and one file, however often and from however many places one clicks."""

import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPException
from pathlib import Path

import pytest

from bench import server
from bench.browser import Owner
from om_selfcheck.domain.questionnaire import Questionnaire
from tests.proofs.conftest import People

OK, BUSY = 200, 503
CLICKS = 50
GETS = 8


def count(folder: Path, table: str) -> int:
    with closing(sqlite3.connect(folder / "om.db")) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - our own names


def click_at_once(owners: list[Owner]) -> set[str]:
    """Issue from all tabs at the same moment and return the numbers that were answered."""
    barrier = threading.Barrier(len(owners))

    def click(owner: Owner) -> str:
        shown = owner.look()
        barrier.wait(timeout=60)
        return owner.issue(shown)

    with ThreadPoolExecutor(len(owners)) as tabs:
        return set(tabs.map(click, owners))


def fetch(owner: Owner, path: str) -> bytes:
    """Return a file; where too many wait for the press, ask again as its answer says."""
    while (answer := owner.browser.get(path)).status == BUSY:
        time.sleep(0.2)
    assert answer.status == OK
    return answer.body


@pytest.mark.long
def test_fifty_clicks_at_once_give_one_number_and_one_file(
    running: server.Server, questionnaire: Questionnaire, people: People
) -> None:
    owner = people.start(running.port, questionnaire.slug)
    owner.complete(questionnaire)
    numbers = click_at_once([people.tab(owner) for _ in range(CLICKS)])
    assert len(numbers) == 1
    assert count(running.folder, "declaration") == 1
    (number,) = numbers
    with ThreadPoolExecutor(GETS) as tabs:
        tab_of = [people.tab(owner) for _ in range(GETS)]
        files = set(tabs.map(lambda tab: fetch(tab, f"/declarations/{number}/declaration.pdf"), tab_of))
    assert len(files) == 1
    assert count(running.folder, "document") == 1
    other = people.start(running.port, questionnaire.slug)
    other.complete(questionnaire)
    assert len(click_at_once([people.tab(owner), people.tab(other)])) == 2, (
        "the control: two rounds do give two numbers"
    )


@pytest.mark.long
def test_a_kill_while_issuing_and_another_try_give_the_same_number(
    tmp_path: Path, questionnaire: Questionnaire, people: People
) -> None:
    folder = tmp_path / "instance"
    first = server.start(folder)
    owner = people.start(first.port, questionnaire.slug)
    owner.complete(questionnaire)
    tabs = [people.tab(owner) for _ in range(6)]
    clicks = [threading.Thread(target=click_and_forget, args=(tab,)) for tab in tabs]
    for click in clicks:
        click.start()
    first.kill()
    for click in clicks:
        click.join()
    with server.running(folder) as second:
        number = people.tab(owner, second.port).issue()
        assert people.tab(owner, second.port).issue() == number
        assert number in people.tab(owner, second.port).browser.get(f"/verify/{number}").text
    assert count(folder, "declaration") == 1


def click_and_forget(owner: Owner) -> None:
    try:
        owner.issue()
    except (OSError, HTTPException, RuntimeError):
        return  # the server is gone; that is what is being tried
