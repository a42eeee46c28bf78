"""Whoever asks for English gets English: no German sentence is left on a page or in the calendar file."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from om_selfcheck import clock
from om_selfcheck.domain.access import Role, Strength
from om_selfcheck.domain.message import Problem
from om_selfcheck.domain.questionnaire import Language
from om_selfcheck.domain.record import SYSTEM
from om_selfcheck.extensions import db
from om_selfcheck.services import networks
from om_selfcheck.services.account_links import LinkPurpose, make_link
from tests import people
from tests.builders import make_newer_questionnaire
from tests.factories import DETAILS, PASSWORD
from tests.i18n.test_translations import MESSAGES, both_sides
from tests.mail.unsubscribing import make_unsubscribe_link
from tests.people import Person, published
from tests.services import crowd
from tests.web.client import Page, PageClient
from tests.web.postbox import access_links, code_of, collect, confirm_link

LONG = 12
PLACEHOLDER = re.compile(r"%\(\w+\)s")


def find_sentences() -> list[str]:
    """Return the German texts, between their values, that are long enough to be nothing else and not English too."""
    return [
        part
        for message in MESSAGES
        for german, english in both_sides(message)
        for part in PLACEHOLDER.split(german)
        if len(part.strip()) > LONG and part not in english
    ]


GERMAN = find_sentences()


def find_german(page: Page) -> list[str]:
    body = html.unescape(page.response.get_data(as_text=True))
    folded = body.replace("\r\n ", "")  # long lines of a calendar
    return [sentence for sentence in GERMAN if sentence in folded]


@dataclass
class Reader:
    """Opens pages in one language and notes the German found on each."""

    language: Language
    looks: list[tuple[str, list[str]]] = field(default_factory=list)

    def look(self, page: Page, *, status: int = 200) -> Page:
        assert page.status == status, page.text
        self.looks.append((page.response.request.path, find_german(page)))
        return page

    def read(self, person: Person, address: str, *, status: int = 200) -> Page:
        return self.look(person.client.get(self.at(address)), status=status)

    def at(self, address: str) -> str:
        return f"{address}?lang={self.language}"


def read_public_pages(app: Flask, reader: Reader) -> None:
    stella = people.stella(app)
    for address in ("/", "/questionnaires/basis", "/verify", "/imprint", "/privacy"):
        reader.read(stella, address)
    reader.look(stella.client.get(f"/verify?lang={reader.language}&number=abc"))
    reader.read(stella, "/nowhere", status=404)
    reader.read(stella, f"/access/{'x' * 43}", status=404)
    for address in ("/lost-link", "/lost-link?sent=1"):
        reader.look(stella.client.get(f"{address}{'&' if '?' in address else '?'}lang={reader.language}"))
    reader.look(stella.client.post(reader.at("/lost-link"), {"email": "@"}), status=422)
    reader.read(stella, f"/confirm-address/{'x' * 43}", status=404)
    reader.read(stella, f"/unsubscribe/{'x' * 43}", status=404)
    signed = make_unsubscribe_link(app, people.alma(app).assessment_id)
    reader.read(stella, f"/unsubscribe/{signed}")
    reader.look(stella.client.send(reader.at(f"/unsubscribe/{signed}")))


def read_first_steps(app: Flask, reader: Reader) -> None:
    """The link is not kept yet, little is rated, and the plan has every fault it may have."""
    started = Person("Alma", PageClient(app))
    shown = started.client.post(reader.at("/assessments"), {"questionnaire": "basis"}).location.split("?")[0]
    base = shown.removesuffix("/link")
    for page in ("", "/link", "/link/sheet", "/plan", "/topics/1"):
        reader.read(started, base + page)
    started.client.send(f"{base}/topics/1", {"need-1.1.a": "none", "need-1.1.b": "urgent"})
    for days in ({"due_on": "2020-02-01", "follow_up_on": "2020-01-01"}, {}):
        fields = {"description": "Liste führen", "responsible": "alle", **days}
        assert started.client.send(f"{base}/plan/new", fields).status == 303
    for page in ("", "/plan", "/topics/1", "/declaration", "/declaration/preview"):
        reader.read(started, base + page)
    plan = started.client.get(f"{base}/plan")
    reader.read(started, next(link for link in plan.links() if re.search(r"/plan/[0-9a-f-]{36}$", link)))
    stale = {"need-1.1.a": "some", "was-need-1.1.a": "urgent", "note-1.1.a": "neu", "was-note-1.1.a": "alt"}
    reader.look(started.client.send(reader.at(f"{base}/topics/1"), stale), status=409)
    reader.read(started, "/assessments", status=405)
    reader.look(started.client.post(reader.at(f"{base}/topics/1"), {}), status=400)


def read_open_round(app: Flask, reader: Reader) -> None:
    alma = people.alma(app)
    people.rate_everything(alma, "some")
    for page in ("", "/topics/1", "/plan", "/plan/new", "/declaration", "/declaration/preview", "/access"):
        reader.read(alma, alma.base + page)
    reader.look(alma.client.send(reader.at(f"{alma.base}/plan/new"), {"due_on": "bald"}), status=422)
    reader.look(alma.client.send(reader.at(f"{alma.base}/declaration"), {"email": "@"}), status=422)
    reader.look(
        alma.client.send(reader.at(f"{alma.base}/access"), {"label": ""}, form=reader.at("/access/links")), status=422
    )
    rolf = people.rolf(alma)
    for page in ("/topics/1", "/plan", "/declaration", "/access"):
        reader.read(rolf, rolf.base + page)
    made = alma.client.send(f"{alma.base}/access", {"label": "Bank", "right": "reader"}, form="/access/links")
    reader.read(alma, made.location)
    reader.read(alma, f"{made.location}/sheet")
    reader.read(people.stella(app), f"/access/{rolf.token}")
    reader.look(rolf.client.get(reader.at(f"{rolf.base}/plan/new")), status=403)


def read_mail(app: Flask, reader: Reader) -> None:
    """An address in every state, and what is said after each step."""
    alma = people.alma(app)
    mails = f"{alma.base}/mails"

    def step(form: str, status: int = 303, **fields: str) -> None:
        done = alma.client.send(reader.at(mails), fields, form=reader.at(f"/mails/{form}"))
        assert done.status == status
        if done.status == 303:
            reader.look(alma.client.get(done.location))
        else:
            reader.look(done, status=status)

    reader.read(alma, mails)
    step("address", email="alt@betrieb.example", wants_link="1")
    (asked,) = collect(app)
    step("code", 422, code="3333-3333")
    step("code", 422, code="3")
    reader.read(people.stella(app), confirm_link(asked))
    step("code", code=code_of(asked))
    reader.read(people.stella(app), confirm_link(asked))
    step("reminder", reminder="email")
    step("pause", 422, resume_on="2099-01-01")
    step("pause", resume_on=(clock.today() + timedelta(days=30)).isoformat())
    step("resume")
    step("link")
    collect(app, problem=Problem.ADDRESS_REFUSED)
    step("address", email="neu@betrieb.example")
    reader.read(alma, f"{alma.base}/access")
    reader.read(alma, alma.base)
    reader.read(alma, f"{alma.base}/declaration")
    step("remove")


def read_issued_round(app: Flask, reader: Reader) -> None:
    alma = people.alma(app)
    people.rate_everything(alma)
    people.plan_ten(alma)
    preview = alma.client.get(alma.client.send(f"{alma.base}/declaration", dict(DETAILS)).location)
    stale = preview.values("/declaration/issue") | {"was-content": "x"}
    reader.look(alma.client.post(reader.at(f"{alma.base}/declaration/issue"), stale), status=409)
    number = people.issue(alma)
    for page in ("", "/topics/1", "/plan", "/access", "/history"):
        reader.read(alma, alma.base + page)
    reader.read(alma, f"/declarations/{number}")
    reader.read(alma, f"/declarations/{number}/calendar.ics")
    reader.read(people.stella(app), f"/verify/{number}")


def read_renewal(app: Flask, reader: Reader) -> None:
    """Before it is time, when it is, the next round under way in a newer version, and both declarations."""
    with time_machine.travel("2024-11-21T09:00:00Z", tick=False):
        old = people.alma(app)
        number = people.declare(old)
        reader.read(old, old.base)
    alma = people.come_back(old)
    for address in (alma.base, f"/declarations/{number}"):
        reader.read(alma, address)
    reader.look(alma.client.get(f"/renew?lang={reader.language}&number={number}"))
    reader.look(people.stella(app).client.get(f"/renew?lang={reader.language}&number={number}"))
    reader.look(people.stella(app).client.get(f"/renew?lang={reader.language}&number=abc"))
    with published(app, make_newer_questionnaire()):
        again = people.renew(alma)
        reader.read(alma, alma.base)
        for page in ("", "/topics/1", "/plan", "/access", "/declaration/preview"):
            reader.read(again, again.base + page)
        newer = people.declare(again, make_newer_questionnaire())
        reader.read(again, f"/declarations/{newer}")
    reader.read(alma, alma.base)


def read_cases(app: Flask, reader: Reader) -> None:
    """A case through its states, on both sides."""
    alma, olaf = people.declared_yesterday(app), people.olaf(app)
    otto = people.signed_in(app, people.add_user(app, "otto@example.org", Role.STAFF, Strength.SECOND_FACTOR))
    people.draw_all(app, olaf.account)
    case, token = people.case_of(app, alma), {"csrf_token": olaf.form_token()}
    ours, theirs = f"/staff/audits/{case}", f"{alma.base}/audits/{case}"

    def look_at_both() -> None:
        for user in (olaf, otto):
            reader.look(user.client.get(f"{ours}?news=saved&lang={reader.language}"))
        reader.look(alma.client.get(f"{theirs}?news=saved&lang={reader.language}"))

    def act(user: people.User, form: str, status: int = 303, /, **fields: str) -> None:
        done = user.client.post(reader.at(f"{ours}/{form}"), {"csrf_token": user.form_token()} | fields)
        if done.status == 303:
            look_at_both()
        else:
            reader.look(done, status=status)

    look_at_both()
    act(olaf, "ask")
    reader.read(alma, alma.base)
    reader.look(alma.client.send(reader.at(theirs), {"scope": "topics"}, form=reader.at("/open")), status=422)
    reader.look(alma.client.send(reader.at(theirs), {"message": ""}, form=reader.at("/reply")), status=422)
    act(olaf, "insight", 409)
    alma.client.send(theirs, {"scope": "all"}, form="/open")
    act(olaf, "insight", 200)
    act(olaf, "submit", 422, outcome="in_order")
    act(olaf, "findings", 303, **{"dates-answer": "no", "dates-note": "x"})
    reader.look(olaf.client.post(reader.at(f"{ours}/ask"), token), status=409)
    act(olaf, "withdrawal", 422, proposal_text="")
    act(olaf, "withdrawal", reason="criteria_not_met", proposal_text="xyz")
    act(otto, "decision", 409, decision="withdrawn", decision_text="xyz")
    act(olaf, "decision", 422)
    act(olaf, "decision", 409, decision="kept", decision_text="xyz")
    alma.client.send(theirs, {"answer": "xyz"}, form="/hearing")
    act(otto, "decision", decision="kept", decision_text="xyz")
    reader.read(alma, alma.base)


def read_samples_and_reports(app: Flask, reader: Reader) -> None:
    """The lists empty and full, a sample drawn again, a report until it is closed."""
    olaf, stella = people.olaf(app), people.stella(app)
    for path in ("audits", "samples"):
        reader.look(olaf.client.get(reader.at(f"/staff/{path}")))
    alma = people.declared_yesterday(app)
    number = people.number_of(app, alma)
    reader.look(olaf.client.send(reader.at("/staff/samples"), {"size": "0"}), status=422)
    sample = f"/staff/samples/{people.draw_all(app, olaf.account)}"
    report = f"/staff/reports/{people.report(app, number)}"
    reader.look(olaf.client.get(f"{sample}?again=1&lang={reader.language}"))
    for path in ("audits", "samples"):
        reader.look(olaf.client.get(reader.at(f"/staff/{path}")))
    reader.read(stella, f"/verify/{number}/not-from-us")
    reader.look(stella.client.get(f"/verify/{number}/not-from-us?sent=1&lang={reader.language}"))
    reader.look(stella.client.post(reader.at(f"/verify/{number}/not-from-us"), {"text": ""}), status=422)
    reader.look(olaf.client.get(reader.at(report)))
    olaf.client.send(report, form="/hide")
    reader.read(stella, f"/verify/{number}")
    reader.look(olaf.client.get(f"{report}?news=saved&lang={reader.language}"))
    reader.look(olaf.client.send(reader.at(report), form=reader.at("/close")), status=422)
    olaf.client.send(report, {"report_outcome": "no_answer"}, form="/close")
    reader.look(olaf.client.get(reader.at(report)))
    reader.look(olaf.client.get(reader.at("/staff/audits")))


def read_own_withdrawal(app: Flask, reader: Reader) -> None:
    alma = people.declared_yesterday(app)
    number = people.number_of(app, alma)
    own = f"/declarations/{number}/withdrawal"
    for address in (f"{own}?", f"{own}?sure=1&"):
        reader.look(alma.client.get(f"{address}lang={reader.language}"))
    form = alma.client.get(f"{own}?sure=1").values()
    reader.look(alma.client.post(reader.at(own), form), status=422)
    alma.client.post(own, form | {"confirm": "yes"})
    reader.look(alma.client.post(reader.at(own), form | {"confirm": "yes"}), status=409)
    for page in (alma.base, f"/declarations/{number}"):
        reader.read(alma, page)
    reader.read(people.stella(app), f"/verify/{number}")


def read_signing_in(app: Flask, reader: Reader) -> None:
    """The pages before somebody is in, with every refusal."""
    client, nina = people.stella(app).client, people.nina(app)
    for path in ("login", "sign-in-link", "logout"):
        reader.look(client.get(reader.at(f"/account/{path}")))
    for path in ("sign-in", "set-up"):
        reader.look(client.get(reader.at(f"/account/{path}/x")), status=404)
    reader.look(client.post(reader.at("/account/sign-in-link"), {"email": "@"}), status=422)
    reader.look(client.post(reader.at("/account/sign-in-link"), {"email": nina.email}))
    client.post("/account/login", {"email": nina.email, "password": PASSWORD})
    for path in ("code", "recovery-code"):
        reader.look(client.get(reader.at(f"/account/{path}")))
        reader.look(client.send(reader.at(f"/account/{path}"), {"code": "1"}), status=422)
    for number in range(10):
        refused = client.post(reader.at("/account/login"), {"email": nina.email, "password": str(number)})
    reader.look(refused, status=429)
    reader.look(client.post(reader.at("/account/login"), {"email": "x@example.org", "password": "x"}), status=422)
    account = people.add_user(app, "new@example.org", Role.COORDINATOR)
    with app.app_context():
        links = [
            f"/account/{path}/{make_link(db.session, user_id=account.user_id, purpose=purpose, now=clock.now())}"
            for path, purpose in (("sign-in", LinkPurpose.SIGN_IN), ("set-up", LinkPurpose.SET_UP))
        ]
        db.session.commit()
    for link in links:
        reader.look(client.get(reader.at(link)))
    for password, again in (("kurz", "kurz"), ("passwort1234", "passwort1234"), (PASSWORD, "anders")):
        fields = {"password": password, "password_again": again}
        reader.look(client.post(reader.at(links[1]), fields), status=422)


def read_accounts(app: Flask, reader: Reader) -> None:
    """The pages of those who are in, of too weak or too old a sign-in, and the staff's."""
    nina, olaf = people.nina(app), people.olaf(app)
    new = people.signed_in(app, people.add_user(app, "new@example.org", Role.COORDINATOR), Strength.LINK)
    weak = people.add_user(app, "weak@example.org", Role.STAFF, Strength.PASSWORD)
    for user in (nina, olaf, new, people.signed_in(app, weak, Strength.PASSWORD)):
        for path in ("/account/?saved=1&", "/account/?ended=1&", "/account/password?", "/account/logout?"):
            reader.look(user.client.get(f"{path}lang={reader.language}"))
    for user in (nina, people.signed_in(app, weak, Strength.PASSWORD)):
        reader.look(user.client.get(reader.at("/account/second-factor")))
        reader.look(user.client.send(reader.at("/account/second-factor"), {"code": "1"}), status=422)
    reader.look(nina.client.send(reader.at("/account/"), form=reader.at("/recovery-codes")))
    long_ago = clock.now() - timedelta(hours=1)
    for user in (
        people.signed_in(app, weak, Strength.PASSWORD),
        people.signed_in(app, olaf.account, Strength.PASSWORD),
    ):
        reader.look(user.client.get(reader.at("/staff/users")), status=403)
    stale = people.signed_in(app, olaf.account, at=long_ago)
    reader.look(stale.client.get(reader.at("/account/password")), status=403)
    by_link = people.signed_in(app, nina.account, Strength.LINK)
    reader.look(by_link.client.get(reader.at("/account/password")), status=403)
    reader.look(olaf.client.get(f"/staff/users?news=invited&lang={reader.language}"))
    reader.look(olaf.client.send(reader.at("/staff/users"), {"email": "", "role": "coordinator"}), status=422)
    for user in (nina, new, people.deactivated(app)):
        reader.look(olaf.client.get(f"/staff/users/{user.user_id}?news=saved&lang={reader.language}"))
    token = {"csrf_token": olaf.form_token()}
    reader.look(olaf.client.post(reader.at(f"/staff/users/{olaf.user_id}/deactivate"), token), status=409)
    reader.look(olaf.client.post(reader.at("/account/second-factor/remove"), token), status=409)
    olaf.client.send("/account/logout")
    reader.look(olaf.client.get(reader.at("/account/logout")))


