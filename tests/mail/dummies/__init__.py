"""Made-up letters for the tests of the mail itself; the real ones have their own."""

from datetime import date
from pathlib import Path

from om_selfcheck.domain.message import MessageKind
from om_selfcheck.services.letters import Facts

FOLDER = Path(__file__).parent
LINK_FACTS: Facts = {"company": "Malerbetrieb Łucja Beck & Söhne", "token": "t" * 43}
DUE_FACTS: Facts = {"heading": "Vertretung <regeln>", "due_on": date(2027, 1, 31)}
FACTS = {MessageKind.ACCESS_LINK: LINK_FACTS, MessageKind.ACTION_DUE: DUE_FACTS}
