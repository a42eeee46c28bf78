"""The figures of a network: nothing below five, the same numbers in every channel, and no more than these (D9)."""

import csv
import re
from io import BytesIO, StringIO
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import update

from om_selfcheck import clock
from om_selfcheck.domain.access import Strength
from om_selfcheck.domain.statistics.batches import PROGRESS_AFTER
from om_selfcheck.domain.statistics.groups import Group
from om_selfcheck.domain.statistics.weeks import WEEK as SEVEN_DAYS
from om_selfcheck.domain.statistics.weeks import Week
from om_selfcheck.extensions import db
from om_selfcheck.services import figures
from om_selfcheck.store.models import Rating
from tests import people
from tests.people import User
from tests.services import crowd
from tests.services.crowd import CHECK, SECRET, add_link
from tests.web.client import Page

BASE = "/network/netz-a"
TABLES = ("stages", "weeks", "topics", "measures", "progress")


@pytest.fixture
def nina(app: Flask) -> User:
    return people.nina(app)


def network_id(app: Flask, slug: str = "netz-a") -> UUID:
    with app.app_context():
        return crowd.find_network(db.session, slug)


def begin(app: Flask, label: str, count: int, *, weeks_ago: int = 0) -> None:
    """Let companies begin with a link of network A."""
    with app.app_context():
        network = crowd.find_network(db.session, "netz-a")
        link = crowd.find_link(db.session, network, label) or add_link(db.session, network, label)
        crowd.start_many(db.session, network, link, count, now=clock.now() - weeks_ago * SEVEN_DAYS)


def answer(app: Flask, count: int, need: str = "urgent", *, weeks_ago: int = 1, done: int | None = None) -> None:
    """Let companies answer that agreed to be counted, some weeks ago; with a plan where `done` says how it went."""
    with app.app_context():
        week = Week.of(clock.today() - weeks_ago * SEVEN_DAYS)
        for one in crowd.add_rated(db.session, crowd.find_network(db.session, "netz-a"), count, need, on=week.monday):
            if done is not None:
                crowd.declare(db.session, one, on=clock.today() - PROGRESS_AFTER - SEVEN_DAYS, done=done)


def close(app: Flask) -> None:
    with app.app_context():
        for one in figures.list_unclosed(db.session, today=clock.today()):
            figures.close_weeks(db.session, unclosed=one, secret=SECRET, now=clock.now(), today=clock.today())
        db.session.commit()


def tables(page: Page) -> dict[str, list[list[str]]]:
    """Return the tables of a page by caption, as rows of words."""
    return {
        " ".join(table.caption.get_text(" ").split()): [
            [" ".join(cell.get_text(" ").split()) for cell in row.select("th, td")] for row in table.select("tbody tr")
        ]
        for table in page.soup.select("table")
        if table.caption
    }


def read_csv(user: User, table: str, query: str = "") -> list[list[str]]:
    answered = user.client.get(f"{BASE}/figures/{table}.csv{query}")
    assert answered.status == 200
    text = answered.response.get_data().decode("utf-8-sig")
    return list(csv.reader(StringIO(text), delimiter=";"))


def read_xlsx(user: User, query: str = "") -> list[list[list[Any]]]:
    answered = user.client.get(f"{BASE}/figures.xlsx{query}")
    book = load_workbook(BytesIO(answered.response.get_data()))
    return [[["" if cell is None else cell for cell in row] for row in sheet.values] for sheet in book.worksheets]


# Stages


def test_an_empty_page_says_what_to_do_first(nina: User) -> None:
    page = nina.client.get(f"{BASE}/figures")
    assert "Zahlen erscheinen ab fünf Betrieben, damit niemand auf einen einzelnen schließen kann." in page.text
    assert "Erstellen Sie zuerst einen" in page.text
    assert "Noch keine Gruppe ist vollständig" in page.text
    assert tables(page) == {}


