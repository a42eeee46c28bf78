"""Bare extension objects; the factory ties them to an application."""

from flask import g, has_request_context, request
from flask_compress import Compress
from flask_security import FSQLALiteUserDatastore
from flask_sqlalchemy_lite import SQLAlchemy
from flask_wtf.csrf import CSRFProtect

from om_selfcheck.i18n.translation import PoBabel
from om_selfcheck.store.models import User, WebAuthn

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

db = SQLAlchemy()
csrf = CSRFProtect()
babel = PoBabel()
compress = Compress()
datastore = FSQLALiteUserDatastore(db, User, None, WebAuthn)  # type: ignore[arg-type]  # roles are domain/access.py's


def is_reading() -> bool:
    """Say whether the transaction about to begin belongs to a request that only reads."""
    return has_request_context() and request.method in SAFE_METHODS and not g.get("is_writing", False)


def begin_writing() -> None:
    """Leave the reading transaction of a safe request for a writing one, such as to keep a file just made."""
    db.session.rollback()
    g.is_writing = True
