"""The office's pages of cases and samples: what they show, what they save, who may not; and the firm's side of them."""

from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from om_selfcheck import clock
from om_selfcheck.config import Settings
from om_selfcheck.domain.access import FRESH_FOR, Role, Strength
from om_selfcheck.domain.audit import CheckItem
from om_selfcheck.domain.sampling import Draw, draw_sample
from om_selfcheck.extensions import db
from om_selfcheck.pdf import documents as pdf
from om_selfcheck.services import erasure, grants, samples
from om_selfcheck.store.models import AuditSample, Company
from om_selfcheck.store.models import User as UserRow
from tests import people
from tests.conftest import plain_engine
from tests.people import Person, User
from tests.web.client import Page

FINDINGS = {f"{item}-answer": "yes" for item in CheckItem}


@pytest.fixture
def alma(app: Flask) -> Person:
    return people.declared_yesterday(app)


@pytest.fixture
def olaf(app: Flask) -> User:
    return people.olaf(app)


@pytest.fixture
def otto(app: Flask) -> User:
    return people.signed_in(app, people.add_user(app, "otto@example.org", Role.STAFF, Strength.SECOND_FACTOR))


@pytest.fixture
def case(app: Flask, alma: Person, olaf: User) -> UUID:
    people.draw_all(app, olaf.account)
    return people.case_of(app, alma)


def act(user: User, case: UUID, form: str, status: int = 303, /, **fields: str) -> Page:
    done = user.client.send(f"/staff/audits/{case}", fields, form=form)
    assert done.status == status, done.text
    return done


def answer(alma: Person, case: UUID, form: str, status: int = 303, **fields: str) -> Page:
    done = alma.client.send(f"{alma.base}/audits/{case}", fields, form=form)
    assert done.status == status, done.text
    return done


def open_all(alma: Person, case: UUID) -> None:
    answer(alma, case, "/open", scope="all", until=(clock.today() + timedelta(days=7)).isoformat())


def steps(page: Page) -> list[str]:
    """Return what happened, without the names that only the office sees."""
    return [step.get_text(" ", strip=True) for step in page.soup.select(".history > li > p > strong")]


def summary(page: Page) -> list[str]:
    return [str(link["href"]) for link in page.soup.select(".error-summary a")]


DRAW = {"on": "2026-11-20", "size": "5", "seed": "3.8.17", "check": "", "network": ""}


