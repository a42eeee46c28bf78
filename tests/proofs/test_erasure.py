"""P18: what a company typed is complete in its export, and after erasing not a byte of it is left in any file.

Both go by the pages people use, on an instance folder of its own with real mails in it. Three controls leave something
undone: SQLite does not overwrite, its log is not emptied, a table is left out.
"""

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from om_selfcheck.catalogue import Catalogue
from om_selfcheck.cli.remind import make_sender
from om_selfcheck.config import read_settings
from om_selfcheck.extensions import db
from om_selfcheck.factory import create_app
from om_selfcheck.mail.delivery import send_due
from om_selfcheck.services import erasure, installation
from om_selfcheck.services.reconciliation import compare_register
from om_selfcheck.services.record import verify_record
from om_selfcheck.store import engine, models
from om_selfcheck.store.migrate import upgrade
from tests import people
from tests.builders import make_questionnaire
from tests.factories import DETAILS, dump
from tests.people import ACTION, Person

CANARY, OTHER = "Zitronenfalter", "Admiralfalter"
TEXTS = ("company_name", "street", "city", "signatory_name", "signatory_function", "place")


@pytest.fixture
def make_app(tmp_path: Path) -> Iterator[Callable[[], Flask]]:
    made: list[Flask] = []

    def make() -> Flask:
        given = read_settings({"OM_INSTANCE_DIR": str(tmp_path), "OM_BASE_URL": "http://check.example.org"})
        app = create_app(given, Catalogue({("basis", "1.0"): make_questionnaire()}))
        with app.app_context():
            upgrade(db.engine)
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.engine.dispose()


def live(app: Flask, word: str) -> tuple[Person, str]:
    """Type a word wherever a company can type one, get mails, and declare; return the owner and the number."""
    owner = people.alma(app)
    owner.client.send(f"{owner.base}/topics/1", {"need-1.1.a": "urgent", "note-1.1.a": f"Notiz {word}"})
    texts = {name: f"{word} {name}" for name in ("title", "description", "responsible", "follow_up")}
    action_id = people.plan_one(owner, **(ACTION | texts))
    address = {"email": f"{word}@betrieb.example"}
    owner.client.send(f"{owner.base}/mails", address, form="/mails/address")
    form = owner.client.get(f"{owner.base}/responsible").values("/responsible/invite")
    owner.client.post(f"{owner.base}/responsible/invite", form | {"email": f"werkstatt@{word}.example"})
    people.invited(owner, right="reader", name=f"Bank {word}")
    people.rate_everything(owner)
    people.plan_ten(owner)
    details = dict(DETAILS) | {name: f"{word} {name}" for name in TEXTS}
    saved = owner.client.send(f"{owner.base}/declaration", details)
    number = owner.client.send(saved.location).location.rsplit("/", 1)[1]
    owner.client.get(f"/declarations/{number}/declaration.pdf")
    owner.client.send(f"{owner.base}/plan/{action_id}", {"note": f"Stand {word}", "state": "done"}, form="/progress")
    deliver(app)
    return owner, number


def deliver(app: Flask) -> None:
    """Send what is due into the outbox of the instance folder."""
    with app.app_context():
        sender = make_sender(app)
        assert send_due(sender)
        sender.engine.dispose()


def erase(owner: Person) -> None:
    assert owner.client.send(f"{owner.base}/data", {"confirm_erase": "1"}, form="/data/erase").status == 303


def find_in_files(folder: Path, word: str) -> set[str]:
    """Return the files that hold a word, in whichever case and packing a file of ours may have it."""
    needle = word.lower().encode()
    return {path.name for path in folder.rglob("*") if path.is_file() and needle in path.read_bytes().lower()}


def texts_of(app: Flask, word: str) -> set[str]:
    with app.app_context(), Session(db.engine) as session:
        return {name for name, rows in dump(session).items() if any(word in row for row in rows)}


def test_everything_typed_is_in_the_export(make_app: Callable[[], Flask]) -> None:
    app = make_app()
    owner, _ = live(app, CANARY)
    live(app, OTHER)
    stored = texts_of(app, CANARY) - {"declaration_word"}
    taken = owner.client.send(f"{owner.base}/data", form="/data/export").response.data
    with zipfile.ZipFile(io.BytesIO(taken)) as archive:
        text = archive.read("export.json").decode()
        assert any(name.endswith("-declaration-de.pdf") for name in archive.namelist())
    for typed in ("Notiz", "Stand", "Bank"):
        assert f"{typed} {CANARY}" in text
    for name in (*TEXTS, "title", "description", "responsible", "follow_up"):
        assert f"{CANARY} {name}" in text
    assert f"werkstatt@{CANARY.lower()}.example" in text.lower()
    assert stored <= {name for name in stored if f'"{name}": [' in text}
    assert OTHER.lower() not in text.lower()


def test_after_erasing_no_file_holds_a_byte_of_it(
    make_app: Callable[[], Flask], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app = make_app()
    owner, number = live(app, CANARY)
    other, _ = live(app, OTHER)
    assert len(find_in_files(tmp_path, CANARY)) > 1, "the search finds it in database and mails while it is there"
    others_mails = find_in_files(tmp_path / "outbox", OTHER)
    erase(owner)
    assert find_in_files(tmp_path, CANARY) == set()
    assert texts_of(app, CANARY) == set()
    assert find_in_files(tmp_path / "outbox", OTHER) == others_mails != set()
    written = capsys.readouterr().err
    assert '"event": "request"' in written
    assert CANARY.lower() not in written.lower()
    with app.app_context(), Session(db.engine) as session:
        assert (compare_register(session), verify_record(session)) == ([], [])
    assert CANARY not in people.stella(app).client.get(f"/verify/{number}").text
    assert OTHER in other.client.get(f"{other.base}/topics/1").response.get_data(as_text=True)


def leave_free_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(engine.SQLITE_SETTINGS, "secure_delete", 0)


def leave_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "empty_log", lambda _engine: None)


def leave_a_table_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasure, "GONE", tuple(model for model in erasure.GONE if model is not models.Action))


@pytest.mark.parametrize("leave", [leave_free_pages, leave_the_log, leave_a_table_out])
def test_control_whatever_is_left_undone_is_found(
    make_app: Callable[[], Flask],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    leave: Callable[[pytest.MonkeyPatch], None],
) -> None:
    leave(monkeypatch)
    owner, _ = live(make_app(), CANARY)
    erase(owner)
    assert find_in_files(tmp_path, CANARY)
