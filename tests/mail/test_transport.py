"""The ways out: what servers do becomes one of our codes, and nobody else reads the password."""

import socket
import stat
import threading
import time
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from om_selfcheck.domain.message import Problem
from om_selfcheck.mail import transport
from om_selfcheck.mail.messages import POLICY
from om_selfcheck.mail.transport import Folder, MailServer, NotTaken, open_transport
from tests.mail import sink as sinks
from tests.mail.sink import HOST, Answers, Sink, break_tls, hanging, listening, talking

ID = "00000000-0000-4000-8000-000000000001"
OTHER_HOST = "127.0.0.2"  # this machine too, but not by a name that says so
TEXT = "Grüße\n.\n..zwei Punkte\n.Ende\n" + "x" * 3000 + "\n"


@pytest.fixture
def mail() -> EmailMessage:
    written = EmailMessage(policy=POLICY)
    written["From"], written["To"] = "Check <check@example.org>", "buero@betrieb.example"
    written["Subject"], written["Message-ID"] = "Grüße", f"<{ID}@example.org>"
    written.set_content(TEXT, cte="quoted-printable")
    return written


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sinks.make_certificate(tmp_path_factory.mktemp("tls") / "server.pem")


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let this machine trust the server's certificate, as an operator with a server of their own would."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    return certificate


def server(port: int, *, host: str = HOST, user: str = "", password: str = "", is_tls: bool = False) -> MailServer:
    return MailServer(
        host=host,
        port=port,
        greets_as="check.example.org",
        user=user,
        password=password,
        is_tls=is_tls,
        step_seconds=2.0,
        text_seconds=2.0,
    )


def refusal(way_out: MailServer | Folder, mail: EmailMessage) -> Problem:
    with pytest.raises(NotTaken) as refused:
        way_out.send(mail)
    return refused.value.problem


# What arrives


def test_a_mail_arrives_byte_for_byte_under_our_name(mail: EmailMessage) -> None:
    sink = Sink()
    with listening(sink) as port:
        server(port).send(mail)
    (taken,) = sink.taken
    assert taken.content == mail.as_bytes()
    assert (taken.sender, taken.recipients) == ("check@example.org", ("buero@betrieb.example",))
    assert taken.by == "check.example.org"
    assert taken.message_id == f"<{ID}@example.org>"


def test_starttls_is_used_wherever_it_is_offered(mail: EmailMessage, trusted: Path) -> None:
    sink = Sink()
    context = sinks.server_context(trusted)
    with listening(sink, tls_context=context, require_starttls=True) as port:
        server(port).send(mail)
    assert len(sink.taken) == 1


def test_tls_from_the_beginning(mail: EmailMessage, trusted: Path) -> None:
    sink = Sink()
    with listening(sink, ssl_context=sinks.server_context(trusted)) as port:
        server(port, is_tls=True).send(mail)
    assert len(sink.taken) == 1


@pytest.mark.parametrize("is_tls", [False, True])
def test_a_certificate_nobody_vouches_for_is_refused(mail: EmailMessage, certificate: Path, *, is_tls: bool) -> None:
    sink, context = Sink(), sinks.server_context(certificate)
    options: dict[str, Any] = {"ssl_context": context} if is_tls else {"tls_context": context}
    with listening(sink, **options) as port:
        assert refusal(server(port, is_tls=is_tls), mail) is Problem.NOT_SECURE
    assert sink.taken == []


def test_a_certificate_for_another_name_is_refused(mail: EmailMessage, trusted: Path) -> None:
    sink = Sink()
    with listening(sink, host=OTHER_HOST, ssl_context=sinks.server_context(trusted)) as port:
        assert refusal(server(port, host=OTHER_HOST, is_tls=True), mail) is Problem.NOT_SECURE


# Signing in


def test_signs_in_over_tls(mail: EmailMessage, trusted: Path) -> None:
    sink = Sink()
    with listening(sink, tls_context=sinks.server_context(trusted)) as port:
        server(port, user="om", password="right p@ss").send(mail)
        assert refusal(server(port, user="om", password="wrong"), mail) is Problem.LOGIN_REFUSED
    assert sink.logins[0] == (b"om", b"right p@ss")
    assert len(sink.taken) == 1


