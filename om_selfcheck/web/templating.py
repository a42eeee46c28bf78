"""What every template may use: a short list."""

from typing import Any

from flask import Flask

from om_selfcheck.i18n import formats
from om_selfcheck.i18n.labels import label
from om_selfcheck.i18n.translation import current_language
from om_selfcheck.web.language import list_switches
from om_selfcheck.web.signed_in import find_signed_in


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(label=label, signed_in=find_signed_in)
    app.jinja_env.filters.update(
        day=formats.day,
        short_day=formats.short_day,
        month=formats.month,
        clock_time=formats.clock_time,
        number=formats.number,
        label=label,
    )
    operator_name = app.extensions["om_settings"].operator_name

    @app.context_processor
    def describe_page() -> dict[str, Any]:
        return {
            "page_language": current_language(),
            "language_switch": list_switches(),
            "operator_name": operator_name,
        }
