"""Field visits (R7): the schedule, and what was found about each finding （督查核实）."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, update
from sqlmodel import Session, col, select

from xczg.access.permissions import Actor, UseCase, demand
from xczg.rules.values import AttachmentKind, VisitOutcome
from xczg.rules.visits import PlannedVisit, clashes, must_stand_back
from xczg.services.assessing import at_most, changeable_inspection, changeable_round, not_after, required
from xczg.services.attachments import NewFile, attach
from xczg.services.scoped import NOT_FOUND, InspectionRef
from xczg.services.unit_of_work import RefusedError, StaleError, change_versioned
from xczg.store import audit
from xczg.store.engine import writing
from xczg.store.tables import AssessmentException, FieldVisit, Finding, VisitCheck
from xczg.store.views.assessment import GroupRow, RecusalRow, going, groups, planned, recusals, visits
from xczg.store.views.rounds import RoundRow


@dataclass(frozen=True, slots=True)
class VisitForm:
    """A visit as it is planned; without `members` the whole group goes."""

    inspection_id: int
    group_id: int
    from_date: date
    until_date: date
    methods: tuple[str, ...]
    members: tuple[int, ...] = ()
    note: str = ""


def schedule_visit(engine: Engine, actor: Actor, form: VisitForm) -> int:
    """Put a visit into the schedule.

    Raises:
        RefusedError: when somebody would be in two places, should stand back （回避）, or a field is wrong;
            after the wrap-up meeting when no second assessment was approved (R5); for a frozen round.
    """
    demand(actor, UseCase.MANAGE_ASSESSMENT)
    with writing(engine) as session:
        inspection = changeable_inspection(session, actor, form.inspection_id)
        row = changeable_round(session, inspection.inspection.round_id)
        _refuse_second_assessment(session, row)
        values = _checked_values(session, inspection, form, visit_id=None)
        added = FieldVisit(inspection_id=form.inspection_id, recorded_by=actor.username, **values)
        session.add(added)
        session.flush()
        audit.record(session, actor.username, "安排实地督导", inspection.label, 日期=_days(form))
        assert added.id is not None
        return added.id


def change_visit(engine: Engine, actor: Actor, visit_id: int, form: VisitForm, *, version: int) -> None:
    """Change the group, the days, members, methods or the note of a visit; never its organisation.

    Raises:
        StaleError: when somebody changed it meanwhile.
        RefusedError: as `schedule_visit`.
    """
    demand(actor, UseCase.MANAGE_ASSESSMENT)
    with writing(engine) as session:
        visit = _visit(session, visit_id)
        inspection = changeable_inspection(session, actor, visit.inspection_id)
        changeable_round(session, inspection.inspection.round_id)
        values = _checked_values(session, inspection, form, visit_id=visit_id)
        before = f"{visit.from_date}至{visit.until_date}"
        change_versioned(session, FieldVisit, visit_id, version, values)
        audit.record(
            session, actor.username, "调整实地督导", inspection.label, 日期=f"{before}→{_days(form)}"
        )


def cancel_visit(engine: Engine, actor: Actor, visit_id: int, *, version: int) -> None:
    """Take a visit out of the schedule, while nothing was checked on it.

    Raises:
        RefusedError: when findings were checked on it, it has changed meanwhile, or the round is frozen.
    """
    demand(actor, UseCase.MANAGE_ASSESSMENT)
    with writing(engine) as session:
        visit = _visit(session, visit_id)
        inspection = changeable_inspection(session, actor, visit.inspection_id)
        used = session.exec(select(VisitCheck.id).where(col(VisitCheck.visit_id) == visit_id)).first()
        if used is not None:
            raise RefusedError("这次实地督导已有核实结论，不能取消；日期有误的，请修改日期。")
        change_versioned(session, FieldVisit, visit_id, version, {"note": visit.note})
        session.delete(visit)
        audit.record(
            session,
            actor.username,
            "取消实地督导",
            inspection.label,
            日期=f"{visit.from_date}至{visit.until_date}",
        )


@dataclass(frozen=True, slots=True)
class CheckLine:
    """What was found about one finding; `seen` is the current check the form was drawn with."""

    finding_id: int
    outcome: VisitOutcome
    basis: str
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class CheckForm:
    """The grid of one organisation: the lines that were filled in or changed, the day, who was there."""

    visit_id: int
    on_date: date
    lines: Sequence[CheckLine]
    members: str = ""
    files: Sequence[NewFile] = field(default_factory=tuple)


def record_checks(engine: Engine, actor: Actor, form: CheckForm, *, uploads: Path, today: date) -> int:
    """Record what a visit found, all lines in one transaction; earlier checks of a finding are kept.

    Returns:
        How many findings have a new current check; lines equal to the current one are left alone.

    Raises:
        StaleError: when somebody checked one of the findings meanwhile; nothing is written then.
        RefusedError: without basis, for a day before the visit or in the future, for findings of another
            organisation, or a frozen round.
    """
    demand(actor, UseCase.RECORD_VISIT)
    not_after(form.on_date, today, "核实日期")
    members = at_most(form.members, "核实人员", 300)
    with writing(engine) as session:
        visit = _visit(session, form.visit_id)
        inspection = changeable_inspection(session, actor, visit.inspection_id)
        if form.on_date < visit.from_date:
            msg = f"核实日期早于这次实地督导的开始日期{visit.from_date.isoformat()}，请改正。"
            raise RefusedError(msg)
        findings = _findings(session, visit.inspection_id)
        current = _current(session, findings)
        changed = [line for line in form.lines if _is_change(line, findings, current.get(line.finding_id))]
        ids = [line.finding_id for line in changed]
        session.execute(
            update(VisitCheck)
            .where(col(VisitCheck.finding_id).in_(ids), col(VisitCheck.current))
            .values(current=False)
        )
        session.add_all(
            VisitCheck(
                finding_id=line.finding_id,
                visit_id=form.visit_id,
                outcome=line.outcome,
                basis=line.basis.strip(),
                on_date=form.on_date,
                members=members,
                recorded_by=actor.username,
            )
            for line in changed
        )
        if form.files:
            attach(
                session,
                actor,
                uploads,
                form.files,
                kind=AttachmentKind.VISIT,
                owner_id=form.visit_id,
                inspection_id=visit.inspection_id,
            )
        if changed or form.files:
            audit.record(
                session,
                actor.username,
                "登记督查核实",
                inspection.label,
                条数=len(changed),
                结论=[_step(line, current.get(line.finding_id)) for line in changed],
                附件=len(form.files),
            )
        return len(changed)


def _checked_values(
    session: Session, inspection: InspectionRef, form: VisitForm, *, visit_id: int | None
) -> dict[str, Any]:
    if form.until_date < form.from_date:
        raise RefusedError("结束日期早于开始日期，请改正。")
    if not form.methods:
        raise RefusedError("请至少选择一种督导方式。")
    round_id = inspection.inspection.round_id
    by_id = {group.id: group for group in groups(session, round_id)}
    group = by_id.get(form.group_id)
    if group is None:
        raise RefusedError("没有找到这个督查组，请刷新页面后重新选择。")
    kept_away = recusals(session, round_id)
    own = {one.member_id: one for one in kept_away if one.inspection_id == inspection.id and one.member_id}
    _refuse_unfit(inspection, group, form, own)
    plan = PlannedVisit(
        inspection.inspection.organization_id,
        inspection.organization,
        form.from_date,
        form.until_date,
        tuple(member.person for member in going(group, form.members, own)),
    )
    others = [
        planned(one, by_id[one.group_id], _away(kept_away, one.inspection_id))
        for one in visits(session, round_id)
        if one.id != visit_id
    ]
    for clash in clashes(plan, others):
        other = clash.other
        msg = (
            f"{'、'.join(clash.names)}在{other.from_date.isoformat()}至{other.until_date.isoformat()}"
            f"已安排到{other.organization}，不能同时到两处，请改期或改派他人。"
        )
        raise RefusedError(msg)
    return {
        "group_id": form.group_id,
        "from_date": form.from_date,
        "until_date": form.until_date,
        "methods": list(form.methods),
        "members": sorted(form.members),
        "note": at_most(form.note, "备注", 2000),
    }


def _refuse_unfit(
    inspection: InspectionRef, group: GroupRow, form: VisitForm, kept_away: dict[int, RecusalRow]
) -> None:
    present = {member.id: member for member in group.present}
    if set(form.members) - set(present):
        raise RefusedError("所选人员中有不在该督查组或已离组的，请重新选择。")
    named = [present[key].name for key in form.members if key in kept_away]
    if named:
        msg = f"{'、'.join(named)}已登记回避{inspection.organization}，请改派替补人员。"
        raise RefusedError(msg)
    team = going(group, form.members, kept_away)
    if not team:
        msg = f"{group.name}还没有可派出的成员，请先增加成员。"
        raise RefusedError(msg)
    own = must_stand_back((member.person for member in team), inspection.inspection.organization_id)
    if own:
        names = "、".join(person.name for person in own)
        msg = f"{names}来自{inspection.organization}，应当回避：请改派他人，或先登记回避和替补人员。"
        raise RefusedError(msg)


def _away(kept_away: Sequence[RecusalRow], inspection_id: int) -> dict[int, RecusalRow]:
    return {one.member_id: one for one in kept_away if one.inspection_id == inspection_id and one.member_id}


def _refuse_second_assessment(session: Session, row: RoundRow) -> None:
    if row.wrap_up_on is None:
        return
    approved = session.exec(
        select(AssessmentException.id).where(col(AssessmentException.round_id) == row.id)
    ).first()
    if approved is None:
        msg = (
            f"“{row.name}”的总结会已于{row.wrap_up_on.isoformat()}召开，原则上一轮一评估（R5）。"
            "确需再次评估的，请先登记批准情况和原因。"
        )
        raise RefusedError(msg)


def _visit(session: Session, visit_id: int) -> FieldVisit:
    visit = session.get(FieldVisit, visit_id)
    if visit is None:
        raise RefusedError(NOT_FOUND)
    return visit


def _findings(session: Session, inspection_id: int) -> dict[int, Finding]:
    found = session.exec(select(Finding).where(col(Finding.inspection_id) == inspection_id))
    return {finding.id: finding for finding in found if finding.id}


def _current(session: Session, findings: dict[int, Finding]) -> dict[int, VisitCheck]:
    query = select(VisitCheck).where(col(VisitCheck.finding_id).in_(list(findings)), col(VisitCheck.current))
    found = {check.finding_id: check for check in session.exec(query)}
    for check in found.values():
        session.expunge(check)  # only read, and told to the page when it is in the way
    return found


def _is_change(line: CheckLine, findings: dict[int, Finding], known: VisitCheck | None) -> bool:
    finding = findings.get(line.finding_id)
    if finding is None:
        raise RefusedError(NOT_FOUND)
    basis = required(line.basis, f"第{finding.serial or finding.position}项的核实依据", 1000)
    if known is not None and (known.outcome, known.basis) == (line.outcome, basis):
        return False
    if (known.id if known else None) != line.seen:
        if known is None:
            raise RefusedError(NOT_FOUND)
        msg = (
            f"第{finding.serial or finding.position}项在您填写期间已由他人核实为“{known.outcome.value}”。"
            "请对照两个版本后选择。"
        )
        raise StaleError(msg, known)
    return True


def _step(line: CheckLine, known: VisitCheck | None) -> str:
    before = f"{known.outcome.value}→" if known else ""
    return f"{line.finding_id}：{before}{line.outcome.value}"


def _days(form: VisitForm) -> str:
    return f"{form.from_date}至{form.until_date}"
