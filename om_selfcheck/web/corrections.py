"""The form in which name, address and signatory are corrected, the same for the company and the coordinating office."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from om_selfcheck.domain.correction import CORRECTABLE
from om_selfcheck.services.corrections import Outcome
from om_selfcheck.web.details import DetailsForm, describe_gap
from om_selfcheck.web.inputs import text_field

NOTE_LENGTH = 300
CORRECTED, UNCHANGED = "1", "0"
FIELDS = tuple(one.value for one in CORRECTABLE)


class CorrectionForm(DetailsForm):
    note = text_field(NOTE_LENGTH)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a correction was not written: what is wrong with a field, and what stands there meanwhile."""

    errors: Mapping[str, str] = field(default_factory=dict)
    conflicts: Mapping[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        return 422 if self.errors else 409


def tell(wanted: Mapping[str, str], shown: Mapping[str, str]) -> str:
    """Return the news of a correction that was not refused. Sent twice it is told twice; empty it was none."""
    return CORRECTED if any(value != shown[name] for name, value in wanted.items()) else UNCHANGED


def explain(outcome: Outcome) -> Refused:
    """Put into words why nothing was written."""
    return Refused(
        errors={one.value: describe_gap(one, is_typed=True) for one in outcome.missing},
        conflicts={conflict.name: conflict.stored for conflict in outcome.conflicts},
    )
