"""Pages for anybody: no account, and no cookie."""

from om_selfcheck.web.public import addressing, invitations, not_from_us, renewal, unsubscribing
from om_selfcheck.web.public.routes import bp

__all__ = ["addressing", "bp", "invitations", "not_from_us", "renewal", "unsubscribing"]
