"""Keeping things no longer than the settings say: warning, erasing, forgetting old mails (P18)."""

from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from om_selfcheck import clock
from om_selfcheck.config import Settings
from om_selfcheck.mail.transport import forget_mails
from om_selfcheck.services import assessments, clearing, installation, retention, sessions
from om_selfcheck.services.scratch import clear_left_behind


def clear_links(reader: Engine, writer: Engine) -> None:
    """Forget plain links as soon as their ten minutes are over; as long as none is, this only reads."""
    now = clock.now()
    with Session(reader) as looking:
        is_any_over = sessions.is_any_link_over(looking, now=now)
    if is_any_over:
        with Session(writer) as session, session.begin():
            sessions.clear_links(session, now=now)


def clear_unused(writer: Engine) -> int:
    """Clear what nobody uses any more, in short transactions; return how many untouched checks went."""
    cleared, now, is_any_left = 0, clock.now(), True
    with Session(writer) as session, session.begin():
        clearing.clear_up(session, now=now)
    while is_any_left:
        with Session(writer) as session, session.begin():
            some = assessments.clear_untouched(session, now=now)
        cleared, is_any_left = cleared + some, some > 0
    return cleared


def keep_house(reader: Engine, writer: Engine, settings: Settings) -> tuple[int, int, int]:
    """Return how many companies were warned and erased, and how many mails forgotten; a company a transaction."""
    kept, now = retention.read_retention(settings), clock.now()
    today = clock.day_in_berlin(now)
    warned, erased = 0, 0
    forgotten: list[UUID] = []
    with Session(reader) as looking:
        for outgrown in retention.list_outgrown(looking, retention=kept, today=today):
            with Session(writer) as session, session.begin():
                warned += retention.warn_company(session, outgrown=outgrown, retention=kept, today=today, now=now)
                gone = retention.erase_outgrown(session, outgrown=outgrown, retention=kept, today=today, now=now)
            if gone:
                erased += 1
                forgotten.extend(gone.message_ids)
    with Session(writer) as session, session.begin():
        old = retention.forget_old_mails(session, retention=kept, now=now)
    forget_mails(settings.mail_url, [*forgotten, *old])
    clear_left_behind(settings.instance_dir)
    with Session(writer) as session:  # also for what companies erased themselves while somebody was reading
        installation.forget_deleted(session)
    return warned, erased, len(old)
