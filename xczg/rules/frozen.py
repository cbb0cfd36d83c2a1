"""A frozen result as text: the inputs, so that it can be reckoned again, and what was approved."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from xczg.rules.rates import Ballots, StatusCounts
from xczg.rules.result import InspectionFacts, RoundResult, as_json
from xczg.rules.scoring import SheetFacts
from xczg.rules.triggers import DecidedJudgement, JudgementKind
from xczg.rules.values import ScoringUnit


def write_frozen(
    facts: Sequence[InspectionFacts], result: RoundResult, rulebook_checksum: str, as_of: date
) -> str:
    """The whole result with its inputs, its rulebook and the day it was reckoned, in a fixed order."""
    content = {
        "as_of": as_of.isoformat(),
        "rulebook": rulebook_checksum,
        "facts": [_fact_as_json(item) for item in sorted(facts, key=lambda item: item.inspection_id)],
        "results": [as_json(row) for row in result.rows],
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True)


def content_checksum(content: str) -> str:
    """SHA-256 of the frozen text."""
    return hashlib.sha256(content.encode()).hexdigest()


def read_facts(content: str) -> tuple[InspectionFacts, ...]:
    """The inputs as they were when the result was frozen."""
    return tuple(_fact_from_json(item) for item in json.loads(content)["facts"])


def read_as_of(content: str) -> date | None:
    """The day the frozen figures were reckoned; None in a result frozen before that was kept."""
    day = json.loads(content).get("as_of")
    return date.fromisoformat(day) if day else None


def read_results(content: str) -> list[dict[str, Any]]:
    """The rows as they were approved, in the form of `results --json`."""
    rows: list[dict[str, Any]] = json.loads(content)["results"]
    return rows


def _fact_as_json(item: InspectionFacts) -> dict[str, Any]:
    return {
        "inspection_id": item.inspection_id,
        "organization": item.organization,
        "counts": {name: getattr(item.counts, name) for name in StatusCounts.__slots__},
        "sheets": {unit.value: _sheet_as_json(sheet) for unit, sheet in item.sheets.items()},
        "ballots": {name: getattr(item.ballots, name) for name in Ballots.__slots__}
        if item.ballots
        else None,
        "judgements": [[judgement.kind.value, judgement.text] for judgement in item.judgements],
        "exempted": item.exempted,
        "categories": {name: list(counts) for name, counts in item.categories.items()},
        "oldest_overdue": item.oldest_overdue.isoformat() if item.oldest_overdue else None,
    }


def _sheet_as_json(sheet: SheetFacts) -> list[Any]:
    return [sheet.lines, str(sheet.total), *([True] if sheet.proxy else [])]


def _fact_from_json(item: dict[str, Any]) -> InspectionFacts:
    return InspectionFacts(
        inspection_id=item["inspection_id"],
        organization=item["organization"],
        counts=StatusCounts(**item["counts"]),
        sheets={
            ScoringUnit(unit): SheetFacts(lines, Decimal(total), *proxy)
            for unit, (lines, total, *proxy) in item["sheets"].items()
        },
        ballots=Ballots(**item["ballots"]) if item["ballots"] else None,
        judgements=tuple(DecidedJudgement(JudgementKind(kind), text) for kind, text in item["judgements"]),
        exempted=item["exempted"],
        categories={name: (first, second) for name, (first, second) in item.get("categories", {}).items()},
        oldest_overdue=date.fromisoformat(oldest) if (oldest := item.get("oldest_overdue")) else None,
    )
