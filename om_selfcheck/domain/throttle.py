"""Limits against guessing and flooding: so many tries in a window of time, for each company, address or network."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_WINDOW = timedelta(days=1)
HOUSEHOLD = 64  # leading bits of an IPv6 address that belong to one connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """`most` tries in a window; windows follow each other without a gap, so several workers count in the same one."""

    name: str
    most: int
    window: timedelta

    def window_start(self, now: datetime) -> datetime:
        """Return when the running window began.

        >>> an_hour = Limit(name="codes", most=5, window=timedelta(hours=1))
        >>> an_hour.window_start(datetime(2026, 11, 24, 9, 59, tzinfo=UTC)).isoformat()
        '2026-11-24T09:00:00+00:00'
        """
        return now - (now - EPOCH) % self.window

    def next_window(self, now: datetime) -> datetime:
        """Return from when on tries are free again."""
        return self.window_start(now) + self.window

    def key(self, whose: str, secret: str) -> str:
        """Return the counter's key: who tries stays unreadable without the secret, also where all could be guessed."""
        digest = hmac.new(secret.encode(), f"{self.name}\n{whose}".encode(), hashlib.sha256).hexdigest()
        return f"{self.name}:{digest[:40]}"


def name_network(address: str) -> str:
    """Return what counts as one network: an IPv4 address, or the connection that an IPv6 address belongs to.

    >>> name_network("192.0.2.1"), name_network("2001:db8:1:2:3:4:5:6"), name_network("::ffff:192.0.2.1")
    ('192.0.2.1', '2001:db8:1:2::/64', '192.0.2.1')
    """
    try:
        found = ip_address(address)
    except ValueError:
        return "unknown"
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped or ip_network((found, HOUSEHOLD), strict=False))
