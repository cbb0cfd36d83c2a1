"""The parts of the page 督查组与日程 that only show: where it stands in time, groups, schedule, 回避."""

from datetime import date

import pandas as pd
import streamlit as st

from xczg.rules.rulebook import Rulebook
from xczg.rules.values import ScoringUnit
from xczg.services.assessment_readings import AssessmentReading
from xczg.store.views.assessment import GroupRow, VisitRow, going
from xczg.ui.page import section
from xczg.ui.words import long_day, plain, short_day

ROW, HEAD = 35, 38


def course_sentence(found: AssessmentReading, today: date) -> str:
    """How the assessment stands against its month (R5), in one sentence."""
    course = found.course
    late = course.late_by(today)
    start = f"已于{short_day(course.started, today)}开始" if course.started else "尚未开始"
    if course.finished:
        end = f"，{short_day(course.finished, today)}结束" + (f"，超过期限{late}天" if late else "，在期限内")
    elif late:
        end = f"，尚未结束，已超过期限{late}天"
    else:
        end = f"，剩余{(course.due - today).days}天"
    planned = "；有实地督导安排在期限之后，请调整" if course.planned_late and not course.finished else ""
    return f"实地督导和总结会应于{long_day(course.due)}前完成（R5），{start}{end}{planned}。"


def standing_back(found: AssessmentReading) -> None:
    """回避 that still needs a substitute."""
    if found.standing_back:
        st.warning("\n".join(f"- {plain(line)}。" for line in found.standing_back))


def groups_table(found: AssessmentReading, *, own_organizations: bool) -> None:
    """Each group with its members; those who left stay listed with the reason."""
    section("督查组", f"{len(found.groups)}个，由三家单位人员组成（R5）" if found.groups else "")
    if not found.groups:
        st.info("还没有成立督查组。成立督查组、增加三家单位的成员后，即可安排实地督导日程。")
        return
    names = found.rulebook.units.names.value
    for group in found.groups:
        if group.missing_units:
            lacking = "、".join(names[unit] for unit in group.missing_units)
            st.caption(plain(f"{group.name}尚无{lacking}的人员。"))
    rows = [
        {
            "督查组": group.name,
            "姓名": member.name,
            "组内分工": "组长" if member.leader else "成员",
            "来自": names[member.unit],
            "职务": member.post,
            **({"所在党组织": member.organization or ""} if own_organizations else {}),
            "变动": f"{long_day(member.left_on)}离组：{member.leaving_reason}" if member.left_on else "",
        }
        for group in found.groups
        for member in group.members
    ]
    if not rows:
        st.caption("已成立" + "、".join(plain(group.name) for group in found.groups) + "，尚无成员。")
        return
    table = pd.DataFrame(rows)
    if not table["变动"].any():
        table = table.drop(columns="变动")
    st.dataframe(
        table,
        hide_index=True,
        height=min(420, HEAD + ROW * len(table)),
        placeholder="",
        key="groups_table",
        alt="各督查组成员一览。",
    )


def schedule_table(found: AssessmentReading, today: date) -> None:
    """The visits in the order of the days, and who is not in the schedule yet."""
    remark = f"已安排{len(found.places) - len(found.unvisited)}/{len(found.places)}个党组织"
    section("实地督导日程", remark)
    if found.unvisited and found.visits:
        names = "、".join(place.organization for place in found.unvisited[:8])
        more = f"等{len(found.unvisited)}个" if len(found.unvisited) > 8 else ""
        st.caption(plain(f"尚未安排：{names}{more}。"))
    if not found.visits:
        st.info("还没有安排实地督导。")
        return
    groups = {group.id: group for group in found.groups}
    rows = [
        {
            "日期": visit_days(visit, today),
            "被巡察党组织": visit.organization,
            "督查组": visit.group,
            "人员": people(found, groups[visit.group_id], visit),
            "方式": "、".join(visit.methods),
            "核实": f"{visit.checked}项" if visit.checked else "",
            "备注": visit.note,
        }
        for visit in found.visits
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height=min(520, HEAD + ROW * len(rows)),
        placeholder="",
        key="schedule_table",
        alt="实地督导日程，按日期先后。",
        column_config={"被巡察党组织": st.column_config.TextColumn(width=210)},
    )


def visit_days(visit: VisitRow, today: date) -> str:
    """7月3日, or 7月3日至7月5日."""
    first, last = short_day(visit.from_date, today), short_day(visit.until_date, today)
    return first if first == last else f"{first}至{last}"


def people(found: AssessmentReading, group: GroupRow, visit: VisitRow) -> str:
    """Who goes, with the substitutes of those who stand back."""
    away = {
        one.member_id: one
        for one in found.recusals
        if one.inspection_id == visit.inspection_id and one.member_id
    }
    names = [member.name for member in going(group, visit.member_ids, away)]
    names += [f"{one.substitute}（替补）" for one in away.values()]
    return ("全组：" if not visit.member_ids else "") + "、".join(names)


def recusals_table(found: AssessmentReading) -> None:
    """回避 on record, and decisions that depart from 一轮一评估."""
    names = found.rulebook.units.names.value
    members = {member.id: member.name for group in found.groups for member in group.members}
    rows = [
        {
            "被巡察党组织": one.organization,
            "回避": names[one.unit] if one.unit else members.get(one.member_id or 0, ""),
            "替补": one.substitute,
            "原因": one.reason,
        }
        for one in found.recusals
    ]
    if rows:
        section("回避", f"{len(rows)}项")
        st.dataframe(
            pd.DataFrame(rows),
            hide_index=True,
            height=min(280, HEAD + ROW * len(rows)),
            placeholder="",
            key="recusals_table",
            alt="已登记的回避和替补。",
        )
    for one in found.exceptions:
        st.caption(plain(f"{one.kind}：{one.approver}于{long_day(one.approved_on)}批准。原因：{one.reason}"))


def unit_options(rulebook: Rulebook) -> dict[ScoringUnit, str]:
    """The scoring units by name, in the order of the regulation."""
    return {unit: rulebook.units.names.value[unit] for unit in ScoringUnit}
