"""From `./om run` on a prepared instance to the first answer, and what the first page weighs."""

import re
import statistics
from pathlib import Path
from urllib.parse import urljoin

from bench import server
from bench.browser import Answer, Browser
from bench.figures import Figure, at_most

STARTS = 5
ADDRESS = re.compile(r'<(?:link|script|img)[^>]*?\s(?:href|src)="([^"]+)"')
IMPORT = re.compile(r'^import [^"]*"([^"]+)"', re.MULTILINE)
COMPRESSED = {"Accept-Encoding": "gzip, deflate, br", "Accept": "text/html"}


def measure(folder: Path) -> list[Figure]:
    server.start(folder / "ours").stop()  # prepares it
    seconds, costs, bare = [], [], []
    for _ in range(STARTS):
        bare.append(_start(folder / "floor", ("bench.floor",))[0])
        taken, cost = _start(folder / "ours", server.OURS)
        seconds.append(taken)
        costs.append(cost)
    best = f"start to the first answer, best of {STARTS}"
    return [
        at_most(best, min(seconds), 2, "s", floor=min(bare)),
        Figure(what="  the same, median", value=statistics.median(seconds), unit="s", floor=statistics.median(bare)),
        Figure(what="  CPU of all processes until then", value=statistics.median(costs), unit="s"),
        *_weigh(folder / "ours"),
    ]


def _start(folder: Path, module: tuple[str, ...]) -> tuple[float, float]:
    running = server.start(folder, module=module)
    try:
        return running.seconds, running.cpu_seconds()
    finally:
        running.stop()


def _weigh(folder: Path) -> list[Figure]:
    with server.running(folder) as running:
        browser = Browser(running.port)
        first = browser.ask("GET", "/", headers=COMPRESSED)
        rest = _load_all(browser, browser.ask("GET", "/", headers={"Accept": "text/html"}).text)
        warm = _size(first) + sum(_size(answer) for answer in rest if "immutable" not in _caching(answer))
    return [
        at_most(
            "the first page on a cold cache, with headers", (_size(first) + sum(map(_size, rest))) / 1000, 100, "KB"
        ),
        at_most("  requests", 1 + len(rest), 8, ""),
        at_most("  the same on a warm cache", warm / 1000, 15, "KB"),
    ]


def _load_all(browser: Browser, html: str) -> list[Answer]:
    """Load what the page names, and what its scripts import."""
    waiting, seen, answers = [urljoin("/", path) for path in ADDRESS.findall(html)], set(), []
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        answers.append(browser.ask("GET", path, headers=COMPRESSED | {"Accept": "*/*"}))
        if path.endswith(".js"):
            script = browser.ask("GET", path, headers={}).text
            waiting.extend(urljoin(path, name) for name in IMPORT.findall(script))
    return answers


def _size(answer: Answer) -> int:
    """Return the bytes of body and headers."""
    return len(answer.body) + sum(len(name) + len(value) + 4 for name, value in answer.headers.items()) + 19


def _caching(answer: Answer) -> str:
    return answer.headers["Cache-Control"] or ""
