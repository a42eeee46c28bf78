"""./om user: the first account has to come from somewhere."""

import re
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from om_selfcheck.services.installation import open_engine
from tests import factories
from tests.cli.shell import type_in

LINK = re.compile(r"^http://127\.0\.0\.1:8000/account/set-up/[\w-]{43}$", re.MULTILINE)


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("OM_DATABASE_URL", "OM_BASE_URL", "OM_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OM_INSTANCE_DIR", str(tmp_path))
    return tmp_path


def listed() -> str:
    return type_in("user", "list").output


@pytest.mark.usefixtures("instance")
def test_adding_prints_a_link_and_the_list_knows_the_account() -> None:
    assert "There is no account yet" in listed()
    added = type_in("user", "add", "Olaf@Example.org", "--role", "staff", "--name", "Olaf")
    assert added.exit_code == 0
    assert LINK.search(added.output)
    assert "olaf@example.org\tstaff\tnot set up yet" in listed()


def test_a_coordinator_is_added_to_a_network(instance: Path) -> None:
    type_in("migrate")
    with Session(open_engine(f"sqlite:///{instance / 'om.db'}")) as session, session.begin():
        factories.add_network(session, slug="lausitz")
    unknown = type_in("user", "add", "nina@example.org", "--role", "coordinator", "--network", "x")
    assert unknown.exit_code == 1
    assert "Known: lausitz" in unknown.output
    assert "no account yet" in listed(), "nothing stays of what failed"
    assert type_in("user", "add", "nina@example.org", "--role", "coordinator", "--network", "lausitz").exit_code == 0
    assert "nina@example.org\tcoordinator\tnot set up yet\tNetzwerk lausitz" in listed()


@pytest.mark.usefixtures("instance")
def test_an_account_is_closed_and_opened_by_a_reset() -> None:
    type_in("user", "add", "olaf@example.org", "--role", "staff")
    assert "is deactivated" in type_in("user", "deactivate", "OLAF@example.org").output
    assert "deactivated" in listed()
    assert LINK.search(type_in("user", "reset", "olaf@example.org").output)
    assert "not set up yet" in listed()


@pytest.mark.usefixtures("instance")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "olaf", "--role", "staff"), "is not an e-mail address"),
        (("add", "olaf@example.org", "--role", "owner"), "Invalid value"),
        (("add", "there@example.org", "--role", "staff"), "There is an account"),
        (("deactivate", "nobody@example.org"), "There is no account"),
        (("reset", "nobody@example.org"), "There is no account"),
    ],
)
def test_what_cannot_be_done_is_said(words: tuple[str, ...], said: str) -> None:
    type_in("user", "add", "there@example.org", "--role", "staff")
    refused = type_in("user", *words)
    assert refused.exit_code != 0
    assert said in refused.output
