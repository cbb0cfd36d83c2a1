"""台账导入: upload → columns → faults → write all or nothing → result."""

import hashlib
from typing import Any

import streamlit as st

from xczg.access.accounts import present
from xczg.access.gate import require
from xczg.access.permissions import UseCase
from xczg.access.runtime import runtime
from xczg.rules.values import FindingStatus
from xczg.services.exports import make_ledger_template
from xczg.services.ledger_import import LedgerOrder, LedgerReport, import_ledger
from xczg.services.ledger_plan import Mode
from xczg.services.readings import list_rounds, read_organization_names
from xczg.services.unit_of_work import RefusedError
from xczg.store.clock import today as present_day
from xczg.ui.import_parts import (
    MODE_HELP,
    MODES,
    columns_editor,
    counts_line,
    done,
    faults_table,
    notices,
    preview_table,
    progress_bar,
    review_list,
)
from xczg.ui.page import choose_round, head_style, no_rounds
from xczg.ui.words import long_day, plain

account = require(UseCase.IMPORT_LEDGER)
engine = runtime().engine

rounds = [row for row in list_rounds(engine, account) if not row.frozen]
head_style()
if not rounds:
    no_rounds(account)


def check(order: LedgerOrder) -> LedgerReport:
    """The dry run of this very order; kept for the session, so that a click elsewhere does not read again."""
    columns, answers = sorted(order.columns.items()), sorted(order.answers.items())
    place = (order.round_id, order.organization, order.create_organizations, order.mode, columns, answers)
    digest = hashlib.sha256(order.content + repr(place).encode()).hexdigest()
    kept = st.session_state.get("import_check")
    if kept is None or kept[0] != digest:
        with progress_bar("正在读取文件……") as tell:
            kept = (digest, import_ledger(engine, account, order, dry_run=True, progress=tell))
        st.session_state["import_check"] = kept
    report: LedgerReport = kept[1]
    return report


def write(order: LedgerOrder, round_name: str) -> None:
    """Write, and keep the result over the rerun that empties the form."""
    try:
        with progress_bar("正在写入……") as tell:
            report = import_ledger(engine, account, order, progress=tell)
    except RefusedError as refusal:
        st.error(plain(str(refusal)))
        return
    if report.faults:
        st.error("检查之后数据有了变化，本次没有写入任何内容。请按最新的提示更正后重试。")
        faults_table(report.faults)
        return
    st.session_state["import_done"] = (report, round_name)
    for key in ("import_check", "import_columns", "import_answers"):
        st.session_state.pop(key, None)
    st.session_state["import_number"] = st.session_state.get("import_number", 0) + 1
    st.rerun()


def correct(key: str, current: dict[Any, Any], wanted: dict[Any, Any]) -> None:
    """Keep what the person chose, and check again with it."""
    if wanted != current:
        st.session_state[key] = wanted
        st.rerun()


with st.container(key="head", horizontal=True, vertical_alignment="bottom"):
    with st.container(width="stretch"):
        st.title("台账导入", anchor=False)
        st.caption(
            "上传整改台账，核对无误后一次写入；有一处不对，就不写入任何内容。"
            f"数据截至{long_day(present_day())}，状态为单位自报。"
        )
    chosen = choose_round(rounds)

if "import_done" in st.session_state:
    done(*st.session_state.pop("import_done"))

with st.grid(2, min_column_width=300):
    organization = st.selectbox(
        "台账所属党组织（表中已注明的不必选）",
        read_organization_names(engine, account, chosen.id),
        index=None,
        placeholder="表中已注明",
        accept_new_options=True,
        key="import_organization",
    )
    mode = st.radio(
        "已有的反馈问题",
        list(MODES),
        format_func=MODES.__getitem__,
        horizontal=True,
        help=MODE_HELP,
        key="import_mode",
    )
create = st.checkbox("新建系统中没有的党组织", key="import_create", help="先核对名称，确属新的党组织再勾选。")
upload = st.file_uploader(
    "整改台账（.xlsx、.xls或CSV，不超过10MB）", key=f"import_file_{st.session_state.get('import_number', 0)}"
)
if upload is None:
    st.info("把整改台账文件拖到上面，或点按钮选择。各单位自己的表头、合并单元格和日期写法一般都能识别。")
    st.download_button(
        "下载空白台账模板",
        data=lambda: make_ledger_template(engine, present(engine, account), chosen.id),
        file_name="整改台账模板.xlsx",
        on_click="ignore",
        key="template",
    )
    st.stop()

columns: dict[str, str] = st.session_state.setdefault("import_columns", {})
answers: dict[tuple[str, int], FindingStatus] = st.session_state.setdefault("import_answers", {})
order = LedgerOrder(
    content=upload.getvalue(),
    name=upload.name,
    round_id=chosen.id,
    organization=organization or None,
    create_organizations=create,
    columns=columns,
    mode=Mode(mode),
    answers=answers,
)
try:
    report = check(order)
except RefusedError as refusal:
    st.error(plain(str(refusal)))
    st.session_state.pop("import_columns")
    st.stop()

correct("import_columns", columns, columns_editor(report, columns))
if report.unknown_organizations:
    verb = "将新建" if create else "系统中没有"
    st.warning(plain(f"{verb}以下党组织：{'、'.join(report.unknown_organizations)}。"))
notices(report)
if report.faults:
    given = review_list(report.faults)
    if given and st.button("重新检查", key="recheck", type="primary"):
        correct("import_answers", answers, answers | given)
    faults_table(report.faults)
else:
    st.success(f"检查通过，将写入：{counts_line(report)}。")
    if st.button(f"写入{chosen.name}", key="write", type="primary"):
        write(order, chosen.name)
preview_table(report)
