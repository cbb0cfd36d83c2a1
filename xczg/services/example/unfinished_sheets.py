"""Score sheets that are not in yet: a draft, one returned, one that waits for its unit."""

from collections.abc import Callable, Sequence

from sqlmodel import Session

from xczg.rules.sheets import FilledLine, TypedLine
from xczg.rules.values import SheetState
from xczg.services.example.city import seeded
from xczg.services.example.days import moment
from xczg.services.example.scores import SheetPlan
from xczg.services.example.writing import OFFICE
from xczg.services.score_writing import add_sheet, as_stored
from xczg.store.tables import ScoreDraft, ScoreSheet

_RETURN = "细则3.1的扣分与督查核实情况不一致，请核实后重新提交"


def add_unfinished(
    session: Session,
    sheets: Sequence[SheetPlan],
    inspections: Sequence[int],
    recorder: Callable[[SheetPlan], str],
) -> None:
    """Those of the plans that do not count yet; `recorder` names the account of a unit."""
    for sheet in sheets:
        inspection, who = inspections[sheet.place], recorder(sheet)
        at = moment(sheet.day, seeded("unfinished", inspection, sheet.unit))
        if sheet.state is SheetState.SUBMITTED:
            continue
        returned = sheet.state is SheetState.RETURNED
        if sheet.state is not SheetState.FILLING:
            stored = ScoreSheet(
                inspection_id=inspection,
                unit=sheet.unit,
                complete=True,
                state=sheet.state,
                proxy=not returned,
                recorded_by=who if returned else OFFICE,
                recorded_at=at,
                returned_by=OFFICE if returned else None,
                returned_at=at if returned else None,
                returned_reason=_RETURN if returned else "",
            )
            add_sheet(session, stored, [FilledLine(**line) for line in sheet.lines])
        if sheet.state is not SheetState.AWAITING_CONFIRMATION:
            lines = {one["criterion"]: TypedLine(f"{one['points']}", one["reason"]) for one in sheet.lines}
            session.add(
                ScoreDraft(
                    inspection_id=inspection,
                    unit=sheet.unit,
                    lines=as_stored(lines),
                    updated_by=OFFICE if returned else who,
                    updated_at=at,
                )
            )
    session.flush()
