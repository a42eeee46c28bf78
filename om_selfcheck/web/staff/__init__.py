"""Pages of the coordinating office (*Geschäftsstelle*)."""

from om_selfcheck.web.staff import networks, users
from om_selfcheck.web.staff.blueprint import bp

__all__ = ["bp", "networks", "users"]
