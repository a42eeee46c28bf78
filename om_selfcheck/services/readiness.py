"""Whether the installation can serve."""

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from om_selfcheck.store.migrate import current_revision, newest_revision


def is_ready(session: Session) -> bool:
    """Say whether the database answers and holds the newest tables."""
    engine = session.get_bind()
    return isinstance(engine, Engine) and current_revision(engine) == newest_revision()
