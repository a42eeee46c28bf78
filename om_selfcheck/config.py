"""Settings, read once from the environment. The README lists them; a test compares."""

import os
import re
import secrets
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

ROOT = Path(__file__).resolve().parent.parent
QUESTIONNAIRES = ROOT / "questionnaires"
WORKING = 8  # requests of one process that are worked on at a time
WAITING = 128  # requests whose bodies one process waits for at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this installation runs. Field names are the variables' names without ``OM_``, in lower case."""

    instance_dir: Path
    database_url: str
    base_url: str
    port: int
    secret_key: str
    mail_url: str
    mail_from: str
    operator_name: str
    proxy_hops: int
    renewal_days: tuple[int, ...]
    keep_draft_months: int
    keep_declaration_months: int
    keep_mail_days: int
    keep_backup_days: int
    checkpoint_dir: Path
    checkpoint_mail: str
    office_mail: str

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")


VARIABLES = tuple(f"OM_{name.upper()}" for name in Settings.__slots__)


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; what is not set has a default that works on one machine.

    Raises:
        ValueError: a number or address cannot be understood; the message names the variable.
    """
    instance_dir = Path(environment.get("OM_INSTANCE_DIR") or ROOT / "instance").absolute()
    port = _read_number(environment, "OM_PORT", 8000, at_least=1, at_most=65535)
    base_url = (environment.get("OM_BASE_URL") or f"http://127.0.0.1:{port}").rstrip("/")
    if not base_url.startswith(("http://", "https://")):
        raise ValueError("OM_BASE_URL must begin with http:// or https://")
    return Settings(
        instance_dir=instance_dir,
        database_url=environment.get("OM_DATABASE_URL") or f"sqlite:///{instance_dir / 'om.db'}",
        base_url=base_url,
        port=port,
        secret_key=environment.get("OM_SECRET_KEY") or _keep_secret_key(instance_dir),
        mail_url=environment.get("OM_MAIL_URL") or f"dir:{instance_dir / 'outbox'}",
        mail_from=environment.get("OM_MAIL_FROM") or "om-selbstcheck@localhost",
        operator_name=environment.get("OM_OPERATOR_NAME") or "",
        proxy_hops=_read_number(environment, "OM_PROXY_HOPS", 0, at_most=10),
        renewal_days=_read_days(environment, "OM_RENEWAL_DAYS", "90,30,7,-1"),
        keep_draft_months=_read_number(environment, "OM_KEEP_DRAFT_MONTHS", 24, at_least=3, at_most=240),
        keep_declaration_months=_read_number(environment, "OM_KEEP_DECLARATION_MONTHS", 6, at_most=240),
        keep_mail_days=_read_number(environment, "OM_KEEP_MAIL_DAYS", 90, at_least=7, at_most=3650),
        keep_backup_days=_read_number(environment, "OM_KEEP_BACKUP_DAYS", 30, at_most=3650),
        checkpoint_dir=Path(environment.get("OM_CHECKPOINT_DIR") or instance_dir / "checkpoints").absolute(),
        checkpoint_mail=environment.get("OM_CHECKPOINT_MAIL") or "",
        office_mail=environment.get("OM_OFFICE_MAIL") or "",
    )


def _read_number(environment: Mapping[str, str], name: str, default: int, *, at_least: int = 0, at_most: int) -> int:
    text = environment.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(at_most)) and at_least <= int(text) <= at_most):
        raise ValueError(f"{name} must be a number from {at_least} to {at_most}, not {text[:20]!r}")
    return int(text)


def _read_days(environment: Mapping[str, str], name: str, default: str) -> tuple[int, ...]:
    """Read days before an event, the most first; a negative one is after it."""
    text = environment.get(name) or default
    parts = [part.strip() for part in text.split(",")]
    if not all(re.fullmatch(r"-?[0-9]{1,3}", part) for part in parts):
        raise ValueError(f"{name} must be whole numbers of days with commas, such as {default}, not {text[:40]!r}")
    return tuple(sorted({int(part) for part in parts}, reverse=True))


def _keep_secret_key(instance_dir: Path) -> str:
    if (instance_dir / "om.db").exists() and not (instance_dir / "secret_key").exists():
        sys.stderr.write(
            f"WARNING: {instance_dir} has a database and no secret_key, so a new one was made. Second factors by app"
            " and links in mails that end reminders no longer work. Stop, put secret_key back from a backup and start"
            " again, or reset accounts with ./om user reset EMAIL.\n"
        )
    return keep_secret(instance_dir, "secret_key", lambda: secrets.token_urlsafe(48))


def keep_secret(instance_dir: Path, name: str, make: Callable[[], str]) -> str:
    """Return a secret in the instance folder; it is made once, readable by its owner only.

    It appears under its name when it is complete, so that of several that start at once all read the same.
    """
    instance_dir.mkdir(parents=True, exist_ok=True)
    path = instance_dir / name
    if path.exists() and not path.read_text(encoding="ascii").strip():
        path.unlink()  # left empty by a full disk
    if not path.exists():
        with NamedTemporaryFile("w", dir=instance_dir, prefix=f".{name}.", encoding="ascii") as fresh:
            fresh.write(make())
            fresh.flush()
            with suppress(FileExistsError):  # another start was first
                os.link(fresh.name, path)
    return path.read_text(encoding="ascii").strip()
