"""Who may open a page: a rule at every route, on the view for tests to read, and no start without it (P11)."""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, Final
from uuid import UUID

from flask import Flask, g, request

from om_selfcheck import clock
from om_selfcheck.domain.access import Task
from om_selfcheck.domain.errors import NotFound
from om_selfcheck.extensions import SAFE_METHODS, csrf, db
from om_selfcheck.services import grants, numbers
from om_selfcheck.services.grants import Actor
from om_selfcheck.web.sessions import held_grants

PUBLIC: Final = "public"
View = Callable[..., Any]


def public(view: View) -> View:
    """Mark a page for anybody."""
    view.access = PUBLIC  # type: ignore[attr-defined]
    return view


def from_anywhere(view: View) -> View:
    """Let a form in that no page of ours has sent, such as a mail provider's (RFC 8058): the address is the proof."""
    view.takes_foreign_forms = True  # type: ignore[attr-defined]
    exempt: View = csrf.exempt(view)
    return exempt


def require(task: Task) -> Callable[[View], View]:
    """Mark a page below a round or its declaration: only holders of a link that covers the task get in.

    Who holds no link gets the same 404 as for a round that does not exist.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(**arguments: Any) -> Any:  # noqa: ANN401 - whatever the view returns
            g.actor = _find_actor(arguments, task)
            g.actor.require(task)
            return view(**arguments)

        guarded.access = task  # type: ignore[attr-defined]
        return guarded

    return decorate


def current_actor() -> Actor:
    """Return who acts in this request, on a page that `require` guards."""
    actor: Actor = g.actor
    return actor


def require_rules(app: Flask) -> None:
    """Refuse to start where a route states no rule."""
    for rule in app.url_map.iter_rules():
        if not hasattr(app.view_functions[rule.endpoint], "access"):
            raise RuntimeError(f"{rule.rule} ({rule.endpoint}) states no access rule")


def list_actors(assessment_id: UUID, task: Task) -> list[Actor]:
    """List everybody this browser may be when it does a task in a round; several where several links were opened."""
    return [actor for actor in _opened_actors(assessment_id) if actor.may(task)]


def _find_actor(arguments: dict[str, Any], task: Task) -> Actor:
    """Return who acts: by the first link held here that covers the task, else by the first that opens the round."""
    assessment_id = arguments.get("assessment_id") or _assessment_of(arguments["number"])
    first = None
    for actor in _opened_actors(assessment_id):
        if actor.may(task):
            return actor
        first = first or actor
    if first is None:
        raise NotFound
    return first


def _opened_actors(assessment_id: UUID) -> Iterator[Actor]:
    """Yield who this browser is in a round: by the link it opened it with, else by the company's key of another."""
    for grant_id in held_grants(assessment_id):
        actor = grants.find_actor(
            db.session,
            assessment_id=assessment_id,
            grant_id=grant_id,
            now=clock.now(),
            is_writing=request.method not in SAFE_METHODS,
        )
        if actor is not None:
            yield actor


def _assessment_of(number: str) -> UUID:
    assessment_id = numbers.find_assessment_id(db.session, number=number)
    if assessment_id is None:
        raise NotFound
    return assessment_id
