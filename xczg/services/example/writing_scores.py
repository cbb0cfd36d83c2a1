"""Bulk writers of score sheets, surveys and judgements, inside one open transaction."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from xczg.rules.values import ScoringUnit, SheetState
from xczg.services.example.city import seeded
from xczg.services.example.days import moment
from xczg.services.example.rounds import RoundPlan
from xczg.services.example.scores import SheetPlan
from xczg.services.example.unfinished_sheets import add_unfinished
from xczg.services.example.writing import OFFICE, add_rows, add_with_ids
from xczg.store.tables import Judgement, SatisfactionSurvey, ScoreLine, ScoreSheet


def add_sheets(
    session: Session,
    plan: RoundPlan,
    sheets: Sequence[SheetPlan],
    inspections: Sequence[int],
    team_account: int,
) -> None:
    """Score sheets with their lines, each recorded by the unit itself; those not in yet in their states."""
    teams = [one.team for one in plan.inspections]
    add_unfinished(
        session, sheets, inspections, lambda one: _recorder(one.unit, teams[one.place], team_account)
    )
    sheets = [sheet for sheet in sheets if sheet.state is SheetState.SUBMITTED]
    rows = [
        {
            "inspection_id": inspections[sheet.place],
            "unit": sheet.unit,
            "complete": sheet.complete,
            "recorded_by": _recorder(sheet.unit, teams[sheet.place], team_account),
            "recorded_at": moment(sheet.day, seeded("sheet time", plan.name, sheet.place, sheet.unit)),
        }
        for sheet in sheets
    ]
    ids = add_with_ids(session, ScoreSheet, rows)
    lines = [
        {"sheet_id": key, **line} for key, sheet in zip(ids, sheets, strict=True) for line in sheet.lines
    ]
    add_rows(session, ScoreLine, lines)


def _recorder(unit: ScoringUnit, team: int, team_account: int) -> str:
    if unit is not ScoringUnit.TEAM or team == team_account:
        return unit.value
    return f"team{team}"


def add_opinions(
    session: Session,
    inspections: Sequence[int],
    surveys: dict[int, dict[str, int]],
    judgements: Sequence[dict[str, Any]],
) -> None:
    """Satisfaction surveys and judgements."""
    ballots = [{"inspection_id": inspections[place], **counts} for place, counts in surveys.items()]
    add_rows(session, SatisfactionSurvey, ballots)
    rows = [
        {
            "inspection_id": inspections[one["place"]],
            "recorded_by": OFFICE,
            **{key: value for key, value in one.items() if key != "place"},
        }
        for one in judgements
    ]
    add_rows(session, Judgement, rows)