class TestSamples:
    @pytest.mark.usefixtures("alma")
    def test_a_sample_is_drawn_and_can_be_drawn_again(self, app: Flask, alma: Person, olaf: User) -> None:
        yesterday = (clock.today() - timedelta(days=1)).isoformat()
        drawn = olaf.client.send("/staff/samples", DRAW | {"on": yesterday})
        assert drawn.status == 303
        page, number = olaf.client.get(drawn.location), people.number_of(app, alma)
        expected = draw_sample([number], 5, "3.8.17")
        assert expected.frame_hash in page.text
        assert f"./om audit sample --on {yesterday} --size 5 --seed 3.8.17" in page.text
        assert number in page.text
        assert "5 gewünscht, nur 1 galt" in page.text
        assert "1 Selbsterklärung, die am" in page.text
        assert "Fall lief schon" not in page.text
        assert "Es kommt dasselbe heraus" in olaf.client.get(f"{drawn.location}?again=1").text
        assert "1 aus 1" in olaf.client.get("/staff/samples").text

    @pytest.mark.usefixtures("alma")
    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"on": ""}, "on"),
            ({"on": "bald"}, "on"),
            ({"on": "2020-01-01"}, "on"),
            ({"on": "2098-01-01"}, "on"),
            ({"size": "0"}, "size"),
            ({"size": "201"}, "size"),
            ({"size": "²"}, "size"),
            ({"size": "9" * 5000}, "size"),
            ({"size": ""}, "size"),
            ({"seed": ""}, "seed"),
            ({"seed": "zwei Wörter"}, "seed"),
            ({"seed": "x" * 65}, "seed"),
            ({"check": "unknown"}, "check"),
            ({"network": "unknown"}, "network"),
        ],
    )
    def test_what_is_wrong_is_named_and_nothing_typed_is_lost(
        self, olaf: User, changes: dict[str, str], field: str
    ) -> None:
        yesterday = (clock.today() - timedelta(days=1)).isoformat()
        typed = DRAW | {"on": yesterday} | changes
        refused = olaf.client.send("/staff/samples", typed)
        assert refused.status == 422
        assert f'href="#{field}"' in str(refused.soup.select_one(".error-summary"))
        assert refused.values()["seed"] == typed["seed"]

    @pytest.mark.usefixtures("alma")
    @pytest.mark.parametrize("size", ["0", "201", "99999", "viele"])
    def test_a_size_that_is_none_reads_which_there_are(self, olaf: User, size: str) -> None:
        yesterday = (clock.today() - timedelta(days=1)).isoformat()
        refused = olaf.client.send("/staff/samples", DRAW | {"on": yesterday, "size": size})
        assert "Bitte eine Zahl von 1 bis 200 eintragen" in refused.soup.select_one("#size-error").text  # type: ignore[union-attr]

    @pytest.mark.usefixtures("alma")
    def test_a_case_that_ran_already_says_where_it_came_from(self, olaf: User) -> None:
        yesterday = (clock.today() - timedelta(days=1)).isoformat()
        first, second = (olaf.client.send("/staff/samples", DRAW | {"on": yesterday}).location for _ in range(2))
        page = olaf.client.get(second)
        day = f"{clock.today():%d.%m.%Y}"
        (origin,) = [link for link in page.soup.select(".task a") if f"aus der Stichprobe vom {day}" in link.text]
        assert str(origin["href"]) == first

    def test_a_case_over_a_report_says_so(self, app: Flask, alma: Person, olaf: User) -> None:
        report_id = people.report(app, people.number_of(app, alma))
        olaf.client.send(f"/staff/reports/{report_id}", {"proposal_text": "Darum."}, form="/hearing")
        yesterday = (clock.today() - timedelta(days=1)).isoformat()
        drawn = olaf.client.send("/staff/samples", DRAW | {"on": yesterday})
        assert "Fall lief schon, aus einem Hinweis" in olaf.client.get(drawn.location).text

    @pytest.mark.usefixtures("alma")
    def test_today_is_not_over(self, olaf: User) -> None:
        refused = olaf.client.send("/staff/samples", DRAW | {"on": clock.today().isoformat()})
        assert "der vorbei ist" in refused.text

    @pytest.mark.usefixtures("alma")
    def test_nobody_who_saves_waits_while_it_is_drawn(self, olaf: User, monkeypatch: pytest.MonkeyPatch) -> None:
        draw_slowly, held = samples.draw, []

        def look_whether_the_lock_is_free(session: Session, **arguments: Any) -> Draw:
            drawn = draw_slowly(session, **arguments)
            with plain_engine(str(db.engine.url)).connect() as other:
                other.exec_driver_sql("PRAGMA busy_timeout = 0")
                other.exec_driver_sql("BEGIN IMMEDIATE")
                held.append("free")
                other.rollback()
            return drawn

        monkeypatch.setattr(samples, "draw", look_whether_the_lock_is_free)
        yesterday = (clock.today() - timedelta(days=1)).isoformat()
        assert olaf.client.send("/staff/samples", DRAW | {"on": yesterday}).status == 303
        assert held == ["free"]

    @pytest.mark.usefixtures("alma")
    @pytest.mark.parametrize("columns", [{"active": False}, {"role": Role.COORDINATOR.value}])
    def test_nobody_who_left_the_office_while_it_was_drawn_begins_cases(
        self, app: Flask, olaf: User, monkeypatch: pytest.MonkeyPatch, columns: dict[str, object]
    ) -> None:
        draw_slowly = samples.draw

        def let_go_meanwhile(session: Session, **arguments: Any) -> Draw:
            drawn = draw_slowly(session, **arguments)
            with Session(plain_engine(str(db.engine.url))) as other:
                other.execute(update(UserRow).where(UserRow.id == olaf.user_id).values(**columns))
                other.commit()
            return drawn

        monkeypatch.setattr(samples, "draw", let_go_meanwhile)
        yesterday = (clock.today() - timedelta(days=1)).isoformat()
        assert olaf.client.send("/staff/samples", DRAW | {"on": yesterday}).status == 404
        with app.app_context():
            assert db.session.scalar(select(func.count()).select_from(AuditSample)) == 0

    def test_drawing_needs_a_fresh_sign_in(self, app: Flask, olaf: User) -> None:
        stale = people.signed_in(app, olaf.account, at=clock.now() - FRESH_FOR - timedelta(seconds=1))
        assert stale.client.send("/staff/samples", DRAW).status == 403


