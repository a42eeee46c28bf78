"""Accounts of staff and coordinators: signing in and out, and what one signs in with."""

from om_selfcheck.web.auth import account, links, passkeys, second_factor, sign_in
from om_selfcheck.web.auth.blueprint import bp

__all__ = ["account", "bp", "links", "passkeys", "second_factor", "sign_in"]
