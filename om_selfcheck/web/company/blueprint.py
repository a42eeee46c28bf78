"""The blueprint that the modules beside hang their pages on."""

from flask import Blueprint

bp = Blueprint("company", __name__)
