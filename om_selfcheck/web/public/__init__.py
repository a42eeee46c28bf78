"""Pages for anybody: no account, and no cookie."""

from om_selfcheck.web.public import addressing, invitations, renewal, unsubscribing
from om_selfcheck.web.public.routes import bp

__all__ = ["addressing", "bp", "invitations", "renewal", "unsubscribing"]
