"""Autosave: what is called saved is saved, and what is not is said, kept and tried again."""

import re

import pytest
from playwright.sync_api import Dialog, Locator, Page, Route, expect

from tests.journeys import controls, road
from tests.journeys.road import Round
from tests.journeys.visitor import OpenBrowser, Visitor, count_posts

pytestmark = pytest.mark.journey

SAVED = re.compile(r"^Gespeichert \d\d:\d\d$")
OFFLINE = re.compile("^Noch nicht gespeichert")
NO_NETWORK = "ERR_INTERNET_DISCONNECTED"
FIRST, SECOND = "1.1.a", "1.1.b"
TOPIC_FORM = "**/topics/1"
THEIRS, MINE = 0, 1  # the order of the two buttons
NOTE_PAUSE, KEY_PAUSE = 1200, 600  # milliseconds, see static/autosave.js
TOO_LONG = "x" * 2001


def test_one_click_is_one_save_that_the_server_confirms(open_browser: OpenBrowser) -> None:
    alma, _ = at_topic(open_browser)
    posts = count_posts(alma.page)
    choose(alma.page, "urgent")
    expect(state(alma.page)).to_have_text(SAVED)
    expect(alma.page.locator("#live")).to_have_text(SAVED)
    alma.page.reload()
    expect(radio(alma.page, "urgent")).to_be_checked()
    expect(state(alma.page)).to_have_text("Gespeichert")
    assert posts() == 1


def test_the_whole_choice_is_one_large_target(open_browser: OpenBrowser) -> None:
    alma, _ = at_topic(open_browser)
    choice = alma.page.locator(f'[id="measure-{FIRST}"] .choice').nth(1)
    box = choice.bounding_box()
    assert box is not None
    assert box["height"] >= 48
    choice.click(position={"x": 4, "y": 4})
    expect(radio(alma.page, "some")).to_be_checked()
    expect(state(alma.page)).to_have_text(SAVED)


def test_without_a_network_the_choice_waits_and_is_saved_by_itself(open_browser: OpenBrowser) -> None:
    alma, opened = at_topic(open_browser)
    alma.expects(NO_NETWORK)
    alma.context.set_offline(offline=True)
    choose(alma.page, "some")
    choose(alma.page, "none", SECOND)
    write_note(alma.page, "Liste hängt am Brett")
    for ref in (FIRST, SECOND):
        expect(state(alma.page, ref)).to_have_text(OFFLINE)
    alma.context.set_offline(offline=False)
    for ref in (FIRST, SECOND):
        expect(state(alma.page, ref)).to_have_text(SAVED)
    alma.goto(opened.topic())
    expect(radio(alma.page, "some")).to_be_checked()
    expect(radio(alma.page, "none", SECOND)).to_be_checked()
    expect(note(alma.page)).to_have_value("Liste hängt am Brett")


def test_leaving_asks_while_something_is_not_saved(open_browser: OpenBrowser) -> None:
    alma, _ = at_topic(open_browser)
    alma.expects(NO_NETWORK)
    asked = stay_when_asked(alma.page)
    alma.context.set_offline(offline=True)
    choose(alma.page, "some")
    expect(state(alma.page)).to_have_text(OFFLINE)
    with alma.page.expect_event("dialog"):
        alma.page.get_by_role("link", name="Impressum").click()
    assert asked == ["beforeunload"]
    expect(radio(alma.page, "some")).to_be_checked()
    alma.context.set_offline(offline=False)
    expect(state(alma.page)).to_have_text(SAVED)
    alma.page.get_by_role("link", name="Impressum").click()
    expect(alma.page.locator("h1")).to_have_text("Impressum")
    assert asked == ["beforeunload"]


