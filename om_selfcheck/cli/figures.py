"""Publishing figures of networks: the job of `./om remind` that closes weeks that are over, each once (D9)."""

import hmac
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from om_selfcheck.clock import day_in_berlin
from om_selfcheck.services import figures

if TYPE_CHECKING:
    from sqlalchemy import Engine

PURPOSE = b"statistics"


def count_open_weeks(reader: "Engine", now: datetime) -> int:
    with Session(reader) as session:
        return sum(len(one.weeks) for one in figures.list_unclosed(session, today=day_in_berlin(now)))


def close_weeks(reader: "Engine", writer: "Engine", secret_key: str, now: datetime) -> tuple[int, list[str]]:
    """Close the weeks of all networks, a network a transaction; return how many, and the networks that failed.

    Several processes may do so at once: each week is closed by one of them.
    """
    today, closed, failed = day_in_berlin(now), 0, []
    secret = hmac.digest(secret_key.encode(), PURPOSE, "sha256")
    with Session(reader) as looking:
        unclosed = figures.list_unclosed(looking, today=today)
    for one in unclosed:
        try:
            with Session(writer) as session, session.begin():
                closed += figures.close_weeks(session, unclosed=one, secret=secret, now=now, today=today)
        except OperationalError:
            raise  # the database itself is in trouble, which is no network's fault
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one network, the others get their figures
            failed.append(f"figures of network {one.network_id}: {type(error).__name__}")
    return closed, failed
