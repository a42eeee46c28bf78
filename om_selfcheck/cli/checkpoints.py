"""The record's checkpoint of the day: kept in its folder and queued as a mail, by a command and by the hourly jobs."""

from datetime import datetime
from typing import TYPE_CHECKING

from om_selfcheck import clock
from om_selfcheck.config import Settings
from om_selfcheck.domain.address import is_email

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from om_selfcheck.services.checkpoints import KeptCheckpoint


def check_mail(settings: Settings) -> None:
    """Look at OM_CHECKPOINT_MAIL before anything starts; ValueError where it is no address."""
    check_address("OM_CHECKPOINT_MAIL", settings.checkpoint_mail)


def check_address(variable: str, address: str) -> None:
    """Look at a setting that may name an address; ValueError where it is none."""
    if address and not is_email(address):
        raise ValueError(f"{variable} must be one address, not {address[:80]!r}")


def keep_checkpoint(reader: "Engine", settings: Settings, now: datetime) -> "KeptCheckpoint":
    """Keep the checkpoint of the day. Nobody who writes waits for the folder, which may lie on another machine."""
    from sqlalchemy.orm import Session

    from om_selfcheck.services import checkpoints

    with Session(reader) as session:
        return checkpoints.keep_checkpoint(
            session,
            instance_dir=settings.instance_dir,
            folder=settings.checkpoint_dir,
            now=now,
            today=clock.day_in_berlin(now),
        )


def queue_checkpoint(writer: "Engine", settings: Settings, kept: "KeptCheckpoint", now: datetime) -> bool:
    """Queue the checkpoint of the day where OM_CHECKPOINT_MAIL wants it; once a day."""
    from sqlalchemy.orm import Session

    from om_selfcheck.services import checkpoints

    if not settings.checkpoint_mail:
        return False
    with Session(writer) as session, session.begin():
        today = clock.day_in_berlin(now)
        return checkpoints.queue_checkpoint(session, kept=kept, address=settings.checkpoint_mail, today=today, now=now)
