"""Server-side sessions: the cookie holds a random id, the table `session` the rest, under the id's hash.

A session holds the links that were opened in this browser, and who is signed in (see web/signed_in.py). Pages that
write nothing into it set no cookie.
"""

import json
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from inspect import iscoroutinefunction
from typing import Any, TypedDict
from uuid import UUID

from flask import Flask, Request, Response, session
from flask.sessions import SessionInterface, SessionMixin
from flask_wtf.csrf import generate_csrf

from om_selfcheck import clock
from om_selfcheck.domain.access import KEEP_LINK_VISIBLE
from om_selfcheck.extensions import begin_writing, db
from om_selfcheck.services import sessions as store
from om_selfcheck.services.sessions import KEPT_LIFETIME, SIGNED_IN_TOUCH_AFTER, HeldData, may_stay_signed_in

ID_BYTES = 32
PERSON = "person"


class FreshLink(TypedDict):
    """A plain link that waits to be kept."""

    assessment: str
    token: str
    until: str


class ServerSession(dict[str, Any], SessionMixin):
    """What one browser holds; `session_id` is None until something is to be kept."""

    def __init__(self, session_id: str | None = None, *, is_kept: bool = False, needs_touch: bool = False) -> None:
        super().__init__()
        self.session_id = session_id
        self.is_kept = is_kept
        self.needs_touch = needs_touch
        self.old_ids: list[str] = []
        self.fresh_links: dict[str, FreshLink] = {}
        self.came_with = self.came_with_links = "{}"
        self.modified = False
        self.drops_links = False
        self.sends_cookie = False
        self.accessed = True

    def __setitem__(self, key: str, value: Any) -> None:  # noqa: ANN401 - any JSON value
        super().__setitem__(key, value)
        self.modified = True

    def pop(self, key: str, *default: Any) -> Any:  # noqa: ANN401 - any JSON value
        self.modified = self.modified or key in self
        return super().pop(key, *default)

    def clear(self) -> None:
        super().clear()
        self.modified = True

    def renew_id(self) -> None:
        """Take another id, so that a cookie known before a link was opened is worth nothing after."""
        if self.session_id is not None:
            self.old_ids.append(self.session_id)
        self.session_id = None
        self.modified = True

    def leave_ended(self) -> None:
        """Go on with what this request brought in alone: all that it came with was ended meanwhile."""
        before: dict[str, Any] = json.loads(self.came_with)
        own = {key: value for key, value in self.items() if before.get(key) != value}
        if "grants" in own:
            own["grants"] = dict(own["grants"].items() - before.get("grants", {}).items())
        super().clear()
        self.update(own)
        links = json.loads(self.came_with_links)
        self.fresh_links = {key: one for key, one in self.fresh_links.items() if key not in links}

    def hold(self) -> HeldData:
        """Return what is to be stored."""
        ends = [datetime.fromisoformat(one["until"]) for one in self.fresh_links.values()]
        return HeldData(
            data=json.dumps(self, separators=(",", ":")),
            is_kept=self.is_kept,
            fresh_links=json.dumps(self.fresh_links) if ends else "",
            clear_links_at=max(ends, default=None),
        )

    def drop_old_links(self, now: datetime) -> bool:
        """Forget the plain links whose ten minutes are over; say whether there were any."""
        kept = {key: one for key, one in self.fresh_links.items() if datetime.fromisoformat(one["until"]) > now}
        is_changed = len(kept) < len(self.fresh_links)
        self.fresh_links = kept
        return is_changed

    def end_old_sign_in(self, idle: timedelta, now: datetime) -> None:
        """Forget who is signed in where that has lasted too long; opened links stay."""
        if PERSON not in self:
            return
        if may_stay_signed_in(since=datetime.fromisoformat(self[PERSON]["at"]), idle=idle, now=now):
            self.needs_touch = self.needs_touch or idle > SIGNED_IN_TOUCH_AFTER
        else:
            self.pop(PERSON)


class StoredSessions(SessionInterface):
    """Flask's sessions over the table `session`."""

    def open_session(self, app: Flask, request: Request) -> ServerSession:
        session_id = request.cookies.get(cookie_name(app))
        found = store.find_session(db.session, session_id=session_id, now=clock.now()) if session_id else None
        if found is None:
            return ServerSession()
        opened = ServerSession(session_id, is_kept=found.is_kept, needs_touch=found.needs_touch)
        opened.update(json.loads(found.data))
        opened.fresh_links = json.loads(found.fresh_links or "{}")
        opened.came_with, opened.came_with_links = found.data, found.fresh_links or "{}"
        opened.drops_links = opened.drop_old_links(clock.now())
        opened.end_old_sign_in(found.idle, clock.now())
        return opened

    def save_session(self, app: Flask, session: SessionMixin | None, response: Response) -> None:
        if not isinstance(session, ServerSession):
            return  # it could not be opened; the response already says so
        if session.modified:
            begin_writing()
            write_session(session)
            db.session.commit()
        elif session.session_id and (session.drops_links or session.needs_touch):
            begin_writing()
            _note_use(session, session.session_id)
            db.session.commit()
        self._send_cookie(app, session, response)

    def _send_cookie(self, app: Flask, session: ServerSession, response: Response) -> None:
        if not session.sends_cookie:
            return
        is_secure = app.extensions["om_settings"].is_https
        if session.session_id is None:
            response.delete_cookie(cookie_name(app), secure=is_secure, httponly=True, samesite="Lax")
            return
        response.set_cookie(
            cookie_name(app),
            session.session_id,
            max_age=KEPT_LIFETIME if session.is_kept else None,
            secure=is_secure,
            httponly=True,
            samesite="Lax",
        )


