"""The office's overview, the register with its exports, and the page of one declaration (D9)."""

import csv
import re
from collections.abc import Sequence
from datetime import timedelta
from io import BytesIO, StringIO
from uuid import UUID, uuid4

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select, update

from om_selfcheck import clock
from om_selfcheck.domain.access import FRESH_FOR
from om_selfcheck.domain.register import AuditStanding
from om_selfcheck.extensions import db, is_reading
from om_selfcheck.store.models import Audit, Declaration, EventRow, Message
from tests import people
from tests.factories import NOW
from tests.people import User
from tests.registered import Registered, fill
from tests.web.client import Page

REGISTER = "/staff/declarations"
FORMULA = '=HYPERLINK("http://evil.example";"Klick")'


@pytest.fixture
def olaf(app: Flask) -> User:
    return people.olaf(app)


@pytest.fixture
def known(app: Flask) -> list[Registered]:
    with app.app_context():
        return fill(db.session, 60)


def numbers(page: Page) -> list[str]:
    return [str(link["href"]).rpartition("/")[2] for link in page.soup.select(".task-title a")]


def export(user: User, file_format: str, query: str = "") -> Page:
    page = user.client.get(f"{REGISTER}?{query}")
    return user.client.post(f"{REGISTER}/export", page.values("/export") | {"format": file_format})


def read_csv(page: Page) -> Sequence[Sequence[str]]:
    text = page.response.get_data().decode("utf-8-sig")
    return list(csv.reader(StringIO(text), delimiter=";"))


class TestLooking:
    def test_every_declaration_is_reached_page_by_page(self, olaf: User, known: list[Registered]) -> None:
        first = olaf.client.get(REGISTER)
        assert "Gefunden: 60" in first.text
        following = [str(link["href"]) for link in first.soup.select(".pager a")]
        second = olaf.client.get(following[0])
        assert sorted(numbers(first) + numbers(second)) == sorted(one.number for one in known)
        assert len(numbers(first)) == 50
        assert olaf.client.get(str(second.soup.select(".pager a")[-1]["href"])).text == first.text

    def test_an_address_is_the_search_and_may_be_passed_on(
        self, app: Flask, olaf: User, known: list[Registered]
    ) -> None:
        query = "search=brand&check=basis%2F1.0&status=valid&order=oldest&network=netz-a&issued_from=2025-01-01"
        page, other = olaf.client.get(f"{REGISTER}?{query}"), people.signed_in(app, olaf.account)
        assert numbers(other.client.get(f"{REGISTER}?{query}")) == numbers(page)
        assert (
            page.values("/export").items()
            >= {
                "search": "brand",
                "check": "basis/1.0",
                "status": "valid",
                "order": "oldest",
                "network": "netz-a",
                "issued_from": "2025-01-01",
            }.items()
        )
        chosen = {
            str(one.parent["name"]): str(one["value"]) for one in page.soup.select("option[selected]") if one.parent
        }
        assert chosen == {"check": "basis/1.0", "status": "valid", "order": "oldest"}
        assert page.soup.select_one('#network[value="netz-a"]') is not None
        assert {one.number for one in known} > set(numbers(page))

    @pytest.mark.parametrize(
        "query", ["status=unknown", "check=nothing", "network=nowhere", "issued_from=gestern", "audit=x", "order=x"]
    )
    def test_what_nobody_offered_is_named_and_nothing_is_listed(self, olaf: User, query: str) -> None:
        page = olaf.client.get(f"{REGISTER}?{query}")
        assert page.status == 200
        name = query.split("=", maxsplit=1)[0]
        assert page.soup.select_one(f'#error-summary a[href="#{name}"]') is not None
        assert page.soup.select_one(f"#{name}") is not None
        assert not page.soup.select(".task")

    def test_days_the_wrong_way_round_are_the_problem_and_not_the_words(self, olaf: User) -> None:
        page = olaf.client.get(f"{REGISTER}?issued_from=2026-02-01&issued_to=2026-01-31")
        assert "liegt vor dem ersten" in page.soup.select_one("#issued_to-error").text  # type: ignore[union-attr]
        assert "Gefunden" not in page.text
        assert "Gefunden" in olaf.client.get(f"{REGISTER}?issued_from=2026-02-01&issued_to=2026-02-01").text

    def test_an_empty_register_says_when_it_fills(self, olaf: User) -> None:
        assert "Noch ist keine Selbsterklärung ausgestellt" in olaf.client.get(REGISTER).text
        assert "Nichts gefunden" in olaf.client.get(f"{REGISTER}?search=xyz").text
        assert "Noch ist keine Selbsterklärung ausgestellt" in olaf.client.get("/staff").text


