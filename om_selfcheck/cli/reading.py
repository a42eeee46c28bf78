"""Reading the settings, as every command begins."""

import os

import click

from om_selfcheck.config import Settings, read_settings


def read_or_stop() -> Settings:
    """Read the settings, or stop with a message that names what cannot be understood."""
    os.umask(0o077)  # what is made here is for this user alone
    try:
        return read_settings()
    except ValueError as error:
        raise click.ClickException(str(error)) from error