def test_the_page_button_keeps_the_page_while_there_is_no_network(open_browser: OpenBrowser) -> None:
    alma, _ = at_topic(open_browser)
    alma.expects(NO_NETWORK)
    alma.context.set_offline(offline=True)
    choose(alma.page, "some")
    expect(state(alma.page)).to_have_text(OFFLINE)
    alma.page.locator("[data-measure]").last.scroll_into_view_if_needed()
    expect(state(alma.page)).not_to_be_in_viewport()
    controls.save_and_go_on(alma.page).click()
    expect(alma.page.locator("#live")).to_have_text(OFFLINE)
    expect(state(alma.page)).to_be_in_viewport()
    alma.context.set_offline(offline=False)
    expect(state(alma.page)).to_have_text(SAVED)


def test_an_answer_that_is_not_ours_saves_nothing(open_browser: OpenBrowser) -> None:
    """Such as the sign-in page of a hotel's network."""
    alma, _ = at_topic(open_browser)
    alma.page.route(TOPIC_FORM, lambda route: route.fulfill(content_type="text/html", body="<h1>Hotel</h1>"))
    choose(alma.page, "some")
    expect(state(alma.page)).to_have_text(OFFLINE)
    alma.page.unroute(TOPIC_FORM)
    expect(state(alma.page)).to_have_text(SAVED)


def test_a_server_that_is_busy_is_asked_again(open_browser: OpenBrowser) -> None:
    alma, _ = at_topic(open_browser)
    alma.expects(503)
    alma.page.route(TOPIC_FORM, lambda route: route.fulfill(status=503, json={"message": "voll"}))
    choose(alma.page, "some")
    expect(state(alma.page)).to_have_text(OFFLINE)
    alma.page.unroute(TOPIC_FORM)
    expect(state(alma.page)).to_have_text(SAVED)


def test_changing_back_while_a_save_is_on_its_way_ends_with_what_is_chosen(open_browser: OpenBrowser) -> None:
    alma, opened = at_topic(open_browser)
    choose(alma.page, "none")
    expect(state(alma.page)).to_have_text(SAVED)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    alma.page.route(TOPIC_FORM, hold, times=1)
    with alma.page.expect_request(TOPIC_FORM):
        choose(alma.page, "some")
    choose(alma.page, "none")
    posts = count_posts(alma.page)
    held[0].continue_()
    expect(state(alma.page)).to_have_text(SAVED)
    assert posts() == 1
    alma.goto(opened.topic())
    expect(radio(alma.page, "none")).to_be_checked()


@pytest.mark.parametrize("then", ["none", "urgent"])
def test_a_lost_answer_makes_nobody_else_of_us(open_browser: OpenBrowser, then: str) -> None:
    """The server saved, its answer was lost, and the person changes their mind before the next try."""
    alma, opened = at_topic(open_browser)
    alma.expects("ERR_FAILED", 409)
    choose(alma.page, "none")
    expect(state(alma.page)).to_have_text(SAVED)
    alma.page.route(TOPIC_FORM, lose_answer)
    choose(alma.page, "some")
    expect(state(alma.page)).to_have_text(OFFLINE)
    alma.page.unroute(TOPIC_FORM)
    choose(alma.page, then)
    expect(state(alma.page)).to_have_text(SAVED)
    alma.goto(opened.topic())
    expect(radio(alma.page, then)).to_be_checked()


@pytest.mark.parametrize(("side", "kept"), [(THEIRS, "none"), (MINE, "urgent")])
def test_two_people_at_one_measure_see_both_values_and_choose(open_browser: OpenBrowser, side: int, kept: str) -> None:
    alma, opened = at_topic(open_browser)
    bente = same_link(open_browser, opened)
    choose(alma.page, "none")
    expect(state(alma.page)).to_have_text(SAVED)
    bente.expects(409)
    choose(bente.page, "urgent")
    expect(state(bente.page)).to_have_text(re.compile("Zurzeit kein Handlungsbedarf.*Dringender Handlungsbedarf"))
    asked = stay_when_asked(bente.page)
    with bente.page.expect_event("dialog"):
        bente.page.get_by_role("link", name="Impressum").click()
    assert asked == ["beforeunload"]
    state(bente.page).get_by_role("button").nth(side).click()
    expect(radio(bente.page, kept)).to_be_checked()
    expect(radio(bente.page, kept)).to_be_focused()
    expect(state(bente.page)).to_have_text(SAVED if side == MINE else re.compile("Gespeicherte"))
    expect(state(bente.page)).to_have_attribute("data-state", "saved")
    alma.page.reload()
    expect(radio(alma.page, kept)).to_be_checked()


