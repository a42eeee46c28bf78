from dataclasses import replace
from datetime import timedelta

from om_selfcheck.domain.text import TEXT_LENGTH
from om_selfcheck.pdf.documents import render_plan
from tests.pdf.samples import LIST, PLAN, open_pdf, read_text, squeeze


def test_orders_by_urgency_and_date() -> None:
    text = read_text(render_plan(PLAN, "de"))
    titles = ("Aushang erneuern", "Vertretung regeln", "Nachbestellkarten", "Lager aufräumen")
    places = [text.index(title) for title in titles]
    assert places == sorted(places)


def test_repeats_the_header_on_every_page() -> None:
    actions = tuple(replace(LIST, title=f"Schritt {n}", due_on=PLAN.stated_on + timedelta(n)) for n in range(30))
    pages = [page.extract_text() for page in open_pdf(render_plan(replace(PLAN, actions=actions), "de")).pages]
    assert len(pages) > 3
    assert all("Wer und bis wann" in page for page in pages)
    assert all(f"{number} / {len(pages)}" in page for number, page in enumerate(pages, start=1))


def test_prints_two_thousand_characters_in_full() -> None:
    text = ("Wir gehen jeden Montag die offenen Posten durch. " * 50)[:TEXT_LENGTH].strip()
    action = replace(LIST, description=text, follow_up=text)
    said = squeeze(read_text(render_plan(replace(PLAN, actions=(action,)), "de")))
    assert said.count("offenenPosten") == 2 * text.count("offenen Posten")


def test_prints_what_is_still_missing_as_missing() -> None:
    action = replace(LIST, urgency=None, responsible="", due_on=None, follow_up="", follow_up_on=None)
    text = read_text(render_plan(replace(PLAN, actions=(action,)), "de"))
    assert "Dringlichkeit: noch offen" in text
    assert "ohne Termin" in text
