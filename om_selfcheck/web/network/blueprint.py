"""The blueprint that the modules beside hang their pages on."""

from flask import Blueprint

bp = Blueprint("network", __name__, url_prefix="/network/<slug>")
