"""Typing a command, as a person does."""

from click.testing import CliRunner, Result

from om_selfcheck.cli.__main__ import om


def type_in(*words: str) -> Result:
    return CliRunner().invoke(om, words, prog_name="./om")
