"""Every address × method × role: who gets in, who is refused, who learns nothing (P11).

A new route without a row in EXPECTED fails here; a route without a rule keeps the application from starting.
"""

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from om_selfcheck.domain.access import Task
from om_selfcheck.web.access import PUBLIC, require_rules
from tests import people
from tests.people import Person

METHODS = ("GET", "POST")
EXPECTED = {
    ("public.start", "GET"): PUBLIC,
    ("public.questionnaire", "GET"): PUBLIC,
    ("public.verify", "GET"): PUBLIC,
    ("public.answer", "GET"): PUBLIC,
    ("public.open_access", "GET"): PUBLIC,
    ("public.open_access", "POST"): PUBLIC,
    ("public.unsubscribe", "GET"): PUBLIC,
    ("public.unsubscribe", "POST"): PUBLIC,
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
    ("company.topic", "GET"): Task.READ,
    ("company.rate", "POST"): Task.RATE,
    ("company.monday", "GET"): Task.READ,
    ("company.plan", "GET"): Task.READ,
    ("company.new_action", "GET"): Task.PLAN,
    ("company.add_action", "POST"): Task.PLAN,
    ("company.action", "GET"): Task.READ,
    ("company.change_action", "POST"): Task.PLAN,
    ("company.remove_action", "POST"): Task.PLAN,
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
    ("company.document", "GET"): Task.READ,
    ("company.plan_with_functions", "POST"): Task.READ,
    ("company.calendar", "GET"): Task.READ,
    ("company.sharing", "GET"): Task.READ,
    ("company.create_link", "POST"): Task.SHARE,
    ("company.revoke_link", "POST"): Task.SHARE,
    ("company.renew_key", "POST"): Task.SHARE,
    ("company.responsible", "GET"): Task.SHARE,
    ("company.create_doer_link", "POST"): Task.SHARE,
    ("company.invite_doer", "POST"): Task.SHARE,
    ("company.forget_address", "POST"): Task.SHARE,
    ("company.subscribe", "GET"): Task.SHARE,
    ("company.create_feed", "POST"): Task.SHARE,
}
TASK_OF_RIGHT = {
    "alma": set(Task),
    "bente": {Task.READ, Task.RATE, Task.PLAN, Task.FOLLOW_UP, Task.DO},
    "rolf": {Task.READ},
    "dora": {Task.DO},
}
SAMPLES = {
    "slug": "basis",
    "ref": "1",
    "token": "t" * 43,
    "action_id": "00000000-0000-4000-8000-000000000000",
    "grant_id": "00000000-0000-4000-8000-000000000001",
    "kind": "declaration",
    "number": "000000-000000-000000",
    "signed": "s" * 43,
}


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


def addresses(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Yield (pattern, method, rule) of the whole URL map."""
    for rule in app.url_map.iter_rules():
        for method in METHODS:
            if method in (rule.methods or ()):
                yield rule.rule, method, str(getattr(app.view_functions[rule.endpoint], "access", "missing"))


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
    for pattern, method, rule in addresses(app):
        if rule == PUBLIC:
            continue
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
    for pattern, method, rule in addresses(app):
        if rule == PUBLIC or "<number>" in pattern or "/leave" in pattern:
            continue
        page = person.client.open(fill(pattern, person.assessment_id), method=method, data={"csrf_token": token})
        may = Task(rule) in TASK_OF_RIGHT[role]
        assert (page.status != 403) is may, f"{role} {method} {pattern}: {page.status}"
        assert page.status < 500


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


def _crawl_finds(app: Flask, person: Person, owner: Person, canary: str) -> bool:
    pages = (
        person.client.get(fill(pattern, owner.assessment_id))
        for pattern, method, _ in addresses(app)
        if method == "GET" and not pattern.endswith(".pdf")
    )
    return any(canary in page.response.get_data(as_text=True) for page in pages)


def _csrf_token(person: Person) -> str:
    return person.client.csrf_token(person.assessment_id) if person.assessment_id and person.name == "Alma" else ""
