"""The commands a person types, as they print and end."""

from pathlib import Path

import pytest

from om_selfcheck.cli.__main__ import om
from om_selfcheck.config import QUESTIONNAIRES
from om_selfcheck.store.migrate import newest_revision
from tests.cli.shell import type_in


def test_help_lists_every_command_with_a_sentence() -> None:
    shown = type_in("help").output
    for name in om.commands:
        assert f"\n  {name} " in shown


def test_migrate_makes_the_tables_once_and_may_be_repeated(instance: Path) -> None:
    assert f"Tables went from nothing to {newest_revision()}" in type_in("migrate").output
    assert f"Tables are at {newest_revision()}" in type_in("migrate").output
    assert (instance / "om.db").exists()


def test_the_shipped_questionnaires_have_no_complaint() -> None:
    result = type_in("questionnaires", "check")
    assert result.exit_code == 0
    assert "unternehmenscheck 1.0: 11 topics" in result.output


def test_a_broken_questionnaire_is_named_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "basis").mkdir()
    (tmp_path / "basis" / "1.0.yaml").write_text("slug: basis\nversion: NO\n", encoding="utf-8")
    result = type_in("questionnaires", "check", str(tmp_path))
    assert result.exit_code == 1
    assert "1.0.yaml:2" in result.output


@pytest.mark.usefixtures("instance")
def test_an_edited_questionnaire_under_its_old_number_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = QUESTIONNAIRES / "unternehmenscheck" / "1.0.yaml"
    edited = tmp_path / "questionnaires" / "unternehmenscheck"
    edited.mkdir(parents=True)
    text = source.read_text(encoding="utf-8")
    (edited / "1.0.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr("om_selfcheck.cli.operation.QUESTIONNAIRES", edited.parent)
    assert type_in("migrate").exit_code == 0
    (edited / "1.0.yaml").write_text(text.replace("Unternehmenscheck", "Betriebscheck"), encoding="utf-8")
    refused = type_in("migrate")
    assert refused.exit_code == 1
    assert "edited after it had been published" in refused.output
    assert "new version number" in refused.output


@pytest.mark.usefixtures("instance")
def test_the_demo_firm_prints_its_link_and_lacks_only_the_confirmations() -> None:
    link = type_in("seed-demo").output.strip().splitlines()[-1]
    assert link.startswith("http://127.0.0.1:8000/access/")


@pytest.mark.usefixtures("instance")
def test_the_declared_demo_firm_is_due_for_renewal(instance: Path) -> None:
    from sqlalchemy.orm import Session

    from om_selfcheck.clock import now, today
    from om_selfcheck.services import declarations, grants
    from om_selfcheck.services.installation import open_engine

    link = type_in("seed-demo", "--declared").output.strip().splitlines()[-1]
    with Session(open_engine(f"sqlite:///{instance / 'om.db'}")) as session:
        owner = grants.get_actor_by_token(session, token=link.rsplit("/", 1)[1], now=now())
        assert declarations.get_issued(session, actor=owner).terms.is_due_for_renewal_on(today())


def test_a_setting_that_cannot_be_understood_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OM_PORT", "eighty")
    result = type_in("migrate")
    assert result.exit_code == 1
    assert "OM_PORT" in result.output
