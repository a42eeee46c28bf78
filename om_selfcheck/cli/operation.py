"""Commands for whoever runs an installation."""

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from om_selfcheck import clock
from om_selfcheck.config import QUESTIONNAIRES, Settings, read_settings
from om_selfcheck.domain.errors import QuestionnaireChanged
from om_selfcheck.domain.message import MessageState

if TYPE_CHECKING:
    from om_selfcheck.catalogue import Catalogue


@click.command()
def run() -> None:
    """Migrate, load the questionnaires and serve until Ctrl+C."""
    from om_selfcheck.cli import server
    from om_selfcheck.services.scratch import clear_scratch

    settings = read_or_stop()
    _check_mail(settings)
    with server.hold_instance(settings):
        server.require_free_port(settings)
        clear_scratch(settings.instance_dir)
        loaded = _prepare_apart(settings)
        click.echo(f"OM-Selbstcheck is at {settings.base_url} (stop with Ctrl+C)")
        server.serve(settings, loaded)


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what would be queued and sent, and change nothing.")
def remind(*, dry_run: bool) -> None:
    """Queue what is due and send it, once; counts are the result. For cron, a timer or a CronJob."""
    from om_selfcheck.cli.remind import preview, remind_once

    settings = read_or_stop()
    _check_mail(settings)
    _require_tables(settings)
    if dry_run:
        counts = preview(settings)
    else:
        from om_selfcheck.factory import create_app

        counts = remind_once(create_app(settings))
    queued = [f"{count} {kind}" for kind, count in sorted(counts.queued.items()) if count]
    click.echo(f"queued: {', '.join(queued) or 0}")
    if counts.weeks:
        click.echo(f"weeks closed: {counts.weeks}")
    if dry_run:
        click.echo(f"due: {counts.due}")
    else:
        for state in (MessageState.SENT, MessageState.FAILED, MessageState.UNDELIVERABLE, MessageState.CANCELLED):
            click.echo(f"{state.value}: {counts.states[state]}")
        click.echo(
            f"cleared checks: {counts.cleared}; erased companies: {counts.erased}; forgotten mails: {counts.forgotten}"
        )
        at_least = "" if counts.given_up.is_all else "more than "
        click.echo(f"undeliverable in the last 30 days: {at_least}{counts.given_up.number}")
    if counts.failed:
        raise click.ClickException(f"Records that could not be read: {len(counts.failed)}. The lines above name them.")
    if counts.broken_jobs:
        raise click.ClickException("A job was not done; the line above says where. All else was.")


@click.command()
def migrate() -> None:
    """Bring the database to the newest tables and publish new questionnaires."""
    _loaded, before, now = prepare(read_or_stop())
    click.echo(f"Tables are at {now}." if before == now else f"Tables went from {before or 'nothing'} to {now}.")


@click.group()
def questionnaires() -> None:
    """Look after the questionnaire files."""


@questionnaires.command("check")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False), default=QUESTIONNAIRES)
def check_questionnaires(folder: Path) -> None:
    """Read every questionnaire and name each complaint with file, line and ref."""
    from om_selfcheck.catalogue import CatalogueError
    from om_selfcheck.catalogue.loader import load_catalogue

    try:
        loaded = load_catalogue(folder)
    except CatalogueError as error:
        for complaint in error.complaints:
            click.echo(complaint)
        click.echo(f"{len(error.complaints)} complaints")
        sys.exit(1)
    for one in loaded.list_all():
        click.echo(f"{one.slug} {one.version}: {len(one.topics)} topics, {one.size} measures, {one.minutes} minutes")


@click.command("seed-demo")
@click.option("--declared", is_flag=True, help="A firm whose self-declaration is due for renewal.")
def seed_demo(*, declared: bool) -> None:
    """Add a made-up firm with everything rated and ten actions, and print its access link."""
    from sqlalchemy.orm import Session

    from om_selfcheck.catalogue.loader import load_catalogue
    from om_selfcheck.services.demo import add_declared_demo, add_demo
    from om_selfcheck.services.installation import open_engine

    settings = read_or_stop()
    prepare(settings)
    questionnaire, now = load_catalogue(QUESTIONNAIRES).newest("unternehmenscheck"), clock.now()
    with Session(open_engine(settings.database_url)) as session, session.begin():
        add = add_declared_demo if declared else add_demo
        token = add(session, questionnaire=questionnaire, now=now, today=clock.day_in_berlin(now))
    click.echo(f"{settings.base_url}/access/{token}")


def read_or_stop() -> Settings:
    """Read the settings, or stop with a message that names what cannot be understood."""
    os.umask(0o077)  # what is made here is for this user alone
    try:
        return read_settings()
    except ValueError as error:
        raise click.ClickException(str(error)) from error


def _check_mail(settings: Settings) -> None:
    from om_selfcheck.cli.remind import check_mail

    try:
        check_mail(settings)
    except ValueError as error:
        raise click.ClickException(str(error)) from error


def _require_tables(settings: Settings) -> None:
    """Stop where the tables are not the newest: sending brings nothing up to date."""
    from om_selfcheck.services import installation

    try:
        engine = installation.open_engine(settings.database_url, is_reading=True)
        is_ready = installation.has_newest_tables(engine)
    except installation.Unreachable as error:
        raise click.ClickException(
            f"The database does not answer. Look at OM_DATABASE_URL. It said: {error}"
        ) from error
    engine.dispose()
    if not is_ready:
        raise click.ClickException("The tables are not the newest. Type ./om migrate or ./om run first.")


class Prepared(NamedTuple):
    """The questionnaires, and the tables' revision before and now."""

    loaded: "Catalogue"
    before: str | None
    now: str


def _prepare_apart(settings: Settings) -> "Catalogue":
    """Prepare in a process of its own, while this one loads the application.

    What reads the files and changes tables is large, and nobody needs it afterwards.
    """
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    from om_selfcheck.cli.server import end_with

    try:
        with ProcessPoolExecutor(1, get_context("fork"), initializer=end_with, initargs=(os.getpid(),)) as apart:
            preparing = apart.submit(prepare, settings)
            import_module("om_selfcheck.factory")
            return preparing.result().loaded
    except BrokenProcessPool as error:
        raise click.ClickException(
            "What prepares the start was ended from outside, perhaps for lack of memory. Nothing is half done;"
            " start again."
        ) from error


def prepare(settings: Settings) -> Prepared:
    """Bring database and questionnaires up to date, or stop with a message that says what to do."""
    from om_selfcheck.catalogue import CatalogueError
    from om_selfcheck.catalogue.loader import load_catalogue
    from om_selfcheck.services import installation

    settings.instance_dir.mkdir(parents=True, exist_ok=True)
    try:
        loaded = load_catalogue(QUESTIONNAIRES)
        engine = installation.open_engine(settings.database_url)
        before, now = installation.bring_up_to_date(engine)
        installation.publish(engine, loaded.list_all(), clock.now())
    except CatalogueError as error:
        raise click.ClickException("\n".join(str(complaint) for complaint in error.complaints)) from error
    except (QuestionnaireChanged, RuntimeError) as error:
        raise click.ClickException(str(error)) from error
    except installation.Unreachable as error:
        raise click.ClickException(
            f"The database does not answer. Look at OM_DATABASE_URL. It said: {error}"
        ) from error
    engine.dispose()
    return Prepared(loaded, before, now)


COMMANDS = (run, remind, migrate, questionnaires, seed_demo)