def read_register(app: Flask, reader: Reader) -> None:
    """The office's overview, register and record, empty, full and asked for nonsense."""
    olaf = people.olaf(app)
    pages = ("/staff?", "/staff/declarations?", "/staff/declarations?search=xyz&", "/staff/record?subject=x&")
    for page in pages:
        reader.look(olaf.client.get(f"{page}lang={reader.language}"))
    number = people.declare(people.alma(app))
    for page in (*pages, f"/staff/declarations/{number}?", "/staff/record?"):
        reader.look(olaf.client.get(f"{page}lang={reader.language}"))
    for page in ("/staff/declarations?issued_from=x&check=x&network=x&", "/staff/record?from_day=x&before=x&"):
        reader.look(olaf.client.get(f"{page}lang={reader.language}"))


def read_follow_up(app: Flask, reader: Reader) -> None:
    """An action through all its states, late and asked about, with the path of its measure."""
    with time_machine.travel("2026-11-24T09:00:00Z", tick=False) as traveller:
        alma = people.alma(app)
        alma.client.send(f"{alma.base}/topics/1", {"need-1.1.a": "urgent"})
        saved = alma.client.send(f"{alma.base}/plan/new?measure=1.1.a", people.ACTION)
        address = f"{alma.base}/plan/{saved.location.rsplit('#action-', 1)[1]}"
        people.plan_one(alma, title="Kassensturz")
        stale = alma.client.get(address).values("/progress")
        traveller.move_to("2027-03-01T09:00:00Z")
        alma.client.post(f"/access/{alma.token}")
        stale["csrf_token"] = alma.client.csrf_token(alma.assessment_id)
        for page in (alma.base, f"{alma.base}/plan", address, f"{address}/follow-up"):
            reader.read(alma, page)
        for refused in ({"state": "dropped"}, {"state": "open"}, {"state": ""}):
            reader.look(alma.client.post(reader.at(f"{address}/progress"), stale | refused), status=422)
        answers = {"state": "done", "effect": "too_early", "need-1.1.a": "some"}
        alma.client.send(f"{address}/follow-up", answers, form="/follow-up")
        conflict = alma.client.post(reader.at(f"{address}/progress"), stale | {"state": "in_progress"})
        reader.look(conflict, status=409)
        for page in (f"{alma.base}/plan", address, f"{address}/follow-up", f"{alma.base}/topics/1"):
            reader.read(alma, page)


