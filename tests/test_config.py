"""Settings: defaults that work on one machine, every variable read, nonsense refused by name."""

import secrets
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError
from pathlib import Path
from threading import Barrier
from time import sleep

import pytest

from om_selfcheck.config import ROOT, VARIABLES, Settings, read_settings

KEY = {"OM_SECRET_KEY": "secret"}
OTHERS = {
    "OM_INSTANCE_DIR": "/srv/om",
    "OM_DATABASE_URL": "postgresql+psycopg://om@db/om",
    "OM_BASE_URL": "https://check.example.org",
    "OM_PORT": "8443",
    "OM_SECRET_KEY": "another key",
    "OM_MAIL_URL": "smtp://mail.example.org",
    "OM_MAIL_FROM": "check@example.org",
    "OM_OPERATOR_NAME": "Netzwerk Nordharz",
    "OM_PROXY_HOPS": "2",
    "OM_RENEWAL_DAYS": "60, 14",
    "OM_KEEP_DRAFT_MONTHS": "12",
    "OM_KEEP_DECLARATION_MONTHS": "0",
    "OM_KEEP_MAIL_DAYS": "30",
    "OM_KEEP_BACKUP_DAYS": "7",
    "OM_CHECKPOINT_DIR": "/mnt/elsewhere",
    "OM_CHECKPOINT_MAIL": "akte@example.org",
    "OM_OFFICE_MAIL": "buero@example.org",
}


def test_without_any_variable_it_runs_on_one_machine() -> None:
    settings = read_settings(KEY)
    folder = ROOT / "instance"
    assert settings == Settings(
        instance_dir=folder,
        database_url=f"sqlite:///{folder}/om.db",
        base_url="http://127.0.0.1:8000",
        port=8000,
        secret_key="secret",
        mail_url=f"dir:{folder}/outbox",
        mail_from="om-selbstcheck@localhost",
        operator_name="",
        proxy_hops=0,
        renewal_days=(90, 30, 7, -1),
        keep_draft_months=24,
        keep_declaration_months=6,
        keep_mail_days=90,
        keep_backup_days=30,
        checkpoint_dir=folder / "checkpoints",
        checkpoint_mail="",
        office_mail="",
    )
    assert not settings.is_https


@pytest.mark.parametrize("name", VARIABLES)
def test_an_empty_variable_is_as_good_as_none(tmp_path: Path, name: str) -> None:
    base = KEY | {"OM_INSTANCE_DIR": str(tmp_path)}
    if name in base:
        return
    assert read_settings(base | {name: ""}) == read_settings(base)


def test_each_variable_is_read() -> None:
    settings = read_settings(OTHERS)
    assert settings == Settings(
        instance_dir=Path("/srv/om"),
        database_url="postgresql+psycopg://om@db/om",
        base_url="https://check.example.org",
        port=8443,
        secret_key="another key",
        mail_url="smtp://mail.example.org",
        mail_from="check@example.org",
        operator_name="Netzwerk Nordharz",
        proxy_hops=2,
        renewal_days=(60, 14),
        keep_draft_months=12,
        keep_declaration_months=0,
        keep_mail_days=30,
        keep_backup_days=7,
        checkpoint_dir=Path("/mnt/elsewhere"),
        checkpoint_mail="akte@example.org",
        office_mail="buero@example.org",
    )
    assert settings.is_https


@pytest.mark.parametrize("name", VARIABLES)
def test_each_variable_changes_the_field_of_its_name(name: str) -> None:
    field = name.removeprefix("OM_").lower()
    changed = read_settings(KEY | {name: OTHERS[name]})
    assert getattr(changed, field) != getattr(read_settings(KEY), field)


def test_the_variables_are_the_fields() -> None:
    assert set(VARIABLES) == set(OTHERS)


def test_the_instance_folder_moves_what_lies_in_it(tmp_path: Path) -> None:
    settings = read_settings(KEY | {"OM_INSTANCE_DIR": str(tmp_path)})
    assert settings.database_url == f"sqlite:///{tmp_path}/om.db"
    assert settings.mail_url == f"dir:{tmp_path}/outbox"
    assert settings.checkpoint_dir == tmp_path / "checkpoints"


def test_a_relative_instance_folder_is_below_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_settings(KEY | {"OM_INSTANCE_DIR": "data"}).instance_dir == tmp_path / "data"


