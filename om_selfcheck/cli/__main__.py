"""`./om COMMAND` ends here. Commands load what they need when they run, so that each starts fast."""

import sys

import click

from om_selfcheck.cli import audits, development, operation, record, users


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def om() -> None:
    """OM-Selbstcheck: the whole self-check on your own machine."""


@om.command("help")
@click.pass_context
def show_help(context: click.Context) -> None:
    """List the commands."""
    click.echo(om.get_help(context.parent or context))


for command in (*operation.COMMANDS, record.record, users.user, audits.audit, *development.COMMANDS):
    om.add_command(command)

if __name__ == "__main__":
    sys.argv[0] = "./om"
    om(prog_name="./om")
