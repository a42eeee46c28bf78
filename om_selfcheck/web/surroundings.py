"""What the application was made with: its settings, its questionnaires, and addresses made from them."""

from typing import Any

from flask import current_app, url_for

from om_selfcheck.catalogue import Catalogue
from om_selfcheck.config import Settings
from om_selfcheck.domain.retention import Retention
from om_selfcheck.services.retention import read_retention


def catalogue() -> Catalogue:
    loaded: Catalogue = current_app.extensions["om_catalogue"]
    return loaded


def settings() -> Settings:
    read: Settings = current_app.extensions["om_settings"]
    return read


def retention() -> Retention:
    """Return how long this installation keeps things."""
    return read_retention(settings())


def printed_address(endpoint: str, **values: Any) -> str:  # noqa: ANN401 - as url_for
    """Return an address to print or hand on: from the settings, never from the request, and in no language."""
    return settings().base_url + url_for(endpoint, **values, lang=None)
