"""Assessment groups (R5): members of all three units, the leader, leaving, and 回避 with substitutes."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine, update
from sqlmodel import Session, col, select

from xczg.access.permissions import Actor, UseCase, demand
from xczg.rules.text import normalized
from xczg.rules.values import ScoringUnit
from xczg.services.assessing import at_most, changeable_inspection, changeable_round, not_after, required
from xczg.services.scoped import NOT_FOUND
from xczg.services.unit_of_work import RefusedError, change_versioned
from xczg.store import audit
from xczg.store.engine import writing
from xczg.store.tables import AssessmentException, AssessmentGroup, GroupMember, Organization, Recusal

EXCEPTION_KINDS = ("第二次评估", "合并评估", "其他")


def add_group(engine: Engine, actor: Actor, round_id: int, name: str) -> int:
    """Form a group; a round may have several.

    Raises:
        RefusedError: for an empty or taken name, or a frozen round.
    """
    demand(actor, UseCase.MANAGE_ASSESSMENT)
    name = required(normalized(name), "督查组名称", 60)
    with writing(engine) as session:
        row = changeable_round(session, round_id)
        _refuse_taken(session, round_id, name)
        added = AssessmentGroup(round_id=round_id, name=name, recorded_by=actor.username)
        session.add(added)
        session.flush()
        audit.record(session, actor.username, "成立集中督查组", row.name, 督查组=name)
        assert added.id is not None
        return added.id


def rename_group(engine: Engine, actor: Actor, group_id: int, *, version: int, name: str) -> None:
    """Give a group another name.

    Raises:
        StaleError: when somebody changed it meanwhile.
        RefusedError: as `add_group`.
    """
    demand(actor, UseCase.MANAGE_ASSESSMENT)
    name = required(normalized(name), "督查组名称", 60)
    with writing(engine) as session:
        group = _group(session, group_id)
        row = changeable_round(session, group.round_id)
        _refuse_taken(session, group.round_id, name, but=group_id)
        before = group.name
        change_versioned(session, AssessmentGroup, group_id, version, {"name": name})
        audit.record(session, actor.username, "督查组更名", row.name, 变更=f"{before}→{name}")


@dataclass(frozen=True, slots=True)
class NewMember:
    """Somebody who joins a group; `organization_id` is their own organisation, for 回避."""

    unit: ScoringUnit
    name: str
    post: str = ""
    leader: bool = False
    organization_id: int | None = None


def add_member(engine: Engine, actor: Actor, group_id: int, member: NewMember) -> int:
    """Take somebody into a group; a new leader takes the place of the old one.

    Raises:
        RefusedError: for an empty name, one that is in the group already, or a frozen round.
    """
    demand(actor, UseCase.MANAGE_ASSESSMENT)
    name = required(normalized(member.name), "成员姓名", 40)
    post = at_most(member.post, "职务", 100)
    with writing(engine) as session:
        group = _group(session, group_id)
        row = changeable_round(session, group.round_id)
        known = session.exec(
            select(GroupMember).where(col(GroupMember.group_id) == group_id, col(GroupMember.name) == name)
        ).first()
        if known is not None:
            left = f"，已于{known.left_on.isoformat()}离组" if known.left_on else ""
            msg = f"{group.name}已有成员“{name}”{left}；确系同名的，请在姓名后加注区分。"
            raise RefusedError(msg)
        if member.organization_id is not None and session.get(Organization, member.organization_id) is None:
            raise RefusedError("没有找到成员所在的党组织，请重新选择。")
        if member.leader:
            _no_leader(session, group_id)
        added = GroupMember(
            group_id=group_id,
            unit=member.unit,
            name=name,
            post=post,
            leader=member.leader,
            organization_id=member.organization_id,
            recorded_by=actor.username,
        )
        session.add(added)
        session.flush()
        audit.record(
            session,
            actor.username,
            "增加督查组成员",
            f"{row.name}{group.name}",
            成员=name,
            组长=member.leader,
        )
        assert added.id is not None
        return added.id


def appoint_leader(engine: Engine, actor: Actor, member_id: int) -> None:
    """Make a member the leader of the group; there is one at a time.

    Raises:
        RefusedError: when the member has left, or the round is frozen.
    """
    demand(actor, UseCase.MANAGE_ASSESSMENT)
    with writing(engine) as session:
        member, group = _member(session, member_id)
        row = changeable_round(session, group.round_id)
        if member.left_on is not None:
            msg = f"{member.name}已离组，不能担任组长。"
            raise RefusedError(msg)
        _no_leader(session, group.id)
        member.leader = True
        session.add(member)
        audit.record(session, actor.username, "确定督查组组长", f"{row.name}{group.name}", 组长=member.name)


def leave_group(
    engine: Engine, actor: Actor, member_id: int, *, on_date: date, reason: str, today: date
) -> None:
    """Record that a member left; what they did on visits stays theirs.

    Raises:
        RefusedError: without a reason, for a day in the future, or when they have left already.
    """
    demand(actor, UseCase.MANAGE_ASSESSMENT)
    reason = required(reason, "离组原因", 500)
    not_after(on_date, today, "离组日期")
    with writing(engine) as session:
        member, group = _member(session, member_id)
        row = changeable_round(session, group.round_id)
        if member.left_on is not None:
            msg = f"{member.name}已于{member.left_on.isoformat()}离组，不必重复登记。"
            raise RefusedError(msg)
        member.left_on, member.leaving_reason, member.leader = on_date, reason, False
        session.add(member)
        audit.record(
            session,
            actor.username,
            "督查组成员离组",
            f"{row.name}{group.name}",
            成员=member.name,
            原因=reason,
        )


def record_recusal(
    engine: Engine,
    actor: Actor,
    inspection_id: int,
    *,
    who: int | ScoringUnit,
    reason: str,
    substitute: str,
) -> int:
    """回避: keep a member (by number) or a scoring unit away from one organisation, and name who stands in.

    Raises:
        RefusedError: without reason or substitute, when it is recorded already, or the round is frozen.
    """
    demand(actor, UseCase.MANAGE_ASSESSMENT)
    reason, substitute = required(reason, "回避原因", 500), required(substitute, "替补人员或单位", 100)
    with writing(engine) as session:
        inspection = changeable_inspection(session, actor, inspection_id)
        if isinstance(who, ScoringUnit):
            unit, member_id, name = who, None, who.value
        else:
            member, group = _member(session, who)
            if group.round_id != inspection.inspection.round_id:
                raise RefusedError(NOT_FOUND)
            unit, member_id, name = None, member.id, member.name
        known = select(Recusal.id).where(
            col(Recusal.inspection_id) == inspection_id,
            col(Recusal.unit) == unit if unit else col(Recusal.member_id) == member_id,
        )
        if session.exec(known).first() is not None:
            raise RefusedError("该回避情况已登记，不必重复登记。")
        added = Recusal(
            inspection_id=inspection_id,
            member_id=member_id,
            unit=unit,
            reason=reason,
            substitute=substitute,
            recorded_by=actor.username,
        )
        session.add(added)
        session.flush()
        audit.record(
            session, actor.username, "登记回避", inspection.label, 回避=name, 替补=substitute, 原因=reason
        )
        assert added.id is not None
        return added.id


@dataclass(frozen=True, slots=True)
class ExceptionForm:
    """A decision that departs from 一轮一评估 (R5)."""

    kind: str
    approver: str
    reason: str
    approved_on: date


def record_exception(engine: Engine, actor: Actor, round_id: int, form: ExceptionForm, *, today: date) -> int:
    """Record that a second or a joint assessment of a round was approved (R5), by whom and why.

    Raises:
        RefusedError: without approver or reason, for a day in the future, or a frozen round.
    """
    demand(actor, UseCase.MANAGE_ASSESSMENT)
    kind = required(form.kind, "例外情形", 40)
    approver, reason = required(form.approver, "批准机关或批准人", 100), required(form.reason, "原因", 500)
    not_after(form.approved_on, today, "批准日期")
    with writing(engine) as session:
        row = changeable_round(session, round_id)
        added = AssessmentException(
            round_id=round_id,
            kind=kind,
            approver=approver,
            reason=reason,
            approved_on=form.approved_on,
            recorded_by=actor.username,
        )
        session.add(added)
        session.flush()
        audit.record(session, actor.username, "登记评估例外", row.name, 情形=kind, 批准=approver, 原因=reason)
        assert added.id is not None
        return added.id


def _group(session: Session, group_id: int) -> AssessmentGroup:
    group = session.get(AssessmentGroup, group_id)
    if group is None:
        raise RefusedError(NOT_FOUND)
    return group


def _member(session: Session, member_id: int) -> tuple[GroupMember, AssessmentGroup]:
    member = session.get(GroupMember, member_id)
    if member is None:
        raise RefusedError(NOT_FOUND)
    return member, _group(session, member.group_id)


def _no_leader(session: Session, group_id: int | None) -> None:
    session.execute(update(GroupMember).where(col(GroupMember.group_id) == group_id).values(leader=False))


def _refuse_taken(session: Session, round_id: int, name: str, *, but: int | None = None) -> None:
    taken = session.exec(
        select(AssessmentGroup.id).where(
            col(AssessmentGroup.round_id) == round_id, col(AssessmentGroup.name) == name
        )
    ).first()
    if taken is not None and taken != but:
        msg = f"本轮已有“{name}”，请换一个名称。"
        raise RefusedError(msg)
