"""What counts as an e-mail address: one plain address that fits into a mail's head as it is."""

import re

EMAIL_LENGTH = 254
_WORD = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(rf"(?=[^@]{{1,64}}@){_WORD}(?:\.{_WORD})*@(?:{_LABEL}\.)+[A-Za-z]{{2,63}}")


def is_email(text: str) -> bool:
    """Say whether a text is one plain address: no list, no display name, no line breaks.

    >>> is_email("buero@betrieb.de"), is_email("a@b.de, c@d.de"), is_email("Eva <eva@betrieb.de>")
    (True, False, False)
    """
    return len(text) <= EMAIL_LENGTH and _EMAIL.fullmatch(text) is not None