class TestTakingAlong:
    def test_csv_holds_the_whole_list_and_no_formula(self, app: Flask, olaf: User, known: list[Registered]) -> None:
        with app.app_context():
            db.session.execute(
                update(Declaration).where(Declaration.id == known[0].id).values(company_name=FORMULA, city="@Ort")
            )
            db.session.commit()
        page = export(olaf, "csv")
        head, *lines = read_csv(page)
        assert page.response.get_data().startswith("\ufeff".encode())
        assert head[0] == "Nummer"
        assert sorted(line[0] for line in lines) == sorted(one.number for one in known)
        by_number = {line[0]: line for line in lines}
        assert by_number[known[0].number][1:3] == [f"'{FORMULA}", "'@Ort"]
        assert by_number[known[1].number][6] == f"{known[1].issued_on:%d.%m.%Y}"
        assert not [cell for line in lines for cell in line if cell.lstrip().startswith(("=", "+", "-", "@"))]

    def test_xlsx_holds_the_same_as_text_without_formula_or_link(
        self, app: Flask, olaf: User, known: list[Registered]
    ) -> None:
        with app.app_context():
            db.session.execute(
                update(Declaration)
                .where(Declaration.id == known[0].id)
                .values(company_name=FORMULA, city="http://evil.example")
            )
            db.session.commit()
        page = export(olaf, "xlsx")
        sheet = openpyxl.load_workbook(BytesIO(page.response.get_data())).active
        assert sheet is not None
        rows = list(sheet.iter_rows())
        cells = [cell for row in rows for cell in row]
        assert sorted(str(row[0].value) for row in rows[1:]) == sorted(one.number for one in known)
        assert {FORMULA, "http://evil.example"} <= {cell.value for cell in cells}
        assert {cell.data_type for cell in cells} <= {"s", "d", "n"}
        assert not [cell for cell in cells if cell.hyperlink]
        assert not [cell for cell in cells if cell.data_type == "n" and cell.value is not None]

    def test_only_what_was_asked_for_is_in_the_list(self, olaf: User, known: list[Registered]) -> None:
        query = "status=replaced&order=oldest"
        assert [line[0] for line in read_csv(export(olaf, "csv", query))[1:]] == [
            one.number
            for one in sorted(known, key=lambda one: (one.issued_on, one.id.hex))
            if one.status().value == "replaced"
        ]

    @pytest.mark.usefixtures("known")
    def test_it_is_on_the_record_before_the_first_line_leaves(self, app: Flask, olaf: User) -> None:
        export(olaf, "csv", "search=brand")
        with app.app_context():
            row = db.session.execute(select(EventRow.verb, EventRow.actor).order_by(EventRow.seq.desc())).first()
        assert row == ("register_exported", f"user:{olaf.user_id}")

    @pytest.mark.usefixtures("known")
    def test_a_stale_sign_in_is_told_so_and_nothing_leaves(self, app: Flask, olaf: User) -> None:
        stale = people.signed_in(app, olaf.account, at=clock.now() - FRESH_FOR - timedelta(seconds=1))
        page = export(stale, "csv")
        assert page.status == 403
        assert page.soup.select_one("[data-obstacle]") is not None
        with app.app_context():
            assert not db.session.scalar(select(EventRow.seq).where(EventRow.verb == "register_exported"))

    @pytest.mark.parametrize("file_format", ["", "pdf", "CSV"])
    @pytest.mark.usefixtures("known")
    def test_another_format_is_refused(self, olaf: User, file_format: str) -> None:
        assert export(olaf, file_format).status == 422

    @pytest.mark.usefixtures("known")
    def test_the_list_is_read_without_the_lock_of_writers(self, olaf: User, monkeypatch: pytest.MonkeyPatch) -> None:
        seen = []

        def note(_code: object) -> str:
            seen.append(is_reading())
            return ""

        monkeypatch.setattr("om_selfcheck.web.staff.register.label", note)
        export(olaf, "csv")
        assert set(seen) == {True}