def test_two_people_at_rating_and_note_choose_for_each(open_browser: OpenBrowser) -> None:
    alma, opened = at_topic(open_browser)
    bente = same_link(open_browser, opened)
    choose(alma.page, "none")
    write_note(alma.page, "von Alma")
    expect(state(alma.page)).to_have_text(SAVED)
    bente.expects(409, NO_NETWORK)
    bente.context.set_offline(offline=True)
    choose(bente.page, "urgent")
    write_note(bente.page, "von Bente")
    expect(state(bente.page)).to_have_text(OFFLINE)
    bente.context.set_offline(offline=False)
    choices = state(bente.page).get_by_role("button")
    expect(choices).to_have_count(4)
    choices.nth(MINE).click()
    expect(choices).to_have_count(2)
    choices.nth(THEIRS).click()
    expect(state(bente.page)).to_have_attribute("data-state", "saved")
    expect(note(bente.page)).to_have_value("von Alma")
    alma.page.reload()
    expect(radio(alma.page, "urgent")).to_be_checked()
    expect(note(alma.page)).to_have_value("von Alma")


def test_two_people_at_different_measures_do_not_disturb_each_other(open_browser: OpenBrowser) -> None:
    alma, opened = at_topic(open_browser)
    bente = same_link(open_browser, opened)
    choose(alma.page, "none")
    choose(bente.page, "urgent", SECOND)
    expect(state(alma.page)).to_have_text(SAVED)
    expect(state(bente.page, SECOND)).to_have_text(SAVED)
    alma.page.reload()
    expect(radio(alma.page, "none")).to_be_checked()
    expect(radio(alma.page, "urgent", SECOND)).to_be_checked()


def test_a_note_is_saved_after_a_pause_in_typing(open_browser: OpenBrowser) -> None:
    alma, opened = at_topic(open_browser)
    posts = count_posts(alma.page)
    stop_clock(alma.page)
    write_note(alma.page, "Ordner 3, zweite Schublade")
    expect(state(alma.page)).to_have_text("Wird gespeichert")
    alma.page.clock.run_for(NOTE_PAUSE - 1)
    assert posts() == 0
    alma.page.clock.run_for(1)
    expect(state(alma.page)).to_have_text(SAVED)
    assert posts() == 1
    alma.goto(opened.topic())
    expect(note(alma.page)).to_have_value("Ordner 3, zweite Schublade")
    expect(radio(alma.page, "none")).not_to_be_checked()


def test_a_note_that_is_too_long_says_so_and_the_rating_is_saved(open_browser: OpenBrowser) -> None:
    alma, opened = at_topic(open_browser)
    alma.expects(422)
    open_note(alma.page)
    note(alma.page).fill(TOO_LONG)
    expect(state(alma.page)).to_contain_text("höchstens 2000 Zeichen")
    choose(alma.page, "some")
    expect(progress(alma.page)).to_have_text("1 von 154")
    expect(state(alma.page)).to_contain_text("höchstens 2000 Zeichen")
    expect(note(alma.page)).to_have_value(TOO_LONG)
    note(alma.page).fill("kurz")
    expect(state(alma.page)).to_have_text(SAVED)
    alma.goto(opened.topic())
    expect(note(alma.page)).to_have_value("kurz")
    expect(radio(alma.page, "some")).to_be_checked()