def test_the_port_is_part_of_the_own_address() -> None:
    assert read_settings(KEY | {"OM_PORT": "9000"}).base_url == "http://127.0.0.1:9000"


def test_the_address_has_no_slash_at_its_end() -> None:
    assert read_settings(KEY | {"OM_BASE_URL": "https://check.example.org/"}).base_url == "https://check.example.org"


@pytest.mark.parametrize("name", ["OM_PORT", "OM_PROXY_HOPS"])
@pytest.mark.parametrize("number", ["-1", "8000.0", "0x50", "eight", " 8", "²", "٣", "70000", "1e3"])
def test_what_is_no_number_is_refused_with_the_variables_name(name: str, number: str) -> None:
    with pytest.raises(ValueError, match=rf"^{name} must be a number from [01] to (65535|10), not "):
        read_settings(KEY | {name: number})


@pytest.mark.parametrize(("name", "highest"), [("OM_PORT", 65535), ("OM_PROXY_HOPS", 10)])
def test_numbers_have_a_highest_value(name: str, highest: int) -> None:
    read_settings(KEY | {name: str(highest)})
    with pytest.raises(ValueError, match=f"{name} must be a number from [01] to {highest}"):
        read_settings(KEY | {name: str(highest + 1)})


@pytest.mark.parametrize("address", ["check.example.org", "ftp://x", "http:/x", "http://", "javascript:alert(1)", "/"])
def test_an_address_that_is_none_is_refused_with_the_variables_name(address: str) -> None:
    with pytest.raises(ValueError, match=r"^OM_BASE_URL must begin with http:// or https://"):
        read_settings(KEY | {"OM_BASE_URL": address})


def test_settings_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        read_settings(KEY).port = 1  # type: ignore[misc]


# The secret key


def read_key(folder: Path) -> str:
    return read_settings({"OM_INSTANCE_DIR": str(folder)}).secret_key


def test_a_key_is_made_once_and_kept(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "instance"
    key = read_key(folder)
    assert len(key) == 64
    assert read_key(folder) == key == (folder / "secret_key").read_text()


def test_only_the_owner_may_read_the_key(tmp_path: Path) -> None:
    read_key(tmp_path)
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_keys_differ(tmp_path: Path) -> None:
    assert read_key(tmp_path / "one") != read_key(tmp_path / "two")


def test_a_key_written_by_hand_is_used_without_its_line_end(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("by hand\n")
    assert read_key(tmp_path) == "by hand"


def test_a_key_from_the_environment_writes_no_file(tmp_path: Path) -> None:
    read_settings(KEY | {"OM_INSTANCE_DIR": str(tmp_path)})
    assert list(tmp_path.iterdir()) == []


def test_several_that_start_at_once_have_the_same_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    barrier = Barrier(3)
    make_key = secrets.token_urlsafe

    def make_key_slowly(size: int) -> str:
        sleep(0.3)
        return make_key(size)

    monkeypatch.setattr(secrets, "token_urlsafe", make_key_slowly)

    def start(_number: int) -> str:
        barrier.wait(timeout=30)
        return read_key(tmp_path)

    with ThreadPoolExecutor(3) as threads:
        keys = set(threads.map(start, range(3)))
    assert len(keys) == 1
    assert "" not in keys


def test_an_empty_key_file_is_never_a_key(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("")
    assert read_key(tmp_path) != ""


@pytest.mark.parametrize("name", ["OM_PORT", "OM_PROXY_HOPS"])
def test_a_number_too_long_to_read_is_refused_with_the_variables_name(name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name} must be a number"):
        read_settings(KEY | {name: "1" * 5000})


def test_a_database_whose_secret_key_is_gone_is_told_once_and_loudly(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    read_settings({"OM_INSTANCE_DIR": str(tmp_path)})
    (tmp_path / "om.db").touch()
    read_settings({"OM_INSTANCE_DIR": str(tmp_path)})
    assert capsys.readouterr().err == "", "the control: a new folder, and one that has its key"
    (tmp_path / "secret_key").unlink()
    read_settings({"OM_INSTANCE_DIR": str(tmp_path)})
    said = capsys.readouterr().err
    assert "no secret_key" in said
    assert "./om user reset" in said
