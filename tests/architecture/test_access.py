"""Every address × method × role: who gets in, who is refused, who learns nothing (P11).

A new route without a row in EXPECTED fails here; a route without a rule keeps the application from starting.
"""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from io import BytesIO
from itertools import islice
from zipfile import ZipFile

import pytest
from flask import Flask

from om_selfcheck import clock
from om_selfcheck.domain.access import FRESH_FOR, Office, Role, Strength, Task
from om_selfcheck.extensions import db
from om_selfcheck.web.access import PUBLIC, require_rules
from om_selfcheck.web.spreadsheet import XLSX
from tests import people
from tests.people import Person
from tests.services import crowd
from tests.web.client import Page, PageClient

METHODS = ("GET", "POST")
EXPECTED = {
    ("public.start", "GET"): PUBLIC,
    ("public.questionnaire", "GET"): PUBLIC,
    ("public.verify", "GET"): PUBLIC,
    ("public.answer", "GET"): PUBLIC,
    ("public.renew", "GET"): PUBLIC,
    ("public.open_access", "GET"): PUBLIC,
    ("public.open_access", "POST"): PUBLIC,
    ("public.unsubscribe", "GET"): PUBLIC,
    ("public.unsubscribe", "POST"): PUBLIC,
    ("public.confirm_address", "GET"): PUBLIC,
    ("public.confirm_address", "POST"): PUBLIC,
    ("public.lost_link", "GET"): PUBLIC,
    ("public.ask_for_lost_link", "POST"): PUBLIC,
    ("public.feed", "GET"): PUBLIC,
    ("public.imprint", "GET"): PUBLIC,
    ("public.privacy", "GET"): PUBLIC,
    ("public.healthz", "GET"): PUBLIC,
    ("public.readyz", "GET"): PUBLIC,
    ("public.security_txt", "GET"): PUBLIC,
    ("public.robots", "GET"): PUBLIC,
    ("company.start", "POST"): PUBLIC,
    ("company.overview", "GET"): Task.READ,
    ("company.next_open", "GET"): Task.READ,
    ("company.leave", "POST"): Task.READ,
    ("company.link", "GET"): Task.SHARE,
    ("company.link_sheet", "GET"): Task.SHARE,
    ("company.keep_link", "POST"): Task.SHARE,
    ("company.change_language", "POST"): Task.DECLARE,
    ("company.start_renewal", "POST"): Task.DECLARE,
    ("company.topic", "GET"): Task.READ,
    ("company.rate", "POST"): Task.RATE,
    ("company.monday", "GET"): Task.READ,
    ("company.plan", "GET"): Task.READ,
    ("company.new_action", "GET"): Task.PLAN,
    ("company.add_action", "POST"): Task.PLAN,
    ("company.action", "GET"): Task.READ,
    ("company.change_action", "POST"): Task.PLAN,
    ("company.remove_action", "POST"): Task.PLAN,
    ("company.take_over_action", "POST"): Task.PLAN,
    ("company.report_progress", "POST"): Task.FOLLOW_UP,
    ("company.follow_up", "GET"): Task.FOLLOW_UP,
    ("company.answer_follow_up", "POST"): Task.FOLLOW_UP,
    ("company.mine", "GET"): Task.DO,
    ("company.report_mine", "POST"): Task.DO,
    ("company.answer_mine", "POST"): Task.DO,
    ("company.my_calendar", "GET"): Task.DO,
    ("company.choose_reminders", "POST"): Task.DO,
    ("company.leave_mine", "POST"): Task.DO,
    ("company.declaration", "GET"): Task.READ,
    ("company.save_declaration", "POST"): Task.DECLARE,
    ("company.preview", "GET"): Task.READ,
    ("company.issue", "POST"): Task.DECLARE,
    ("company.issued", "GET"): Task.READ,
    ("company.history", "GET"): Task.READ,
    ("company.correction", "GET"): Task.DECLARE,
    ("company.correct", "POST"): Task.DECLARE,
    ("company.document", "GET"): Task.READ,
    ("company.plan_with_functions", "POST"): Task.READ,
    ("company.calendar", "GET"): Task.READ,
    ("company.sharing", "GET"): Task.READ,
    ("company.create_link", "POST"): Task.SHARE,
    ("company.create_help_link", "POST"): Task.SHARE,
    ("company.revoke_link", "POST"): Task.SHARE,
    ("company.renew_key", "POST"): Task.SHARE,
    ("account.login", "GET"): PUBLIC,
    ("account.login", "POST"): PUBLIC,
    ("account.code", "GET"): PUBLIC,
    ("account.code", "POST"): PUBLIC,
    ("account.recovery_code", "GET"): PUBLIC,
    ("account.recovery_code", "POST"): PUBLIC,
    ("account.logout", "GET"): PUBLIC,
    ("account.logout", "POST"): PUBLIC,
    ("account.sign_in_link", "GET"): PUBLIC,
    ("account.sign_in_link", "POST"): PUBLIC,
    ("account.open_link", "GET"): PUBLIC,
    ("account.open_link", "POST"): PUBLIC,
    ("account.set_up", "GET"): PUBLIC,
    ("account.set_up", "POST"): PUBLIC,
    ("account.passkey_options", "POST"): PUBLIC,
    ("account.sign_in_with_passkey", "POST"): PUBLIC,
    ("account.home", "GET"): Office.ACCOUNT,
    ("account.change_details", "POST"): Office.ACCOUNT,
    ("account.end_sessions", "POST"): Office.ACCOUNT,
    ("account.password", "GET"): Office.SECURE,
    ("account.password", "POST"): Office.SECURE,
    ("account.second_factor", "GET"): Office.SECURE,
    ("account.second_factor", "POST"): Office.SECURE,
    ("account.remove_app", "POST"): Office.SECURE,
    ("account.recovery_codes", "POST"): Office.SECURE,
    ("account.new_passkey_options", "POST"): Office.SECURE,
    ("account.add_passkey", "POST"): Office.SECURE,
    ("account.remove_passkey", "POST"): Office.SECURE,
    ("staff.dashboard", "GET"): Office.OVERSEE,
    ("staff.with_slash", "GET"): Office.OVERSEE,
    ("staff.register", "GET"): Office.OVERSEE,
    ("staff.export_register", "POST"): Office.OVERSEE_FRESH,
    ("staff.declaration", "GET"): Office.OVERSEE,
    ("staff.correction", "GET"): Office.OVERSEE,
    ("staff.correct", "POST"): Office.OVERSEE_FRESH,
    ("staff.record", "GET"): Office.OVERSEE,
    ("staff.export_record", "POST"): Office.OVERSEE_FRESH,
    ("staff.users", "GET"): Office.OVERSEE,
    ("staff.user", "GET"): Office.OVERSEE,
    ("staff.invite", "POST"): Office.OVERSEE_FRESH,
    ("staff.change_role", "POST"): Office.OVERSEE_FRESH,
    ("staff.add_network", "POST"): Office.OVERSEE_FRESH,
    ("staff.remove_network", "POST"): Office.OVERSEE_FRESH,
    ("staff.deactivate", "POST"): Office.OVERSEE_FRESH,
    ("staff.reactivate", "POST"): Office.OVERSEE_FRESH,
    ("staff.reset", "POST"): Office.OVERSEE_FRESH,
    ("public.invitation", "GET"): PUBLIC,
    ("company.join_network", "POST"): Task.SHARE,
    ("company.join_again", "POST"): Task.SHARE,
    ("company.leave_network", "POST"): Task.SHARE,
    ("company.change_choices", "POST"): Task.SHARE,
    ("company.change_release", "POST"): Task.SHARE,
    ("network.home", "GET"): Office.COORDINATE,
    ("network.contacts", "GET"): Office.COORDINATE,
    ("network.new_contact", "GET"): Office.COORDINATE,
    ("network.add_contact", "POST"): Office.COORDINATE,
    ("network.contact", "GET"): Office.COORDINATE,
    ("network.change_contact", "POST"): Office.COORDINATE,
    ("network.confirm_contact", "POST"): Office.COORDINATE,
    ("network.remove_contact", "POST"): Office.COORDINATE,
    ("company.help_nearby", "GET"): Task.READ,
    ("public.not_from_us", "GET"): PUBLIC,
    ("public.report_foreign", "POST"): PUBLIC,
    ("company.audit", "GET"): Task.DECLARE,
    ("company.open_snapshot", "POST"): Task.DECLARE,
    ("company.end_opening", "POST"): Task.DECLARE,
    ("company.reply", "POST"): Task.DECLARE,
    ("company.decline", "POST"): Task.DECLARE,
    ("company.answer_hearing", "POST"): Task.DECLARE,
    ("company.letter", "GET"): Task.DECLARE,
    ("company.withdrawal", "GET"): Task.DECLARE,
    ("company.withdraw", "POST"): Task.DECLARE,
    ("staff.audits", "GET"): Office.OVERSEE,
    ("staff.mails", "GET"): Office.OVERSEE,
    ("staff.audit", "GET"): Office.OVERSEE,
    ("staff.ask_company", "POST"): Office.OVERSEE,
    ("staff.write_message", "POST"): Office.OVERSEE,
    ("staff.note_posting", "POST"): Office.OVERSEE,
    ("staff.look", "POST"): Office.OVERSEE,
    ("staff.note_findings", "POST"): Office.OVERSEE,
    ("staff.submit_findings", "POST"): Office.OVERSEE,
    ("staff.return_findings", "POST"): Office.OVERSEE,
    ("staff.confirm_findings", "POST"): Office.OVERSEE,
    ("staff.leave_case", "POST"): Office.OVERSEE,
    ("staff.propose_withdrawal", "POST"): Office.OVERSEE,
    ("staff.decide_withdrawal", "POST"): Office.OVERSEE_FRESH,
    ("staff.letter", "GET"): Office.OVERSEE,
    ("staff.samples", "GET"): Office.OVERSEE,
    ("staff.draw_sample", "POST"): Office.OVERSEE_FRESH,
    ("staff.sample", "GET"): Office.OVERSEE,
    ("staff.report", "GET"): Office.OVERSEE,
    ("staff.hide_name", "POST"): Office.OVERSEE,
    ("staff.show_name", "POST"): Office.OVERSEE,
    ("staff.close_report", "POST"): Office.OVERSEE,
    ("staff.lead_to_hearing", "POST"): Office.OVERSEE,
    ("network.settings", "GET"): Office.COORDINATE,
    ("network.change_settings", "POST"): Office.COORDINATE,
    ("network.links", "GET"): Office.COORDINATE,
    ("network.new_link", "GET"): Office.COORDINATE,
    ("network.create_link", "POST"): Office.COORDINATE,
    ("network.link", "GET"): Office.COORDINATE,
    ("network.change_link", "POST"): Office.COORDINATE,
    ("network.withdraw_link", "POST"): Office.COORDINATE,
    ("network.duplicate_link", "POST"): Office.COORDINATE,
    ("network.figures", "GET"): Office.COORDINATE,
    ("network.stages_now", "GET"): Office.COORDINATE,
    ("network.nudge", "GET"): Office.COORDINATE,
    ("network.send_nudge", "POST"): Office.COORDINATE,
    ("network.figures_xlsx", "GET"): Office.SEE_COMPANIES,
    ("network.figures_csv", "GET"): Office.SEE_COMPANIES,
    ("network.report", "GET"): Office.SEE_COMPANIES,
    ("network.poster", "GET"): Office.COORDINATE,
    ("network.invitation_text", "GET"): Office.COORDINATE,
    ("network.coordinators", "GET"): Office.SEE_COMPANIES,
    ("network.invite_coordinator", "POST"): Office.SEE_COMPANIES,
    ("network.companies", "GET"): Office.SEE_RELEASED,
    ("network.company", "GET"): Office.SEE_RELEASED,
    ("network.export_csv", "POST"): Office.SEE_RELEASED,
    ("network.export_xlsx", "POST"): Office.SEE_RELEASED,
    ("staff.networks", "GET"): Office.OVERSEE,
    ("staff.new_network", "GET"): Office.OVERSEE,
    ("staff.create_network", "POST"): Office.OVERSEE,
    ("staff.network", "GET"): Office.OVERSEE,
    ("staff.invite_coordinator", "POST"): Office.OVERSEE_FRESH,
    ("staff.close_network", "POST"): Office.OVERSEE_FRESH,
    ("staff.reopen_network", "POST"): Office.OVERSEE_FRESH,
    ("company.mails", "GET"): Task.DECLARE,
    ("company.claim_address", "POST"): Task.DECLARE,
    ("company.confirm_code", "POST"): Task.DECLARE,
    ("company.remove_address", "POST"): Task.DECLARE,
    ("company.choose_reminder", "POST"): Task.DECLARE,
    ("company.pause_mails", "POST"): Task.DECLARE,
    ("company.resume_mails", "POST"): Task.DECLARE,
    ("company.mail_link", "POST"): Task.SHARE,
    ("company.responsible", "GET"): Task.SHARE,
    ("company.create_doer_link", "POST"): Task.SHARE,
    ("company.invite_doer", "POST"): Task.SHARE,
    ("company.forget_address", "POST"): Task.SHARE,
    ("company.subscribe", "GET"): Task.SHARE,
    ("company.create_feed", "POST"): Task.SHARE,
    ("company.belongings", "GET"): Task.OWN,
    ("company.export", "POST"): Task.OWN,
    ("company.erase", "POST"): Task.OWN,
    ("company.erased", "GET"): PUBLIC,
}
TASK_OF_RIGHT = {
    "alma": set(Task),
    "bente": {Task.READ, Task.RATE, Task.PLAN, Task.FOLLOW_UP, Task.DO},
    "rolf": {Task.READ},
    "dora": {Task.DO},
}
SAMPLES = {
    "slug": "netz-a",
    "ref": "1",
    "token": "t" * 43,
    "action_id": "00000000-0000-4000-8000-000000000000",
    "grant_id": "00000000-0000-4000-8000-000000000001",
    "kind": "declaration",
    "number": "000000-000000-000000",
    "user_id": "00000000-0000-4000-8000-000000000002",
    "signed": "s" * 43,
    "paper": "a4",
    "table": "stages",
    "year": str(crowd.last_week().year),
    "audit_id": "00000000-0000-4000-8000-000000000003",
    "step_id": "00000000-0000-4000-8000-000000000004",
    "sample_id": "00000000-0000-4000-8000-000000000005",
    "report_id": "00000000-0000-4000-8000-000000000006",
    "link_id": "00000000-0000-4000-8000-000000000007",
    "contact_id": "00000000-0000-4000-8000-000000000008",
}
FORM = {"network": "netz-a"}  # what keeps a page that opens from answering 404 for want of it
OPEN, ASKED, TOLD, UNKNOWN = "open", "asked to sign in", "told what is missing", "404"
EVERYWHERE = dict.fromkeys(Office, OPEN)
OF_A_NETWORK = (Office.COORDINATE, Office.SEE_COMPANIES, Office.SEE_RELEASED)
OF_STAFF = (Office.OVERSEE, Office.OVERSEE_FRESH)
NOWHERE = dict.fromkeys(Office, ASKED)
COORDINATOR = EVERYWHERE | dict.fromkeys(OF_STAFF, UNKNOWN)
STAFF = EVERYWHERE | {Office.SEE_RELEASED: UNKNOWN}
STAFF_WITHOUT_FACTOR = STAFF | dict.fromkeys((Office.COORDINATE, Office.SEE_COMPANIES, *OF_STAFF), TOLD)
# What each role finds at the offices below network A (`netz-a`), which Nina coordinates.
ANSWERS: dict[str, dict[Office, str]] = {
    "stella": NOWHERE,
    "alma": NOWHERE,
    "nina": COORDINATOR,
    "weak": COORDINATOR | dict.fromkeys((Office.SECURE, Office.SEE_COMPANIES, Office.SEE_RELEASED), TOLD),
    "nora": COORDINATOR | dict.fromkeys(OF_A_NETWORK, UNKNOWN),
    "olaf": STAFF,
    "olaf_by_password": STAFF_WITHOUT_FACTOR | {Office.SECURE: TOLD},
    "olaf_a_while_ago": STAFF | {Office.SECURE: TOLD, Office.OVERSEE_FRESH: TOLD},
    "new_staff": STAFF_WITHOUT_FACTOR,
    "deactivated": NOWHERE,
    "expired": NOWHERE,
}