class TestOneCase:
    def test_company_and_office_look_at_the_same(self, alma: Person, olaf: User, case: UUID) -> None:
        act(olaf, case, "/ask")
        answer(alma, case, "/reply", message="Was sehen Sie dann?")
        act(olaf, case, "/message", message="Nur, was Sie öffnen.")
        theirs, ours = alma.client.get(f"{alma.base}/audits/{case}"), olaf.client.get(f"/staff/audits/{case}")
        assert steps(theirs) == steps(ours) == ["Zufällig gezogen", "Um Einsicht gebeten", "Nachricht", "Nachricht"]
        for page in (theirs, ours):
            assert "Was sehen Sie dann?" in page.text
            assert "Nur, was Sie öffnen." in page.text
            assert "Die Kriterien sind erfüllt." in page.text
        assert "olaf@example.org" in ours.text
        assert "olaf@example.org" not in theirs.text, "names of the office are for the office"
        assert "Zufällig gezogen, kein Verdacht" in theirs.text

    def test_it_leads_to_an_outcome_by_two_people(self, alma: Person, olaf: User, otto: User, case: UUID) -> None:
        act(olaf, case, "/ask")
        open_all(alma, case)
        act(olaf, case, "/findings", 303, **FINDINGS)
        act(olaf, case, "/submit", outcome="advice", outcome_text="Termine enger setzen.")
        assert not olaf.client.get(f"/staff/audits/{case}").soup.select("[formaction$='/confirm']")
        act(otto, case, "/confirm")
        page = alma.client.get(f"{alma.base}/audits/{case}")
        assert "in Ordnung, mit Hinweisen" in page.text
        assert "Termine enger setzen." in page.text
        assert not page.soup.select("main form"), "nothing is left to do"
        assert "in Ordnung, mit Hinweisen" in olaf.client.get("/staff/audits").text

    def test_whoever_wrote_the_findings_is_told_who_reads_them(self, alma: Person, olaf: User, case: UUID) -> None:
        act(olaf, case, "/ask")
        open_all(alma, case)
        act(olaf, case, "/findings", 303, **FINDINGS)
        act(olaf, case, "/submit", outcome="in_order")
        refused = olaf.client.post(f"/staff/audits/{case}/confirm", {"csrf_token": olaf.form_token()})
        assert refused.status == 409
        assert "Das tut eine andere Person" in refused.text

    def test_the_page_offers_the_second_reading_to_nobody_who_wrote(
        self, alma: Person, olaf: User, otto: User, case: UUID
    ) -> None:
        act(olaf, case, "/ask")
        open_all(alma, case)
        act(olaf, case, "/findings", 303, **FINDINGS)
        act(otto, case, "/submit", outcome="in_order")
        for user in (olaf, otto):
            page = user.client.get(f"/staff/audits/{case}")
            assert "Eine andere Person liest sie" in page.text
            assert not page.soup.select("[formaction$='/confirm']")

    def test_gaps_of_the_checklist_are_links(self, alma: Person, olaf: User, case: UUID) -> None:
        act(olaf, case, "/ask")
        open_all(alma, case)
        almost = {name: value for name, value in FINDINGS.items() if name != "dates-answer"}
        refused = act(olaf, case, "/submit", 422, **almost, outcome="in_order")
        assert summary(refused) == ["#dates-answer"]
        assert summary(act(olaf, case, "/submit", 422)) == ["#outcome"]

    def test_the_second_reader_gets_what_was_not_saved_before(self, alma: Person, olaf: User, case: UUID) -> None:
        act(olaf, case, "/ask")
        open_all(alma, case)
        act(olaf, case, "/findings", 303, **FINDINGS)
        act(olaf, case, "/submit", **{"dates-answer": "partly", "dates-note": "Zwei fehlen."}, outcome="advice")
        read = olaf.client.get(f"/staff/audits/{case}")
        assert "zum Teil Zwei fehlen." in read.text
        assert steps(read)[-2:] == [
            "Feststellungen geschrieben oder geändert",
            "Feststellungen zum Gegenlesen gegeben",
        ]

    def test_a_refused_hand_over_loses_nothing_typed_and_says_what_is_saved(
        self, alma: Person, olaf: User, case: UUID
    ) -> None:
        act(olaf, case, "/ask")
        open_all(alma, case)
        typed = FINDINGS | {"dates-answer": "no", "ratings-note": "Alle da."}
        refused = act(olaf, case, "/submit", 422, **typed, outcome="advice", outcome_text="Termine enger.")
        assert summary(refused) == ["#dates-note"]
        assert "Was hier nicht genannt ist, ist an Feststellungen gespeichert." in refused.text
        assert (
            refused.values("/findings").items()
            >= (typed | {"outcome": "advice", "outcome_text": "Termine enger."}).items()
        )
        company = alma.client.get(f"{alma.base}/audits/{case}")
        assert "Alle da." in company.text
        assert "Feststellungen zum Gegenlesen gegeben" not in company.text
        assert "Waren die Termine am Tag der Ausstellung einzuhalten? nein" not in company.text

    def test_an_answer_without_its_reason_is_never_read_by_the_company(
        self, alma: Person, olaf: User, case: UUID
    ) -> None:
        act(olaf, case, "/ask")
        open_all(alma, case)
        refused = act(olaf, case, "/findings", 422, **{"dates-answer": "no"})
        assert (summary(refused), refused.values("/findings")["dates-answer"]) == (["#dates-note"], "no")
        assert "Noch keine." in alma.client.get(f"{alma.base}/audits/{case}").text

    def test_saving_keeps_what_is_typed_for_the_hand_over(self, alma: Person, olaf: User, case: UUID) -> None:
        act(olaf, case, "/ask")
        open_all(alma, case)
        saved = act(olaf, case, "/findings", 200, **FINDINGS, outcome="advice", outcome_text="Termine enger.")
        assert "Gespeichert." in saved.text
        kept = saved.values("/findings")
        assert (kept["outcome"], kept["outcome_text"]) == ("advice", "Termine enger.")

    def test_whoever_leaves_the_page_is_warned_of_what_is_not_saved(self, alma: Person, olaf: User, case: UUID) -> None:
        act(olaf, case, "/ask")
        open_all(alma, case)
        forms = olaf.client.get(f"/staff/audits/{case}").soup.select("main form")
        assert len([one for one in forms if one.has_attr("data-guard")]) == len(forms) > 1

    def test_a_hand_over_tells_two_of_each_other_too(self, alma: Person, olaf: User, otto: User, case: UUID) -> None:
        act(olaf, case, "/ask")
        open_all(alma, case)
        old = otto.client.get(f"/staff/audits/{case}").values("/findings")
        act(olaf, case, "/findings", 303, **{"dates-note": "drei", "dates-answer": "no"})
        late = otto.client.post(f"/staff/audits/{case}/submit", old | FINDINGS | {"outcome": "in_order"})
        assert late.status == 409
        assert summary(late) == ["#dates-answer"]
        assert "Feststellungen zum Gegenlesen gegeben" not in steps(late)

    def test_two_at_the_checklist_are_told_of_each_other(
        self, alma: Person, olaf: User, otto: User, case: UUID
    ) -> None:
        act(olaf, case, "/ask")
        open_all(alma, case)
        old = otto.client.get(f"/staff/audits/{case}").values("/findings")
        act(olaf, case, "/findings", 303, **{"dates-note": "drei", "dates-answer": "no"})
        conflict = otto.client.post(
            f"/staff/audits/{case}/findings", old | {"dates-note": "vier", "ratings-answer": "yes"}
        )
        assert conflict.status == 409
        assert "Inzwischen ist hier gespeichert: drei" in conflict.text
        assert conflict.values("/findings")["ratings-answer"] == "yes", "the rest is saved"

    def test_earlier_versions_are_for_both_and_their_writers_for_the_office(
        self, alma: Person, olaf: User, otto: User, case: UUID
    ) -> None:
        act(olaf, case, "/ask")
        open_all(alma, case)
        for user, note in ((olaf, "zuerst drei"), (otto, "dann vier")):
            act(user, case, "/findings", 303, **{"dates-note": note, "dates-answer": "no"})
        shown = otto.client.get(f"/staff/audits/{case}")
        act(otto, case, "/findings", 303, **FINDINGS | {"dates-answer": "no"})
        act(otto, case, "/submit", outcome="advice", outcome_text="")
        for page in (shown, olaf.client.get(f"/staff/audits/{case}")):
            assert "Frühere Fassungen" in page.text
            assert "zuerst drei" in page.text
            assert page.text.count("olaf@example.org") > 1
        company = alma.client.get(f"{alma.base}/audits/{case}")
        for shown_to_both in ("dann vier", "Geändert am", "zuerst drei", "Frühere Fassungen"):
            assert shown_to_both in company.text
        assert company.text.count("Feststellungen geschrieben oder geändert") == 3
        for hidden in ("olaf@example.org", "otto@example.org"):
            assert hidden not in company.text

    @pytest.mark.parametrize("form", ["/message", "/withdrawal"])
    def test_what_says_nothing_is_not_sent(self, olaf: User, case: UUID, form: str) -> None:
        act(olaf, case, "/ask")
        refused = act(olaf, case, form, 422, message=" – ", proposal_text="123", reason="own_wish")
        assert refused.soup.select_one(".error-summary")

    def test_an_old_page_takes_no_case_back(self, olaf: User, otto: User, case: UUID) -> None:
        old = otto.client.get(f"/staff/audits/{case}").values("/ask")
        act(olaf, case, "/ask")
        refused = otto.client.post(f"/staff/audits/{case}/ask", old)
        assert refused.status == 409
        assert "Der Fall ist inzwischen weiter" in refused.text

    def test_what_was_typed_too_late_stays_on_the_page_and_the_way_back_with_it(
        self, alma: Person, olaf: User, otto: User, case: UUID
    ) -> None:
        act(olaf, case, "/ask")
        open_all(alma, case)
        old = olaf.client.get(f"/staff/audits/{case}")
        forms = {
            "message": {"message": "Bitte noch\nzwei Fragen."},
            "submit": {"dates-note": "Drei.", "outcome": "advice"},
        }
        act(otto, case, "/leave")
        for path, typed in forms.items():
            refused = olaf.client.post(f"/staff/audits/{case}/{path}", old.values(f"/{path}") | typed)
            assert refused.status == 409
            (kept,) = refused.soup.select("textarea[readonly]")
            assert kept.get_text().removeprefix("\n") in typed.values()
            assert f"/staff/audits/{case}" in refused.links()

    def test_the_company_gets_what_it_typed_too_late_back_too(self, alma: Person, olaf: User, case: UUID) -> None:
        act(olaf, case, "/ask")
        form = alma.client.get(f"{alma.base}/audits/{case}").values("/reply")
        act(olaf, case, "/leave")
        refused = alma.client.post(f"{alma.base}/audits/{case}/reply", form | {"message": "Noch eine Frage."})
        assert refused.status == 409
        assert [kept.get_text().strip() for kept in refused.soup.select("textarea[readonly]")] == ["Noch eine Frage."]
        assert f"{alma.base}/audits/{case}" in refused.links()

    def test_nothing_typed_leaves_no_field_to_copy_from(self, olaf: User, otto: User, case: UUID) -> None:
        old = olaf.client.get(f"/staff/audits/{case}").values("/ask")
        act(otto, case, "/ask")
        refused = olaf.client.post(f"/staff/audits/{case}/ask", old)
        assert (refused.status, refused.soup.select("textarea")) == (409, [])
        assert f"/staff/audits/{case}" in refused.links()

    def test_the_letter_is_a_file_for_both(self, alma: Person, olaf: User, case: UUID) -> None:
        act(olaf, case, "/ask")
        for client, path in ((olaf.client, f"/staff/audits/{case}"), (alma.client, f"{alma.base}/audits/{case}")):
            (letter,) = [link for link in client.get(path).links() if "/letters/" in link]
            assert client.get(letter).response.data.startswith(b"%PDF")
            wrong = letter.replace(letter.split("/")[-1], f"{case}.pdf")
            assert client.get(wrong).status == 404

    def test_the_letter_says_where_to_answer_without_a_link(
        self, olaf: User, case: UUID, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        printed: list[str] = []

        def render(letter: pdf.AuditLetter, *_: Any, **__: Any) -> bytes:
            printed.append(letter.answer_to)
            return b""

        monkeypatch.setattr(pdf, "render_audit_letter", render)
        letter = next(link for link in olaf.client.get(act(olaf, case, "/ask").location).links() if "/letters/" in link)
        imprint = Path(settings.instance_dir) / "legal" / "imprint.de.txt"
        imprint.parent.mkdir(exist_ok=True)
        imprint.write_text("Musterweg 1\n01067 Dresden\n\nTelefon 1234", encoding="utf-8")
        olaf.client.get(letter)
        imprint.unlink()
        olaf.client.get(letter)
        assert printed == ["Musterweg 1\n01067 Dresden", ""]

    def test_the_office_reads_at_once_that_a_letter_has_to_be_posted(
        self, alma: Person, olaf: User, case: UUID
    ) -> None:
        told = olaf.client.get(act(olaf, case, "/ask").location)
        words = "keine bestätigte Adresse: bitte drucken und mit der Post schicken"
        assert "Das Unternehmen erfährt davon nichts per E-Mail" in told.text
        assert told.text.count(words) == 2, "on top, and with the step"
        later = olaf.client.get(f"/staff/audits/{case}")
        assert later.text.count(words) == 1
        assert words not in alma.client.get(f"{alma.base}/audits/{case}").text

    def test_a_posted_letter_is_ticked_off_with_its_day_and_the_company_reads_it(
        self, alma: Person, olaf: User, case: UUID
    ) -> None:
        act(olaf, case, "/ask")
        assert "1 Fall" in olaf.client.get("/staff/audits?waits=unposted").text
        for typed in ("", "bald", "2020-01-01"):
            page = olaf.client.get(f"/staff/audits/{case}")
            (name,) = [name for name in page.values("/posted") if name.startswith("posted-")]
            refused = act(olaf, case, "/posted", 422, **{name: typed, "message": "Noch nicht gesendet."})
            assert summary(refused) == [f"#{name}"]
            assert refused.values("/posted")["message"] == "Noch nicht gesendet."
        act(olaf, case, "/posted")
        told = f"Schreiben am {clock.today().day}."
        for shown in (olaf.client.get(f"/staff/audits/{case}"), alma.client.get(f"{alma.base}/audits/{case}")):
            assert told in shown.text
            assert "zur Post gegeben" in shown.text
            assert "mit der Post schicken" not in shown.text
        assert "olaf@example.org" not in alma.client.get(f"{alma.base}/audits/{case}").text
        assert "Kein Schreiben ist zur Post zu geben" in olaf.client.get("/staff/audits?waits=unposted").text

    def test_findings_are_saved_with_a_day_of_posting_too(self, alma: Person, olaf: User, case: UUID) -> None:
        act(olaf, case, "/ask")
        open_all(alma, case)
        act(olaf, case, "/posted", **{"dates-note": "Drei liegen zurück."})
        shown = olaf.client.get(f"/staff/audits/{case}")
        assert shown.values("/posted" if "posted-" in str(shown.soup) else "/findings")["dates-note"] == (
            "Drei liegen zurück."
        )

    def test_what_goes_by_mail_says_so_without_the_address(self, app: Flask, olaf: User, case: UUID) -> None:
        with app.app_context():
            db.session.execute(update(Company).values(confirmed_email="buero@betrieb.example"))
            db.session.commit()
        told = olaf.client.get(act(olaf, case, "/ask").location)
        assert "Schreiben: wird per E-Mail verschickt" in told.text
        assert "Post schicken" not in told.text
        assert "buero@betrieb.example" not in told.text

    def test_topics_are_named(self, alma: Person, olaf: User, case: UUID) -> None:
        act(olaf, case, "/ask")
        until = (clock.today() + timedelta(days=7)).isoformat()
        answer(alma, case, "/open", scope="topics", topic="2", until=until)
        for page in (olaf.client.get(f"/staff/audits/{case}"), alma.client.get(f"{alma.base}/audits/{case}")):
            assert page.text.count("Thema 2 Topic 2 (de)") == 2, "what is open, and the step"

    def test_a_closed_case_speaks_of_the_sample_as_past(self, alma: Person, olaf: User, case: UUID) -> None:
        act(olaf, case, "/ask")
        assert "Ihre Selbsterklärung ist in einer Stichprobe." in alma.client.get(f"{alma.base}/audits/{case}").text
        act(olaf, case, "/leave")
        page = alma.client.get(f"{alma.base}/audits/{case}")
        assert "Ihre Selbsterklärung war in einer Stichprobe." in page.text
        assert "Ihre Selbsterklärung ist in einer Stichprobe." not in page.text

    def test_it_leads_to_the_entry_with_the_address(self, app: Flask, alma: Person, olaf: User, case: UUID) -> None:
        entry = f"/staff/declarations/{people.number_of(app, alma)}"
        assert entry in olaf.client.get(f"/staff/audits/{case}").links()
        assert "Am Mühlbach 4" in olaf.client.get(entry).text
        assert entry not in alma.client.get(f"{alma.base}/audits/{case}").links()

    def test_the_list_says_what_is_open_and_overdue(self, app: Flask, olaf: User, case: UUID) -> None:
        act(olaf, case, "/ask")
        assert "1 offener Fall." in olaf.client.get("/staff/audits").text
        with time_machine.travel(clock.now() + timedelta(weeks=4, days=1)):
            again = people.signed_in(app, olaf.account)
            assert "bei 1 ist die Frist überschritten" in again.client.get("/staff/audits").text

    def test_it_is_left_where_nothing_is_opened(self, alma: Person, olaf: User, case: UUID) -> None:
        act(olaf, case, "/ask")
        act(olaf, case, "/leave", leave_text="Sie haben nicht geantwortet.")
        page = alma.client.get(f"{alma.base}/audits/{case}")
        assert "ohne Ergebnis beendet" in page.text
        assert "Öffentlich wird davon nichts." in page.text

    def test_of_an_erased_company_it_is_closed_and_stays_as_a_number(
        self, app: Flask, alma: Person, olaf: User, case: UUID
    ) -> None:
        act(olaf, case, "/ask")
        with app.app_context():
            actor = grants.get_actor_by_token(db.session, token=alma.token, now=clock.now())
            erasure.erase_own_company(db.session, actor=actor, today=clock.today(), now=clock.now())
            db.session.commit()
        page = olaf.client.get(f"/staff/audits/{case}")
        assert "Name gelöscht" in page.text
        assert "es gibt nichts mehr zu zählen" in page.text
        assert not [link for link in page.links() if "/letters/" in link]
        assert "ohne Ergebnis beendet" in page.text
        assert not page.soup.select('[formaction*="/leave"]')

    def test_a_form_that_is_no_longer_offered_is_refused_as_such(self, alma: Person, olaf: User, case: UUID) -> None:
        act(olaf, case, "/ask")
        theirs = alma.client.get(f"{alma.base}/audits/{case}").values("/reply")
        act(olaf, case, "/leave")
        empty = {"csrf_token": olaf.form_token()}
        for path in ("message", "submit", "return", "leave", "withdrawal", "decision", "insight"):
            assert olaf.client.post(f"/staff/audits/{case}/{path}", empty).status == 409, path
        for path in ("open", "reply", "decline", "hearing"):
            assert alma.client.post(f"{alma.base}/audits/{case}/{path}", theirs).status == 409, path

    def test_an_unknown_case_is_not_found(self, olaf: User) -> None:
        for path in ("audits", "samples", "reports"):
            assert olaf.client.get(f"/staff/{path}/00000000-0000-4000-8000-000000000009").status == 404


class TestOneFormForAllOfIt:
    """Without JavaScript one button sends one form: all that was typed on the page goes with it."""

    REST: ClassVar = {"outcome": "advice", "outcome_text": "Termine enger.", "proposal_text": "Es fehlt etwas."}

    @pytest.fixture(autouse=True)
    def opened(self, alma: Person, olaf: User, case: UUID) -> None:
        act(olaf, case, "/ask")
        open_all(alma, case)

    def test_a_message_takes_the_findings_along(self, alma: Person, olaf: User, case: UUID) -> None:
        typed = {"dates-answer": "partly", "dates-note": "Zwei fehlen."}
        act(olaf, case, "/message", **typed, message="Bitte noch zwei Fragen.")
        for page in (olaf.client.get(f"/staff/audits/{case}"), alma.client.get(f"{alma.base}/audits/{case}")):
            assert "Zwei fehlen." in page.text
            assert "Bitte noch zwei Fragen." in page.text
            assert steps(page)[-2:] == ["Feststellungen geschrieben oder geändert", "Nachricht"]

    def test_what_is_not_sent_by_it_stays_on_the_page(self, olaf: User, case: UUID) -> None:
        sent = act(olaf, case, "/message", 200, **self.REST, message="Eine Frage.")
        assert "Gespeichert." in sent.text
        assert sent.values("/message").items() >= (self.REST | {"message": ""}).items()
        assert not sent.soup.select("textarea[readonly]")

    def test_a_page_that_is_sent_again_writes_no_second_time(self, olaf: User, case: UUID) -> None:
        again = olaf.client.get(f"/staff/audits/{case}").values("/message") | {"message": "Eine Frage."}
        for _ in range(2):
            assert olaf.client.post(f"/staff/audits/{case}/message", again).status == 303
        assert steps(olaf.client.get(f"/staff/audits/{case}")).count("Nachricht") == 1

    def test_a_finding_without_its_reason_keeps_no_question_back(self, alma: Person, olaf: User, case: UUID) -> None:
        typed = {"dates-answer": "no", "ratings-answer": "yes"}
        sent = act(olaf, case, "/message", 200, **typed, message="Was war da?")
        assert summary(sent) == ["#dates-note"]
        assert sent.values("/message").items() >= (typed | {"message": ""}).items()
        page = alma.client.get(f"{alma.base}/audits/{case}")
        assert "Was war da?" in page.text
        assert "Waren die Termine am Tag der Ausstellung einzuhalten? nein" not in page.text

    def test_a_message_that_is_missing_costs_no_finding(self, olaf: User, case: UUID) -> None:
        refused = act(olaf, case, "/message", 422, **{"dates-note": "Drei."}, **self.REST)
        assert summary(refused) == ["#message"]
        assert refused.values("/message").items() >= (self.REST | {"dates-note": "Drei."}).items()
        assert "Gesendet oder zum Gegenlesen gegeben ist noch nichts." in refused.text
        assert steps(refused)[-1] == "Feststellungen geschrieben oder geändert"

    @pytest.mark.parametrize(
        ("form", "fields"),
        [("/leave", {}), ("/withdrawal", {"reason": "criteria_not_met", "proposal_text": "Es fehlt viel."})],
    )
    def test_what_ends_the_checklist_saves_it_first(
        self, alma: Person, olaf: User, case: UUID, form: str, fields: dict[str, str]
    ) -> None:
        unreasoned = act(olaf, case, form, 422, **{"dates-answer": "no"}, **fields)
        assert summary(unreasoned) == ["#dates-note"]
        assert unreasoned.values(form).items() >= fields.items()
        act(olaf, case, form, **{"dates-answer": "no", "dates-note": "Alle vorbei."}, **fields)
        assert "Alle vorbei." in alma.client.get(f"{alma.base}/audits/{case}").text

    def test_what_has_no_place_any_more_can_be_copied(self, olaf: User, case: UUID) -> None:
        closed = act(olaf, case, "/leave", 200, **self.REST, message="Noch nicht gesendet.")
        kept = [one.get_text().removeprefix("\n") for one in closed.soup.select("textarea[readonly]")]
        assert kept == ["Termine enger.", "Es fehlt etwas.", "Noch nicht gesendet."]
        assert "weder gesendet noch gespeichert" in closed.text

    def test_an_untouched_checklist_of_an_old_page_stops_no_message(self, olaf: User, otto: User, case: UUID) -> None:
        old = otto.client.get(f"/staff/audits/{case}").values("/message")
        act(olaf, case, "/withdrawal", reason="criteria_not_met", proposal_text="Es fehlt viel.")
        assert otto.client.post(f"/staff/audits/{case}/message", old | {"message": "Gut."}).status == 303

    def test_insight_leaves_the_page_where_it_is(self, olaf: User, case: UUID) -> None:
        (look,) = olaf.client.get(f"/staff/audits/{case}").soup.select("form[action$='/insight']")
        assert look["target"] == "_blank"

    def test_enter_in_a_choice_sends_nothing_of_weight(self, olaf: User, otto: User, case: UUID) -> None:
        (form,) = olaf.client.get(f"/staff/audits/{case}").soup.select("form[action$='/findings']")
        assert not form.select("button")[0].has_attr("formaction")
        act(olaf, case, "/withdrawal", reason="criteria_not_met", proposal_text="Es fehlt viel.")
        (form,) = otto.client.get(f"/staff/audits/{case}").soup.select("form[action$='/findings']")
        assert form.select("button")[0].has_attr("disabled")


class TestInsight:
    def test_exactly_what_was_opened_is_seen_and_the_company_sees_the_look(
        self, alma: Person, olaf: User, case: UUID
    ) -> None:
        act(olaf, case, "/ask")
        until = (clock.today() + timedelta(days=7)).isoformat()
        answer(alma, case, "/open", scope="topics", topic="2", until=until)
        seen = act(olaf, case, "/insight", 200)
        assert "Practice 2.1.a (de)" in seen.text
        assert "Practice 1.1.a (de)" not in seen.text
        assert "Liste Nummer" not in seen.text, "actions of no topic are not among what was opened"
        assert seen.response.headers["Cache-Control"] == "no-store"
        assert steps(alma.client.get(f"{alma.base}/audits/{case}"))[-1] == "Antworten angesehen"

    def test_the_whole_comes_with_plan_and_hints(self, alma: Person, olaf: User, case: UUID) -> None:
        act(olaf, case, "/ask")
        open_all(alma, case)
        seen = act(olaf, case, "/insight", 200)
        assert "Alle Maßnahmen des Checks haben dieselbe Farbe." in seen.text
        assert len(seen.soup.select("main li h3")) == 10

    def test_once_ended_nothing_is_seen(self, alma: Person, olaf: User, case: UUID) -> None:
        act(olaf, case, "/ask")
        open_all(alma, case)
        form = olaf.client.get(f"/staff/audits/{case}").values("/insight")
        answer(alma, case, "/end")
        refused = olaf.client.post(f"/staff/audits/{case}/insight", form)
        assert refused.status == 409
        assert "Zurzeit ist nichts geöffnet" in refused.text

    def test_a_look_is_never_a_page_to_come_back_to(self, olaf: User, case: UUID) -> None:
        assert olaf.client.get(f"/staff/audits/{case}/insight").status == 405


class TestWithdrawal:
    def propose(self, olaf: User, case: UUID) -> None:
        act(olaf, case, "/ask")
        act(olaf, case, "/withdrawal", reason="criteria_not_met", proposal_text="Es fehlen Bewertungen.")

    def test_after_the_hearing_another_person_withdraws(
        self, app: Flask, alma: Person, olaf: User, otto: User, case: UUID
    ) -> None:
        self.propose(olaf, case)
        assert "Anhörung zu Ihrer Selbsterklärung" in alma.client.get(f"{alma.base}/audits/{case}").text
        answer(alma, case, "/hearing", answer="Das war ein Versehen.")
        assert "Das war ein Versehen." in otto.client.get(f"/staff/audits/{case}").text
        with time_machine.travel(clock.now() + timedelta(weeks=4, days=1)):
            late = people.signed_in(app, otto.account)
            act(late, case, "/decision", decision="withdrawn", decision_text="Die Kriterien fehlen.")
            public = people.stella(app).client.get(f"/verify/{people.number_of(app, alma)}")
        assert "widerrufen" in public.text
        assert "Vollständigkeitskriterien nicht erfüllt" in public.text
        assert "Die Kriterien fehlen." not in public.text
        assert "Es fehlen Bewertungen." not in public.text

    def test_before_its_end_it_is_refused_with_the_day(self, olaf: User, otto: User, case: UUID) -> None:
        self.propose(olaf, case)
        refused = act(otto, case, "/decision", 409, decision="withdrawn", decision_text="Sofort.")
        assert "Die Anhörung läuft noch" in refused.text
        act(otto, case, "/decision", decision="kept", decision_text="Doch gut.")

    def test_who_proposed_finds_no_form_and_is_refused(self, olaf: User, case: UUID) -> None:
        self.propose(olaf, case)
        assert not olaf.client.get(f"/staff/audits/{case}").soup.select("[formaction$='/decision']")
        form = {"csrf_token": olaf.form_token(), "decision": "kept", "decision_text": "Gut."}
        assert olaf.client.post(f"/staff/audits/{case}/decision", form).status == 409

    def test_deciding_needs_a_fresh_second_factor(self, app: Flask, olaf: User, otto: User, case: UUID) -> None:
        self.propose(olaf, case)
        stale = people.signed_in(app, otto.account, at=clock.now() - FRESH_FOR - timedelta(seconds=1))
        told = act(stale, case, "/decision", 403, decision="kept", decision_text="Gut.")
        assert told.soup.select_one("[data-obstacle]")


class TestReports:
    @pytest.fixture
    def report_id(self, app: Flask, alma: Person) -> UUID:
        return people.report(app, people.number_of(app, alma))

    def act(self, user: User, report_id: UUID, form: str, status: int = 303, **fields: str) -> Page:
        done = user.client.send(f"/staff/reports/{report_id}", fields, form=form)
        assert done.status == status, done.text
        return done

    def public(self, app: Flask, alma: Person) -> str:
        return people.stella(app).client.get(f"/verify/{people.number_of(app, alma)}").text

    def test_the_name_is_hidden_and_shown_again(self, app: Flask, alma: Person, olaf: User, report_id: UUID) -> None:
        assert "0511 4711" in olaf.client.get(f"/staff/reports/{report_id}").text
        self.act(olaf, report_id, "/hide")
        assert "Tischlerei Brandt" not in self.public(app, alma)
        assert "Die Geschäftsstelle geht dem nach." in self.public(app, alma)
        self.act(olaf, report_id, "/show")
        assert "Tischlerei Brandt" in self.public(app, alma)

    def test_it_is_closed_without_a_case(self, olaf: User, report_id: UUID) -> None:
        assert self.act(olaf, report_id, "/close", 422).soup.select_one(".error-summary")
        self.act(olaf, report_id, "/close", report_outcome="not_confirmed")
        page = olaf.client.get(f"/staff/reports/{report_id}")
        assert "hat sich nicht bestätigt" in page.text
        assert "0511 4711" not in page.text
        assert "Kein Hinweis wartet" in olaf.client.get("/staff/audits").text

    def test_it_leads_to_a_hearing_of_whoever_holds_the_key(
        self, app: Flask, alma: Person, olaf: User, report_id: UUID
    ) -> None:
        assert self.act(olaf, report_id, "/hearing", 422, proposal_text=" ").soup.select_one(".error-summary")
        led = self.act(olaf, report_id, "/hearing", proposal_text="Die Firma sagt, sie war es nicht.")
        assert olaf.client.get(led.location).status == 200
        page = alma.client.get(f"{alma.base}/audits/{people.case_of(app, alma)}")
        assert "nicht vom genannten Unternehmen ausgestellt" in page.text
        assert "0511 4711" not in page.text, "who reported stays with the office"
