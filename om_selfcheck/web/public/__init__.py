"""Pages for anybody: no account, and no cookie."""

from om_selfcheck.web.public import addressing, renewal, unsubscribing
from om_selfcheck.web.public.routes import bp

__all__ = ["addressing", "bp", "renewal", "unsubscribing"]