@dataclass(frozen=True)
class Visitor:
    """A browser and the token that its session's forms carry."""

    client: PageClient
    token: str = ""


@pytest.fixture
def cast(app: Flask) -> dict[str, Person]:
    """Everybody; `ended` held a link that was revoked."""
    alma = people.alma(app)
    people.plan_one(alma)
    bente, rolf, dora = people.bente(alma), people.rolf(alma), people.dora(alma)
    ended = people.invited(alma, right="editor", name="Ended")
    page = alma.client.get(f"{alma.base}/access")
    revoke = [form["action"] for form in page.soup.select("form") if "revoke" in str(form.get("action"))][-1]
    alma.client.post(str(revoke), {"csrf_token": alma.client.csrf_token(alma.assessment_id)})
    other = people.alma(app)
    return {
        "alma": alma,
        "bente": bente,
        "rolf": rolf,
        "dora": dora,
        "stella": people.stella(app),
        "other_owner": other,
        "ended": ended,
    }


@pytest.fixture
def users(app: Flask) -> dict[str, Visitor]:
    """Everybody who signs in or might, each with a browser."""
    alma, nina, olaf = people.alma(app), people.nina(app), people.olaf(app)
    new_staff = people.add_user(app, "new@example.org", Role.STAFF, Strength.PASSWORD)
    signed_in = {
        "nina": nina,
        "weak": people.weak(app),
        "nora": people.nora(app),
        "olaf": olaf,
        "olaf_by_password": people.signed_in(app, olaf.account, Strength.PASSWORD),
        "olaf_a_while_ago": people.signed_in(app, olaf.account, at=clock.now() - FRESH_FOR - timedelta(seconds=1)),
        "new_staff": people.signed_in(app, new_staff, Strength.PASSWORD),
        "deactivated": people.deactivated(app),
        "expired": people.expired(app),
    }
    return {role: Visitor(user.client, user.form_token()) for role, user in signed_in.items()} | {
        "stella": Visitor(people.stella(app).client),
        "alma": Visitor(alma.client, alma.client.csrf_token(alma.assessment_id)),
    }