def read_links_for_others(app: Flask, reader: Reader) -> None:
    """What responsible persons and calendars get, and the pages on which the owner makes it."""
    alma = people.alma(app)
    reader.read(alma, f"{alma.base}/responsible")
    action_id = people.plan_one(alma)
    address = f"{alma.base}/responsible"
    form = alma.client.get(address).values("/responsible/invite")
    reader.look(alma.client.post(reader.at(f"{address}/invite"), form | {"email": "@"}), status=422)
    for _ in range(2):
        sent = alma.client.post(reader.at(f"{address}/invite"), form | {"email": "alt@betrieb.example"})
        reader.look(alma.client.get(sent.location))
    (mailed,) = access_links(collect(app)[-1])
    made = alma.client.send(address, form="/responsible/link").location
    for page in (made, made.replace("/link", "/link/sheet")):
        reader.look(alma.client.get(f"{page}&lang={reader.language}"))
    dora = Person("Dora", PageClient(app), alma.assessment_id)
    reader.read(dora, mailed)
    for link in (mailed, people.action_link(alma, action_id)):
        dora.client.post(link)
    reader.read(dora, f"{dora.base}/mine")
    reader.look(dora.client.get(f"{dora.base}/mine?ask=1&lang={reader.language}"))
    reader.read(dora, f"{dora.base}/mine/calendar.ics")
    dora.client.send(f"{dora.base}/mine", {"reminders": "yes"}, form="/mine/reminders")
    reader.read(dora, f"{dora.base}/mine")
    alma.client.post(f"{address}/forget", form)
    reader.look(alma.client.get(f"{address}?forgotten=1&lang={reader.language}"))
    reader.read(alma, f"{alma.base}/access")
    reader.read(alma, f"{alma.base}/calendar")
    reader.look(
        alma.client.send(reader.at(f"{alma.base}/calendar"), {"label": ""}, form=reader.at("/calendar")), status=422
    )
    made = alma.client.send(f"{alma.base}/calendar", {"label": "Outlook"}, form="/calendar").location
    feed = people.FEED.search(reader.look(alma.client.get(f"{made}&lang={reader.language}")).text)
    assert feed is not None
    reader.read(people.stella(app), f"/access/{feed[1]}")
    reader.read(people.stella(app), feed[0])
    alma.client.send(f"{alma.base}/plan/{action_id}", {"responsible": "Lager"})
    reader.read(dora, f"{dora.base}/mine")
    reader.read(alma, address)


