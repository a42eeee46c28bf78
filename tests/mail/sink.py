"""Mail servers that behave as real ones sometimes do, each on a port of its own; what they took they remember."""

import contextlib
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Taken:
    """A mail that a server had in whole. `by` is the name its sender gave."""

    recipients: tuple[str, ...]
    sender: str
    message_id: str
    by: str
    at: float
    is_answered: bool
    content: bytes


Answers = dict[str, str]  # step (ehlo, mail, rcpt, data) to what is answered in place of yes


@dataclass
class Sink:
    """Answers no to the first `times` of each recipient at the steps named in `answers`; "drop" hangs up instead."""

    answers: Answers = field(default_factory=dict)
    times: int = 10**9
    taken: list[Taken] = field(default_factory=list)
    tries: Counter[str] = field(default_factory=Counter)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)

    async def handle_EHLO(self, _server: Any, session: Any, _envelope: Any, name: str, lines: Any) -> Any:  # noqa: N802
        session.host_name = name
        return [self.answers["ehlo"]] if "ehlo" in self.answers else lines

    async def handle_HELO(self, _server: Any, session: Any, _envelope: Any, name: str) -> str:  # noqa: N802
        session.host_name = name
        return self.answers.get("ehlo", "250 here")

    async def handle_MAIL(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.answers.get("mail", "250 yes")

    async def handle_RCPT(  # noqa: N802
        self, server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        self.tries[address] += 1
        answer = self._answer("rcpt", address)
        if answer == "drop":
            server.transport.abort()
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        answer = self._answer("data", envelope.rcpt_tos[0])
        if answer == "drop" or answer.startswith("2"):
            self._take(session, envelope, is_answered=answer != "drop")
        if answer == "drop":
            server.transport.abort()
        return answer

    def authenticate(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"right p@ss", handled=False)

    def _answer(self, step: str, recipient: str) -> str:
        return self.answers.get(step, "250 yes") if self.tries[recipient] <= self.times else "250 yes"

    def _take(self, session: Any, envelope: Any, *, is_answered: bool) -> None:
        message_id = str(message_from_bytes(envelope.content)["Message-ID"])
        self.taken.append(
            Taken(
                recipients=tuple(envelope.rcpt_tos),
                sender=envelope.mail_from,
                message_id=message_id,
                by=str(session.host_name),
                at=time.monotonic(),
                is_answered=is_answered,
                content=envelope.content,
            )
        )


@contextlib.contextmanager
def listening(sink: Sink, *, port: int = 0, host: str = HOST, **options: Any) -> Iterator[int]:
    """Let a sink take mails for the length of the block; yield its port."""
    port = port or free_port(host)
    controller = Controller(sink, hostname=host, port=port, authenticator=sink.authenticate, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@contextlib.contextmanager
def hanging(port: int = 0) -> Iterator[int]:
    """Take connections and never say a word."""
    with socket.create_server((HOST, port or free_port()), backlog=128) as listener:
        yield listener.getsockname()[1]


@contextlib.contextmanager
def talking(script: Callable[[socket.socket], None], port: int = 0) -> Iterator[int]:
    """Let a script of our own speak to each that connects, such as one that breaks off TLS."""
    with socket.create_server((HOST, port or free_port()), backlog=128) as listener:
        listener.settimeout(0.05)
        is_over = threading.Event()

        def serve() -> None:
            while not is_over.is_set():
                with contextlib.suppress(OSError):
                    connection, _ = listener.accept()
                    with connection:
                        connection.settimeout(2)
                        script(connection)

        server = threading.Thread(target=serve)
        server.start()
        try:
            yield listener.getsockname()[1]
        finally:
            is_over.set()
            server.join()


def break_tls(connection: socket.socket) -> None:
    """Offer STARTTLS, say yes to it, and answer the handshake with nonsense."""
    connection.sendall(b"220 here\r\n")
    connection.recv(1000)
    connection.sendall(b"250-here\r\n250 STARTTLS\r\n")
    connection.recv(1000)
    connection.sendall(b"220 go ahead\r\n")
    connection.recv(1000)
    connection.sendall(b"this is no TLS\r\n")


def free_port(host: str = HOST) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def server_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def make_certificate(path: Path) -> Path:
    """Write a certificate for this machine that nobody has signed but itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail server of the tests")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(secret + certificate.public_bytes(Encoding.PEM))
    return path