def test_arrows_walk_and_only_the_place_they_stop_at_is_saved(open_browser: OpenBrowser) -> None:
    alma, _ = at_topic(open_browser)
    posts = count_posts(alma.page)
    stop_clock(alma.page)
    radio(alma.page, "urgent").focus()
    for _ in range(4):
        alma.page.keyboard.press("ArrowDown")
        alma.page.clock.run_for(KEY_PAUSE - 1)
        expect(state(alma.page)).to_have_text("Wird gespeichert")
    assert posts() == 0
    alma.page.clock.run_for(1)
    expect(state(alma.page)).to_have_text(SAVED)
    assert posts() == 1
    alma.page.reload()
    expect(radio(alma.page, "some")).to_be_checked()


def test_digits_rate_only_while_the_focus_is_on_the_choices(open_browser: OpenBrowser) -> None:
    alma, _ = at_topic(open_browser)
    alma.page.keyboard.press("1")
    open_note(alma.page)
    alma.page.keyboard.press("2")
    write_note(alma.page, "123")
    expect(state(alma.page)).to_have_text(SAVED)
    for code in ("urgent", "some", "none"):
        expect(radio(alma.page, code)).not_to_be_checked()
    posts = count_posts(alma.page)
    for key, code in (("1", "urgent"), ("2", "some"), ("3", "none")):
        radio(alma.page, "urgent", SECOND).focus()
        alma.page.keyboard.press(key)
        expect(radio(alma.page, code, SECOND)).to_be_checked()
        expect(radio(alma.page, code, SECOND)).to_be_focused()
        expect(state(alma.page, SECOND)).to_have_text(SAVED)
    assert posts() == 3


def test_enter_on_a_choice_does_not_send_the_page(open_browser: OpenBrowser) -> None:
    alma, opened = at_topic(open_browser)
    posts = count_posts(alma.page)
    choose(alma.page, "some")
    expect(state(alma.page)).to_have_text(SAVED)
    alma.page.keyboard.press("Enter")
    alma.page.keyboard.press("1")
    expect(progress(alma.page)).to_have_text("1 von 154")
    expect(state(alma.page)).to_have_text(SAVED)
    expect(alma.page).to_have_url(alma.base + opened.topic())
    expect(radio(alma.page, "urgent")).to_be_checked()
    assert posts() == 2


def test_progress_follows_first_ratings_without_a_reload(open_browser: OpenBrowser) -> None:
    alma, _ = at_topic(open_browser)
    on_page = alma.page.locator(".savebar [data-progress]")
    expect(progress(alma.page)).to_have_text("0 von 154")
    choose(alma.page, "urgent")
    expect(progress(alma.page)).to_have_text("1 von 154")
    expect(on_page).to_have_text(re.compile("^1 von"))
    choose(alma.page, "none")
    choose(alma.page, "some", SECOND)
    expect(progress(alma.page)).to_have_text("2 von 154")
    alma.page.reload()
    expect(progress(alma.page)).to_have_text("2 von 154")
    expect(on_page).to_have_text(re.compile("^2 von"))


def test_access_ended_in_another_tab_loses_nothing_on_the_page(open_browser: OpenBrowser) -> None:
    alma, opened = at_topic(open_browser)
    alma.expects(400, 404)
    end_access_in_another_tab(alma, opened)
    choose(alma.page, "urgent")
    write_note(alma.page, "noch nicht da")
    expect(state(alma.page)).to_have_text(re.compile("Zugang auf diesem Gerät.*beendet.*mit Ihrem Zugangslink"))
    expect(radio(alma.page, "urgent")).to_be_checked()
    expect(note(alma.page)).to_have_value("noch nicht da")
    asked = stay_when_asked(alma.page)
    with alma.page.expect_event("dialog"):
        alma.page.get_by_role("link", name="Impressum").click()
    assert asked == ["beforeunload"]

    other_tab = alma.open_tab()
    other_tab.goto(alma.base + opened.access)
    controls.open_link(other_tab).click()
    expect(controls.right_held(other_tab)).to_be_visible()
    other_tab.close()
    alma.page.evaluate("window.dispatchEvent(new Event('focus'))")  # headless pages never lose it
    expect(state(alma.page)).to_have_text(SAVED)
    alma.goto(opened.topic())
    expect(radio(alma.page, "urgent")).to_be_checked()
    expect(note(alma.page)).to_have_value("noch nicht da")


