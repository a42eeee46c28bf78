"""Commands for audits: drawing the sample that the page draws, by whoever wants to see for themselves."""

from datetime import datetime

import click

from om_selfcheck import clock
from om_selfcheck.cli.reading import read_or_stop
from om_selfcheck.domain.sampling import SAMPLE_AT_MOST, Frame, is_seed


@click.group()
def audit() -> None:
    """Look after audits of declarations."""


@audit.command()
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), required=True, help="A past day on which they held.")
@click.option("--size", type=click.IntRange(1, SAMPLE_AT_MOST), required=True, help="How many are drawn.")
@click.option("--seed", required=True, help="What the draw starts from; the same one draws the same again.")
@click.option("--check", default="", help="Only this check, by its short name.")
@click.option("--network", default="", help="Only this network, by its short name.")
def sample(on: datetime, size: int, seed: str, check: str, network: str) -> None:
    """Draw a random sample and print the frame's hash and the numbers. Nothing is kept and no case begins."""
    from sqlalchemy.orm import Session

    from om_selfcheck.services import samples
    from om_selfcheck.services.installation import has_tables, open_engine

    if not is_seed(seed):
        raise click.ClickException("A seed has 1 to 64 letters, digits or . _ : / + = -")
    engine = open_engine(read_or_stop().database_url, is_reading=True)
    if not has_tables(engine):
        raise click.ClickException("There is no database yet. Type ./om migrate or ./om run first.")
    frame = Frame(on=on.date(), check=check, network=network)
    with Session(engine) as session:
        try:
            drawn = samples.draw(session, frame=frame, size=size, seed=seed, today=clock.today())
        except samples.FrameNotOver as error:
            raise click.ClickException("Name a day that is over: only then nothing changes about it.") from error
    click.echo(f"frame {drawn.frame_size} {drawn.frame_hash}")
    for number in drawn.numbers:
        click.echo(number)
