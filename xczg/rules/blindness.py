"""Blindness (R8): no unit sees another's points until all sheets of the round are in, or it wraps up.

Three steps, for the whole round at once: closed; open to the assessment group (the units compare their
sheets, nobody else sees a point); aggregated, when results exist. A sheet returned after all were in
closes the round again until it is back, unless the wrap-up meeting is opened: that is never undone.
"""

from enum import Enum

from xczg.rules.values import Role, ScoringUnit

UNIT_OF_ROLE = {
    Role.DISCIPLINE: ScoringUnit.DISCIPLINE,
    Role.PERSONNEL: ScoringUnit.PERSONNEL,
    Role.TEAM: ScoringUnit.TEAM,
}


class ScoreView(Enum):
    """How much of the scores of a round somebody sees."""

    PROGRESS_ONLY = "n/N"
    SHEETS = "the sheets of all units, no final score and no rank"
    OWN_FINAL_SCORE = "own final score"
    OWN_RESULT = "own final score, unit scores and rank"
    ALL = "all scores and ranks"

    @property
    def with_sheets(self) -> bool:
        """Whether the sheets of every unit are open, and not one's own alone."""
        return self in (ScoreView.SHEETS, ScoreView.ALL)


def blindness_lifted(*, submitted: int, expected: int, wrapped_up: bool) -> bool:
    """Whether the assessment group may see all sheets: all complete and submitted, or the meeting opened."""
    return wrapped_up or 0 < expected <= submitted


def sees_sheet(view: ScoreView, own_unit: ScoringUnit | None, unit: ScoringUnit) -> bool:
    """Whether the points of a unit's sheet are for somebody with this view of the round.

    A unit always sees its own. Which organisations' sheets there are for somebody at all is the scope's.
    """
    return own_unit is unit or view.with_sheets
