"""Words of testing and awards, which a self-check does not use of itself or of the firm (D10).

A check may well ask whether ladders are inspected (geprüft) or suppliers certified: only what it says about itself is
held to the strict list, and measures to the claims that a reader would take for a verdict on the firm.
"""

import re

_STRICT = re.compile(
    r"zertifi|geprüft|bestanden|ausgezeichnet|\w*siegel\b|\bsterne\b"
    r"|certif|\bseals?\b|\bbadges?\b|\bawards?\b|\bstars?\b|\btested\b|\baudited\b|\bCE\b|(?-i:\bINQA\b)",
    re.IGNORECASE,
)
_CLAIM = re.compile(
    r"(?<!ver)\b(güte|prüf|qualitäts)?siegel\b"
    r"|(extern|unabhängig|amtlich|von dritten) geprüft"
    r"|(geprüfte|zertifizierte|ausgezeichnete)[rsmn]? (betrieb|firma|unternehmen|arbeitgeber)"
    r"|check (ist |wurde )?bestanden"
    r"|\b(quality seal|seal of approval|badge)\b"
    r"|(externally|independently|officially) (tested|audited|certified)"
    r"|(certified|award-winning) (firm|company|business|employer)"
    r"|(passed|failed) (the|this) check"
    r"|\bINQA\b|offensive mittelstand|guter mittelstand|gda-orgacheck",
    re.IGNORECASE,
)
_DENIAL = re.compile(r"\b(nicht|kein\w*|niemand\w*|not|no|nobody|never)\b", re.IGNORECASE)


def find_praise(text: str) -> str:
    """Return a word that what the check says about itself must not hold; to deny it in the sentence is fine."""
    for sentence in re.split(r"(?<=[.;?])\s", text):
        if (found := _STRICT.search(sentence)) and not _DENIAL.search(sentence):
            return found.group()
    return ""


def find_claim(text: str) -> str:
    """Return a phrase in a measure that reads like a verdict on the firm."""
    found = _CLAIM.search(text)
    return found.group() if found else ""