def read_own_data(app: Flask, reader: Reader) -> None:
    """Before and after declaring, without the tick, and when everything is gone."""
    alma = people.alma(app)
    reader.read(alma, f"{alma.base}/data")
    number = people.declare(alma)
    page = reader.read(alma, f"{alma.base}/data")
    token = page.values(reader.at("/data/erase"))
    reader.look(alma.client.post(reader.at(f"{alma.base}/data/erase"), token), status=422)
    gone = alma.client.post(f"{alma.base}/data/erase", token | {"confirm_erase": "1"})
    reader.look(alma.client.get(f"{gone.location}&lang={reader.language}"))
    reader.read(people.stella(app), f"/verify/{number}")


def read_help_nearby(app: Flask, reader: Reader) -> None:
    """A coordinator's contacts with every refusal, and what a company finds with and without an action."""
    nina, base = people.nina(app), "/network/netz-a/contacts"
    reader.look(nina.client.get(reader.at(base)))
    wrong = {"phone": "x", "email": "@", "page": "x", "offer": "www.ihk.example"}
    for fields in ({}, wrong):
        reader.look(nina.client.send(reader.at(f"{base}/new"), fields), status=422)
    alma, link_id = people.alma(app), people.add_link(app, "netz-a")
    reader.read(alma, f"{alma.base}/help/1")
    people.join(alma, people.token_of(app, "netz-a", link_id))
    reader.read(alma, f"{alma.base}/help/1")
    with time_machine.travel("2024-11-21T09:00:00Z", tick=False):
        old = people.add_help(app)
    for news in ("added", "removed", "saved"):
        reader.look(nina.client.get(f"{base}?news={news}&lang={reader.language}"))
    address = f"{base}/{old}"
    stale = reader.look(nina.client.get(reader.at(address))).values()
    nina.client.send(address, {"phone": "0800 1", "kind": "guild"})
    reader.look(nina.client.post(reader.at(address), stale | {"phone": "0800 2", "kind": "union"}), status=409)
    saved = alma.client.send(f"{alma.base}/plan/new?measure=1.1.a", people.ACTION | {"description": "Wort " * 390})
    action_id = saved.location.rsplit("#action-", 1)[1]
    for page in ("/help/1", "/topics/1", "/plan", f"/plan/{action_id}"):
        reader.read(alma, alma.base + page)
    reader.look(alma.client.get(f"{alma.base}/help/1?action={action_id}&lang={reader.language}"))


