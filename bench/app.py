"""The application inside this process, for what is measured without a network between."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from om_selfcheck import clock
from om_selfcheck.config import read_settings
from om_selfcheck.factory import create_app
from om_selfcheck.services import installation


@contextmanager
def quiet_app(folder: Path) -> Iterator[Flask]:
    """Make the application on a database of its own; its log goes nowhere."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = read_settings({"OM_INSTANCE_DIR": str(folder)})
    app = create_app(settings)
    engine = installation.open_engine(settings.database_url)
    installation.bring_up_to_date(engine)
    installation.publish(engine, app.extensions["om_catalogue"].list_all(), clock.now())
    engine.dispose()
    before = sys.stderr
    with Path(os.devnull).open("w") as nowhere:
        sys.stderr = nowhere
        try:
            yield app
        finally:
            sys.stderr = before
