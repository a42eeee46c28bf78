"""Who helps: when a contact has grown old, in which order they stand, which addresses of pages are linked to."""

from datetime import date, timedelta

import pytest

from om_selfcheck.domain.help import (
    MAIL_LENGTH,
    PAGE_LENGTH,
    HelpNearby,
    HelpTopic,
    alphabetical_key,
    dial,
    is_outdated_on,
    is_phone,
    mail_address,
    read_page_address,
    read_topics,
    shorten,
    write_topics,
)


@pytest.mark.parametrize(
    ("confirmed_on", "today", "expected"),
    [
        (date(2025, 11, 24), date(2025, 11, 24), False),
        (date(2025, 11, 24), date(2026, 11, 24), False),  # twelve months to the day
        (date(2025, 11, 24), date(2026, 11, 25), True),
        (date(2024, 2, 29), date(2025, 2, 28), False),
        (date(2024, 2, 29), date(2025, 3, 1), True),
        (date(2026, 12, 1), date(2026, 11, 24), False),  # a clock that was put back makes nobody old
    ],
)
def test_a_contact_is_outdated_after_twelve_months(confirmed_on: date, today: date, *, expected: bool) -> None:
    assert is_outdated_on(confirmed_on, today) is expected


def test_a_contact_grows_old_once_and_stays_so() -> None:
    days = [date(2025, 1, 31) + timedelta(days=number) for number in range(800)]
    states = [is_outdated_on(days[0], today) for today in days]
    assert states == sorted(states)
    assert states.count(False) == 366


def test_nobody_comes_first_but_by_the_alphabet() -> None:
    names = ["Zentrum", "öffentlicher Träger", "IHK Nord", "Ökoprofit", "ihk Mitte", "Straßenamt", "Strassenbau", "AOK"]
    assert sorted(names, key=alphabetical_key) == [
        "AOK",
        "ihk Mitte",
        "IHK Nord",
        "öffentlicher Träger",
        "Ökoprofit",
        "Straßenamt",
        "Strassenbau",
        "Zentrum",
    ]


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("https://www.ihk.example/hilfe", "https://www.ihk.example/hilfe"),
        ("http://ihk.example", "http://ihk.example"),
        ("www.ihk.example", "https://www.ihk.example"),
        ("HTTPS://WWW.IHK.example/Hilfe?a=b&c=d#e", "https://www.ihk.example/Hilfe?a=b&c=d#e"),
        ("ihk.example:8443/x", "https://ihk.example:8443/x"),
        ("https://handwerk-köln.de/für-uns", "https://xn--handwerk-kln-ejb.de/f%C3%BCr-uns"),
        ("https://ihk.example/a%20b", "https://ihk.example/a%20b"),
        ('https://ihk.example/"><script>', "https://ihk.example/%22%3E%3Cscript%3E"),
    ],
)
def test_the_address_of_a_page_is_written_out(typed: str, written: str) -> None:
    assert read_page_address(typed) == written
    assert read_page_address(written) == written


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "-",
        "auf Anfrage",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)//https://ihk.example",
        "javascript://ihk.example/%0aalert(1)",
        "data:text/html,<script>",
        "data://ihk.example/x",
        "file:///etc/passwd",
        "ftp://ihk.example",
        "//ihk.example",
        "https:/ihk.example",
        "https://",
        "https://localhost/",
        "https://10.0.0.1/",
        "https://[::1]/",
        "https://[",
        "https://ihk.example:x/",
        "https://ihk.example:99999/",
        "https://ihk.example@evil.example/",
        "https://ihk.example\\@evil.example/",
        "https://ihk .example",
        "https://ihk.example/ a",
        "https://-ihk.example",
        "https://ihk..example",
        "https://" + "a" * 70 + ".example",
        "https://ihk.example/" + "a" * PAGE_LENGTH,
        "info@ihk.example",
        "mailto:info@ihk.example",
    ],
)
def test_whatever_else_is_typed_becomes_no_link(typed: str) -> None:
    assert read_page_address(typed) is None


@pytest.mark.parametrize(
    ("phone", "number"),
    [
        ("05121 123-0", "051211230"),
        ("+49 (0)5121 / 12 30", "+4951211230"),
        ("(0 51 21) 12 30", "051211230"),
        ("110", "110"),
        ("0800 – 123", "0800123"),
    ],
)
def test_a_number_is_dialled_without_what_stands_between(phone: str, number: str) -> None:
    assert is_phone(phone)
    assert dial(phone) == number


@pytest.mark.parametrize("text", ["", "12", "siehe Seite", "05121 123 App. 7", "²³⁴", "٠١٢٣", "0190;x=1", "++49 1234"])
def test_other_texts_are_no_number(text: str) -> None:
    assert not is_phone(text)


def test_topics_are_written_in_one_order_and_read_back() -> None:
    topics = {HelpTopic("kompakt", "10"), HelpTopic("basis", "2"), HelpTopic("basis", "1")}
    written = write_topics(topics)
    assert written == "basis/1 basis/2 kompakt/10"
    assert read_topics(written) == topics


def test_what_is_no_topic_is_left_out() -> None:
    assert read_topics("basis/1 basis basis/ /1  ") == {HelpTopic("basis", "1")}


def test_help_for_an_action_is_that_for_its_first_measure_with_any() -> None:
    nearby = HelpNearby(network="Netz", topic_refs=frozenset({"2", "3"}))
    assert nearby.find_topic(["1.1.a", "3.2.b", "2.1.a"]) == "3"
    assert nearby.find_topic(["1.1.a"]) == nearby.find_topic([]) == ""
    assert nearby.covers("2")
    assert not nearby.covers("1")


def test_without_a_network_there_is_none() -> None:
    assert not HelpNearby().covers("1")
    assert HelpNearby().find_topic(["1.1.a"]) == ""


@pytest.mark.parametrize("text", ["", "kurz", "a" * MAIL_LENGTH, "a" * (MAIL_LENGTH + 1), "ab cd " * MAIL_LENGTH])
def test_a_shortened_text_is_short_and_says_that_it_goes_on(text: str) -> None:
    short = shorten(text)
    assert len(short) <= MAIL_LENGTH
    assert (short == text) is (len(text) <= MAIL_LENGTH)
    assert short == text or short.endswith(" …")


def test_nothing_typed_gets_out_of_its_place_in_a_mails_link() -> None:
    link = mail_address("a+b@ihk.example", subject="x&bcc=evil@example.org", body='"<a>&cc=b\n#?')
    assert link == (
        "mailto:a%2Bb@ihk.example?subject=x%26bcc%3Devil%40example.org&body=%22%3Ca%3E%26cc%3Db%0D%0A%23%3F"
    )
