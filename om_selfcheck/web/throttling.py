"""Limits for requests: counted and committed before anything else happens, whatever becomes of the request (P12)."""

from datetime import datetime

from flask import request

from om_selfcheck import clock
from om_selfcheck.domain.errors import TooOften
from om_selfcheck.domain.throttle import name_network
from om_selfcheck.extensions import db
from om_selfcheck.i18n.formats import clock_time
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import throttles
from om_selfcheck.services.throttles import Try
from om_selfcheck.web.surroundings import settings

TOO_MANY = 429


def require_within(*tries: Try) -> None:
    """Count the tries; TooOften where the person has to wait. Locks taken before are let go."""
    until = throttles.count_tries(db.session, tries=tries, secret=settings().secret_key, now=clock.now())
    db.session.commit()
    if until is not None:
        raise TooOften(until)


def describe_wait(until: datetime) -> str:
    return _("Das war oft hintereinander. Ab %(time)s Uhr geht es wieder.", time=clock_time(until))


def network() -> str:
    """Return the network that the request comes from, as far as the proxies in front are to be believed."""
    return name_network(request.remote_addr or "")
