"""Pages of the coordinating office (*Geschäftsstelle*)."""

from om_selfcheck.web.staff import dashboard, networks, record, register, users
from om_selfcheck.web.staff.blueprint import bp

__all__ = ["bp", "dashboard", "networks", "record", "register", "users"]
