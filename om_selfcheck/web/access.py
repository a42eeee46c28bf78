"""Who may open a page: a rule at every route, on the view for tests to read, and no start without it (P11)."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import wraps
from typing import Any, Final
from uuid import UUID

from flask import Flask, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.access import Obstacle, Office, Task
from om_selfcheck.domain.errors import NotFound
from om_selfcheck.extensions import SAFE_METHODS, csrf, db
from om_selfcheck.services import credentials, grants, networks, numbers
from om_selfcheck.services.accounts import Person
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.networks import Network
from om_selfcheck.web.inputs import read_path
from om_selfcheck.web.security import request_id
from om_selfcheck.web.sessions import held_grants
from om_selfcheck.web.signed_in import find_signed_in

PUBLIC: Final = "public"
FORBIDDEN = 403
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


def require_person(office: Office) -> Callable[[View], View]:
    """Mark a page for those who sign in: only who may fill the office gets in.

    Below a network (`slug` in the address) only its own people do; foreign looks like unknown. Who is not signed in is
    asked to, who signed in too weakly or too long ago is told how to go on.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(**arguments: Any) -> Any:  # noqa: ANN401 - whatever the view returns
            person = find_signed_in()
            if person is None:
                return redirect(url_for("account.login", next=_way_back()), 303)
            g.network = networks.get_network(db.session, slug=arguments["slug"]) if "slug" in arguments else None
            network_id = g.network.network_id if g.network else None
            obstacle = person.find_obstacle(office, clock.now(), network_id)
            if obstacle is Obstacle.FOREIGN:
                raise NotFound
            return view(**arguments) if obstacle is None else _explain(obstacle, person)

        guarded.access = office  # type: ignore[attr-defined]
        return guarded

    return decorate


def current_actor() -> Actor:
    """Return who acts in this request, on a page that `require` guards."""
    actor: Actor = g.actor
    return actor


def current_person() -> Person:
    """Return who is signed in, on a page that `require_person` guards."""
    person = find_signed_in()
    if person is None:
        raise NotFound
    return person


def look_again(office: Office, now: datetime) -> Person:
    """Return who is signed in as of now, on a guarded page that let go of the database in between."""
    g.pop("signed_in", None)
    person = current_person()
    if not person.may(office, now):
        raise NotFound
    return person


def lock_person(office: Office, now: datetime) -> Person:
    """Return who is signed in as of now and hold the account; NotFound where it was reset or closed in between."""
    credentials.lock_account(db.session, current_person().user_id)
    return look_again(office, now)


def current_network() -> Network:
    """Return the network that the page is about, below ``/network/<slug>``."""
    network: Network = g.network
    return network


def lock_again() -> Actor:
    """Return who acts as of now and hold the round again, on a guarded page that committed something in between."""
    g.actor = find_again(current_actor())
    return current_actor()


def find_again(before: Actor) -> Actor:
    """Return an actor as of now; NotFound where the link was taken back or the round erased in between."""
    found = [actor for actor in actors_here(before.assessment_id) if actor.grant_id == before.grant_id]
    if not found:
        raise NotFound
    return found[0]


def require_rules(app: Flask) -> None:
    """Refuse to start where a route states no rule."""
    for rule in app.url_map.iter_rules():
        if not hasattr(app.view_functions[rule.endpoint], "access"):
            raise RuntimeError(f"{rule.rule} ({rule.endpoint}) states no access rule")


def _explain(obstacle: Obstacle, person: Person) -> ResponseReturnValue:
    """Say why this page does not open yet, and where to go for it."""
    page = render_template(
        "auth/obstacle.html",
        obstacle=obstacle,
        person=person,
        is_by_signing_in=obstacle is Obstacle.STALE or not person.strength.reaches(person.account.best),
        next=_way_back(),
        request_id=request_id(),
    )
    return page, FORBIDDEN


def _way_back() -> str:
    """Return the page to come back to after signing in; of a form that is the page it stands on."""
    if request.method in SAFE_METHODS:
        return read_path(request.full_path)
    return read_path("/" + (request.referrer or "").partition("//")[2].partition("/")[2])


def actors_here(assessment_id: UUID) -> Sequence[Actor]:
    """List who this browser's visitor is in a round, the mightiest first: by its own link, or by the company's key."""
    return grants.list_actors(
        db.session,
        assessment_id=assessment_id,
        grant_ids=held_grants(assessment_id),
        now=clock.now(),
        is_writing=request.method not in SAFE_METHODS,
    )


def list_actors(assessment_id: UUID, task: Task) -> list[Actor]:
    """List everybody this browser may be when it does a task in a round; several where several links were opened."""
    return [actor for actor in actors_here(assessment_id) if actor.may(task)]


def _find_actor(arguments: dict[str, Any], task: Task) -> Actor:
    assessment_id = arguments.get("assessment_id") or _assessment_of(arguments["number"])
    if task is Task.OWN and request.method not in SAFE_METHODS:  # two who do it from different rounds take turns
        grants.hold_rounds(db.session, assessment_id=assessment_id)
    actors = actors_here(assessment_id)
    if not actors:
        raise NotFound
    return next((actor for actor in actors if actor.may(task)), actors[0])


def _assessment_of(number: str) -> UUID:
    assessment_id = numbers.find_assessment_id(db.session, number=number)
    if assessment_id is None:
        raise NotFound
    return assessment_id
