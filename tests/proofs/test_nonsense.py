"""P10: nonsense in, clear refusal out, never a 500; and nothing of it in the log.

Every route of the map gets a table of nasty values in its path, its query and every field of its forms, then odd
shapes of requests, then whatever hypothesis thinks of. The people are an owner with open rounds, whose browser is
signed in as staff too, and a stranger.
"""

import gzip
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import islice
from pathlib import Path
from urllib.parse import quote, quote_from_bytes
from uuid import uuid4

import brotli
import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask import request as asked
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from om_selfcheck import clock
from om_selfcheck.catalogue import Catalogue
from om_selfcheck.config import read_settings
from om_selfcheck.domain.access import Role, Strength
from om_selfcheck.domain.audit import AuditOutcome, CheckItem
from om_selfcheck.extensions import db
from om_selfcheck.factory import create_app
from om_selfcheck.services import audits, cases, foreign_reports, grants, openings
from om_selfcheck.services.account_links import LinkPurpose, make_link
from om_selfcheck.services.accounts import Account
from om_selfcheck.store.migrate import upgrade
from om_selfcheck.store.queries import audits as audit_rows
from om_selfcheck.web.access import public
from om_selfcheck.web.security import CONTENT_SECURITY_POLICY
from tests import factories, people
from tests.builders import make_questionnaire
from tests.factories import DETAILS, PASSWORD
from tests.mail.unsubscribing import make_unsubscribe_link
from tests.services import crowd
from tests.web.client import Page, PageClient, check_page, find_frame, read_form
from tests.web.postbox import access_links, collect, confirm_link

CANARY = "Kanarienvogel"
NASTIES: Mapping[str, bytes] = {
    "canary": CANARY.encode(),
    "empty": b"",
    "blank": b" ",
    "nul": b"a\0b",
    "surrogate": b"\xed\xa0\x80",
    "surrogate pair in bytes": b"\xed\xa0\xbd\xed\xb8\x80",
    "overlong": b"\xc0\xaf\xe0\x80\xaf",
    "half a character": b"\xf0\x9f\x98",
    "latin-1": b"M\xfcller",
    "right to left": "\u202e\u2067txt.exe\u2069\u200f\u061c".encode(),
    "family": "👨‍👩‍👧‍👦🏳️‍🌈".encode(),
    "combining storm": ("Z" + "\u0351\u0489\u0316" * 300).encode(),
    "blank braille": "\u2800\u2800".encode(),
    "hangul filler": "\u3164".encode(),
    "no character": "\ufeff\ufffe\uffff\U0010ffff".encode(),
    "line separators": "a\u2028b\u2029c\x85d".encode(),
    "100k": b"a" * 100_000,
    "superscript": "²".encode(),
    "arabic digits": "٠١٢٣٤٥٦٧٨٩".encode(),
    "arabic day": "٢٠٢٧-٠١-٣١".encode(),
    "ideographic number": "㊿".encode(),
    "huge number": b"1e400",
    "not a number": b"NaN",
    "long number": b"9" * 5000,
    "negative": b"-1",
    "day zero": b"0000-00-00",
    "last day": b"9999-12-31",
    "no such day": b"2027-02-30",
    "prototype": b"__proto__",
    "template": b"{{7*7}}",
    "other template": b"${7*7}",
    "script": b"<script>alert(1)</script>",
    "attribute": b"\" autofocus onfocus='alert(1)",
    "upwards": b"../../etc/passwd",
    "upwards encoded": b"%2e%2e%2f",
    "header": b"x\r\nSet-Cookie: a=b",
    "format": b"%s%n%(name)s{0.__class__}",
    "sql": b"'; DROP TABLE rating;--",
    "uuid with signs": b"{urn:uuid:00000000-0000-4000-8000-000000000000}",
    "percent": b"%",
    "plus": b"+&=;#?",
}
EVERY = tuple(NASTIES)
WORDS_NOT_LOGGED = (CANARY, "DROP TABLE", "alert(1)", "7*7", "etc/passwd")

PARAMETERS_READ = {
    "public.start": ("lang",),
    "public.verify": ("number", "sha256"),
    "public.answer": ("sha256",),
    "public.renew": ("number", "sha256"),
    "company.new_action": ("measure",),
    "company.link": ("grant",),
    "company.mails": ("done",),
    "company.responsible": ("sent", "forgotten"),
    "company.mine": ("saved", "ask"),
    "company.erased": ("number",),
    "company.help_nearby": ("action", "measure"),
    "network.contacts": ("news",),
    "network.figures": ("check", "year"),
    "network.figures_csv": ("check", "year"),
    "network.figures_xlsx": ("check", "year"),
    "public.feed": ("lang",),
    "public.lost_link": ("sent",),
    "account.login": ("next",),
    "account.home": ("saved", "ended"),
    "account.second_factor": ("next",),
    "staff.users": ("news",),
    "staff.networks": ("q", "after"),
    "staff.register": ("search", "check", "network", "issued_from", "issued_to", "status", "audit", "order", "after"),
    "staff.audits": ("state", "waits", "after"),
    "staff.mails": ("after",),
    "staff.record": ("verb", "actor", "subject", "from_day", "to_day", "before"),
    "staff.declaration": ("corrected",),
    "company.issued": ("corrected",),
    "staff.audit": ("news",),
    "staff.sample": ("again",),
    "staff.report": ("news",),
    "company.audit": ("news",),
    "company.withdrawal": ("sure",),
    "public.not_from_us": ("sent",),
    "staff.network": ("news",),
    "network.companies": ("after",),
    "network.link": ("news",),
    "network.settings": ("saved",),
    "company.sharing": ("code", "news"),
}
# what a page may read, what Flask's own functions are called with, and what nobody reads
PARAMETERS = (
    *(
        "lang",
        "saved",
        "removed",
        "finished",
        "ended",
        "done",
        "sent",
        "reported",
        "forgotten",
        "ask",
        "next",
        "news",
        "measure",
        "grant",
        "number",
        "sha256",
        "slug",
        "ref",
        "assessment_id",
    ),
    *("endpoint", "_anchor", "_external", "_method", "_scheme", "self", "values", "__proto__", "{{7*7}}", "²", ""),
)
# on pages of closed accounts and networks, beside another second factor, for coordinators alone (and without a field)
HIDDEN = {
    *("staff.reactivate", "account.remove_app", "staff.reopen_network"),
    *("network.export_csv", "network.export_xlsx", "network.send_nudge"),
}
PASSKEYS = {  # offered under another name than this server's; see tests/web/auth/test_passkeys.py
    "account.new_passkey_options",
    "account.add_passkey",
    "account.remove_passkey",
    "account.passkey_options",
    "account.sign_in_with_passkey",
}
SLOW = {
    "company.monday",
    "company.plan_with_functions",
    "network.poster",
    "network.report",
    "company.letter",
    "staff.letter",
}  # they make a PDF each time
LEAVING = {"company.leave", "company.leave_mine"}
METHODS = ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE")
FORM = "application/x-www-form-urlencoded"
UNPACK = {"gzip": gzip.decompress, "br": brotli.decompress}
SHOWN_AGAIN = (409, 422, 429)  # the same form with its errors, as the person filled it in


