"""附件: the task list and the criteria, read, changed by form or by workbook into a new version (R19)."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

import pandas as pd
import streamlit as st
from pydantic import ValidationError

from xczg.access.accounts import present
from xczg.access.gate import require
from xczg.access.permissions import UseCase
from xczg.access.runtime import runtime
from xczg.rules.rulebook import Criterion, Sourced, TaskItem
from xczg.services.rulebooks import VersionRow, annexes_of, export_annexes, list_versions, save_version
from xczg.services.unit_of_work import RefusedError
from xczg.store.clock import today as present_day
from xczg.store.settings import RULEBOOKS
from xczg.ui.forms import attempt, done, said
from xczg.ui.page import head_style, section
from xczg.ui.rulebook_parts import about, choose_version, unit_names
from xczg.ui.words import long_day, plain

account = require(UseCase.VIEW_RULEBOOK)
engine, today = runtime().engine, present_day()
may_edit = account.may(UseCase.EDIT_RULEBOOK)


def annex(version: VersionRow, key: str, name: str, one: Sourced[Any], rows: pd.DataFrame) -> None:
    """One annex; whoever may change it gets an editor in place of the table."""
    section(name, plain(f"来源：{one.source.value}。{one.note}"))
    if not may_edit:
        st.dataframe(rows, hide_index=True, placeholder="", key=f"{key}_table", alt=name)
        return
    with st.form(f"{key}_form", enter_to_submit=False):
        edited = st.data_editor(
            rows,
            hide_index=True,
            num_rows="dynamic",
            placeholder="",
            key=f"{key}_editor_{version.id}",
            column_config=columns(version),
        )
        reason = st.text_input("修改理由", max_chars=500, key=f"field_{key}_reason")
        if st.form_submit_button("保存为新版本", type="primary"):
            save(version, {key: lambda: READERS[key](edited, version)}, reason)


def columns(version: VersionRow) -> dict[str, Any]:
    """Drop-downs where a column takes only certain words."""
    config = st.column_config
    return {
        "满分": config.NumberColumn(min_value=0, max_value=100, step=0.01, format="%.2f", width=70),
        "监督单位": config.SelectboxColumn(options=list(unit_names(version).values()), width=110),
        "评估内容": config.SelectboxColumn(options=list(version.rulebook.supervised_contents), width=240),
        "细则": config.TextColumn(width=520),
        "任务": config.TextColumn(width=420),
    }


def criteria_of(edited: pd.DataFrame, _version: VersionRow) -> tuple[Criterion, ...]:
    """The criteria as they stand in the editor."""
    made = []
    for number, row in enumerate(edited.to_dict("records"), 1):
        try:
            points = Decimal(str(row["满分"]))
            made.append(
                Criterion(
                    number=_text(row["细则编号"]),
                    block=_text(row["板块"]),
                    text=_text(row["细则"]),
                    points=points,
                )
            )
        except (InvalidOperation, ValidationError) as error:
            msg = f"评估细则第{number}行填写不完整，或满分不是大于0、最多两位小数的数，请改正。"
            raise RefusedError(msg) from error
    return tuple(made)


def tasks_of(edited: pd.DataFrame, version: VersionRow) -> tuple[TaskItem, ...]:
    """The tasks as they stand in the editor."""
    units = {name: unit for unit, name in unit_names(version).items()}
    made = []
    for number, row in enumerate(edited.to_dict("records"), 1):
        try:
            made.append(
                TaskItem(
                    number=_text(row["任务编号"]),
                    unit=units[_text(row["监督单位"])],
                    content=_text(row["评估内容"]),
                    text=_text(row["任务"]),
                )
            )
        except (KeyError, ValidationError) as error:
            msg = f"任务清单第{number}行填写不完整，请填写编号、监督单位、评估内容和任务。"
            raise RefusedError(msg) from error
    return tuple(made)


def _text(value: Any) -> str:
    return "" if value is None or value != value else str(value).strip()  # noqa: PLR0124  NaN is a blank cell


READERS: dict[str, Callable[[pd.DataFrame, VersionRow], tuple[Any, ...]]] = {
    "criteria": criteria_of,
    "tasks": tasks_of,
}


def save(version: VersionRow, readers: dict[str, Callable[[], tuple[Any, ...]]], reason: str) -> None:
    """A new version of what the editor or the workbook holds."""

    def write() -> None:
        changes = {key: read() for key, read in readers.items()}
        save_version(engine, account, version.id, changes, reason=reason, rulebooks=RULEBOOKS)

    if attempt(write):
        done("已保存为新版本，今后新建的轮次可以选用。", "field_*", "annex_file")


def workbook(version: VersionRow) -> None:
    """Both annexes out as Excel, and a changed workbook in."""
    section("Excel导出和导入", "导出后修改，再导入为新版本")
    st.download_button(
        "导出任务清单和评估细则",
        data=lambda: export_annexes(engine, present(engine, account), version),
        file_name=f"附件第{version.version}版.xlsx",
        on_click="ignore",
        key="export_annexes",
    )
    if not may_edit:
        return
    upload = st.file_uploader("修改后的附件（.xlsx）", key="annex_file")
    if upload is None:
        return
    try:
        found = annexes_of(upload.getvalue(), upload.name, version)
    except RefusedError as refusal:
        st.error(plain(str(refusal)))
        return
    words = {"criteria": "评估细则", "tasks": "任务清单"}
    st.success("、".join(f"{words[key]}{len(rows)}项" for key, rows in found.items()) + "已读出，尚未保存。")
    reason = st.text_input("修改理由", max_chars=500, key="field_annex_reason")
    if st.button("导入为新版本", type="primary", key="import_annexes"):
        save(version, {key: (lambda rows=rows: rows) for key, rows in found.items()}, reason)


versions = list_versions(engine, account, RULEBOOKS)
head_style()
with st.container(key="head", horizontal=True, vertical_alignment="bottom"):
    title = st.container(width="stretch")
    current = choose_version(versions)
with title:
    st.title("附件", anchor=False)
    about(current, account)

said()
rulebook = current.rulebook
names = unit_names(current)
annex(
    current,
    "tasks",
    "附件一　日常监督评估任务清单",
    rulebook.tasks,
    pd.DataFrame(
        [[one.number, names[one.unit], one.content, one.text] for one in rulebook.tasks.value],
        columns=["任务编号", "监督单位", "评估内容", "任务"],
    ),
)
total = sum((one.points for one in rulebook.criteria.value), Decimal(0))
annex(
    current,
    "criteria",
    f"附件二　集中督查评估细则（合计{total.normalize():f}分）",
    rulebook.criteria,
    pd.DataFrame(
        [[one.number, one.block, one.text, float(one.points)] for one in rulebook.criteria.value],
        columns=["细则编号", "板块", "细则", "满分"],
    ),
)
section("附件三　集中督查结果统计表", plain("、".join(rulebook.papers.score_table.value)))
workbook(current)
st.caption(
    f"数据截至{long_day(today)}。口径：任务于集中整改期结束前完成（R1）；细则各项满分合计100分（R8）；"
    "已使用本版本的轮次不受修改影响。"
)