def test_a_password_is_not_sent_where_others_could_read_it(mail: EmailMessage) -> None:
    sink = Sink()
    with listening(sink, host=OTHER_HOST, auth_require_tls=False) as port:
        assert refusal(server(port, host=OTHER_HOST, user="om", password="right p@ss"), mail) is Problem.NOT_SECURE
    with listening(sink, auth_require_tls=False) as port:
        server(port, user="om", password="right p@ss").send(mail)
    assert len(sink.logins) == 1, "the control: on this machine it is sent"


def test_a_server_that_offers_no_login_is_the_installations_mistake(mail: EmailMessage) -> None:
    with listening(Sink()) as port:
        assert refusal(server(port, user="om", password="right p@ss"), mail) is Problem.LOGIN_REFUSED


# What goes wrong


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"ehlo": "421 4.3.2 try later"}, Problem.NOT_NOW),
        ({"ehlo": "554 5.3.2 nobody here"}, Problem.NOT_NOW),
        ({"mail": "451 4.3.0 try later"}, Problem.NOT_NOW),
        ({"mail": "530 5.7.0 sign in first"}, Problem.LOGIN_REFUSED),
        ({"mail": "550 5.7.1 not you"}, Problem.SENDER_REFUSED),
        ({"rcpt": "421 4.3.2 shutting down"}, Problem.NOT_NOW),
        ({"rcpt": "451 4.7.1 greylisted"}, Problem.NOT_NOW),
        ({"rcpt": "550 5.1.1 <buero@betrieb.example> unknown"}, Problem.ADDRESS_REFUSED),
        ({"rcpt": "drop"}, Problem.NOT_REACHED),
        ({"data": "451 4.3.0 disk full"}, Problem.NOT_NOW),
        ({"data": "554 5.6.0 looks like spam"}, Problem.TEXT_REFUSED),
        ({"data": "drop"}, Problem.UNANSWERED),
    ],
)
def test_what_a_server_answers_becomes_a_code_without_its_words(
    mail: EmailMessage, answers: Answers, expected: Problem
) -> None:
    with listening(Sink(answers)) as port, pytest.raises(NotTaken) as refused:
        server(port).send(mail)
    assert refused.value.problem is expected
    assert str(refused.value) == expected.value


def test_a_server_that_refuses_the_connection(mail: EmailMessage) -> None:
    assert refusal(server(sinks.free_port()), mail) is Problem.NOT_REACHED


def test_a_server_whose_name_nobody_knows(mail: EmailMessage) -> None:
    assert refusal(server(25, host="no-such-host.invalid"), mail) is Problem.NOT_REACHED


def test_a_server_that_accepts_and_hangs_costs_a_limited_time(mail: EmailMessage) -> None:
    with hanging() as port:
        begin = time.monotonic()
        assert refusal(server(port), mail) is Problem.NOT_REACHED
        assert refusal(server(port, is_tls=True), mail) is Problem.NOT_REACHED
        assert time.monotonic() - begin < 5


def test_a_server_that_breaks_off_tls_gets_nothing_in_the_clear(mail: EmailMessage) -> None:
    with talking(break_tls) as port:
        assert refusal(server(port), mail) is Problem.NOT_SECURE


def test_a_server_that_takes_the_text_and_says_nothing_may_have_it(mail: EmailMessage) -> None:
    def fall_silent(connection: socket.socket) -> None:
        for answer in (b"220 here\r\n", b"250 here\r\n", b"250 yes\r\n", b"250 yes\r\n", b"354 go on\r\n"):
            connection.sendall(answer)
            connection.recv(1000)
        time.sleep(1)

    with talking(fall_silent) as port:
        assert refusal(server(port), mail) is Problem.UNANSWERED


def test_nonsense_in_place_of_answers(mail: EmailMessage) -> None:
    with talking(lambda connection: connection.sendall(b"\xff\x00" * 9000)) as port:
        assert refusal(server(port), mail) in (Problem.NOT_REACHED, Problem.NOT_NOW)


def test_goodbye_is_not_waited_for(mail: EmailMessage) -> None:
    said = threading.Event()

    def never_say_goodbye(connection: socket.socket) -> None:
        for answer in (b"220 here", b"250 here", b"250 yes", b"250 yes", b"354 go on"):
            connection.sendall(answer + b"\r\n")
            connection.recv(10_000)
        connection.sendall(b"250 taken\r\n")
        said.wait(5)

    with talking(never_say_goodbye) as port:
        begin = time.monotonic()
        server(port).send(mail)
        assert time.monotonic() - begin < 0.4
        said.set()


