"""P6: mails are neither lost nor doubled, whatever mail servers do and however often a sender is killed.

A second copy is allowed in two cases, each with the same Message-ID: a server took the text and did not answer; or the
sender was killed between the server's yes and its note, which is an answer lost too. Every second copy has to be one
of these. With OM_FULL_PROOFS set, 50 messages go to each kind of server and 20 senders are killed.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from bench import server
from bench.browser import Owner
from bench.processes import family
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.questionnaire import Questionnaire
from om_selfcheck.services.installation import bring_up_to_date, open_engine, publish
from om_selfcheck.services.messages import queue_message
from om_selfcheck.store.models import Message
from tests.mail.sink import HOST, Sink, Taken, break_tls, free_port, hanging, listening, talking
from tests.proofs import mailing
from tests.proofs.conftest import People

IS_FULL = bool(os.environ.get("OM_FULL_PROOFS"))
EACH, KILLS = (50, 20) if IS_FULL else (10, 5)
PATIENCE = 240.0 if IS_FULL else 90.0
WORKS_FOR = 1.0
# the measures of three rounds, one of which has to be quick: a busy machine may hold some up, a hanging mail all
ROUNDS = ("1.1.a", "1.1.b", "1.2.a")
SOON = 2.0  # a sender notes the result well within this time, or it was killed
DELIVERED = ("ok", "refused", "hanging", "busy", "greylisted", "silent", "tls")
BROKEN = ("refused", "hanging", "tls")
GIVEN_UP = {"unknown": "address_refused", "poisoned": "not_written"}


@dataclass
class Senders:
    """Three senders in a process group of their own, and those of them that were killed: when."""

    process: subprocess.Popen[bytes]
    killed: dict[int, float] = field(default_factory=dict)

    def alive(self) -> list[int]:
        return [pid for pid in family(self.process.pid) if pid != self.process.pid]

    def kill_one(self, chance: random.Random) -> None:
        if candidates := [pid for pid in self.alive() if pid not in self.killed]:
            victim = chance.choice(candidates)
            os.kill(victim, signal.SIGKILL)
            self.killed[victim] = time.monotonic()


@contextmanager
def sending(folder: Path, ports: dict[str, int], mode: str = "send") -> Iterator[Senders]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OM_")}
    environment |= {"OM_INSTANCE_DIR": str(folder), mailing.PORTS: json.dumps(ports)}
    with (folder / "senders.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.proofs.mailing", mode],
            cwd=server.ROOT,
            env=environment,
            stderr=log,
            start_new_session=True,
        )
        try:
            yield Senders(process)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def ledger(tmp_path: Path, questionnaire: Questionnaire) -> Iterator[Engine]:
    """A database in the folder of the test, as a server would find it."""
    engine = open_engine(f"sqlite:///{tmp_path / 'om.db'}")
    bring_up_to_date(engine)
    publish(engine, [questionnaire], datetime.now(UTC))
    yield engine
    engine.dispose()


def queue(ledger: Engine, kinds: Sequence[str], each: int) -> None:
    now = datetime.now(UTC)
    names = [f"{kind}-{number}" for number in range(each) for kind in kinds]
    with Session(ledger) as session, session.begin():
        for name in names:
            address = f"{name}@betrieb.example"
            queue_message(session, kind=MessageKind.ACCESS_LINK, subject=name, address=address, language="de", now=now)


def open_rows(ledger: Engine) -> int:
    with Session(ledger) as session:
        states = session.scalars(select(Message.state)).all()
    return sum(state in ("queued", "sending", "failed") for state in states)


def wait_until_tried(ledger: Engine) -> None:
    """The control: each broken server was tried while it was broken."""
    end, missing = time.monotonic() + PATIENCE, set(BROKEN)
    while missing:
        assert time.monotonic() < end, f"nobody tried {missing}"
        with Session(ledger) as session:
            tried = session.scalars(select(Message.subject).where(Message.problem != "")).all()
        missing -= {subject.partition("-")[0] for subject in tried}
        time.sleep(0.05)


def wait_until_settled(ledger: Engine) -> None:
    end = time.monotonic() + PATIENCE
    while count := open_rows(ledger):
        assert time.monotonic() < end, f"{count} messages are still on their way"
        time.sleep(0.1)


def find_unexplained(taken: Sequence[Taken], killed: dict[int, float]) -> list[str]:
    """Return the messages of which more than one copy went out without one of the two reasons."""
    last_of = {one.by: one for one in sorted(taken, key=lambda one: one.at)}

    def is_explained(one: Taken) -> bool:
        killed_at = killed.get(int(one.by.partition(".")[0]))
        is_cut_off = killed_at is not None and last_of[one.by] is one and one.at <= killed_at <= one.at + SOON
        return is_cut_off or not one.is_answered

    certain = Counter(one.message_id for one in taken if not is_explained(one))
    return [message_id for message_id, count in certain.items() if count > 1]


@contextmanager
def all_kinds_of_servers() -> Iterator[tuple[dict[str, int], dict[str, Sink], Callable[[], None]]]:
    """Start the nine behaviours; three that nobody can deliver to are healed by the function that comes with them."""
    sinks = {
        "ok": Sink(),
        "refused": Sink(),
        "hanging": Sink(),
        "busy": Sink({"rcpt": "421 4.3.2 shutting down"}, times=2),
        "greylisted": Sink({"data": "451 4.7.1 try later"}, times=2),
        "unknown": Sink({"rcpt": "550 5.1.1 no such user"}),
        "silent": Sink({"data": "drop"}, times=1),
        "tls": Sink(),
        "poisoned": Sink(),
    }
    ports = {name: free_port() for name in sinks}
    with ExitStack() as stack:
        for name in sinks.keys() - set(BROKEN):
            stack.enter_context(listening(sinks[name], port=ports[name]))
        faults = stack.enter_context(ExitStack())
        faults.enter_context(hanging(ports["hanging"]))
        faults.enter_context(talking(break_tls, ports["tls"]))

        def heal() -> None:
            faults.close()
            for name in BROKEN:
                stack.enter_context(listening(sinks[name], port=ports[name]))

        yield ports, sinks, heal


def print_seed() -> random.Random:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")  # noqa: T201 - to repeat a failure
    return random.Random(seed)


@pytest.mark.long
def test_each_mail_arrives_once_through_nine_kinds_of_servers_while_senders_are_killed(
    tmp_path: Path, ledger: Engine
) -> None:
    chance = print_seed()
    queue(ledger, (*DELIVERED, "unknown"), EACH)
    queue(ledger, ["poisoned"], 1)
    with Session(ledger) as session, session.begin():
        session.execute(update(Message).where(Message.subject == "poisoned-0").values(facts="{"))
    with all_kinds_of_servers() as (ports, sinks, heal), sending(tmp_path, ports) as senders:
        while not sinks["ok"].taken:
            time.sleep(0.02)
        while len(senders.killed) < KILLS:
            time.sleep(chance.uniform(0.05, 0.25))
            senders.kill_one(chance)
        wait_until_tried(ledger)
        assert not any(sinks[name].taken for name in BROKEN)
        heal()
        wait_until_settled(ledger)
    taken = [one for sink in sinks.values() for one in sink.taken]
    assert find_unexplained(taken, senders.killed) == []
    assert len({one.by for one in taken}) > mailing.SENDERS, "the control: others took the place of the killed"
    arrived = {one.recipients[0].partition("@")[0] for one in taken}
    assert arrived == {f"{kind}-{number}" for kind in DELIVERED for number in range(EACH)}
    copies = Counter(one.recipients for one in taken)
    by_id = Counter((one.recipients, one.message_id) for one in taken)
    assert len(by_id) == len(copies), "every copy has the same Message-ID"
    assert all(len(one.recipients) == 1 for one in taken)
    check_ledger(ledger)
    print(f"{len(taken)} copies of {len(copies)} mails, {len(senders.killed)} kills")  # noqa: T201 - the figures


def check_ledger(ledger: Engine) -> None:
    with Session(ledger) as session:
        for row in session.scalars(select(Message)):
            kind = row.subject.partition("-")[0]
            expected = ("undeliverable", GIVEN_UP[kind]) if kind in GIVEN_UP else ("sent", "")
            assert (row.state, row.problem) == expected, row.subject


@pytest.mark.long
def test_control_senders_without_a_lease_are_found_out(tmp_path: Path, ledger: Engine) -> None:
    queue(ledger, ["ok"], 20)
    sink = Sink()
    with listening(sink) as port, sending(tmp_path, {"ok": port}, "send_without_lease") as senders:
        wait_until_settled(ledger)
        assert senders.killed == {}
    assert find_unexplained(sink.taken, senders.killed)


@pytest.mark.long
def test_web_answers_stay_below_a_second_while_the_mail_server_hangs(
    tmp_path: Path, ledger: Engine, questionnaire: Questionnaire, people: People
) -> None:
    queue(ledger, ["hanging"], EACH)
    module, owners = ("tests.proofs.mailing", "serve"), range(mailing.WEB_WORKERS)
    with (
        hanging() as port,
        server.running(tmp_path, module=module, settings={"OM_MAIL_URL": f"smtp://{HOST}:{port}"}) as running,
    ):
        tabs = [people.start(running.port, questionnaire.slug) for _ in owners]
        wait_until_sending(ledger)
        with ThreadPoolExecutor(len(tabs)) as threads:
            slowest = min(max(threads.map(partial(work_for_a_while, ref), tabs)) for ref in ROUNDS)
        wait_until_sending(ledger)  # the control: all the while a sender hangs in the middle of a mail
    assert slowest < 1.0


def work_for_a_while(ref: str, owner: Owner) -> float:
    """Read and save in turns, and return how long the slowest answer took."""
    slowest, need, end = 0.0, "", time.monotonic() + WORKS_FOR
    while time.monotonic() < end:
        begin = time.monotonic()
        wanted = "some" if need == "none" else "none"
        assert owner.save(ref, wanted, need).status == 200
        between = time.monotonic()
        assert owner.browser.get(f"{owner.base}/topics/1").status == 200
        slowest, need = max(slowest, between - begin, time.monotonic() - between), wanted
    return slowest


def wait_until_sending(ledger: Engine) -> None:
    end = time.monotonic() + 10
    while True:
        with Session(ledger) as session:
            if session.scalars(select(Message.state).where(Message.state == "sending")).first():
                return
        assert time.monotonic() < end, "nobody sends"
        time.sleep(0.05)
