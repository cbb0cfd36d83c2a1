"""The parts of the ledger page: the filter bar, the table, one finding in full."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from xczg.rules.values import FindingKind, FindingStatus, MeasureType
from xczg.services.finding_reading import contradictions_of
from xczg.store.tables import Measure, ProgressEntry
from xczg.store.views.ledger import FindingDetail, LedgerChoices, LedgerFilter, LedgerRow
from xczg.ui.organization_parts import status_column
from xczg.ui.page import ORGANIZATION_KEY, choose
from xczg.ui.words import due_words, long_day, long_moment, plain, who

PAGE_SIZE = 50
PAGE_KEY = "page"
MARKS = ("逾期", "重点关注", "长期坚持")


@dataclass(frozen=True, slots=True)
class Chosen:
    """The filter of the bar, and the name of the organisation in it."""

    filter: LedgerFilter
    organization: str


def filter_bar(round_id: int, choices: LedgerChoices) -> Chosen:
    """One bar of filters; all of them stand in the address, so that a view can be sent as a link."""
    with st.grid("auto", min_column_width=150, gap="small"):
        organization = choose("被巡察党组织", list(choices.organizations), ORGANIZATION_KEY, default=None)
        category = _choice("问题类别", list(choices.categories), "category")
        status = _choice("状态", [one.value for one in FindingStatus], "status")
        kind = _choice("专项", [one.value for one in FindingKind], "kind")
        unit = _choice("责任单位", list(choices.units), "unit")
        text = st.text_input(
            "查找",
            key="q",
            bind="query-params",
            placeholder="问题、目标、成效中的文字",
            max_chars=100,
            on_change=_first_page,
        )
    marks = st.pills(
        "只看",
        MARKS,
        selection_mode="multi",
        key="only",
        bind="query-params",
        label_visibility="collapsed",
        on_change=_first_page,
    )
    wanted = LedgerFilter(
        round_id=round_id,
        organization_id=choices.organizations.get(organization or ""),
        category=category or "",
        kind=FindingKind(kind) if kind else None,
        status=FindingStatus(status) if status else None,
        overdue="逾期" in marks,
        unit=unit or "",
        key_matter="重点关注" in marks,
        long_term="长期坚持" in marks,
        text=(text or "").strip(),
    )
    return Chosen(wanted, organization or "")


def _choice(label: str, options: list[str], key: str) -> str | None:
    chosen: str | None = st.selectbox(
        label, options, index=None, key=key, bind="query-params", placeholder="全部", on_change=_first_page
    )
    return chosen


def _first_page() -> None:
    """A new filter begins at its first page."""
    st.session_state[PAGE_KEY] = 1


def findings_table(rows: tuple[LedgerRow, ...], today: date, *, several: bool = False) -> tuple[int, ...]:
    """One page of findings; returns the ids of the selected ones, at most one unless `several`."""
    table = pd.DataFrame([_cells(row, today) for row in rows])
    chosen = st.dataframe(
        table,
        key="findings",
        hide_index=True,
        height=min(520, 34 + 31 * len(rows)),
        on_select="rerun",
        selection_mode="multi-row" if several else "single-row",
        placeholder="",
        alt="反馈问题一览，选中一行可在下方查看措施和整改进展。",
        column_config={
            "反馈问题": st.column_config.TextColumn(width=330),
            "被巡察党组织": st.column_config.TextColumn(width=200),
            "序号": st.column_config.TextColumn(width=46),
            "状态": status_column("状态"),
            "完成时限": st.column_config.TextColumn(width=172),
            "措施": st.column_config.NumberColumn("措施（条）", width=66),
        },
    )
    picked = chosen["selection"]["rows"][: None if several else 1]
    return tuple(rows[place].id for place in picked if place < len(rows))


def _cells(row: LedgerRow, today: date) -> dict[str, Any]:
    late = row.days_overdue(today)
    marks = [word for word, on in (("重点关注", row.key_matter), ("长期坚持", row.long_term)) if on]
    return {
        "被巡察党组织": row.organization,
        "序号": row.serial,
        "反馈问题": row.text,
        "状态": [row.status.value],
        "完成时限": due_words(
            row.due_date,
            long_term=row.long_term,
            days_overdue=late,
            completed=row.status is FindingStatus.COMPLETED,
        ),
        "类别": row.category,
        "专项": row.kind.value,
        "责任单位": row.unit,
        "责任领导": row.leader,
        "措施": row.measures,
        "标记": "、".join(marks),
    }


def finding_card(detail: FindingDetail, today: date) -> None:
    """One finding with its measures and its history."""
    with st.container(border=True):
        finding_facts(detail, today)
        st.markdown(f"整改措施（{len(detail.measures)}条）")
        measures_table(detail)
        st.markdown("整改进展（新的在前）")
        history_table(detail)


def finding_facts(detail: FindingDetail, today: date) -> None:
    """What the finding says of itself, and where it contradicts itself."""
    finding = detail.finding
    st.markdown(f"**{plain(detail.organization)}　{plain(finding.serial)}**　{plain(finding.text)}")
    late = finding.due_date and finding.due_date < today and not finding.long_term
    days = (today - finding.due_date).days if late and finding.due_date else 0
    due = due_words(
        finding.due_date,
        long_term=finding.long_term,
        days_overdue=days,
        completed=finding.status is FindingStatus.COMPLETED,
    )
    closed = f"　{long_day(finding.closed_out_on)}销号" if finding.closed_out_on else ""
    st.markdown(
        plain(f"状态：{finding.status.value}{closed}　完成时限：{due}　责任单位：{finding.unit or '未填写'}")
    )
    facts = [
        ("原文情况", finding.status_text if finding.status_text != finding.status.value else ""),
        ("集中整改期完成", "" if finding.within_period is None else "是" if finding.within_period else "否"),
        ("类别", "／".join(part for part in (finding.category, finding.subcategory) if part)),
        ("专项", finding.kind.value),
        ("重点关注", (finding.circumstance or "是") if finding.key_matter else ""),
        ("拟不公开", finding.withheld_reason if finding.withheld else ""),
        ("整改目标", finding.target),
        ("责任领导", finding.leader),
        ("整改成效", finding.outcome),
        ("佐证材料", finding.evidence_note),
        ("备注", finding.remark),
    ]
    said = [f"{name}：{value.rstrip('。；')}" for name, value in facts if value]
    st.caption(plain("；".join(said) + "。"))
    if found := contradictions_of(detail):
        st.warning(plain(f"填写的内容前后不一致，请核对：{''.join(found)}"))


def measures_table(detail: FindingDetail) -> None:
    """The measures in their order."""
    if not detail.measures:
        st.caption("还没有整改措施。")
        return
    st.dataframe(
        pd.DataFrame([_measure_cells(number, one) for number, one in enumerate(detail.measures, 1)]),
        hide_index=True,
        height=short(len(detail.measures)),
        placeholder="",
        column_config={
            "第几条": st.column_config.NumberColumn(width=56),
            "措施": st.column_config.TextColumn(width=330),
            "状态": status_column("状态"),
        },
        alt="整改措施一览。",
        key="measures",
    )


def history_table(detail: FindingDetail) -> None:
    """What was recorded, the newest first."""
    if not detail.history:
        st.caption("还没有登记过整改进展。")
        return
    st.dataframe(
        pd.DataFrame([_entry_cells(entry, detail.names) for entry in detail.history]),
        hide_index=True,
        height=short(len(detail.history)),
        placeholder="",
        column_config={
            "状态": status_column("状态"),
            "情况": st.column_config.TextColumn(width=420),
        },
        alt="整改进展，新的在前。",
        key="history",
    )


def short(rows: int) -> Any:
    """The height of a table: as high as its content, up to ten rows."""
    return "content" if rows <= 10 else 370


def _entry_cells(entry: ProgressEntry, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "时间": long_moment(entry.recorded_at),
        "状态": [entry.status.value],
        "情况": entry.summary,
        "进展日期": long_day(entry.on_date) if entry.on_date else "",
        "工作数量": amounts(entry.quantities),
        "来源": "台账导入" if entry.imported else "系统登记",
        "登记人": who(entry.recorded_by, names),
    }


def amounts(types: Mapping[str, Any]) -> str:
    """Types of measure with their quantities: 建章立制2项、重大措施."""
    return "、".join(
        f"{name}{amount}{MeasureType(name).unit}" if amount is not None else name
        for name, amount in types.items()
    )


def _due_of_measure(measure: Measure) -> str:
    day = long_day(measure.due_date) if measure.due_date else ""
    return "，".join(part for part in (day, "长期坚持" if measure.long_term else "") if part)


def _measure_cells(number: int, measure: Measure) -> dict[str, Any]:
    return {
        "第几条": number,
        "措施": measure.text,
        "状态": [measure.status.value] if measure.status else [],
        "类型": amounts(measure.types),
        "责任领导": measure.leader,
        "责任单位": measure.unit,
        "完成时限": _due_of_measure(measure),
        "成效": measure.outcome,
    }
