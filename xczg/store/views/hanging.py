"""What hangs on an organisation, an inspection or a round: by the foreign keys, so that none is forgotten."""

from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import Column, CompoundSelect, bindparam, func, literal, select, union_all
from sqlmodel import Session, SQLModel, col

from xczg.store.tables import Inspection

OTHER = ("其他记录", "条")

# How the records of a table are called and counted, by what they hang on.
WORDS = {
    "organization": {
        "inspection": ("巡察", "次"),
        "account": ("账号", "个"),
        "tenure": ("任职记录", "条"),
        "group_member": ("督查组成员", "人"),
        "organization_name": ("曾用名和其他写法", "个"),
        "organization": ("此前并入的党组织", "个"),
    },
    "inspection": {
        "finding": ("反馈问题", "个"),
        "submission": ("整改材料", "份"),
        "named_matter": ("办理事项", "件"),
        "supervision_entry": ("日常监督记录", "条"),
        "report_section": ("日常监督结果报告", "段"),
        "recusal": ("回避记录", "条"),
        "field_visit": ("实地督导", "次"),
        "ballot_code": ("测评码", "个"),
        "prominent_problem": ("突出问题", "个"),
        "suggestion": ("整改意见建议", "条"),
        "score_sheet": ("评分表", "份"),
        "score_draft": ("评分草稿", "份"),
        "satisfaction_survey": ("满意度测评", "次"),
        "judgement": ("研判记录", "条"),
        "attachment": ("附件", "个"),
    },
    "round": {
        "inspection": ("被巡察党组织", "个"),
        "round_act": ("轮次进程", "项"),
        "frozen_result": ("冻结的评估结果", "份"),
        "assessment_group": ("督查组", "个"),
        "consultation_meeting": ("会商会议", "次"),
        "wrap_up_meeting": ("总结会", "次"),
        "supervision_report": ("日常监督结果报告", "份"),
        "assessment_exception": ("评估特例", "条"),
    },
}

Hanging = dict[str, int]


@cache
def references(table: str) -> tuple[Column[Any], ...]:
    """The columns that name a row of this table, in the order of the tables."""
    return tuple(
        column
        for other in SQLModel.metadata.sorted_tables
        for column in other.columns
        if any(key.column.table.name == table for key in column.foreign_keys)
    )


def hanging(session: Session, table: str, ids: Collection[int], *, but: Collection[str] = ()) -> Hanging:
    """How many rows of which tables hang on these rows; tables with none are left out. One statement.

    Args:
        session: where to look.
        table: organization, inspection or round.
        ids: the rows; none are a valid question too.
        but: tables that do not count.
    """
    if not ids:
        return {}
    found = session.execute(_counts(table), {"ids": list(ids)})
    return {name: number for name, number in found if number and name not in but}


@cache
def _counts(table: str) -> CompoundSelect[Any]:
    ids: Any = bindparam("ids", expanding=True)
    return union_all(
        *(
            select(literal(column.table.name), func.count()).select_from(column.table).where(column.in_(ids))
            for column in references(table)
        )
    )


def hanging_on_round(session: Session, round_id: int) -> Hanging:
    """The work of a round: what hangs on it or on its inspections, these themselves left out."""
    inspections = session.execute(select(col(Inspection.id)).where(col(Inspection.round_id) == round_id))
    return hanging(session, "round", [round_id], but=("inspection",)) | hanging(
        session, "inspection", [number for (number,) in inspections if number is not None]
    )


def in_words(table: str, found: Hanging) -> str:
    """反馈问题12个、评分表3份; for a round what hangs on its inspections is named as well."""
    words = WORDS[table] if table == "organization" else WORDS["inspection"] | WORDS[table]
    known = [f"{name}{found[key]}{unit}" for key, (name, unit) in words.items() if key in found]
    others = [f"{OTHER[0]}{number}{OTHER[1]}" for key, number in found.items() if key not in words]
    return "、".join(known + others)