def read_figures(app: Flask, reader: Reader) -> None:
    """A network's figures before and after there are any, and its nudge before, without a contact and after."""
    nina, base = people.nina(app), "/network/netz-a"

    def look(*paths: str) -> None:
        for path in paths:
            reader.look(nina.client.get(reader.at(f"{base}/{path}")))

    look("figures", "nudge")
    with app.app_context():
        crowd.begin_and_answer(db.session, "netz-a")
        network = networks.get_network(db.session, slug="netz-a")
        networks.change_network(
            db.session,
            slug=network.slug,
            wanted={"contact_name": "Nina", "contact_phone": "1"},
            shown=networks.write_network(network),
            by=SYSTEM,
            now=clock.now(),
        )
        db.session.commit()
    look("figures", "nudge")
    for table in ("stages", "weeks", "topics", "progress"):
        reader.look(nina.client.get(reader.at(f"{base}/figures/{table}.csv")))
    nina.client.send(f"{base}/nudge")
    look("nudge")


def read_networks(app: Flask, reader: Reader) -> None:
    """A network's pages empty and filled, with every refusal and all news; and what companies see of it."""
    nina, olaf, home = people.nina(app), people.olaf(app), "/network/netz-a"

    def look(user: people.User, *paths: str, status: int = 200) -> None:
        for path in paths:
            joint = "&" if "?" in path else "?"
            reader.look(user.client.get(f"{path}{joint}lang={reader.language}"), status=status)

    def refuse(user: people.User, path: str, status: int = 422, form: str = "", **fields: str) -> None:
        target = reader.at(form) if form else 0
        reader.look(user.client.send(reader.at(path), fields, form=target), status=status)

    look(nina, home, f"{home}/links", f"{home}/companies", f"{home}/companies?after={'0' * 32}", f"{home}/coordinators")
    refuse(nina, f"{home}/settings", name="", kind="", greeting="www.beispiel.de")
    refuse(nina, f"{home}/links/new", label="", questionnaire="x", expires_on="2021-01-01")
    refuse(nina, f"{home}/coordinators", email="")
    link_id = people.add_link(app, "netz-a")
    link, code = f"{home}/links/{link_id}", people.token_of(app, "netz-a", link_id)
    look(nina, home, f"{home}/links", f"{home}/settings?saved=1", f"{home}/coordinators?invited=1")
    look(nina, *(f"{link}?news={news}" for news in ("made", "duplicated", "saved", "withdrawn")))
    stale = nina.client.get(link).values(link)
    nina.client.post(link, stale | {"label": "Neu"})
    reader.look(nina.client.post(reader.at(link), stale | {"label": "Anders"}), status=409)
    read_network_of_a_company(app, reader, code)
    look(nina, f"{home}/companies")
    for listed in nina.client.get(f"{home}/companies").soup.select(".task-title a"):
        look(nina, str(listed["href"]))
    look(olaf, "/staff/networks", "/staff/networks?q=zzz", "/staff/networks?after=netz-a", "/staff/networks/new")
    look(olaf, *(f"/staff/networks/netz-a?news={news}" for news in ("added", "invited", "saved")))
    refuse(olaf, "/staff/networks/new", slug="A B", name="", greeting="www.beispiel.de")
    refuse(olaf, "/staff/networks/new", slug="netz-a", name="Netz", kind="regional")
    refuse(olaf, "/staff/networks/netz-a", form="/coordinators", email="")
    olaf.client.send("/staff/networks/netz-a", form="/close")
    look(olaf, "/staff/networks", "/staff/networks/netz-a")
    look(nina, home, link)
    look(people.weak(app), f"{home}/companies", status=403)


