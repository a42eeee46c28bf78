"""Pages of the coordinating office (*Geschäftsstelle*)."""

from om_selfcheck.web.staff import corrections, dashboard, networks, record, register, users
from om_selfcheck.web.staff.blueprint import bp

__all__ = ["bp", "corrections", "dashboard", "networks", "record", "register", "users"]