def test_stages_stand_in_numbers_per_link_and_together(app: Flask, nina: User) -> None:
    begin(app, "Innung", 5)
    begin(app, "Messe", 4)
    shown = tables(nina.client.get(f"{BASE}/figures"))
    assert [row[-1] for row in shown["Alle gezeigten Links zusammen"]] == ["5", "0", "0", "0", "0", "0"]
    assert {row[0]: row[1:] for row in shown["Betriebe je Link"]} == {
        "Innung": ["5", "0", "0", "0", "0", "0"],
        "Messe": ["noch keine Zahlen"],
    }


def test_weeks_are_numbered_and_stay_empty_where_they_were(app: Flask, nina: User) -> None:
    begin(app, "Innung", 4, weeks_ago=2)
    begin(app, "Innung", 3, weeks_ago=1)
    close(app)
    newer, older = tables(nina.client.get(f"{BASE}/figures"))["Alle gezeigten Links zusammen, am Ende der Woche"]
    last = Week.last_closed(clock.today())
    assert newer == [f"KW {last.number} bis {last.ends_on:%d.%m.%Y}", "7", "0", "0", "0", "0", "0"]
    assert older[1:] == ["noch keine Zahlen"]


def test_the_numbers_run_along_and_keep_nobody_signed_in(app: Flask, nina: User) -> None:
    begin(app, "Innung", 5)
    page = nina.client.get(f"{BASE}/figures")
    address = str(page.soup.select_one("[data-refresh]")["data-refresh"])  # type: ignore[index]
    begin(app, "Innung", 1)
    answered = nina.client.get(address).response
    assert answered.is_json
    assert ">6<" in answered.get_json()["stages"]
    assert "<html" not in answered.get_json()["stages"]


def test_charts_are_for_the_eye_alone(app: Flask, nina: User) -> None:
    begin(app, "Innung", 5)
    drawn = nina.client.get(f"{BASE}/figures").soup.select("main svg")
    assert drawn
    assert all(svg.get("aria-hidden") == "true" for svg in drawn)


# Answers


def test_answers_stand_with_how_exact_they_are(app: Flask, nina: User) -> None:
    answer(app, 15, done=6)
    close(app)
    page = nina.client.get(f"{BASE}/figures")
    topics = next(rows for caption, rows in tables(page).items() if caption.startswith("Handlungsbedarf je Thema"))
    assert [row[0] for row in topics] == ["1 Topic 1 (de)", "2 Topic 2 (de)"]
    assert all(re.fullmatch(r"(etwa|unter|über) \d+", cell) for row in topics for cell in row[1:4])
    assert [row[4] for row in topics] == ["45", "30"]
    assert all(re.fullmatch(r"± \d+", row[5]) for row in topics)
    assert re.search(r"sind (etwa|unter|über) \d+ von 150 geplanten Maßnahmen umgesetzt", page.text)


def test_the_year_chooses_whole_batches(app: Flask, nina: User) -> None:
    answer(app, 15)
    close(app)
    year = Week.last_closed(clock.today()).year
    everything = tables(nina.client.get(f"{BASE}/figures?check={CHECK.slug}"))
    assert tables(nina.client.get(f"{BASE}/figures?check={CHECK.slug}&year={year}")) == everything


@pytest.mark.parametrize(
    "query", ["?year=1999", "?year=x", "?check=nowhere", "?check=&year=", "?companies=1", "?year=٣"]
)
def test_no_other_choice_isolates_anybody(app: Flask, nina: User, query: str) -> None:
    answer(app, 15)
    close(app)
    everything = tables(nina.client.get(f"{BASE}/figures"))
    assert tables(nina.client.get(f"{BASE}/figures{query}")) == everything


# The same numbers everywhere


