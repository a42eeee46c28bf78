"""The topic page, the longest of the product, beside a bare template that writes the same HTML with plain loops.

The bare template is made from the page itself: each measure's block becomes the body of a loop over the same data.
"""

import re
import time
from collections.abc import Callable
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from jinja2 import Environment, Template
from werkzeug.test import run_wsgi_app

from bench.app import quiet_app
from bench.browser import TOKEN, load_questionnaire
from bench.figures import Figure, against_floor, compare
from om_selfcheck.domain.questionnaire import Measure, Topic
from om_selfcheck.web.sessions import cookie_name

ROUNDS, PAGES = 15, 10
BLOCK = re.compile(r'<fieldset class="measure".*?</fieldset>', re.DOTALL)
CHECKED = 'value="none" checked>'
OPEN_LOOP, CLOSE_LOOP = "{% for measure in checkpoint.measures %}", "{% endfor %}"


def measure(folder: Path) -> list[Figure]:
    topic = max(load_questionnaire().topics, key=lambda one: len(one.measures()))
    with quiet_app(folder) as app:
        show = _open_rated_topic(app, topic)
        bare = _bare_template(show(), topic)
        _require_same(show(), bare(), topic)
        found = compare(lambda: _cpu_of_one(show), lambda: _cpu_of_one(bare), rounds=ROUNDS)
    return [against_floor(f"a topic page of {len(topic.measures())} radio groups, CPU", found, at_most=2)]


def _cpu_of_one(work: Callable[[], str]) -> float:
    begin = time.process_time()
    for _ in range(PAGES):
        work()
    return (time.process_time() - begin) / PAGES


def _open_rated_topic(app: Flask, topic: Topic) -> Callable[[], str]:
    """Return what shows the page as a browser asks for it, with every measure rated."""
    client: FlaskClient = app.test_client()
    started = client.post("/assessments", data={"questionnaire": "unternehmenscheck"})
    token = TOKEN.search(client.get(started.location).text)
    if token is None:
        raise RuntimeError("no form on the first page")
    path = f"{started.location.removesuffix('/link')}/topics/{topic.ref}"
    ratings = {f"need-{one.ref}": "none" for one in topic.measures()}
    client.post(path, data=ratings | {"csrf_token": token[1]})
    cookie = client.get_cookie(cookie_name(app))
    if cookie is None:
        raise RuntimeError("no session")
    environ = {"HTTP_COOKIE": f"{cookie.key}={cookie.value}", "HTTP_ACCEPT_LANGUAGE": "de"}
    return lambda: _ask(app, path, environ)


def _ask(app: Flask, path: str, extra: dict[str, str]) -> str:
    """Call the application as a server does."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "HTTP_HOST": "127.0.0.1",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        **extra,
    }
    body, status, _headers = run_wsgi_app(app.wsgi_app, environ)
    if status != "200 OK":
        raise RuntimeError(f"the page answered {status}")
    return b"".join(body).decode()


def _bare_template(html: str, topic: Topic) -> Callable[[], str]:
    blocks = list(BLOCK.finditer(html))
    template, place = "", 0
    for checkpoint in topic.checkpoints:
        own = [block for block in blocks if f'data-measure="{checkpoint.ref}.' in block.group()]
        template += _verbatim(html[place : own[0].start()]) + _loop(own[0].group(), checkpoint.measures[0], html, own)
        place = own[-1].end()
    template += _verbatim(html[place:])
    made: Template = Environment(autoescape=True, trim_blocks=False).from_string(template)
    values = {"topic": topic, "ratings": dict.fromkeys((one.ref for one in topic.measures()), "none")}
    return lambda: made.render(values)


def _loop(block: str, first: Measure, html: str, own: list[re.Match[str]]) -> str:
    """Return a loop over the checkpoint's measures in place of their blocks."""
    gap = html[own[0].end() : own[1].start()] if len(own) > 1 else ""
    body = block.replace(escape(first.practice.de), "{{ measure.practice.de }}")
    body = body.replace(escape(first.good.de), "{{ measure.good.de }}")
    body = body.replace(CHECKED, "value=\"none\"{{ ' checked' if ratings[measure.ref] == 'none' }}>")
    body = body.replace(first.ref, "{{ measure.ref }}")
    number = first.ref.rpartition(".")[0]
    begin = f"{{% for checkpoint in topic.checkpoints if checkpoint.ref == '{number}' %}}"
    return begin + OPEN_LOOP + body + "{% if not loop.last %}" + gap + "{% endif %}" + CLOSE_LOOP + CLOSE_LOOP


def _verbatim(html: str) -> str:
    return "{% raw %}" + html + "{% endraw %}"


def _require_same(page: str, bare: str, topic: Topic) -> None:
    """Compare what both wrote, apart from the token, the signs that two escapers write differently, and white space."""

    def plain(html: str) -> str:
        token = re.compile(r'(name="csrf_token" value=")[^"]+')
        return " ".join(token.sub(r"\1", html.replace("&#x27;", "&#39;").replace("&quot;", "&#34;")).split())

    if plain(page) != plain(bare):
        raise RuntimeError(f"the bare template does not write the page of topic {topic.ref}")
