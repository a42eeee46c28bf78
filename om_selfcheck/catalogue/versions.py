"""What a process knows of the questionnaires."""

from collections.abc import Mapping
from dataclasses import dataclass

from om_selfcheck.domain.errors import NotFound
from om_selfcheck.domain.questionnaire import Questionnaire


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every version of every questionnaire, by slug and version."""

    versions: Mapping[tuple[str, str], Questionnaire]

    def get(self, slug: str, version: str) -> Questionnaire:
        """Return one version; NotFound if there is no such file."""
        found = self.versions.get((slug, version))
        if found is None:
            raise NotFound
        return found

    def newest(self, slug: str) -> Questionnaire:
        """Return the version with the highest number, 1.10 after 1.9; NotFound if there is none."""
        found = [one for one in self.list_newest() if one.slug == slug]
        if not found:
            raise NotFound
        return found[0]

    def list_newest(self) -> tuple[Questionnaire, ...]:
        """Return the newest version of each questionnaire, ordered by slug."""
        return tuple({one.slug: one for one in self.list_all()}.values())

    def list_all(self) -> tuple[Questionnaire, ...]:
        """Return every version, ordered by slug and then by number."""
        return tuple(sorted(self.versions.values(), key=_order))


def _order(questionnaire: Questionnaire) -> tuple[str, tuple[int, ...]]:
    return questionnaire.slug, tuple(int(number) for number in questionnaire.version.split("."))
