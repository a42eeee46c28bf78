"""Memory of all server processes after PDFs were made, and whether it keeps growing."""

from pathlib import Path

from bench import server
from bench.browser import Owner, load_questionnaire, start_check
from bench.figures import Figure, at_most
from bench.server import Server
from om_selfcheck.domain.questionnaire import Questionnaire

FIRST, MORE = 10, 100


def measure(folder: Path) -> list[Figure]:
    questionnaire = load_questionnaire()
    with server.running(folder) as running, server.running(folder / "floor", module=("bench.floor",)) as floor:
        bare = floor.pss_megabytes()
        owner = start_check(running.port, questionnaire.slug)
        for topic in questionnaire.topics:
            owner.save_page(f"/topics/{topic.ref}", {f"need-{one.ref}": "some" for one in topic.measures()})
        started = running.pss_megabytes()
        _make_files(running, owner, questionnaire, FIRST)
        after_first = running.pss_megabytes()
        _make_files(running, owner, questionnaire, MORE)
        after_all = running.pss_megabytes()
    return [
        Figure(what="memory of all processes before any PDF, PSS", value=started, unit="MB", floor=bare),
        at_most(f"memory after {FIRST} PDFs, PSS", after_first, 260, "MB"),
        at_most(f"growth over the next {MORE} PDFs", after_all - after_first, 5, "MB"),
    ]


def _make_files(running: Server, owner: Owner, questionnaire: Questionnaire, count: int) -> None:
    """Make PDFs in turn for every topic, each over a new connection, so that every worker makes some."""
    for number in range(count):
        topic = questionnaire.topics[number % len(questionnaire.topics)]
        owner.browser.close()
        answer = owner.browser.get(f"{owner.base}/topics/{topic.ref}/monday.pdf")
        if not answer.body.startswith(b"%PDF"):
            raise RuntimeError(f"no PDF but {answer.status} on port {running.port}")
