"""Who may open a page: a rule at every route, on the view for tests to read, and no start without it (P11)."""

from collections.abc import Callable, Sequence
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


def actors_here(assessment_id: UUID) -> Sequence[Actor]:
    """List who this browser's visitor is in a round, the mightiest first: by its own link, or by the company's key."""
    return grants.list_actors(
        db.session,
        assessment_id=assessment_id,
        grant_ids=held_grants(assessment_id),
        now=clock.now(),
        is_writing=request.method not in SAFE_METHODS,
    )


def _find_actor(arguments: dict[str, Any], task: Task) -> Actor:
    actors = actors_here(arguments.get("assessment_id") or _assessment_of(arguments["number"]))
    if not actors:
        raise NotFound
    return next((actor for actor in actors if actor.may(task)), actors[0])


def _assessment_of(number: str) -> UUID:
    assessment_id = numbers.find_assessment_id(db.session, number=number)
    if assessment_id is None:
        raise NotFound
    return assessment_id