def test_a_helper_whose_link_was_ended_is_told(open_browser: OpenBrowser) -> None:
    alma, opened = at_topic(open_browser)
    bente = open_browser()
    road.open_link(bente, road.add_link(alma, opened, label="Bente", right="editor"))
    bente.goto(opened.topic())
    choose(bente.page, "some")
    expect(state(bente.page)).to_have_text(SAVED)
    controls.end_link(alma.goto(f"{opened.path}/access"), "Bente").click()
    expect(alma.page.locator(".notice-success")).to_be_visible()
    bente.expects(404)
    choose(bente.page, "none")
    expect(state(bente.page)).to_contain_text("Link ist abgelaufen")


def test_a_round_that_was_declared_meanwhile_says_so(open_browser: OpenBrowser) -> None:
    alma, opened = at_topic(open_browser)
    road.rate_all(alma, opened)
    road.plan_ten(alma, opened)
    road.fill_in(alma, opened)
    alma.goto(opened.topic())
    road.issue(alma, opened)
    alma.expects(409)
    choose(alma.page, "urgent")
    expect(state(alma.page)).to_contain_text("ausgestellt")


def test_the_back_button_shows_what_is_stored(open_browser: OpenBrowser) -> None:
    alma, opened = at_topic(open_browser)
    choose(alma.page, "some")
    expect(state(alma.page)).to_have_text(SAVED)
    alma.goto(opened.path)
    bente = same_link(open_browser, opened)
    choose(bente.page, "none")
    expect(state(bente.page)).to_have_text(SAVED)
    alma.page.go_back()
    expect(radio(alma.page, "none")).to_be_checked()


def stop_clock(page: Page) -> None:
    """From now on the page's timers run only when the test says so."""
    page.clock.install(time=0)
    page.clock.pause_at(3600)


def at_topic(open_browser: OpenBrowser) -> tuple[Visitor, Round]:
    """Alma has started a check and looks at its first topic."""
    alma = open_browser()
    opened = road.start_and_keep(alma)
    go_to_topic(alma, opened)
    return alma, opened


def same_link(open_browser: OpenBrowser, opened: Round) -> Visitor:
    """Open the same link in another browser, at the same topic."""
    bente = open_browser()
    road.open_link(bente, opened.access)
    go_to_topic(bente, opened)
    return bente


def go_to_topic(visitor: Visitor, opened: Round) -> None:
    visitor.goto(opened.topic())
    expect(visitor.page.locator("form.is-autosaving")).to_be_visible()


def radio(page: Page, code: str, ref: str = FIRST) -> Locator:
    return page.locator(f'[id="need-{ref}-{code}"]')


def choose(page: Page, code: str, ref: str = FIRST) -> None:
    radio(page, code, ref).click()


def note(page: Page) -> Locator:
    return page.locator(f'[id="note-{FIRST}"]')


def open_note(page: Page) -> None:
    page.locator(f'[id="measure-{FIRST}"] .measure-note summary').click()


def write_note(page: Page, text: str) -> None:
    if not note(page).is_visible():
        open_note(page)
    note(page).press_sequentially(text)


def state(page: Page, ref: str = FIRST) -> Locator:
    return page.locator(f'[data-state-for="{ref}"]')


def progress(page: Page) -> Locator:
    return page.locator(".step [data-progress]")


def stay_when_asked(page: Page) -> list[str]:
    """Answer every dialogue with "stay here", and remember what kind it was."""
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    return asked


def lose_answer(route: Route) -> None:
    route.fetch()
    route.abort()


def end_access_in_another_tab(visitor: Visitor, opened: Round) -> None:
    visitor.post(f"{opened.path}/leave", {"csrf_token": road.csrf_token(visitor, opened)})
