"""The companies that let a network see something, and the list as a file."""

from io import BytesIO

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select

from om_selfcheck import clock
from om_selfcheck.extensions import db
from om_selfcheck.store.models import EventRow
from tests import people
from tests.people import Person, User

COMPANIES = "/network/netz-a/companies"
CANARY = "Zitronenfalter"


@pytest.fixture
def nina(app: Flask) -> User:
    return people.nina(app)


@pytest.fixture
def alma(app: Flask) -> Person:
    """Everything that Alma writes holds the canary where it is not to be seen by a network."""
    alma = people.alma(app)
    people.join(alma, people.token_of(app, "netz-a", people.add_link(app, "netz-a")))
    alma.client.send(f"{alma.base}/topics/1", {"need-1.1.a": "urgent", "note-1.1.a": f"Notiz {CANARY}"})
    people.plan_one(alma, title="=Kasse", description="Jeden Montag durchgehen", responsible=CANARY, follow_up=CANARY)
    details = {"company_name": "Brandt GmbH", "signatory_name": CANARY, "street": CANARY, "then": "stay"}
    alma.client.send(f"{alma.base}/declaration", details)
    return alma


def seen(nina: User, alma: Person) -> str:
    """Return all that Nina's pages and files say, links and codes too."""
    token = nina.form_token()
    answers = [
        nina.client.get("/network/netz-a").response.data,
        nina.client.get(COMPANIES).response.data,
        nina.client.get(f"{COMPANIES}/{alma.assessment_id}").response.data,
        nina.client.post(f"{COMPANIES}/list.csv", {"csrf_token": token}).response.data,
    ]
    book = openpyxl.load_workbook(
        BytesIO(nina.client.post(f"{COMPANIES}/list.xlsx", {"csrf_token": token}).response.data)
    )
    cells = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    return b"\n".join(answers).decode() + "\n".join(cells)


@pytest.mark.parametrize(
    ("level", "names", "topics", "plan"),
    [
        ("nothing", False, False, False),
        ("status", True, False, False),
        ("topics", True, True, False),
        ("plan", True, True, True),
    ],
)
def test_a_network_sees_what_was_released_and_nothing_else(
    nina: User, alma: Person, level: str, *, names: bool, topics: bool, plan: bool
) -> None:
    people.release(alma, level)
    everything = seen(nina, alma)
    assert ("Brandt GmbH" in everything) is names
    assert ("Topic 2 (de)" in everything) is topics
    assert ("Jeden Montag durchgehen" in everything) is plan
    assert CANARY not in everything
    people.release(alma, "nothing")
    everything = seen(nina, alma)
    for word in ("Brandt GmbH", "Topic 2 (de)", "Jeden Montag durchgehen"):
        assert word not in everything
    assert alma.assessment_id not in nina.client.get(COMPANIES).response.get_data(as_text=True)


def test_the_list_says_what_and_since_when_and_whether_declared(nina: User, alma: Person) -> None:
    people.release(alma, "status")
    today = clock.today().strftime("%d.%m.%Y")
    assert f"noch nicht erklärt Freigabe: Stand seit {today}" in nina.client.get(COMPANIES).text
    people.declare(alma)
    assert "gilt bis" in nina.client.get(COMPANIES).text


def test_files_are_for_a_german_excel_and_a_formula_stays_text(app: Flask, nina: User, alma: Person) -> None:
    people.release(alma, "plan")
    token = {"csrf_token": nina.form_token()}
    csv = nina.client.post(f"{COMPANIES}/list.csv", token).response
    today = clock.today()
    assert csv.data.startswith(b"\xef\xbb\xbfUnternehmen;Check;")
    assert f"Brandt GmbH;{_title(nina, alma)};1.0;noch nicht erklärt;;;Plan;{today:%d.%m.%Y}\r\n" in csv.data.decode()
    assert f"netz-a-{today.isoformat()}.csv" in csv.headers["Content-Disposition"]
    book = openpyxl.load_workbook(BytesIO(nina.client.post(f"{COMPANIES}/list.xlsx", token).response.data))
    assert book.sheetnames == ["Betriebe", "Themen", "Maßnahmen"]
    assert book["Maßnahmen"]["B2"].value == "=Kasse"
    assert book["Maßnahmen"]["B2"].data_type == "s"
    assert [cell.value for cell in book["Themen"][2]][3:] == [1, 0, 0, 2]
    with app.app_context():
        verbs = list(db.session.scalars(select(EventRow.verb).where(EventRow.actor == f"user:{nina.user_id}")))
    assert verbs == ["members_exported", "members_exported"]


def _title(nina: User, alma: Person) -> str:
    page = nina.client.get(f"{COMPANIES}/{alma.assessment_id}")
    return str(page.soup.select("dl.facts dd")[0].get_text()).split(",")[0].strip()


def test_companies_need_the_second_factor(app: Flask, alma: Person) -> None:
    people.release(alma, "status")
    weak = people.weak(app)
    for page in (weak.client.get(COMPANIES), weak.client.get(f"{COMPANIES}/{alma.assessment_id}")):
        assert page.status == 403
        assert "Brandt" not in page.text
    assert weak.client.get("/network/netz-a").status == 200


def test_another_network_finds_nothing(app: Flask, alma: Person) -> None:
    people.release(alma, "plan")
    nora = people.nora(app)
    assert nora.client.get(f"/network/netz-b/companies/{alma.assessment_id}").status == 404
    assert nora.client.get(f"{COMPANIES}/{alma.assessment_id}").status == 404
    assert "Noch hat Ihnen kein Betrieb etwas freigegeben." in nora.client.get("/network/netz-b/companies").text


def test_an_odd_place_in_the_list_shows_its_beginning(nina: User, alma: Person) -> None:
    people.release(alma, "status")
    for after in ("nonsense", "00000000-0000-4000-8000-000000000009"):
        assert "Brandt GmbH" in nina.client.get(f"{COMPANIES}?after={after}").text
    assert "Hier endet die Liste." in nina.client.get(f"{COMPANIES}?after={alma.assessment_id}").text