def init_app(app: Flask) -> None:
    app.session_interface = StoredSessions()
    _leave_out_coroutines(app)


def _leave_out_coroutines(app: Flask) -> None:
    """Drop the teardown of asynchronous sessions: there are none, and Flask starts a thread for it in every request."""
    app.teardown_appcontext_funcs[:] = [one for one in app.teardown_appcontext_funcs if not iscoroutinefunction(one)]


def cookie_name(app: Flask) -> str:
    """Browsers bind a ``__Host-`` cookie to this host and to https."""
    return "__Host-om_session" if app.extensions["om_settings"].is_https else "om_session"


def commit() -> None:
    """Commit what the view changed, together with the session."""
    current = current_session()
    if current.modified:
        write_session(current)
    db.session.commit()


def write_session(current: ServerSession) -> None:
    """Store the session in the running transaction; an empty one is deleted.

    One that came with an id and was ended meanwhile, by a logout in another tab, does not come back.
    """
    ended = [store.end_session(db.session, session_id=old_id) for old_id in current.old_ids]
    if not all(ended):
        current.leave_ended()
    current.old_ids.clear()
    if not current and not current.fresh_links:
        if current.session_id is not None:
            store.end_session(db.session, session_id=current.session_id)
            current.session_id = None
        current.sends_cookie = True
    elif current.session_id is None:
        current.session_id = _new_id(current)
        store.add_session(db.session, session_id=current.session_id, held=current.hold(), now=clock.now())
    elif not store.save_session(db.session, session_id=current.session_id, held=current.hold(), now=clock.now()):
        _forget(current)
    current.modified = current.drops_links = False


def _forget(current: ServerSession) -> None:
    """Hold nothing any more. The cookie stays as it is: it opens nothing, and the browser may have a newer one."""
    current.clear()
    current.fresh_links.clear()
    current.session_id, current.sends_cookie = None, False


def _note_use(current: ServerSession, session_id: str) -> None:
    """Write what only passes by itself: links whose time is over, and the instant of use."""
    if current.drops_links:
        held = current.hold()
        store.save_links(
            db.session,
            session_id=session_id,
            before=current.came_with_links,
            after=held.fresh_links,
            clear_links_at=held.clear_links_at,
        )
    if current.needs_touch:
        store.touch_session(db.session, session_id=session_id, now=clock.now())


def current_session() -> ServerSession:
    return session._get_current_object()  # type: ignore[attr-defined,no-any-return]  # noqa: SLF001 - behind the proxy


def held_grants(assessment_id: UUID | None = None) -> list[UUID]:
    """List the links that this browser holds: first the one that opened a round, then the others, once each."""
    held: dict[str, str] = session.get("grants", {})
    own = held.get(str(assessment_id))
    return [UUID(grant_id) for grant_id in dict.fromkeys([*([own] if own else []), *held.values()])]


def hold_grant(assessment_id: UUID, grant_id: UUID, *, is_renewal: bool = False, is_beside: bool = False) -> None:
    """Remember an opened link, under a new session id unless it only takes the place of one held already.

    One that opens part of a round stands beside the others. The token for forms is made now, so that no page has to
    write into the session.
    """
    key = f"{assessment_id}/{grant_id}" if is_beside else str(assessment_id)
    session["grants"] = session.get("grants", {}) | {key: str(grant_id)}
    generate_csrf()
    if not is_renewal:
        current_session().renew_id()


def _round_of(key: str) -> UUID:
    """Return the round that a link is held for; a link to part of it has its own id behind a stroke."""
    return UUID(key.partition("/")[0])


def drop_grants(grant_ids: Collection[UUID]) -> None:
    """Forget links in this browser, whichever rounds they opened; the last one takes the whole session with it.

    Unless somebody is signed in.
    """
    dropped = {str(grant_id) for grant_id in grant_ids}
    for key, grant_id in session.get("grants", {}).items():
        if grant_id in dropped:
            forget_links(_round_of(key))
    grants = {key: value for key, value in session.get("grants", {}).items() if value not in dropped}
    if grants or PERSON in session:
        session["grants"] = grants
    else:
        session.clear()


def keep_in(*, is_kept: bool) -> None:
    """Keep this browser in for 90 days, or only while it stays open."""
    current = current_session()
    current.is_kept = is_kept
    current.modified = current.sends_cookie = True


def show_link_once(assessment_id: UUID, grant_id: UUID, token: str, now: datetime) -> None:
    """Let the next pages show a plain link, for ten minutes at most."""
    current = current_session()
    until = (now + KEEP_LINK_VISIBLE).isoformat()
    current.fresh_links[str(grant_id)] = {"assessment": str(assessment_id), "token": token, "until": until}
    current.modified = True


def fresh_tokens(assessment_id: UUID) -> dict[UUID, str]:
    """Return the plain tokens of links of a round that were just made, by grant, the newest last."""
    links = current_session().fresh_links
    return {UUID(grant): one["token"] for grant, one in links.items() if one["assessment"] == str(assessment_id)}


def forget_link(grant_id: UUID) -> None:
    """Note that a link is kept: from now on nobody can read it here."""
    current = current_session()
    current.fresh_links.pop(str(grant_id), None)
    current.modified = True


def forget_links(assessment_id: UUID) -> None:
    for grant_id in fresh_tokens(assessment_id):
        forget_link(grant_id)


def _new_id(current: ServerSession) -> str:
    current.sends_cookie = True
    return secrets.token_urlsafe(ID_BYTES)