def read_network_of_a_company(app: Flask, reader: Reader, code: str) -> None:
    """What a company sees before it begins, on *who can see what*, and when a link has ended."""
    alma, expired = people.alma(app), people.add_link(app, "netz-a", expires_on=clock.today() - timedelta(days=1))
    other, ended = (people.token_of(app, "netz-a", one) for one in (people.add_link(app, "netz-a", "anderer"), expired))
    stella = people.stella(app)
    for address, status in ((f"/i/{code}", 200), (f"/i/{other}", 200), (f"/i/{ended}", 410), ("/i/0000000000", 404)):
        reader.read(stella, address, status=status)
    reader.look(stella.client.post(reader.at("/assessments"), {"invitation": code}), status=422)
    stella.client.send(f"/i/{code}", {"questionnaire": "basis"})
    reader.read(stella, f"/i/{code}")
    access = reader.at(f"{alma.base}/access")
    for typed in ("x", ended, other):
        refused = alma.client.send(access, {"code": typed}, form=reader.at("/network"))
        reader.look(refused, status=422)
    people.join(alma, code, "plan")
    people.rate_everything(alma, "some")
    people.plan_one(alma)
    for news in ("joined", "left", "released", "ended", "chosen"):
        reader.look(alma.client.get(f"{access}&news={news}"))
    reader.read(people.rolf(alma), f"{alma.base}/access")
    stale = alma.client.get(f"{alma.base}/access").values("/release")
    people.release(alma, "topics")
    for older in (stale, stale | {"was-network": "x"}):
        refused = alma.client.post(reader.at(f"{alma.base}/network/release"), older | {"level": "status"})
        reader.look(refused, status=409)
    people.release(alma, "plan")
    people.declare(alma)
    again = people.renew(alma)
    reader.read(again, f"{again.base}/access")


Part = Callable[[Flask, Reader], None]
PARTS: tuple[Part, ...] = (
    read_public_pages,
    read_first_steps,
    read_open_round,
    read_mail,
    read_issued_round,
    read_figures,
    read_networks,
    read_renewal,
    read_signing_in,
    read_accounts,
    read_register,
    read_cases,
    read_samples_and_reports,
    read_own_withdrawal,
    read_follow_up,
    read_links_for_others,
    read_own_data,
    read_help_nearby,
)


@pytest.mark.parametrize("read_part", PARTS, ids=lambda part: part.__name__)
def test_no_german_sentence_is_on_an_english_page(app: Flask, read_part: Part) -> None:
    reader = Reader("en")
    read_part(app, reader)
    assert [(path, german) for path, german in reader.looks if german] == []


@pytest.mark.parametrize("read_part", PARTS, ids=lambda part: part.__name__)
def test_german_sentences_are_found_on_every_german_page(app: Flask, read_part: Part) -> None:
    """The control: the same search over the same pages does find German where it belongs."""
    reader = Reader("de")
    read_part(app, reader)
    assert [path for path, german in reader.looks if not german] == []