class TestOneDeclaration:
    def test_staff_read_what_was_declared_and_never_ratings_or_plan(self, app: Flask, olaf: User) -> None:
        alma, canary = people.alma(app), "Zitronenfalter"
        alma.client.send(f"{alma.base}/topics/1", {"need-1.1.a": "urgent", "note-1.1.a": canary})
        people.plan_one(alma, title=canary, description=canary, responsible=canary, follow_up=canary)
        number = people.declare(alma)
        text = olaf.client.get(f"{REGISTER}/{number.lower()}").response.get_data(as_text=True)
        for shown in (number, "Katrin Brandt", "Am Mühlbach 4", "5 von 5", "Selbsterklärung ausgestellt"):
            assert shown in text
        assert canary not in text
        assert canary in alma.client.get(f"{alma.base}/plan").text, "the control: the company does read it"

    @pytest.mark.parametrize("number", ["000000-000000-000000", "nonsense", "²"])
    def test_another_number_is_unknown(self, olaf: User, number: str) -> None:
        assert olaf.client.get(f"{REGISTER}/{number}").status == 404

    def test_an_erased_company_leaves_a_page_without_details(
        self, app: Flask, olaf: User, known: list[Registered]
    ) -> None:
        with app.app_context():
            values = {"company_name": "", "city": "", "snapshot": ""}
            db.session.execute(update(Declaration).where(Declaration.id == known[0].id).values(**values))
            db.session.commit()
        page = olaf.client.get(f"{REGISTER}/{known[0].number}")
        assert page.status == 200
        assert "Angaben gelöscht" in page.text
        assert "Angaben gelöscht" in olaf.client.get(f"{REGISTER}?search={known[0].number}").text

    def test_its_cases_are_a_click_away(self, olaf: User, known: list[Registered]) -> None:
        one = next(one for one in known if AuditStanding.OVERDUE in one.audits)
        page = olaf.client.get(f"{REGISTER}/{one.number}")
        (link,) = (str(link["href"]) for link in page.soup.select(".task-title a"))
        assert link.startswith("/staff/audits/")
        assert "um Einsicht gebeten" in page.text

    def test_mails_that_did_not_arrive_are_shown_without_their_address(self, app: Flask, olaf: User) -> None:
        number = people.declare(people.alma(app))
        with app.app_context():
            row = db.session.execute(select(Declaration.company_id, Declaration.assessment_id)).one()
            db.session.add(
                Message(
                    id=uuid4(),
                    kind="renewal",
                    subject=f"declaration:{number}",
                    company_id=row.company_id,
                    assessment_id=row.assessment_id,
                    address="buero@betrieb.de",
                    language="de",
                    message_id="<1@example.org>",
                    state="undeliverable",
                    problem="address_refused",
                    next_try_at=clock.now(),
                    created_at=NOW,
                )
            )
            db.session.commit()
        text = olaf.client.get(f"{REGISTER}/{number}").response.get_data(as_text=True)
        assert "Der Mailserver hat die Adresse abgelehnt" in text
        assert "buero@betrieb.de" not in text
        assert re.search(r"1 +E-Mails waren in den letzten 30 Tagen nicht zustellbar", figures(olaf))


def figures(user: User) -> str:
    """Return the overview's figures, each before its words."""
    page = user.client.get("/staff")
    return " ".join(
        " ".join(part.get_text(" ", strip=True) for part in reversed(pair.find_all(["dt", "dd"])))
        for pair in page.soup.select(".figures > div")
    )


class TestOverview:
    def test_figures_agree_with_the_register_they_lead_to(self, olaf: User, known: list[Registered]) -> None:
        page = olaf.client.get("/staff")
        for pair in page.soup.select(".figures > div"):
            link = pair.select_one("a")
            if link is None:
                continue
            value = pair.select_one("dd")
            assert value is not None
            found, number = olaf.client.get(str(link["href"])), value.get_text(strip=True)
            is_said = f"Gefunden: {number}" in found.text or f"{number} offene Fälle" in found.text
            assert is_said or (number == "0" and found.soup.select_one(".empty")), link
        valid = sum(one.status(clock.today()).value == "valid" for one in known)
        assert figures(olaf).startswith(f"{valid} gelten heute")

    def test_months_lead_to_what_was_issued_in_them(self, olaf: User, known: list[Registered]) -> None:
        page = olaf.client.get("/staff")
        assert len(page.soup.select(".months tbody tr")) == 13
        for row in page.soup.select(".months tbody tr"):
            link, value = row.select_one("a"), row.select_one("td")
            assert link is not None
            assert value is not None
            assert f"Gefunden: {value.get_text(strip=True)}" in olaf.client.get(str(link["href"])).text
        assert known

    def test_audits_past_their_deadline_are_counted(self, app: Flask, olaf: User, known: list[Registered]) -> None:
        with app.app_context():
            db.session.execute(update(Audit).values(closed_at=NOW))
            declaration_id: UUID = known[0].id
            for days in (1, -1):
                db.session.add(
                    Audit(
                        id=uuid4(),
                        declaration_id=declaration_id,
                        state="asked",
                        created_at=NOW,
                        deadline_on=clock.today() + timedelta(days=days),
                    )
                )
            db.session.commit()
        assert "2 Fälle laufen 1 davon mit überschrittener Frist" in figures(olaf)
