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
    if not has_request_context() or g.get("is_writing", False):
        return False
    return request.method in SAFE_METHODS or g.get("is_reading", False)


def begin_writing() -> None:
    """Leave a transaction that only reads for a writing one, such as to keep a file just made."""
    db.session.rollback()
    g.is_writing = True


def begin_reading() -> None:
    """Leave the writing transaction of a form for one that only reads, such as to hand out a long list."""
    db.session.rollback()
    g.is_reading, g.is_writing = True, False
