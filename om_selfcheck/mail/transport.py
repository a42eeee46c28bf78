"""The ways out: a mail server, or a folder of .eml files. Each takes one mail at a time and says yes or why not.

An attempt ends well before its lease (`services.messages.LEASE`): no text is handed over later than LIMIT after the
beginning, and its answer is waited for no longer than TEXT_SECONDS.
"""

import re
import smtplib
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from os import fsync
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit
from uuid import UUID

from om_selfcheck.domain.message import Problem, Step, read_answer

STEP_SECONDS = 20.0
TEXT_SECONDS = 60.0
LIMIT = 120.0
PORTS = {"smtp": 587, "smtps": 465}
HERE = ("localhost", "127.0.0.1", "::1")
_LEADING_DOT = re.compile(rb"(?m)^\.")


class NotTaken(Exception):
    """A mail was not taken; the code says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value)
        self.problem = problem


class Transport(Protocol):
    def send(self, mail: EmailMessage) -> None:
        """Hand a mail over, or raise NotTaken."""


@dataclass(frozen=True, slots=True)
class Folder:
    """Mails as files, named by their Message-ID: written again, a mail is still one."""

    path: Path

    def send(self, mail: EmailMessage) -> None:
        name = mail["Message-ID"].strip("<>").partition("@")[0]
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._write(f"{name}.eml", mail.as_bytes())
        except OSError as error:
            raise NotTaken(Problem.NOT_REACHED) from error

    def _write(self, name: str, content: bytes) -> None:
        """Let the file appear under its name when it is complete; it is for its owner alone."""
        with NamedTemporaryFile(dir=self.path, prefix=".", delete=False) as fresh:
            try:
                fresh.write(content)
                fresh.flush()
                fsync(fresh.fileno())
                Path(fresh.name).rename(self.path / name)
            except OSError:
                Path(fresh.name).unlink()
                raise

    def forget(self, message_ids: Iterable[UUID]) -> None:
        """Delete mails; what is gone already is no trouble."""
        for message_id in message_ids:
            with suppress(OSError):
                (self.path / f"{message_id}.eml").unlink(missing_ok=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """A server spoken to by SMTP: over TLS from the beginning, or with STARTTLS wherever it offers that.

    Certificates are looked at, and a password is never sent over a connection that others can read. `greets_as` is the
    name of this machine.
    """

    host: str
    port: int
    greets_as: str
    is_tls: bool = False
    user: str = ""
    password: str = field(default="", repr=False)
    step_seconds: float = STEP_SECONDS
    text_seconds: float = TEXT_SECONDS

    def send(self, mail: EmailMessage) -> None:
        begin = time.monotonic()
        with _told_apart(), self._connect() as smtp:
            self._begin(smtp)
            (sender,), (recipient,) = mail["From"].addresses, mail["To"].addresses
            _expect(Step.SENDER, smtp.mail(sender.addr_spec))
            _expect(Step.ADDRESS, smtp.rcpt(recipient.addr_spec))
            _expect(Step.TEXT, smtp.docmd("DATA"))
            if time.monotonic() - begin > LIMIT:  # somebody else may have claimed it by now
                raise NotTaken(Problem.NOT_REACHED)
            smtp.send(_LEADING_DOT.sub(b"..", mail.as_bytes()) + b".\r\n")
            _expect(Step.TEXT, self._hear(smtp))

    @contextmanager
    def _connect(self) -> Iterator[smtplib.SMTP]:
        """Connect, and in the end say goodbye without waiting for an answer: what was taken is taken."""
        if self.is_tls:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, self.greets_as, timeout=self.step_seconds, context=ssl.create_default_context()
            )
        else:
            smtp = smtplib.SMTP(self.host, self.port, self.greets_as, timeout=self.step_seconds)
        try:
            yield smtp
            with suppress(OSError, smtplib.SMTPException):
                smtp.putcmd("QUIT")
        finally:
            smtp.close()

    def _begin(self, smtp: smtplib.SMTP) -> None:
        smtp.ehlo_or_helo_if_needed()
        if not self.is_tls and smtp.has_extn("starttls"):
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo_or_helo_if_needed()
        if not self.user:
            return
        if not isinstance(smtp.sock, ssl.SSLSocket) and self.host not in HERE:
            raise NotTaken(Problem.NOT_SECURE)
        try:
            smtp.login(self.user, self.password)
        except smtplib.SMTPNotSupportedError as error:
            raise NotTaken(Problem.LOGIN_REFUSED) from error

    def _hear(self, smtp: smtplib.SMTP) -> tuple[int, bytes]:
        """Wait for the answer to the text; without one nobody knows whether the mail was taken."""
        try:
            if smtp.sock is not None:
                smtp.sock.settimeout(self.text_seconds)
            return smtp.getreply()
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            raise NotTaken(Problem.UNANSWERED) from error


def open_transport(mail_url: str, *, greets_as: str) -> Transport:
    """Return the way out that OM_MAIL_URL names.

    Raises:
        ValueError: it cannot be understood; the message names the variable and holds no password.
    """
    scheme, _, rest = mail_url.partition(":")
    if scheme == "dir":
        if not rest:
            raise ValueError("OM_MAIL_URL: dir: needs a folder, such as dir:/var/spool/om")
        return Folder(Path(rest).absolute())
    if scheme not in PORTS:
        raise ValueError("OM_MAIL_URL must begin with smtp://, smtps:// or dir:")
    return _read_server(mail_url, greets_as)


def forget_mails(mail_url: str, message_ids: Iterable[UUID]) -> None:
    """Delete mails that lie in a folder; a mail server has taken its ones along."""
    transport = open_transport(mail_url, greets_as="")
    if isinstance(transport, Folder):
        transport.forget(message_ids)


def _read_server(mail_url: str, greets_as: str) -> MailServer:
    try:
        parts = urlsplit(mail_url)
        port = PORTS[parts.scheme] if parts.port is None else parts.port
    except ValueError:
        parts, port = urlsplit(""), 0
    if not parts.hostname or not port or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(
            "OM_MAIL_URL must look like smtp://user:password@host:port;"
            " signs such as / # ? @ in a password are written as %2F %23 %3F %40"
        )
    user, password = _read_login(parts)
    return MailServer(
        host=parts.hostname,
        port=port,
        greets_as=greets_as,
        is_tls=parts.scheme == "smtps",
        user=user,
        password=password,
    )


def _read_login(parts: SplitResult) -> tuple[str, str]:
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) is not bool(password):
        raise ValueError("OM_MAIL_URL needs both user and password, or neither")
    if not (user + password).isascii() or not (user + password).isprintable():
        raise ValueError("OM_MAIL_URL: user and password may hold plain ASCII only")
    return user, password


def _expect(step: Step, answer: tuple[int, bytes]) -> None:
    if problem := read_answer(step, answer[0]):
        raise NotTaken(problem)


@contextmanager
def _told_apart() -> Iterator[None]:
    """Put what goes wrong in a conversation into our own codes; a server's words may hold addresses."""
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        raise NotTaken(read_answer(Step.LOGIN, error.smtp_code) or Problem.LOGIN_REFUSED) from error
    except smtplib.SMTPResponseException as error:
        raise NotTaken(read_answer(Step.GREETING, error.smtp_code) or Problem.NOT_NOW) from error
    except ssl.SSLError as error:
        raise NotTaken(Problem.NOT_SECURE) from error
    except (OSError, smtplib.SMTPException) as error:
        raise NotTaken(Problem.NOT_REACHED) from error
