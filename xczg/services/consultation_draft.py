"""What the program fills into the three items of the consultation meeting (R7): facts as they stand."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func
from sqlmodel import Session, col, select

from xczg.rules.phases import deadlines
from xczg.rules.rulebook import Rulebook
from xczg.rules.values import ReportState, ScoringUnit, SubmissionKind, SubmissionState
from xczg.store.tables import Inspection, Organization, Submission, SupervisionEntry, SupervisionReport
from xczg.store.views.assessment import visits
from xczg.store.views.rounds import RoundRow

MOST_NAMES = 10


def draft_items(session: Session, row: RoundRow, rulebook: Rulebook, today: date) -> tuple[str, str, str]:
    """The three items in the order of the regulation; five statements."""
    found = session.execute(
        select(col(Inspection.id), col(Organization.name))
        .join(Organization, col(Organization.id) == Inspection.organization_id)
        .where(col(Inspection.round_id) == row.id, col(Inspection.exempted_on).is_(None))
        .order_by(col(Organization.name))
    )
    names = {one[0]: one[1] for one in found}
    return (
        _routine(session, row, rulebook, names),
        _progress(session, row, names),
        _schedule(session, row, rulebook, names, today),
    )


def _routine(session: Session, row: RoundRow, rulebook: Rulebook, names: dict[int, str]) -> str:
    """通报日常监督评估情况: who has reported, and who was looked at."""
    latest: dict[ScoringUnit | None, SupervisionReport] = {}
    for stored in session.exec(
        select(SupervisionReport)
        .where(col(SupervisionReport.round_id) == row.id)
        .order_by(col(SupervisionReport.version))
    ):
        latest[stored.unit] = stored
    units: Sequence[ScoringUnit | None] = (ScoringUnit.DISCIPLINE, ScoringUnit.PERSONNEL)
    if rulebook.papers.joint_supervision_report.value:
        units = (None,)
    parts = []
    for unit in units:
        report = latest.get(unit)
        label = rulebook.units.names.value[unit] if unit else "联合报告"
        submitted = report is not None and report.state is ReportState.SUBMITTED
        returned = report is not None and report.state is ReportState.RETURNED
        state = ReportState.SUBMITTED if submitted else ReportState.NOT_SUBMITTED
        parts.append(f"{label}{ReportState.RETURNED.value if returned else state.value}")
    found = session.execute(
        select(col(SupervisionEntry.inspection_id), func.count(col(SupervisionEntry.id)))
        .join(Inspection, col(Inspection.id) == SupervisionEntry.inspection_id)
        .where(col(Inspection.round_id) == row.id)
        .group_by(col(SupervisionEntry.inspection_id))
    )
    entries = {row[0]: row[1] for row in found}
    blank = [name for key, name in names.items() if key not in entries]
    return (
        f"日常监督评估结果报告：{'，'.join(parts)}。"
        f"共登记监督记录{sum(entries.values())}条，涉及{len(names) - len(blank)}/{len(names)}个党组织"
        f"{_naming('，尚无监督记录的：', blank)}。"
    )


def _progress(session: Session, row: RoundRow, names: dict[int, str]) -> str:
    """会商集中整改进展报告: who has handed it in, and what the office made of it."""
    handed_in = session.execute(
        select(col(Submission.inspection_id), col(Submission.state))
        .join(Inspection, col(Inspection.id) == Submission.inspection_id)
        .where(col(Inspection.round_id) == row.id, col(Submission.kind) == SubmissionKind.PROGRESS_REPORT)
        .order_by(col(Submission.version))
    )
    latest = {row[0]: row[1] for row in handed_in}  # of several versions the last
    waiting = [name for key, name in names.items() if key not in latest]
    count = {state: sum(one is state for one in latest.values()) for state in SubmissionState}
    states = "，".join(f"{state.value}{number}份" for state, number in count.items() if number)
    return (
        f"集中整改进展报告已报送{len(names) - len(waiting)}/{len(names)}份"
        f"{f'（{states}）' if states else ''}{_naming('，尚未报送的：', waiting)}。"
    )


def _schedule(session: Session, row: RoundRow, rulebook: Rulebook, names: dict[int, str], today: date) -> str:
    """安排实地督导事宜: the schedule, and who is not in it yet."""
    due = deadlines(row.latest_feedback, rulebook.periods).assessment_due
    found = visits(session, row.id)
    lines = [f"{_days(one.from_date, one.until_date)}　{one.organization}（{one.group}）" for one in found]
    visited = {one.inspection_id for one in found}
    open_ = [name for key, name in names.items() if key not in visited]
    over = "，已超过" if today > due else ""
    head = (
        f"集中督查评估应于{due.year}年{_day(due)}前完成{over}。"
        f"已安排{len(visited & set(names))}/{len(names)}个党组织{_naming('，尚未安排的：', open_)}。"
    )
    return "\n".join([head, *lines])


def _naming(lead: str, names: Sequence[str]) -> str:
    if not names:
        return ""
    more = f"等{len(names)}个" if len(names) > MOST_NAMES else ""
    return f"{lead}{'、'.join(names[:MOST_NAMES])}{more}"


def _days(first: date, last: date) -> str:
    return _day(first) if first == last else f"{_day(first)}至{_day(last)}"


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