def test_no_text_goes_out_after_the_limit_when_somebody_else_may_have_the_message(
    mail: EmailMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink = Sink()
    monkeypatch.setattr(transport, "LIMIT", -1.0)
    with listening(sink) as port:
        assert refusal(server(port), mail) is Problem.NOT_REACHED
    assert sink.taken == []


def test_an_attempt_ends_before_its_lease_whatever_happens() -> None:
    from om_selfcheck.mail.delivery import SETTLE_PAUSE, SETTLE_TRIES
    from om_selfcheck.services.messages import LEASE
    from om_selfcheck.store.engine import BUSY_SECONDS

    settling = SETTLE_TRIES * (SETTLE_PAUSE + BUSY_SECONDS)
    assert transport.LIMIT + transport.TEXT_SECONDS + settling < LEASE.total_seconds()


# The folder


def files_in(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_each_mail_is_a_file_of_its_owner_alone(mail: EmailMessage, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "outbox"
    Folder(folder).send(mail)
    (file,) = files_in(folder)
    assert file.name == f"{ID}.eml"
    assert file.read_bytes() == mail.as_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_mail_written_again_is_still_one_file(mail: EmailMessage, tmp_path: Path) -> None:
    for _ in range(2):
        Folder(tmp_path).send(mail)
    assert len(files_in(tmp_path)) == 1


def test_a_file_is_there_whole_or_not_at_all(
    mail: EmailMessage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(_file: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(transport, "fsync", no_room)
    assert refusal(Folder(tmp_path), mail) is Problem.NOT_REACHED
    assert files_in(tmp_path) == []


def test_a_folder_that_cannot_be_one_is_tried_again_later(mail: EmailMessage, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert refusal(Folder(tmp_path / "file" / "outbox"), mail) is Problem.NOT_REACHED


# OM_MAIL_URL


def expected_server(host: str, port: int, *, is_tls: bool = False, user: str = "", password: str = "") -> MailServer:
    return MailServer(host=host, port=port, greets_as="me", is_tls=is_tls, user=user, password=password)


@pytest.mark.parametrize(
    ("mail_url", "expected"),
    [
        ("dir:/var/spool/om", Folder(Path("/var/spool/om"))),
        ("smtp://mail.example.org", expected_server("mail.example.org", 587)),
        ("smtp://mail.example.org:25/", expected_server("mail.example.org", 25)),
        ("smtps://mail.example.org", expected_server("mail.example.org", 465, is_tls=True)),
        ("smtp://om:p@mail.example.org", expected_server("mail.example.org", 587, user="om", password="p")),
        (
            "smtps://om%40example.org:a%2Fb%23c%3A%40@[::1]:2465",
            expected_server("::1", 2465, is_tls=True, user="om@example.org", password="a/b#c:@"),
        ),
    ],
)
def test_the_setting_names_a_way_out(mail_url: str, expected: object) -> None:
    assert open_transport(mail_url, greets_as="me") == expected


def test_a_folder_may_be_named_from_here() -> None:
    assert open_transport("dir:outbox", greets_as="me") == Folder(Path.cwd() / "outbox")


@pytest.mark.parametrize(
    "mail_url",
    [
        "",
        "mail.example.org",
        "http://mail.example.org",
        "SMTP",
        "dir:",
        "smtp:",
        "smtp://",
        "smtp://:25",
        "smtp://mail.example.org:eighty",
        "smtp://mail.example.org:99999",
        "smtp://mail.example.org:0",
        "smtp://[::1",
        "smtp://om@mail.example.org",
        "smtp://:geheim@mail.example.org",
        "smtp://om:geheim/1@mail.example.org",
        "smtp://om:geheim#1@mail.example.org",
        "smtp://om:geheim?1@mail.example.org",
        "smtp://om:geheim%C3%BC@mail.example.org",
        "smtp://om:geheim%0D%0A@mail.example.org",
        "smtp://mail.example.org/path",
    ],
)
def test_a_setting_that_names_none_is_refused_by_name_without_the_password(mail_url: str) -> None:
    with pytest.raises(ValueError, match="OM_MAIL_URL") as refused:
        open_transport(mail_url, greets_as="me")
    assert "geheim" not in str(refused.value)


def test_the_password_is_not_in_what_is_printed_of_a_server() -> None:
    assert "geheim" not in repr(open_transport("smtp://om:geheim@mail.example.org", greets_as="me"))


@pytest.fixture(autouse=True)
def _no_certificates_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
