"""Puts the application together, in a few short steps."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from om_selfcheck.catalogue import Catalogue
from om_selfcheck.config import QUESTIONNAIRES, ROOT, Settings, read_settings
from om_selfcheck.extensions import babel, compress, csrf, db, is_reading
from om_selfcheck.i18n.translation import SOURCE_LANGUAGE
from om_selfcheck.store.engine import configure_engine, engine_options
from om_selfcheck.web import (
    access,
    assets,
    auth,
    bodies,
    case_refusals,
    company,
    errors,
    language,
    logs,
    network,
    office,
    public,
    security,
    sessions,
    staff,
    templating,
)
from om_selfcheck.web.auth import proofs, refusals

MAX_BODY = 1024 * 1024


def create_app(settings: Settings | None = None, questionnaires: Catalogue | None = None) -> Flask:
    """Return the application for the given settings and questionnaires, by default the environment's and ours."""
    settings = settings or read_settings()
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder=None)
    _configure(app, settings)
    _connect_extensions(app, settings)
    app.extensions["om_catalogue"] = questionnaires or _read_questionnaires()
    parts = (logs, sessions, security, language, errors, templating, office, assets, proofs, refusals, case_refusals)
    for part in parts:
        part.init_app(app)
    for blueprint in (public.bp, company.bp, auth.bp, network.bp, staff.bp):
        app.register_blueprint(blueprint)
    access.require_rules(app)
    app.wsgi_app = bodies.Intake(app.wsgi_app, MAX_BODY)  # type: ignore[method-assign]
    return app


def _read_questionnaires() -> Catalogue:
    from om_selfcheck.catalogue.loader import load_catalogue

    return load_catalogue(QUESTIONNAIRES)


def _configure(app: Flask, settings: Settings) -> None:
    app.extensions["om_settings"] = settings
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=MAX_BODY,
        MAX_FORM_MEMORY_SIZE=MAX_BODY,
        WTF_CSRF_TIME_LIMIT=None,  # a token lives as long as its session
        WTF_CSRF_SSL_STRICT=False,  # the Origin is looked at for every unsafe request, see web/security.py
        BABEL_DEFAULT_LOCALE=SOURCE_LANGUAGE,
        BABEL_DEFAULT_TIMEZONE="Europe/Berlin",
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=4,
        SQLALCHEMY_ENGINES={"default": {"url": settings.database_url} | engine_options(settings.database_url)},
    )
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _connect_extensions(app: Flask, settings: Settings) -> None:
    settings.instance_dir.mkdir(parents=True, exist_ok=True)
    db.init_app(app)
    csrf.init_app(app)
    compress.init_app(app)
    babel.init_app(app, locale_selector=language.select_language)
    with app.app_context():
        configure_engine(db.engine, is_reading)