@dataclass
class Harness:
    """Sends nonsense and writes down every answer that is not as promised."""

    app: Flask
    sent: int = 0
    findings: list[str] = field(default_factory=list)
    seen: set[bytes] = field(default_factory=set)

    def ask(
        self,
        client: FlaskClient,
        method: str,
        path: bytes | str,
        *,
        query: bytes = b"",
        body: bytes = b"",
        environ: Mapping[str, str] | None = None,
        hint: str = "",
    ) -> TestResponse | None:
        """Send a request as a server hands it on: raw bytes in path and query, headers by their WSGI names."""
        raw = path if isinstance(path, bytes) else path.encode()
        overrides = {"PATH_INFO": raw.decode("latin-1"), "QUERY_STRING": query.decode("latin-1")}
        if body:
            overrides |= {"CONTENT_TYPE": FORM}
        self.sent += 1
        what = f"{method} {raw[:80]!r} ? {query[:80]!r} {hint}"
        try:
            answer = client.open(
                "/", method=method, data=body, buffered=True, environ_overrides=overrides | dict(environ or {})
            )
        except Exception as error:  # noqa: BLE001 - whatever gets out is what is looked for
            self.findings.append(f"{what}: {error!r}")
            return None
        try:
            self._judge(method, answer)
        except AssertionError as error:
            self.findings.append(f"{what}: {answer.status_code} {str(error)[:300]}")
        return answer

    def _judge(self, method: str, answer: TestResponse) -> None:
        assert answer.status_code < 500, "a failure"
        assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
        number = answer.headers["X-Request-Id"]
        if method in ("HEAD", "OPTIONS") or 300 <= answer.status_code < 400:
            return
        if answer.mimetype == "application/json":
            known = answer.get_json()
            assert answer.status_code < 400 or "conflicts" in known or (known["error"] and known["message"]), "no words"
        elif answer.mimetype == "text/html":
            self._judge_page(answer, number)
        else:
            assert answer.status_code < 400, f"a refusal as {answer.mimetype}"

    def _judge_page(self, answer: TestResponse, number: str) -> None:
        """Look at a page; at one of several that differ in nothing but their numbers and what their fields hold."""
        packing = answer.headers.get("Content-Encoding", "")
        content = UNPACK[packing](answer.data) if packing else answer.data
        is_refused = 400 <= answer.status_code < 500
        assert not is_refused or answer.status_code in SHOWN_AGAIN or number.encode() in content, "no request id"
        frame = find_frame(content.replace(number.encode(), b"").decode())
        if frame in self.seen:
            return
        self.seen.add(frame)
        answer.data = content
        page = Page(answer)
        check_page(page)
        is_shown_again = answer.status_code in SHOWN_AGAIN and page.soup.select_one("main form[method=post]")
        assert not is_refused or is_shown_again or number in page.text, "no request id"


