"""The parts of the import page: columns, faults, the review list, the result."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pandas as pd
import streamlit as st

from xczg.exchange.columns import Field
from xczg.exchange.headers import IGNORE
from xczg.exchange.ledger_draft import FaultCode
from xczg.rules.values import FindingStatus
from xczg.services.ledger_import import LedgerReport
from xczg.services.ledger_plan import Mode, PlannedFault
from xczg.ui.page import LEDGER_PAGE, ORGANIZATION_KEY, ROUND_KEY, section
from xczg.ui.words import plain

MODES = {Mode.STOP: "遇到已有问题即停止", Mode.SKIP: "跳过已有问题", Mode.UPDATE: "更新已有问题"}
MODE_HELP = (
    "反馈问题按党组织和问题内容识别，与序号无关。更新时只更新文件中有的栏目和整改措施，"
    "系统中登记过的整改进展不会被覆盖。"
)
IGNORED = "（不导入）"
SHOWN_FAULTS = 300
REVIEWED = (FaultCode.UNKNOWN_STATUS.value, FaultCode.AMBIGUOUS_STATUS.value)
KINDS = {
    "missing": "未填写",
    "invalid date": "日期有误",
    "unknown status": "状态待核",
    "ambiguous status": "状态待核",
    "duplicate": "重复",
    "exists": "已有",
    "invalid value": "内容有误",
    "too long": "过长",
    "contradictory organization": "党组织不一致",
    "missing organization": "未注明党组织",
    "unknown organization": "未知党组织",
    "no header": "未识别表头",
}


_PLACES: dict[str, Any] = {
    "工作表": st.column_config.TextColumn(width=90),
    "行": st.column_config.NumberColumn(format="%d", width=52),
    "栏目": st.column_config.TextColumn(width=100),
    "问题": st.column_config.TextColumn(width=90),
}


def columns_editor(report: LedgerReport, chosen: Mapping[str, str]) -> dict[str, str]:
    """The recognised columns, each correctable; returns the corrections as header → field."""
    rows = [
        {
            "工作表": sheet.name,
            "表头": column.header,
            "识别为": column.field.header if column.field else IGNORED,
        }
        for sheet in report.sheets
        for column in sheet.columns
    ]
    with st.expander(
        "识别出的栏目（有误可在此更正）", expanded=any(one.fault == "no header" for one in report.faults)
    ):
        if not rows:
            st.caption("没有识别出表头。请确认表中有“反馈问题”栏，或使用系统提供的模板。")
            return dict(chosen)
        edited = st.data_editor(
            pd.DataFrame(rows),
            hide_index=True,
            disabled=["工作表", "表头"],
            column_config={
                "识别为": st.column_config.SelectboxColumn(
                    options=[*(field.header for field in Field), IGNORED]
                )
            },
            key="columns",
        )
    fields = {field.header: field.value for field in Field} | {IGNORED: IGNORE}
    corrections = dict(chosen)
    for row, now in zip(rows, edited.to_dict("records"), strict=True):
        if now["识别为"] != row["识别为"] and now["识别为"] in fields:
            corrections[row["表头"]] = fields[now["识别为"]]
    return corrections


@contextmanager
def progress_bar(text: str) -> Iterator[Callable[[float, str], None]]:
    """A bar for long work; it goes however the work ends."""
    bar = st.progress(0.0, text=text)

    def tell(share: float, step: str) -> None:
        bar.progress(share, text=step)

    try:
        yield tell
    finally:
        bar.empty()


def faults_table(faults: Sequence[PlannedFault]) -> None:
    """What must be mended in the file, row by row, with what to do; the review list is asked elsewhere."""
    mended = [fault for fault in faults if fault.fault not in REVIEWED]
    if not mended:
        return
    section("需要更正", f"{len(mended)}处；有一处未更正，就不写入任何内容")
    wrapped_table(
        [
            {
                "工作表": fault.sheet,
                "行": str(fault.row),
                "栏目": fault.column,
                "问题": KINDS.get(fault.fault, fault.fault),
                "说明": fault.message,
            }
            for fault in mended[:SHOWN_FAULTS]
        ],
        alt="需要更正的内容一览。",
    )
    if len(mended) > SHOWN_FAULTS:
        st.caption(f"只列出前{SHOWN_FAULTS}处，更正后请重新上传。")


def wrapped_table(rows: Sequence[Mapping[str, str]], *, alt: str) -> None:
    """A table whose sentences can be read whole: they wrap, where a grid would cut them."""
    cells = [{name: plain(text) for name, text in row.items()} for row in rows]
    with st.container(key="wrapped"):
        st.table(pd.DataFrame(cells), hide_index=True, border="horizontal", alt=alt)


def review_list(faults: Sequence[PlannedFault]) -> dict[tuple[str, int], FindingStatus]:
    """Statuses that are not understood, to be answered by a person; nothing is guessed."""
    asked = [fault for fault in faults if fault.fault in REVIEWED]
    if not asked:
        return {}
    section(
        "状态待核",
        f"{len(asked)}处写法不能确定是否完成，请逐条选择，再点“重新检查”；选完之前不写入任何内容",
    )
    edited = st.data_editor(
        pd.DataFrame(
            [{"工作表": one.sheet, "行": one.row, "说明": one.message, "认定为": None} for one in asked]
        ),
        hide_index=True,
        disabled=["工作表", "行", "说明"],
        column_config=_PLACES
        | {
            "说明": st.column_config.TextColumn(width=680),
            "认定为": st.column_config.SelectboxColumn(options=[status.value for status in FindingStatus]),
        },
        placeholder="请选择",
        row_height=58,  # two lines: a sentence wraps instead of being cut
        key="review",
    )
    return {
        (one.sheet, one.row): FindingStatus(row["认定为"])
        for one, row in zip(asked, edited.to_dict("records"), strict=True)
        if row["认定为"]
    }


def counts_line(report: LedgerReport) -> str:
    """What will be written, or was."""
    return (
        f"反馈问题新增{report.findings_written}个、更新{report.findings_updated}个、跳过{report.findings_skipped}个，"
        f"整改措施{report.measures_written}条，涉及{len(report.organizations)}个党组织"
    )


def preview_table(report: LedgerReport) -> None:
    """The first findings as they were understood."""
    shown = report.draft.findings[:200]
    section("预览", f"共{len(report.draft.findings)}个反馈问题，显示前{len(shown)}个")
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "行": item.row,
                    "被巡察党组织": item.organization,
                    "序号": item.serial,
                    "反馈问题": item.text,
                    "状态": item.status.value,
                    "完成时限": item.due.isoformat() if item.due else "",
                    "长期坚持": "是" if item.long_term else "",
                    "措施": len(item.measures),
                    "责任单位": item.unit,
                }
                for item in shown
            ]
        ),
        hide_index=True,
        height=min(300, 34 + 31 * len(shown)),
        placeholder="",
        alt="将要导入的反馈问题预览。",
        key="preview",
    )


def notices(report: LedgerReport) -> None:
    """What the reader did on its own."""
    for notice in report.notices:
        st.caption(plain(f"提示：{notice}"))


def done(report: LedgerReport, round_name: str) -> None:
    """The result, with the way to the ledger."""
    st.success(f"已导入：{counts_line(report)}。")
    notices(report)
    query = {ROUND_KEY: round_name}
    if len(report.organizations) == 1:
        query[ORGANIZATION_KEY] = report.organizations[0]
    st.page_link(LEDGER_PAGE, label="查看问题台账", query_params=query)
