"""What is known of a message becomes a mail: one recipient, text and HTML, in the recipient's language.

The words stand in templates/email/<kind>/: subject.txt, body.txt and body.html, the bodies on base.txt and base.html.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from email.errors import HeaderParseError
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime
from enum import StrEnum
from functools import cache
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app
from flask_babel import force_locale
from jinja2 import Environment, StrictUndefined

from om_selfcheck.config import Settings
from om_selfcheck.domain.message import is_asked_for
from om_selfcheck.domain.questionnaire import LANGUAGES
from om_selfcheck.services.letters import Claimed, Facts
from om_selfcheck.services.unsubscribing import sign_recipient

PRODUCT = "OM-Selbstcheck"
_FROM = re.compile(r"(?:(?P<name>[^<>@\"\\\x00-\x1f\x7f]*)<(?P<boxed>[^<>\s]+)>|(?P<bare>[^<>\s]+))")


class _OneLine(UnstructuredHeader):
    """A header that is never folded: a long address in it would come out as encoded words."""

    name: str

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_REGISTRY = HeaderRegistry()
_REGISTRY.map_to_type("list-unsubscribe", _OneLine)  # type: ignore[arg-type]  # it adds the base class itself
POLICY = SMTP.clone(header_factory=_REGISTRY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """What is the same on every mail of an installation. `link` makes addresses as `url_for`, from OM_BASE_URL."""

    sender: Address
    operator_name: str
    base_url: str
    secret_key: str = field(repr=False)
    link: Callable[..., str]

    @property
    def domain(self) -> str:
        """Where Message-IDs come from."""
        return self.sender.domain

    @property
    def host(self) -> str:
        """The name this server greets mail servers with."""
        return urlsplit(self.base_url).hostname or "localhost"


def make_letterhead(app: Flask) -> Letterhead:
    """Return the letterhead of an application; ValueError where OM_MAIL_FROM is not an address."""
    settings: Settings = app.extensions["om_settings"]
    addresses = app.url_map.bind("")

    def link(endpoint: str, **values: Any) -> str:  # noqa: ANN401 - as url_for
        return settings.base_url + addresses.build(endpoint, values)

    return Letterhead(
        sender=read_sender(settings.mail_from),
        operator_name=settings.operator_name,
        base_url=settings.base_url,
        secret_key=settings.secret_key,
        link=link,
    )


def read_sender(text: str) -> Address:
    """Read OM_MAIL_FROM: an address, or a name and the address in angle brackets."""
    match = _FROM.fullmatch(text.strip())
    sender = _to_address(match["name"], match["boxed"] or match["bare"]) if match else None
    if sender is None:
        raise ValueError(f"OM_MAIL_FROM must be an address such as check@example.org, not {text[:80]!r}")
    return sender


def _to_address(name: str | None, addr_spec: str) -> Address | None:
    try:
        address = Address((name or "").strip() or PRODUCT, addr_spec=addr_spec)
    except (ValueError, HeaderParseError, IndexError):
        return None
    return address if address.username and address.domain and addr_spec.isascii() else None


def write_mail(claimed: Claimed, facts: Facts, *, letterhead: Letterhead, now: datetime) -> EmailMessage:
    """Write a mail in an application's context. Text that somebody typed comes into its bodies only.

    The subject is written from days, numbers and codes alone; to use a text there is an error.
    """
    unsubscribe_url = ""
    if not is_asked_for(claimed.kind):
        unsubscribe_url = letterhead.link("public.unsubscribe", signed=sign_recipient(claimed, letterhead.secret_key))
    known = _to_values(facts)
    values = {"letterhead": letterhead, "link": letterhead.link, "unsubscribe_url": unsubscribe_url}
    with force_locale(claimed.language if claimed.language in LANGUAGES else LANGUAGES[0]):
        subject = _render(claimed, "subject.txt", facts=_untyped(known))
        said = values | {"facts": SimpleNamespace(**known), "subject": " ".join(subject.split())}
        text, html = _render(claimed, "body.txt", **said), _render(claimed, "body.html", **said)
    mail = _address(claimed, letterhead, now)
    mail["Subject"] = said["subject"]
    if unsubscribe_url:
        mail["List-Unsubscribe"] = f"<{unsubscribe_url}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(text.strip() + "\n", cte="quoted-printable")
    mail.add_alternative(html, subtype="html", cte="quoted-printable")
    return mail


def _address(claimed: Claimed, letterhead: Letterhead, now: datetime) -> EmailMessage:
    mail = EmailMessage(policy=POLICY)
    mail["From"] = letterhead.sender
    mail["To"] = Address(addr_spec=claimed.address)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = claimed.message_id
    mail["Auto-Submitted"] = "auto-generated"
    return mail


def _render(claimed: Claimed, part: str, **values: object) -> str:
    template = _strict(current_app.jinja_env).get_template(f"email/{claimed.kind}/{part}")
    return str(template.render(language=claimed.language, **values))


@cache
def _strict(environment: Environment) -> Environment:
    """A fact that is missing must not become a gap in a letter."""
    return environment.overlay(undefined=StrictUndefined)


def _to_values(facts: Facts) -> dict[str, object]:
    if isinstance(facts, Mapping):
        return dict(facts)
    return {one.name: getattr(facts, one.name) for one in fields(facts)}


def _untyped(known: Mapping[str, object]) -> SimpleNamespace:
    """Return what nobody can have typed: days, numbers, codes."""
    return SimpleNamespace(**{name: one for name, one in known.items() if isinstance(one, date | int | StrEnum)})