@dataclass
class Cast:
    """An owner with everything a route can name: an open round, a declared one, a second one, some to end and renew."""

    harness: Harness
    owner: FlaskClient
    stranger: FlaskClient
    base: str
    token: str
    examples: dict[str, str]
    ended: people.Person
    renewed: people.Person
    erased: people.Person
    second_round: people.Person
    kept_action: str
    confirmation: str
    code: str
    cases: tuple[str, ...]
    doer: FlaskClient
    staff: Account
    waiting: Account
    new: Account

    def path(self, rule: Rule, **changes: bytes) -> bytes:
        """Return a rule's path with parameters that exist, but for changes."""
        values = {name: self.examples[name].encode() for name in rule.arguments} | changes
        if "assessment_id" not in changes and rule.endpoint in LEAVING:
            values["assessment_id"] = self.ended.assessment_id.encode()
        if "assessment_id" not in changes and rule.endpoint == "company.erase":
            values["assessment_id"] = self.erased.assessment_id.encode()
        if "assessment_id" not in changes and rule.endpoint == "company.renew_key":
            values["assessment_id"] = self.renewed.assessment_id.encode()
        if "token" not in changes and rule.endpoint == "public.confirm_address":
            values["token"] = self.confirmation.rpartition("/")[2].encode()
        if "token" not in changes and rule.endpoint == "public.invitation":
            values["token"] = self.code.encode()
        if "slug" not in changes and rule.endpoint.startswith(("network.", "staff.")):
            values["slug"] = b"netz-a"
        return b"".join(
            values[match["name"]] if match["name"] else match["text"].encode()
            for match in re.finditer(r"<(?:[^<>]*:)?(?P<name>\w+)>|(?P<text>[^<]+)", rule.rule)
        )

    def reopen(self) -> None:
        """Open the round again that a request to leave it has closed."""
        self.owner.post(f"/access/{self.ended.token}")

    def sign_in(self) -> None:
        """Sign in again after a request to sign out."""
        client = PageClient(self.harness.app)
        client.flask_client = self.owner
        people.sign_in_here(client, self.staff)

    def look(self) -> dict[str, str]:
        """Return what nobody has aimed at: an action, a topic's ratings, the declaration's number."""
        client = PageClient(self.harness.app)
        client.flask_client = self.owner
        action = client.get(f"{self.base}/plan/{self.kept_action}")
        rated = client.get(f"{self.base}/topics/2")
        issued = client.get(f"/declarations/{self.examples['number']}")
        assert [action.status, rated.status, issued.status] == [200, 200, 200]
        values = action.values() | rated.values()
        return {name: value for name, value in values.items() if name != "csrf_token"} | {
            "issued": str(self.examples["number"] in issued.text)
        }

    def owner_pages(self) -> list[str]:
        places = (
            "",
            "/topics/1",
            "/plan",
            "/plan/new",
            "/declaration",
            "/declaration/preview",
            "/access",
            "/mails",
            "/responsible",
            "/calendar",
        )
        return [self.base + place for place in places]

    def csrf_token(self) -> str:
        soup = BeautifulSoup(self.owner.get(self.base).get_data(as_text=True), "html5lib")
        token = soup.select_one("input[name=csrf_token]")
        assert token is not None
        return str(token["value"])


def account_pages(cast: Cast) -> list[str]:
    """Return the pages of accounts that hold forms; somebody's second factor is waited for in the owner's browser."""
    with cast.harness.app.app_context():
        links = [
            f"/account/{path}/{make_link(db.session, user_id=cast.new.user_id, purpose=purpose, now=clock.now())}"
            for path, purpose in (("sign-in", LinkPurpose.SIGN_IN), ("set-up", LinkPurpose.SET_UP))
        ]
        db.session.commit()
    cast.owner.post("/account/login", data={"email": cast.waiting.email, "password": PASSWORD})
    names = ("", "login", "code", "recovery-code", "sign-in-link", "password", "second-factor", "logout")
    return [*links, *(f"/account/{name}" for name in names), "/staff/users", f"/staff/users/{cast.waiting.user_id}"]


def network_pages(cast: Cast) -> list[str]:
    """Return the pages of networks that hold forms; the owner's browser is signed in as staff."""
    places = ("settings", "coordinators", "links/new", f"links/{cast.examples['link_id']}")
    return [
        "/staff/networks",
        "/staff/networks/new",
        "/staff/networks/netz-a",
        *(f"/network/netz-a/{p}" for p in places),
        *(f"/network/netz-a/contacts{below}" for below in ("", "/new", f"/{cast.examples['contact_id']}")),
    ]


def register_pages(cast: Cast) -> list[str]:
    """Return the pages of register and record that hold forms, and those on which a declaration is corrected."""
    number = cast.examples["number"]
    return [
        "/staff/declarations",
        "/staff/record",
        f"/staff/declarations/{number}/correction",
        f"/declarations/{number}/correction",
    ]


