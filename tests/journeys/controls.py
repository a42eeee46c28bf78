"""Where the pages' controls are: found by names and addresses that stay, not by words that are still polished."""

from playwright.sync_api import Locator, Page


def begin(page: Page) -> Locator:
    return page.locator('form[action*="/assessments"] button').first


def link_is_kept(page: Page) -> Locator:
    return page.locator('form[action*="/link"]:not([action*="/mails/"]) button')


def keep_in(page: Page) -> Locator:
    return page.locator("input[name=keep_in]")


def open_link(page: Page) -> Locator:
    return page.locator('form[action*="/access/"] button')


def start_rating(page: Page) -> Locator:
    return page.locator('main a[href$="/next"]')


def save_page(page: Page) -> Locator:
    return page.locator(".savebar button").first


def save_and_go_on(page: Page) -> Locator:
    return page.locator("button[name=then][value=next]")


def first_proposal(page: Page) -> Locator:
    return page.locator("#proposals details[open] a").first


def save_form(page: Page) -> Locator:
    """The first button of a form with fields saves it (actions, the declaration)."""
    return page.locator("form[data-guard] button:not([type=button])").first


def complete_actions(page: Page) -> Locator:
    """The words below the step "plan"; they begin with the number of complete actions."""
    return page.locator(".step-state").nth(1)


def go_to_declaration(page: Page) -> Locator:
    return page.locator('main a[href$="/declaration"]').last


def issue(page: Page) -> Locator:
    return page.locator('form[action*="/declaration/issue"] button')


def begin_renewal(page: Page) -> Locator:
    return page.locator('form[action$="/renewal"] button')


def take_over(page: Page) -> Locator:
    return page.locator('form[action*="/plan/last/"] button')


def make_link(page: Page) -> Locator:
    return page.locator('form[action*="/access/links"] button')


def end_link(page: Page, label: str) -> Locator:
    return page.locator(".task", has_text=label).locator('form[action*="/revoke"] button')


def renew_key(page: Page) -> Locator:
    return page.locator('form[action*="/access/renew"] button')


def leave(page: Page) -> Locator:
    return page.locator('form[action*="/leave"] button')


def right_held(page: Page) -> Locator:
    """The line that says what this browser may do; only pages of an opened check have it."""
    return page.locator(".frame-right")


def confirm_address(page: Page) -> Locator:
    return page.locator("button[name=confirm]")


def confirm_code(page: Page) -> Locator:
    return page.locator('form[action*="/mails/code"] button')


def step(page: Page, state: str) -> Locator:
    """The button that reports a state of the first action on the page."""
    return page.locator(f".report button[name=state][value={state}]").first
