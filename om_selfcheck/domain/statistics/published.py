"""Figures as they are kept: JSON, written once when a week closes and read by every page, table and report."""

import json
from collections.abc import Mapping
from dataclasses import astuple
from enum import StrEnum

from om_selfcheck.domain.record import canonical_json
from om_selfcheck.domain.statistics.batches import AnswerBatch, ProgressBatch
from om_selfcheck.domain.statistics.groups import Overview
from om_selfcheck.domain.statistics.stages import StageCounts
from om_selfcheck.domain.statistics.weeks import Week


class FigureKind(StrEnum):
    """What is published: stages every week, batches of answers and of actions when one closes."""

    STAGES = "stages"
    ANSWERS = "answers"
    PROGRESS = "progress"


def write_stages(overview: Overview) -> str:
    """Write the groups that are shown, and nothing of the others."""
    return canonical_json({key: astuple(counts) for key, counts in overview.groups.items()})


def read_stages(content: str) -> Overview:
    names = StageCounts.__slots__
    groups: dict[str, list[int]] = json.loads(content)
    return Overview.of({key: StageCounts(**dict(zip(names, counts, strict=True))) for key, counts in groups.items()})


def write_answers(batches: Mapping[str, AnswerBatch]) -> str:
    """Write the batches of a week by check and version, ``<slug>/<version>``."""
    return canonical_json(
        {
            check: {"companies": batch.companies, "urgent": dict(batch.urgent), "some": dict(batch.some)}
            for check, batch in batches.items()
        }
    )


def read_answers(week: Week, content: str) -> dict[str, AnswerBatch]:
    return {check: AnswerBatch(week=week, **numbers) for check, numbers in json.loads(content).items()}


def write_progress(batches: Mapping[str, ProgressBatch]) -> str:
    """Write the batches of a week by check."""
    return canonical_json(
        {check: {"companies": batch.companies, "done": batch.done} for check, batch in batches.items()}
    )


def read_progress(week: Week, content: str) -> dict[str, ProgressBatch]:
    return {check: ProgressBatch(week=week, **numbers) for check, numbers in json.loads(content).items()}