def test_page_and_files_show_the_same_numbers(app: Flask, nina: User) -> None:
    begin(app, "=Innung", 6, weeks_ago=1)
    begin(app, "Messe", 4)
    answer(app, 40, done=6)
    answer(app, 20, need="some")
    close(app)
    shown, sheets = tables(nina.client.get(f"{BASE}/figures")), read_xlsx(nina)
    files = {table: read_csv(nina, table) for table in TABLES}
    for table, sheet in zip(TABLES, sheets, strict=True):
        defused = [[str(cell).removeprefix("'") for cell in row] for row in files[table]]
        assert [[str(cell) for cell in row] for row in sheet] == defused
    per_link = [row if len(row) > 2 else [row[0], *[""] * 6] for row in shown["Betriebe je Link"]]
    assert [[cell.removeprefix("'") for cell in row] for row in files["stages"][1:-1]] == per_link
    together = [row[-1] for row in shown["Alle gezeigten Links zusammen"]]
    assert files["stages"][-1] == ["Alle gezeigten Links zusammen", *together]
    weeks = [row if len(row) > 2 else [row[0], *[""] * 6] for row in _by_caption(shown, "am Ende der Woche")]
    assert files["weeks"][1:] == weeks
    topics = [[f"{row[0]} {row[1]}", f"{row[3]} {row[4]}", row[5]] for row in files["topics"][1:]]
    on_page = [[row[0], cell, row[4]] for row in _by_caption(shown, "Handlungsbedarf je Thema") for cell in row[1:4]]
    assert topics == on_page


def _by_caption(shown: dict[str, list[list[str]]], part: str) -> list[list[str]]:
    return next(rows for caption, rows in shown.items() if part in caption)


def test_every_measure_and_the_progress_stand_on_the_page_as_in_the_file(app: Flask, nina: User) -> None:
    answer(app, 60, done=6)
    close(app)
    page = nina.client.get(f"{BASE}/figures")
    measures, progress = read_csv(nina, "measures")[1:], read_csv(nina, "progress")[1:]
    assert len(measures) == len(crowd.REFS)
    for ref, practice, bound, value, of, margin in measures:
        assert f"{ref} {practice} {bound} {value} von {of} Betrieben, ± {margin}" in page.text
    ((_title, bound, value, of, margin),) = progress
    assert f"sind {bound} {value} von {of} geplanten Maßnahmen umgesetzt (± {margin})" in page.text


@pytest.mark.parametrize("address", ["figures.xlsx", *(f"figures/{table}.csv" for table in TABLES)])
def test_whoever_came_in_by_a_mailed_link_takes_nothing_along(app: Flask, address: str) -> None:
    weak = people.nina(app, Strength.LINK)
    assert weak.client.get(f"{BASE}/figures").status == 200
    assert weak.client.get(f"{BASE}/{address}").status == 403


# Below five


def everything_shown(user: User) -> list[str]:
    """Return all that a coordinator can look at, but for what changes by itself."""
    changing = re.compile(r'name="csrf_token" value="[^"]+"|\d\d:\d\d Uhr')
    pages = [
        user.client.get(f"{BASE}/{path}").response.get_data(as_text=True)
        for path in ("figures", "figures/stages", "nudge", *(f"figures/{table}.csv" for table in TABLES))
    ]
    return [changing.sub("", page) for page in [*pages, str(read_xlsx(user))]]


def test_nothing_tells_one_company_below_five_from_none(app: Flask, nina: User) -> None:
    begin(app, "Innung", 6, weeks_ago=1)
    begin(app, "Messe", 0)
    close(app)
    before = everything_shown(nina)
    for _ in range(4):
        begin(app, "Messe", 1)
        assert everything_shown(nina) == before
    begin(app, "Messe", 1)
    assert everything_shown(nina) != before


def test_nothing_tells_one_answer_before_its_group_is_closed(app: Flask, nina: User) -> None:
    begin(app, "Innung", 6, weeks_ago=1)
    with app.app_context():
        crowd.start_many(db.session, crowd.find_network(db.session, "netz-a"), None, 9)
    close(app)
    answer(app, 15)
    with_fifteen = everything_shown(nina)
    with app.app_context():
        db.session.execute(update(Rating).values(need="none"))
        db.session.commit()
    assert everything_shown(nina) == with_fifteen


def test_control_a_total_over_all_links_would_tell(app: Flask, nina: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Group, "is_shown", property(lambda group: group.counts.started > 0))
    begin(app, "Innung", 6)
    begin(app, "Messe", 1)
    before = everything_shown(nina)
    begin(app, "Messe", 1)
    assert everything_shown(nina) != before
