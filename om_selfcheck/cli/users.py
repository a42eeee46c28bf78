"""Commands for accounts of staff and coordinators: the first one has to come from somewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from om_selfcheck import clock
from om_selfcheck.cli.operation import prepare
from om_selfcheck.cli.reading import read_or_stop
from om_selfcheck.config import Settings
from om_selfcheck.domain.access import Role
from om_selfcheck.domain.address import clean_address, is_email
from om_selfcheck.domain.errors import AddressTaken, NotFound
from om_selfcheck.domain.questionnaire import LANGUAGES
from om_selfcheck.domain.record import SYSTEM

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

    from om_selfcheck.services.accounts import Account


@click.group()
def user() -> None:
    """Look after the accounts of staff and coordinators."""


@user.command()
@click.argument("email")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--network", "slug", help="The network that a coordinator is for, by its short name.")
@click.option("--name", default="", help="What to call the person.")
@click.option("--language", type=click.Choice(LANGUAGES), default=LANGUAGES[0], help="The language of mails.")
def add(email: str, role: str, slug: str | None, name: str, language: str) -> None:
    """Add an account and print the link that sets it up, once and within 72 hours."""
    from om_selfcheck.services import accounts

    if not is_email(clean_address(email)):
        raise click.ClickException(f"{email!r} is not an e-mail address.")
    with _open() as (session, settings):
        try:
            user_id = accounts.add_user(
                session, email=email, name=name, role=Role(role), language=language, by=SYSTEM, now=clock.now()
            )
        except AddressTaken as error:
            raise click.ClickException(f"There is an account for {email} already. See ./om user list.") from error
        if slug is not None:
            _add_to_network(session, user_id, slug)
        link = _make_link(session, settings, user_id)
    _print_link(link)


@user.command("list")
def list_all() -> None:
    """List all accounts, one a line."""
    from om_selfcheck.services import accounts

    with _open() as (session, _settings):
        users = accounts.list_users(session)
    for one in users:
        click.echo("\t".join((one.account.email, one.account.role.value, _describe(one.account), *one.network_names)))
    if not users:
        click.echo("There is no account yet. Type ./om user add EMAIL --role staff")


@user.command()
@click.argument("email")
def deactivate(email: str) -> None:
    """Close an account: its sessions and links end at once."""
    from om_selfcheck.services import accounts

    with _open() as (session, _settings):
        account = _find(session, email)
        accounts.deactivate_user(session, user_id=account.user_id, by=SYSTEM, now=clock.now())
    click.echo(f"{account.email} is deactivated.")


@user.command()
@click.argument("email")
def reset(email: str) -> None:
    """Take password, second factor and sessions away, open the account if closed, and print a new set-up link."""
    from om_selfcheck.services import accounts, credentials

    with _open() as (session, settings):
        account = _find(session, email)
        accounts.reactivate_user(session, user_id=account.user_id, by=SYSTEM, now=clock.now())
        credentials.reset_user(session, user_id=account.user_id, by=SYSTEM, now=clock.now())
        link = _make_link(session, settings, account.user_id)
    _print_link(link)


@contextmanager
def _open() -> "Iterator[tuple[Session, Settings]]":
    """Open a session that commits in the end, on a database that is up to date."""
    from sqlalchemy.orm import Session

    from om_selfcheck.services.installation import open_engine

    settings = read_or_stop()
    prepare(settings)
    with Session(open_engine(settings.database_url)) as session, session.begin():
        yield session, settings


def _find(session: "Session", email: str) -> "Account":
    from om_selfcheck.services import accounts

    account = accounts.find_account(session, email=email)
    if account is None:
        raise click.ClickException(f"There is no account for {email}. See ./om user list.")
    return account


def _add_to_network(session: "Session", user_id: "UUID", slug: str) -> None:
    from om_selfcheck.services import accounts, networks

    try:
        network = networks.get_network(session, slug=slug)
    except NotFound as error:
        known = ", ".join(one.slug for one in networks.list_networks(session)) or "none yet"
        raise click.ClickException(f"There is no network {slug!r}. Known: {known}.") from error
    accounts.add_member(session, user_id=user_id, network_id=network.network_id, by=SYSTEM, now=clock.now())


def _make_link(session: "Session", settings: Settings, user_id: "UUID") -> str:
    from om_selfcheck.services.account_links import LinkPurpose, make_link

    token = make_link(session, user_id=user_id, purpose=LinkPurpose.SET_UP, now=clock.now())
    return f"{settings.base_url}/account/set-up/{token}"


def _print_link(link: str) -> None:
    click.echo("This link sets the account up, once and within 72 hours. Hand it on to its holder only:")
    click.echo(link)


def _describe(account: "Account") -> str:
    if not account.is_active:
        return "deactivated"
    if not account.has_password:
        return "not set up yet"
    return "with second factor" if account.has_second_factor else "without second factor"
