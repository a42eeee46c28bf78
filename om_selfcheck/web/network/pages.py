"""What a network's pages share: the checks by name, and the addresses of links."""

from om_selfcheck.domain.invitation import group_token
from om_selfcheck.domain.rating import NeedForAction
from om_selfcheck.i18n.labels import label
from om_selfcheck.i18n.translation import current_language
from om_selfcheck.web.surroundings import catalogue, printed_address


def check_titles() -> dict[str, str]:
    """Return the checks that can be begun here: slug and title in the language of the page."""
    language = current_language()
    return {one.slug: one.title.in_language(language) for one in catalogue().list_newest()}


def link_address(token: str) -> str:
    """Return the address to copy and to print as QR code."""
    return printed_address("public.invitation", token=token)


def short_address(token: str) -> str:
    """Return the address as people read and type it: no scheme, the code in two halves."""
    return printed_address("public.invitation", token=group_token(token)).partition("://")[2]


def need_labels() -> dict[str, str]:
    return {need.value: label(need) for need in NeedForAction}