def addresses(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Yield (pattern, method, rule) of the whole URL map."""
    for rule in app.url_map.iter_rules():
        for method in METHODS:
            if method in (rule.methods or ()):
                yield rule.rule, method, getattr(app.view_functions[rule.endpoint], "access", "missing")


def offices(app: Flask) -> Iterator[tuple[str, str, Office]]:
    """Yield what is there for those who sign in."""
    for pattern, method, rule in addresses(app):
        if isinstance(rule, Office):
            yield pattern, method, rule


def tasks(app: Flask) -> Iterator[tuple[str, str, Task]]:
    """Yield what is there for those who hold a link."""
    for pattern, method, rule in addresses(app):
        if isinstance(rule, Task):
            yield pattern, method, rule


def fill(pattern: str, assessment_id: str) -> str:
    """Return an address for a pattern, with the round's id and a sample for everything else."""
    filled = re.sub(r"<[^>]*?assessment_id>", assessment_id, pattern)
    return re.sub(r"<(?:[^>:]*:)?(\w+)>", lambda match: SAMPLES[match[1]], filled)


def test_every_route_states_the_rule_that_is_written_here(app: Flask) -> None:
    stated = {
        (rule.endpoint, method): getattr(app.view_functions[rule.endpoint], "access", "missing")
        for rule in app.url_map.iter_rules()
        for method in METHODS
        if method in (rule.methods or ())
    }
    assert stated == EXPECTED


def test_an_application_with_a_route_without_rule_does_not_start(app: Flask) -> None:
    careless = Flask("careless", static_folder=None)
    careless.add_url_rule("/open", "open", lambda: "anybody gets in")
    with pytest.raises(RuntimeError, match="/open"):
        require_rules(careless)
    require_rules(app)


@pytest.mark.parametrize("role", ["stella", "other_owner", "ended"])
def test_who_holds_no_link_gets_the_same_404_as_for_a_round_that_does_not_exist(
    app: Flask, cast: dict[str, Person], role: str
) -> None:
    alma, person = cast["alma"], cast[role]
    token = _csrf_token(person)
    for pattern, method, _rule in tasks(app):
        foreign = person.client.open(fill(pattern, alma.assessment_id), method=method, data={"csrf_token": token})
        unknown = person.client.open(
            fill(pattern, "11111111-1111-4111-8111-111111111111"), method=method, data={"csrf_token": token}
        )
        assert foreign.status == unknown.status, f"{role} {method} {pattern}"
        assert foreign.status in (404, 400), f"{role} {method} {pattern}: {foreign.status}"
        assert foreign.soup.find("h1") == unknown.soup.find("h1")


@pytest.mark.parametrize("role", TASK_OF_RIGHT)
def test_a_right_opens_exactly_its_tasks(app: Flask, cast: dict[str, Person], role: str) -> None:
    person = cast[role]
    token = person.client.csrf_token(person.assessment_id, "/mine" if role == "dora" else "")
    for pattern, method, task in tasks(app):
        if "<number>" in pattern or "/leave" in pattern:
            continue
        page = person.client.open(fill(pattern, person.assessment_id), method=method, data={"csrf_token": token})
        may = task in TASK_OF_RIGHT[role]
        assert (page.status != 403) is may, f"{role} {method} {pattern}: {page.status}"
        assert page.status < 500


def test_every_role_has_an_answer_for_every_office() -> None:
    assert {role: set(answers) for role, answers in ANSWERS.items()} == {role: set(Office) for role in ANSWERS}


@pytest.mark.parametrize("role", ANSWERS)
def test_an_office_opens_for_those_who_may_fill_it_and_for_nobody_else(
    app: Flask, users: dict[str, Visitor], role: str
) -> None:
    somebody = people.add_user(app, "somebody@example.org", Role.COORDINATOR)
    link_id, member = people.add_link(app, "netz-a"), people.alma(app)
    people.join(member, people.token_of(app, "netz-a", link_id), level="plan")
    with app.app_context():
        crowd.publish_nothing(db.session, "netz-a")
    case = people.begin_case(app)
    real = {"user_id": somebody.user_id, "link_id": link_id, "number": people.declare(people.alma(app))} | asdict(case)
    for pattern, method, office in offices(app):
        address = fill(pattern, member.assessment_id)
        for name, found in real.items():
            address = address.replace(SAMPLES[name], str(found))
        if SAMPLES["contact_id"] in address:  # a new one each time, for one of the pages removes it
            address = address.replace(SAMPLES["contact_id"], str(people.add_help(app)))
        page = users[role].client.open(address, method=method, data=FORM | {"csrf_token": users[role].token})
        if method == "POST" and not users[role].token:
            assert page.status == 400, f"{role} {method} {pattern}: no form is taken without a session"
        else:
            assert answer_of(page) == ANSWERS[role][office], f"{role} {method} {pattern}: {page.status}"


def answer_of(page: Page) -> str:
    """Say in which of four ways a page answers. A complaint about what the form holds is an open page."""
    if page.status == 303 and page.location.startswith("/account/login"):
        return ASKED
    if page.soup.select_one("[data-obstacle]"):
        return TOLD
    assert page.status < 500
    return UNKNOWN if page.status == 404 else OPEN


def test_the_declaration_and_its_files_open_for_holders_only(cast: dict[str, Person]) -> None:
    number = people.declare(cast["alma"])
    for role, status in (("alma", 200), ("bente", 200), ("rolf", 200), ("stella", 404), ("other_owner", 404)):
        person = cast[role]
        token = _csrf_token(person) or (person.assessment_id and person.client.csrf_token(person.assessment_id))
        posted = person.client.post(f"/declarations/{number}/plan.pdf", {"csrf_token": token or ""})
        assert posted.status in ({status} if token else {400, 404}), role
    assert cast["dora"].client.get(f"/declarations/{number}").status == 403
    for path in ("", "/declaration.pdf", "/topics.pdf", "/plan.pdf", "/calendar.ics"):
        for role in ("alma", "bente", "rolf"):
            assert cast[role].client.get(f"/declarations/{number}{path}").status == 200, f"{role} {path}"
        for role in ("stella", "other_owner", "ended"):
            assert cast[role].client.get(f"/declarations/{number}{path}").status == 404, f"{role} {path}"


def test_nobody_without_a_link_reads_a_planted_word(app: Flask, cast: dict[str, Person]) -> None:
    alma, canary = cast["alma"], "Zitronenfalter"
    alma.client.send(f"{alma.base}/topics/1", {"need-1.1.a": "urgent", "note-1.1.a": f"Notiz {canary}"})
    alma.client.send(f"{alma.base}/plan/new", {"description": f"Plan {canary}", "responsible": canary})
    alma.client.send(f"{alma.base}/declaration", {"street": canary, "then": "stay"})
    assert _crawl_finds(app, alma, alma, canary), "the control: the owner does read it"
    for role in ("stella", "other_owner", "ended"):
        assert not _crawl_finds(app, cast[role], alma, canary), role


def test_nobody_without_a_link_to_the_new_round_reads_the_last_one_beside_it(
    app: Flask, cast: dict[str, Person]
) -> None:
    alma, canary = cast["alma"], "Zitronenfalter"
    alma.client.send(f"{alma.base}/topics/1", {"need-1.1.a": "urgent", "note-1.1.a": f"Notiz {canary}"})
    people.declare(alma)
    again = people.renew(alma)
    assert _crawl_finds(app, alma, again, canary), "the control: the owner does read it"
    assert _crawl_finds(app, people.rolf(again), again, canary), "and so does who may read the new round"
    for role in ("stella", "other_owner", "ended", "bente", "rolf"):
        assert not _crawl_finds(app, cast[role], again, canary), role


def test_a_responsible_person_reads_the_own_actions_and_nothing_else(app: Flask, cast: dict[str, Person]) -> None:
    alma, dora, canary = cast["alma"], cast["dora"], "Zitronenfalter"
    own = people.plan_one(alma, title="Ordner anlegen", responsible="Büro")
    other = people.plan_one(alma, title=f"Fremd {canary}", description=canary, responsible="Lager", follow_up=canary)
    alma.client.send(f"{alma.base}/topics/1", {"need-1.1.a": "urgent", "note-1.1.a": f"Notiz {canary}"})
    alma.client.send(f"{alma.base}/declaration", {"street": canary, "signatory_name": canary, "then": "stay"})
    alma.client.send(f"{alma.base}/plan/{other}", {"note": canary}, form="/progress")
    people.invited(alma, right="reader", name=f"Bank {canary}")
    for page in (f"{dora.base}/mine", f"{dora.base}/mine/calendar.ics"):
        assert "Ordner anlegen" in dora.client.get(page).response.get_data(as_text=True)
    assert _crawl_finds(app, alma, alma, canary), "the control: the owner does read it"
    assert not _crawl_finds(app, dora, alma, canary)
    token = {"csrf_token": dora.client.csrf_token(dora.assessment_id, "/mine"), "state": "done", "was-state": "open"}
    for below in ("", "/follow-up"):
        foreign = dora.client.post(f"{dora.base}/mine/{other}{below}", token)
        unknown = dora.client.post(f"{dora.base}/mine/{SAMPLES['action_id']}{below}", token)
        assert (foreign.status, foreign.soup.find("h1")) == (unknown.status, unknown.soup.find("h1"))
        assert foreign.status == 404
    assert dora.client.post(f"{dora.base}/mine/{own}", token).status == 303


def test_a_calendar_reads_the_dates_and_nothing_else(app: Flask, cast: dict[str, Person]) -> None:
    alma, canary = cast["alma"], "Zitronenfalter"
    action_id = people.plan_one(alma, title="Ordner anlegen")
    alma.client.send(f"{alma.base}/topics/1", {"need-1.1.a": "urgent", "note-1.1.a": f"Notiz {canary}"})
    alma.client.send(f"{alma.base}/declaration", {"street": canary, "then": "stay"})
    alma.client.send(f"{alma.base}/plan/{action_id}", {"note": canary, "state": "done"}, form="/progress")
    people.invited(alma, right="reader", name=f"Bank {canary}")
    feed, stella = people.calendar(alma), cast["stella"]
    assert "Ordner anlegen" in stella.client.get(feed).response.get_data(as_text=True)
    page = stella.client.get(feed.replace("/calendar/", "/access/").removesuffix(".ics"))
    assert "Link für ein Kalenderprogramm" in page.text
    for shown in (stella.client.get(feed), page):
        assert canary not in shown.response.get_data(as_text=True)
    assert not _crawl_finds(app, stella, alma, canary)
    token = alma.client.get(f"{alma.base}/access").values("/revoke")
    revoked = [
        str(form["action"])
        for form in alma.client.get(f"{alma.base}/access").soup.select("form")
        if "revoke" in str(form["action"])
    ]
    for address in revoked:
        alma.client.post(address, token)
    assert stella.client.get(feed).status == 404


def test_nobody_who_signs_in_reads_a_planted_word_that_was_not_released(app: Flask, cast: dict[str, Person]) -> None:
    alma, canary = cast["alma"], "Zitronenfalter"
    people.join(alma, people.token_of(app, "netz-a", people.add_link(app, "netz-a")))
    alma.client.send(f"{alma.base}/topics/1", {"need-1.1.a": "urgent", "note-1.1.a": f"Notiz {canary}"})
    people.plan_one(alma, title=canary, description=f"Plan {canary}", responsible=f"Wer {canary}")
    details = {"company_name": f"Firma {canary}", "street": canary, "signatory_name": canary, "then": "stay"}
    alma.client.send(f"{alma.base}/declaration", details)
    nina, nora, olaf = (Person("", user.client) for user in (people.nina(app), people.nora(app), people.olaf(app)))
    for person in (nina, nora, olaf):
        assert not _crawl_finds(app, person, alma, canary)
    people.release(alma, "plan")
    assert _crawl_finds(app, nina, alma, canary), "the control: what was released is read"
    for person in (nora, olaf):
        assert not _crawl_finds(app, person, alma, canary)
    assert not _crawl_finds(app, nina, alma, f"Wer {canary}")


def test_two_hundred_planted_texts_of_a_company_are_read_by_nobody_else(
    app: Flask, cast: dict[str, Person], users: dict[str, Visitor]
) -> None:
    alma = cast["alma"]
    people.join(alma, people.token_of(app, "netz-a", people.add_link(app, "netz-a")))
    texts = [f"Canary{number:03}x" for number in range(200)]
    own_pages = _plant(alma, texts)
    found = _read_everything(app, alma, alma, own_pages)
    assert [text for text in texts if text.encode() not in found] == [], "the control: the owner reads them all"
    strangers = [cast[role] for role in ("stella", "other_owner", "ended")]
    for person in (*strangers, *(Person("", user.client) for user in users.values())):
        found = _read_everything(app, person, alma, own_pages)
        assert [text for text in texts if text.encode() in found] == []


def _plant(owner: Person, texts: list[str]) -> list[str]:
    """Write a text of its own wherever the company may write; return the pages of its actions."""
    left = iter(texts)
    details = ("company_name", "street", "city", "signatory_name", "signatory_function", "place")
    owner.client.send(f"{owner.base}/declaration", {name: next(left) for name in details} | {"then": "stay"})
    owner.client.send(f"{owner.base}/topics/1", {"need-1.1.a": "urgent", "note-1.1.a": next(left)})
    for _ in range(13):
        owner.client.send(f"{owner.base}/access", {"label": next(left), "right": "reader"}, form="/access/links")
    pages = []
    while rest := list(islice(left, 5)):
        written = dict(zip(("title", "description", "responsible", "follow_up"), rest, strict=False))
        pages.append(f"{owner.base}/plan/{people.plan_one(owner, **written)}")
        owner.client.send(pages[-1], {"note": rest[-1], "state": "in_progress"}, form="/progress")
    return pages


def _read_everything(app: Flask, person: Person, owner: Person, further: list[str]) -> bytes:
    """Return what all pages of the program say to somebody about a round, and some further pages."""
    patterns = [pattern for pattern, method, _ in addresses(app) if method == "GET" and not pattern.endswith(".pdf")]
    pages = [*(fill(pattern, owner.assessment_id) for pattern in patterns), *further]
    return b"".join(read_answer(person.client.get(page)) for page in pages)


def test_staff_read_no_rating_and_no_plan_on_any_page_or_in_any_list(app: Flask, cast: dict[str, Person]) -> None:
    """Not even of a declaration that was issued, corrected and is in every list (D9)."""
    alma, olaf, canary = cast["alma"], people.olaf(app), "Zitronenfalter"
    alma.client.send(f"{alma.base}/topics/1", {"need-1.1.a": "urgent", "note-1.1.a": f"Notiz {canary}"})
    people.plan_one(alma, title=canary, description=f"Plan {canary}", responsible=canary, follow_up=canary)
    people.invited(alma, right="reader", name=f"Bank {canary}")
    number = people.declare(alma)
    alma.client.send(f"/declarations/{number}/correction", {"city": "Celle"})
    assert _crawl_finds(app, alma, alma, canary), "the control: the owner does read it"
    for pattern, method, office in offices(app):
        if method == "GET" and office in OF_STAFF:
            page = olaf.client.get(fill(pattern, "").replace(SAMPLES["number"], number))
            assert canary not in page.response.get_data(as_text=True), pattern
    for listed in ("declarations", "record"):
        form = olaf.client.get(f"/staff/{listed}").values("/export")
        for file_format in ("csv", "xlsx"):
            content = olaf.client.post(f"/staff/{listed}/export", form | {"format": file_format}).response.get_data()
            assert number.encode() in (content if file_format == "csv" else _unzip(content))
            assert canary.encode() not in (content if file_format == "csv" else _unzip(content))


def _unzip(content: bytes) -> bytes:
    with ZipFile(BytesIO(content)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


def _crawl_finds(app: Flask, person: Person, owner: Person, canary: str) -> bool:
    pages = (
        person.client.get(fill(pattern, owner.assessment_id))
        for pattern, method, _ in addresses(app)
        if method == "GET" and not pattern.endswith(".pdf")
    )
    return any(canary.encode() in read_answer(page) for page in pages)


def read_answer(page: Page) -> bytes:
    """Return what an answer says; a spreadsheet is a packed archive."""
    content = page.response.get_data()
    if page.response.mimetype != XLSX:
        return content
    with ZipFile(BytesIO(content)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


def _csrf_token(person: Person) -> str:
    return person.client.csrf_token(person.assessment_id) if person.assessment_id and person.name == "Alma" else ""