def make_cases(app: Flask, owner: people.Person, number: str, other: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """Begin cases about a number in every state that offers a form; return examples and the pages with the forms."""
    now, today, ids = clock.now(), clock.today(), {}
    with app.app_context():
        session = db.session
        olaf, otto = (factories.add_staff(session, f"{name}@audits.example") for name in ("olaf", "otto"))
        actor = grants.get_actor_by_token(session, token=owner.token, now=now)
        declaration_id = audit_rows.list_declared(session, [number])[0][0]
        for state in ("drawn", "asked", "opened", "second_reading"):
            case = audit_rows.add_audit(
                session, id=uuid4(), declaration_id=declaration_id, state="drawn", created_at=now
            )
            ids[state] = case.id
            if state == "drawn":
                continue
            audits.ask_company(session, by=olaf, audit_id=case.id, now=now)
            if state == "asked":
                continue
            openings.open_snapshot(
                session,
                actor=actor,
                audit_id=case.id,
                questionnaire=make_questionnaire(),
                topics=(),
                is_whole=True,
                until=today,
                now=now,
            )
            if state == "second_reading":
                fine = {f"{item}-answer": "yes" for item in CheckItem}
                audits.note_findings(session, by=olaf, audit_id=case.id, wanted=fine, shown={}, now=now)
                audits.submit_findings(
                    session, by=olaf, audit_id=case.id, outcome=AuditOutcome.IN_ORDER, text="", now=now
                )
        for reported in (other, number, number):
            foreign_reports.report_foreign(session, number=reported, text="Nicht von uns.", contact="", now=now)
        found = foreign_reports.list_reports(session, is_open=True)
        reports = [one.report_id for one in sorted(found, key=lambda one: one.number != other)]
        foreign_reports.hide_name(session, by=olaf, report_id=reports[1], now=now)
        ids["hearing"] = foreign_reports.lead_to_hearing(session, by=otto, report_id=reports[2], text="Ja.", now=now)
        sample_id = uuid4()
        audit_rows.add_sample(
            session,
            id=sample_id,
            user_id=olaf.user_id,
            drawn_at=now,
            frame=json.dumps({"check": "", "network": "", "numbers": [number]}),
            frame_on=today - timedelta(days=1),
            frame_size=1,
            frame_hash="0" * 64,
            size=1,
            seed="s",
        )
        examples = {
            "sample_id": str(sample_id),
            "audit_id": str(ids["opened"]),
            "step_id": str(cases.get_case(session, audit_id=ids["asked"], today=today).steps[-1].step_id),
            "report_id": str(reports[0]),
        }
        session.commit()
    pages = [f"/staff/audits/{one}" for one in ids.values()] + [f"{owner.base}/audits/{one}" for one in ids.values()]
    return examples, (*pages, *(f"/staff/reports/{one}" for one in reports), "/staff/samples")


def make_cast(app: Flask) -> Cast:
    alma, declared, again, ended, renewed, erased = (people.alma(app) for _ in range(6))
    number = people.declare(declared)
    link_id = people.add_link(app, "netz-a", "basis")
    code = people.token_of(app, "netz-a", link_id)
    for joining in (alma, again):
        people.join(joining, code, "plan")
    withdrawable = people.declare(again)
    second_round = people.renew(again)
    for other in (declared, ended, renewed, erased, second_round):
        assert alma.client.post(f"/access/{other.token}").status == 303
    kept = {"title": "Eigene Maßnahme", "description": "Offene Posten durchgehen", "urgency": "high"}
    kept |= {"responsible": "Büro"}
    made = [alma.client.send(f"{alma.base}/plan/new", changes).location for changes in (kept, {"title": "Andere"})]
    alma.client.send(f"{alma.base}/topics/2", {"need-2.1.a": "urgent", "note-2.1.a": "Eigene Notiz"})
    people.rolf(alma)
    shared = alma.client.get(f"{alma.base}/access").soup.select_one("form[action$='/revoke']")
    assert shared is not None
    actions = [location.partition("#action-")[2] for location in made]
    signed = make_unsubscribe_link(app, alma.assessment_id)  # an address is confirmed, a second one waits, mail rests
    alma.client.send(f"{alma.base}/mails", {"resume_on": "2027-01-31"}, form="/mails/pause")
    alma.client.send(f"{alma.base}/mails", {"email": "neu@betrieb.example"}, form="/mails/address")
    case_ids, case_pages = make_cases(app, declared, number, withdrawable)
    nina = people.nina(app)
    people.nora(app)  # whose network can be added to Nina's
    with app.app_context():
        crowd.publish_nothing(db.session, "netz-a")
    cast = Cast(
        harness=Harness(app),
        owner=alma.client.flask_client,
        stranger=app.test_client(),
        base=alma.base,
        token=alma.token,
        examples={
            "slug": "basis",
            "number": number,
            "token": alma.token,
            "assessment_id": alma.assessment_id,
            "kind": "declaration",
            "ref": "1",
            "action_id": actions[1],
            "grant_id": str(shared["action"]).split("/")[-2],
            "signed": signed,
            "user_id": str(nina.user_id),
            "contact_id": str(people.add_help(app)),
            "link_id": str(link_id),
            "paper": "a4",
            "table": "topics",
            "year": str(crowd.last_week().year),
            **case_ids,
        },
        ended=ended,
        renewed=renewed,
        erased=erased,
        second_round=second_round,
        kept_action=actions[0],
        confirmation=confirm_link(collect(app)[-1]),
        code=code,
        cases=(*case_pages, f"/declarations/{withdrawable}/withdrawal?sure=1", f"/verify/{number}/not-from-us"),
        doer=make_doer(app, alma, actions[1]),
        staff=people.add_user(app, "olaf@example.org", Role.STAFF, Strength.SECOND_FACTOR),
        waiting=nina.account,
        new=people.add_user(app, "new@example.org", Role.COORDINATOR),
    )
    cast.sign_in()
    return cast


def make_doer(app: Flask, alma: people.Person, action_id: str) -> FlaskClient:
    """Return the browser of somebody who came by a mailed link and by one out of a reminder."""
    form = alma.client.get(f"{alma.base}/responsible").values("/responsible/invite")
    alma.client.post(f"{alma.base}/responsible/invite", form | {"email": "werkstatt@betrieb.example"})
    (mailed,) = access_links(collect(app)[-1])
    client = app.test_client()
    for link in (mailed, people.action_link(alma, action_id)):
        assert client.post(link).status_code == 303
    return client


@pytest.fixture
def cast(app: Flask) -> Cast:
    return make_cast(app)


@pytest.fixture(autouse=True)
def _quiet(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Nothing typed is in the log, whatever the test sent."""
    yield
    written = capsys.readouterr().err
    assert "cast" not in request.fixturenames or '"event": "request"' in written, "the control: the log is looked at"
    for word in WORDS_NOT_LOGGED:
        assert word not in written, f"{word} is in the log"


def expect_all_well(cast: Cast, before: Mapping[str, str]) -> None:
    """No finding, the untouched data as before, and every page of the owner opens."""
    found = cast.harness.findings
    assert not found, f"{len(found)} of {cast.harness.sent}:\n" + "\n".join(found[:40])
    assert cast.look() == before
    for address in cast.owner_pages():
        answer = cast.harness.ask(cast.owner, "GET", address)
        assert answer is not None
        assert answer.status_code == 200, address
    assert not cast.harness.findings
    print(f"{cast.harness.sent} requests")  # noqa: T201 - pytest -rP shows it


def all_rules(app: Flask) -> list[Rule]:
    return list(app.url_map.iter_rules())


def verb(rule: Rule) -> str:
    return "POST" if "POST" in (rule.methods or ()) else "GET"


def encode(fields: Iterable[tuple[str, bytes]]) -> bytes:
    return b"&".join(f"{quote(name, safe='')}={quote_from_bytes(value, safe='')}".encode() for name, value in fields)


def turn(names: Sequence[str], start: int) -> list[tuple[str, bytes]]:
    """Give each name another nasty value; all starts together give each name each value."""
    return [(name, NASTIES[EVERY[(start + place) % len(EVERY)]]) for place, name in enumerate(names)]


# the path


def try_paths(cast: Cast, rules: Iterable[Rule]) -> None:
    for rule in rules:
        for parameter in sorted(rule.arguments):
            for place, (name, value) in enumerate(NASTIES.items()):
                path = cast.path(rule, **{parameter: value})
                cast.harness.ask(cast.owner, verb(rule), path, hint=name)
                if place % 5 == len(rule.rule) % 5:
                    cast.harness.ask(cast.stranger, verb(rule), path, hint=name)


@pytest.mark.long
def test_nonsense_in_every_part_of_every_path(cast: Cast) -> None:
    before = cast.look()
    try_paths(cast, all_rules(cast.harness.app))
    for path in (
        b"/" + b"a" * 8000,
        b"/verify/" + b"9" * 8000,
        b"/\xed\xa0\x80",
        b"/\xff\xfe",
        b"//evil.example/",
        b"",
    ):
        for client in (cast.owner, cast.stranger):
            cast.harness.ask(client, "GET", path)
    expect_all_well(cast, before)


# the query


def try_queries(cast: Cast, rules: Iterable[Rule], turns: int = 5) -> None:
    """Every rule with all parameters at once and one after the other; those it reads with every value."""
    for number, rule in enumerate(rules):
        path = cast.path(rule)
        for start in range(1 if rule.endpoint in SLOW else turns):
            query = encode(turn(PARAMETERS, start * 8 + number))
            cast.harness.ask(cast.owner if start % 2 else cast.stranger, verb(rule), path, query=query)
        for parameter in PARAMETERS_READ.get(rule.endpoint, ()):
            for name, value in NASTIES.items():
                cast.harness.ask(cast.owner, verb(rule), path, query=encode([(parameter, value)]), hint=name)


@pytest.mark.long
def test_nonsense_in_every_query(cast: Cast) -> None:
    before = cast.look()
    rules = [rule for rule in all_rules(cast.harness.app) if verb(rule) == "GET"]
    try_queries(cast, rules)
    for query in (
        b"\xed\xa0\x80=\xff&lang=\xc0\xaf",
        b"&&==;;",
        b"%",
        b"%zz=%u0041",
        b"lang=de&lang=\0&lang=en",
        b"?" * 8000,
    ):
        for client, path in ((cast.owner, cast.base), (cast.stranger, "/"), (cast.stranger, "/nowhere")):
            cast.harness.ask(client, "GET", path, query=query)
    for start in range(0, len(EVERY), 4):  # the endpoints whose query ends up in a form
        for name in ("_external", "_scheme", "_method", "endpoint"):
            cast.harness.ask(cast.stranger, "GET", "/verify", query=encode(turn((name, "_anchor"), start)))
    expect_all_well(cast, before)


def test_a_typed_query_leads_the_language_links_nowhere_else(app: Flask) -> None:
    typed = "?number=9&_external=1&_scheme=javascript&_anchor=x&endpoint=public.start&_method=POST"
    page = PageClient(app).get(f"/verify/000000-000000-000000{typed}", headers={"Host": "evil.example"})
    links = [link for link in page.links() if "lang=" in link]
    assert links
    assert all(link.startswith(("/verify/000000-000000-000000?", "/?")) for link in links)


# the forms


@dataclass(frozen=True)
class FoundForm:
    method: str
    action: str
    fields: Mapping[str, str]
    text_fields: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        plain = [name for name in self.fields if name != "csrf_token"]
        shown = [f"was-{name}" for name in plain if not name.startswith("was-") and f"was-{name}" not in plain]
        return (*plain, *shown)


def find_forms(cast: Cast) -> list[FoundForm]:
    """Read all forms off the owner's pages; the field names of radios and boxes that are not chosen too."""
    made = cast.owner.post(
        f"{cast.base}/access/links", data={"label": "Bank", "right": "reader", "csrf_token": cast.csrf_token()}
    )
    pages = [
        *("/", "/questionnaires/basis", "/verify", f"/access/{cast.token}", made.headers["Location"]),
        *(f"/unsubscribe/{cast.examples['signed']}", "/lost-link", cast.confirmation),
        *cast.owner_pages(),
        f"{cast.base}/plan/{cast.examples['action_id']}",
        f"{cast.erased.base}/data",
        f"{cast.base}/plan/{cast.examples['action_id']}/follow-up",
        *(f"/declarations/{cast.examples['number']}", "/renew", f"{cast.second_round.base}/plan"),
        *(f"/i/{cast.code}", f"{cast.second_round.base}/access"),
        *network_pages(cast),
        *register_pages(cast),
        *cast.cases,
        *account_pages(cast),
    ]
    places = [*((cast.owner, address) for address in pages), (cast.doer, f"{cast.base}/mine?ask=1")]
    found: dict[tuple[str, str], FoundForm] = {}
    for client, address in places:
        soup = BeautifulSoup(client.get(address).get_data(as_text=True), "html5lib")
        for form in soup.select("form"):
            one = _read(form, address)
            for action in (one.action, *(str(button["formaction"]) for button in form.select("[formaction]"))):
                found.setdefault((one.method, action), replace(one, action=action))
    return list(found.values())


def _read(form: Tag, address: str) -> FoundForm:
    tags = form.select("input[name], textarea[name], select[name], button[name]")
    names = {str(tag["name"]): "" for tag in tags}
    texts = [str(tag["name"]) for tag in tags if tag.name == "textarea" or tag.get("type", "text") in ("text", "email")]
    return FoundForm(
        method=str(form.get("method", "get")).upper(),
        action=str(form.get("action") or address),
        fields=names | read_form(form),
        text_fields=tuple(dict.fromkeys(texts)),
    )


def try_form(cast: Cast, form: FoundForm) -> None:
    token = cast.csrf_token()
    turns = range(0, len(EVERY), len(EVERY) // 2) if form.action.endswith(".pdf") else range(len(EVERY))
    for start in turns if form.names else ():
        _send(cast, form, dict(turn(form.names, start)) | {"csrf_token": token.encode()}, start)
        sound = {name: value.encode() for name, value in form.fields.items()} | {"csrf_token": token.encode()}
        if form.text_fields:
            _send(cast, form, sound | dict(turn(form.text_fields, start)), start)
    if form.method == "POST":
        for start in range(0, len(EVERY), 3):
            _send(cast, form, {"csrf_token": NASTIES[EVERY[start]]}, start, client=cast.stranger)
            _send(cast, form, {"csrf_token": NASTIES[EVERY[start]], CANARY: CANARY.encode()}, start)


def _send(
    cast: Cast, form: FoundForm, fields: Mapping[str, bytes], start: int, client: FlaskClient | None = None
) -> None:
    encoded = encode(fields.items())
    path, _, query = form.action.partition("?")
    environ = {"HTTP_ACCEPT": "application/json"} if start % 4 == 0 else {}
    is_get = form.method == "GET"
    if is_get or path.startswith(("/access/", "/account/sign-in/", "/account/set-up/", "/account/logout")):
        client = client or cast.harness.app.test_client()
    cast.harness.ask(
        client or cast.owner,
        form.method,
        path,
        query=encoded if is_get else query.encode(),
        body=b"" if is_get else encoded,
        environ=environ,
        hint=f"turn {start}",
    )


@pytest.mark.long
def test_nonsense_in_every_field_of_every_form(cast: Cast) -> None:
    before, forms = cast.look(), find_forms(cast)
    adapter = cast.harness.app.url_map.bind("localhost")
    posted = {adapter.match(form.action, method=form.method)[0] for form in forms if form.method == "POST"}
    known = {rule.endpoint for rule in all_rules(cast.harness.app) if verb(rule) == "POST"}
    assert known - posted <= {"company.issue", *PASSKEYS, *HIDDEN}, "the control: a form of every kind is found"
    names = {name.partition("-")[0] for form in forms for name in form.names}
    assert {"need", "note", "was", "measure_refs", "email", "grant", "number"} <= names
    for form in forms:
        try_form(cast, form)
    expect_all_well(cast, before)


@pytest.mark.long
def test_nonsense_that_counts_as_words_is_declared_and_printed(app: Flask) -> None:
    alma, harness = people.alma(app), Harness(app)
    values = [f"{value.decode('utf-8', 'replace')[:150]} Büro" for value in NASTIES.values()]
    people.rate_everything(alma)
    for place, value in enumerate(values[:20]):
        fields = {"urgency": "high", "due_on": "2027-01-31", "follow_up_on": "2027-02-28"}
        words = dict.fromkeys(("title", "responsible", "follow_up"), value) | {"description": f"{value} {place}"}
        other = {"responsible": values[(place + 20) % len(values)]}
        assert alma.client.send(f"{alma.base}/plan/new", fields | words | other).status == 303
    texts = ("company_name", "street", "city", "signatory_name", "signatory_function", "place")
    details = dict(DETAILS) | {name: values[EVERY.index("family") + place] for place, name in enumerate(texts)}
    saved = alma.client.send(f"{alma.base}/declaration", details)
    assert saved.location.endswith("/preview"), saved.text
    number = alma.client.send(saved.location).location.rsplit("/", 1)[1]
    issued = alma.client.get(f"/declarations/{number}")
    assert issued.status == 200
    client = alma.client.flask_client
    for file in ("declaration.pdf", "topics.pdf", "plan.pdf", "calendar.ics"):
        answer = harness.ask(client, "GET", f"/declarations/{number}/{file}")
        assert answer is not None
        assert answer.status_code == 200
    names = [str(tag["value"]) for tag in issued.soup.select("input[name=name]")]
    token = issued.values("/plan.pdf")["csrf_token"]
    pairs = [
        (key, text)
        for name, value in zip(names, values, strict=False)
        for key, text in (("name", name), ("function", value))
    ]
    body = encode((key, text.encode()) for key, text in [*pairs, ("csrf_token", token)])
    answer = harness.ask(client, "POST", f"/declarations/{number}/plan.pdf", body=body)
    assert answer is not None
    assert answer.status_code == 200
    assert PageClient(app).get(f"/verify/{number}").status == 200
    assert not harness.findings


# the shape of the request

MIXED = "multipart/form-data; boundary=x"
WHOLE = b'--x\r\nContent-Disposition: form-data; name="need-1.1.a"; filename="\xed\xa0\x80"\r\n\r\nsome\r\n--x--\r\n'
BODIES: Mapping[str, tuple[str, bytes]] = {
    "json": ("application/json", b'{"need-1.1.a": "some"}'),
    "broken json": ("application/json", b'{"a": [' * 5000),
    "xml": ("text/xml", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
    "no type": ("", b"need-1.1.a=some"),
    "odd type": ("²;;=/\xff", b"need-1.1.a=some"),
    "odd charset": (f"{FORM}; charset=utf-7", b"need-1.1.a=+ADw-"),
    "no boundary": ("multipart/form-data", WHOLE),
    "other boundary": ("multipart/form-data; boundary=y", WHOLE),
    "long boundary": (f"multipart/form-data; boundary={'x' * 5000}", WHOLE),
    "cut off": (MIXED, WHOLE[:60]),
    "cut off in the value": (MIXED, WHOLE[:-9]),
    "a file for a field": (MIXED, WHOLE),
    "parts without end": (MIXED, b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n" * 1200 + b"--x--\r\n"),
    "repeated": (
        FORM,
        b"need-1.1.a=some&need-1.1.a=none&title=a&title=b&right=reader&right=owner&language=de&language=x",
    ),
    "unknown": (FORM, b"need-9.9.z=some&note-=x&need-=&was-need-%00=1&__proto__=1&" + CANARY.encode() + b"=1"),
    "many": (FORM, b"&".join(b"f%d=1" % number for number in range(3000))),
    "nothing": (FORM, b""),
    "raw bytes": (FORM, b"title=\xff\xed\xa0\x80&need-1.1.a=\xfe"),
    "separators": (FORM, b"&&&===;;;%%%"),
    "two megabytes": (FORM, b"title=" + b"a" * 2_000_000),
    "two megabytes in a part": (MIXED, WHOLE[:-8] + b"a" * 2_000_000 + b"\r\n--x--\r\n"),
}
HEADERS: Sequence[Mapping[str, str]] = (
    {"HTTP_ACCEPT": "²/²;q=²,,;=/"},
    {"HTTP_ACCEPT": "text/html;q=1e400, */json, a" + ";" * 4000},
    {"HTTP_ACCEPT": "application/json"},
    {"HTTP_ACCEPT_LANGUAGE": "²;q=x,,;;-, de-" + "a" * 3000},
    {"HTTP_ACCEPT_LANGUAGE": "*;q=NaN, \xed\xa0\x80"},
    {"HTTP_ACCEPT_ENCODING": "gzip;q=², br;q=, ,;"},
    {"HTTP_ACCEPT_CHARSET": "\xff"},
    {"HTTP_ORIGIN": "http://["},
    {"HTTP_ORIGIN": "²://\xff:99999999/"},
    {"HTTP_ORIGIN": ""},
    {"HTTP_SEC_FETCH_SITE": "²"},
    {"HTTP_HOST": "a..b"},
    {"HTTP_HOST": "[::1"},
    {"HTTP_HOST": "evil.example:99999999"},
    {"HTTP_HOST": "\xff" * 300},
    {"HTTP_HOST": ""},
    {"HTTP_REFERER": "http://["},
    {"HTTP_RANGE": "bytes=²-,--"},
    {"HTTP_IF_NONE_MATCH": '"²", W/'},
    {"HTTP_IF_MODIFIED_SINCE": "Mon, 99 Foo 99999 99:99:99 GMT"},
    {"HTTP_AUTHORIZATION": "Basic ²"},
    {"HTTP_X_CSRFTOKEN": "²\xff"},
    {"HTTP_X_FORWARDED_FOR": "²", "HTTP_X_FORWARDED_HOST": "[", "HTTP_X_FORWARDED_PROTO": "javascript"},
    {"HTTP_X_HTTP_METHOD_OVERRIDE": "DELETE"},
    {"HTTP_EXPECT": "²"},
    {"CONTENT_LENGTH": "0"},
    {"CONTENT_LENGTH": "²"},
    {"CONTENT_LENGTH": "-1"},
    {"CONTENT_LENGTH": "1e400"},
)
COOKIES = (
    "x" * 8192,
    "om_session=" + "a" * 8192,
    "om_session=²\x01\xff; om_session=; =;;; ",
    'om_session="\\377\\000"',
    "om_session=%00%ED%A0%80",
    "om_session=\xed\xa0\x80",
    CANARY + "=" + CANARY,
)


@pytest.mark.long
def test_bodies_of_every_wrong_shape_to_every_form(cast: Cast) -> None:
    before, token = cast.look(), cast.csrf_token()
    for rule in (rule for rule in all_rules(cast.harness.app) if verb(rule) == "POST"):
        for place, (name, (kind, body)) in enumerate(BODIES.items()):
            if rule.endpoint in SLOW and place % 7:
                continue
            environ = {"CONTENT_TYPE": kind, "HTTP_X_CSRFTOKEN": token}
            environ |= {"HTTP_ACCEPT": "application/json"} if place % 3 == 0 else {}
            answer = cast.harness.ask(cast.owner, "POST", cast.path(rule), body=body, environ=environ, hint=name)
            if name.startswith("two megabytes") and answer is not None:
                # where the address says no already, nobody looks at the body
                is_refused_before = rule.endpoint in {"account.open_link", *PASSKEYS}
                assert answer.status_code in ((400, 404, 413, 422) if is_refused_before else (400, 413)), name
            if rule.endpoint in LEAVING:
                cast.reopen()
            if rule.endpoint == "account.logout":
                cast.sign_in()
        for name, (kind, body) in islice(BODIES.items(), len(rule.rule) % 4, None, 4):
            environ = {"CONTENT_TYPE": kind}
            cast.harness.ask(cast.stranger, "POST", cast.path(rule), body=body, environ=environ, hint=name)
    expect_all_well(cast, before)


@pytest.mark.long
def test_odd_headers_and_cookies(cast: Cast) -> None:
    before, token = cast.look(), cast.csrf_token()
    rated = encode([("need-1.1.a", b"some"), ("csrf_token", token.encode())])
    for headers in HEADERS:
        for client, method, path in (
            (cast.owner, "GET", cast.base),
            (cast.owner, "POST", f"{cast.base}/topics/1"),
            (cast.stranger, "GET", "/verify"),
            (cast.stranger, "GET", "/nowhere"),
            (cast.stranger, "POST", f"/access/{CANARY}"),
        ):
            body = rated if method == "POST" else b""
            cast.harness.ask(client, method, path, body=body, environ=headers, hint=str(headers)[:60])
    for number, rule in enumerate(all_rules(cast.harness.app)):
        for place in range(1 if rule.endpoint in SLOW else 3):
            headers = HEADERS[(number * 3 + place) % len(HEADERS)]
            cast.harness.ask(cast.owner, verb(rule), cast.path(rule), environ=headers, hint=str(headers)[:60])
        if rule.endpoint == "account.logout":
            cast.sign_in()
    bare = cast.harness.app.test_client(use_cookies=False)
    for cookie in COOKIES:
        for method, path in (("GET", "/"), ("GET", cast.base), ("POST", "/access/x"), ("GET", "/healthz")):
            cast.harness.ask(bare, method, path, environ={"HTTP_COOKIE": cookie}, hint=cookie[:30])
    expect_all_well(cast, before)


@pytest.mark.long
def test_every_method_on_every_route(cast: Cast) -> None:
    before = cast.look()
    for path in sorted({cast.path(rule) for rule in all_rules(cast.harness.app)}):
        for number, method in enumerate((*METHODS, "GET", "POST", CANARY.upper(), "²")):
            if path.endswith(b"/monday.pdf") and method not in ("PUT", CANARY.upper()):
                continue
            json = {"HTTP_ACCEPT": "application/json"} if number % 2 else {}
            cast.harness.ask(cast.stranger, method, path, environ=json)
            if method not in ("GET", "POST"):
                cast.harness.ask(cast.owner, method, path, environ=json)
    expect_all_well(cast, before)


def test_a_word_in_the_methods_place_is_not_logged(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    Harness(app).ask(app.test_client(), CANARY, "/")
    written = capsys.readouterr().err
    assert '"method": "other"' in written
    assert CANARY.lower() not in written.lower()


# whatever else there is

WORDS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60).map(str.encode),
    st.binary(max_size=40),
    st.sampled_from(list(NASTIES.values())),
)
NAMES = st.one_of(st.sampled_from(PARAMETERS), st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
FIELDS = st.lists(st.tuples(NAMES, WORDS), max_size=6)


@pytest.mark.long
def test_whatever_hypothesis_thinks_of(cast: Cast) -> None:
    """On a failure hypothesis prints the smallest request it found and how to send it again."""
    before, token = cast.look(), cast.csrf_token()
    rules = [rule for rule in all_rules(cast.harness.app) if rule.endpoint not in SLOW]
    form_fields = sorted({name for form in find_forms(cast) for name in form.names})
    sent_fields = st.lists(st.tuples(st.one_of(st.sampled_from(form_fields), NAMES), WORDS), max_size=8)

    @settings(max_examples=150, deadline=None, database=None, print_blob=True, suppress_health_check=list(HealthCheck))
    @example(
        rule=rules[0], method="GET", changes={}, query=[("endpoint", b"x")], fields=[], is_owner=False, is_json=False
    )
    @given(
        rule=st.sampled_from(rules),
        method=st.sampled_from(("GET", "POST", "POST", *METHODS)),
        changes=st.dictionaries(st.sampled_from(sorted(cast.examples)), WORDS, max_size=1),
        query=FIELDS,
        fields=sent_fields,
        is_owner=st.booleans(),
        is_json=st.booleans(),
    )
    def send(
        *,
        rule: Rule,
        method: str,
        changes: dict[str, bytes],
        query: list[tuple[str, bytes]],
        fields: list[tuple[str, bytes]],
        is_owner: bool,
        is_json: bool,
    ) -> None:
        environ = {"HTTP_X_CSRFTOKEN": token} | ({"HTTP_ACCEPT": "application/json"} if is_json else {})
        path = cast.path(rule, **{name: value for name, value in changes.items() if name in rule.arguments})
        is_staying = rule.endpoint not in LEAVING | {"account.logout"}
        client = cast.owner if is_owner and is_staying else cast.stranger
        body = encode(fields) if method not in ("GET", "HEAD") else b""
        cast.harness.findings.clear()
        cast.harness.ask(client, method, path, query=encode(query), body=body, environ=environ)
        assert not cast.harness.findings

    send()
    expect_all_well(cast, before)


# the control


@pytest.fixture
def leaking_app(tmp_path: Path) -> Iterator[Flask]:
    """The application with one more public page, which cannot stand a small two."""
    given = read_settings({"OM_INSTANCE_DIR": str(tmp_path), "OM_BASE_URL": "http://check.example.org"})
    made = create_app(given, Catalogue({("basis", "1.0"): make_questionnaire()}))

    @public
    def echo(word: str) -> str:
        number = asked.args.get("lang", word)
        return str(int(number) if number.isdigit() and len(number) < 9 else 0)

    made.add_url_rule("/echo/<word>", "echo", echo)
    with made.app_context():
        upgrade(db.engine)
    yield made
    with made.app_context():
        db.engine.dispose()


def test_the_control_a_route_that_falls_over_a_superscript_is_reported(leaking_app: Flask) -> None:
    cast = make_cast(leaking_app)
    cast.examples["word"] = "1"
    rules = [rule for rule in all_rules(leaking_app) if rule.endpoint in ("echo", "public.privacy")]
    try_paths(cast, rules)
    try_queries(cast, rules, turns=len(EVERY) // 4)
    found = cast.harness.findings
    assert any("superscript" in finding and ": 500 a failure" in finding for finding in found), found
    assert all("/echo/" in finding for finding in found), "and nothing else is"
