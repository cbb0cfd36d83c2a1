"""结果报告: each unit's report of the round: draft, sections, submission, state, lateness, versions (R4)."""

from collections import Counter

import streamlit as st

from xczg.access.accounts import present
from xczg.access.gate import require
from xczg.access.permissions import UseCase
from xczg.access.runtime import runtime
from xczg.rules.supervision import SUPERVISING
from xczg.rules.values import ReportState
from xczg.services.readings import list_rounds
from xczg.services.supervised import report_unit
from xczg.services.supervision_exports import export_report, unit_name
from xczg.services.supervision_readings import read_report, read_supervision
from xczg.services.supervision_reports import draft_report
from xczg.store.clock import today as present_day
from xczg.store.scope import EVERYTHING
from xczg.ui.forms import attempt, done, said
from xczg.ui.page import ORGANIZATION_KEY, choose, choose_round, head_style, no_rounds
from xczg.ui.report_parts import Writer, reading_texts, return_form, standings_table, version_words
from xczg.ui.supervision_words import BY_KEY, foot, laggards_sentence, reports_sentence
from xczg.ui.words import plain

account = require(UseCase.VIEW_SUPERVISION)
engine, today = runtime().engine, present_day()

rounds = list_rounds(engine, account)
head_style()
if not rounds:
    no_rounds(account)

with st.container(key="head", horizontal=True, vertical_alignment="bottom"):
    title = st.container(width="stretch")
    chosen = choose_round(rounds)
    action = st.container(width="content")
found = read_supervision(engine, account, chosen, today)
with title:
    st.title("结果报告", anchor=False)
    st.caption(plain(f"{chosen.name}：{reports_sentence(found, today)}。"))
said()
standings_table(found)
if account.scope != EVERYTHING:
    st.info("结果报告涉及全轮各党组织，由市委巡察办、市领导和两家监督单位阅读；这里可以看到报送情况。")
    st.caption(plain(laggards_sentence(found) + foot(found, today)))
    st.stop()

units = {unit_name(unit, found.rulebook): unit for unit in found.standings}
own = found.own_unit and unit_name(report_unit(found.rulebook, found.own_unit), found.rulebook)
with st.container(horizontal=True, vertical_alignment="bottom", key="bar"):
    by = choose("报告单位", list(units), BY_KEY, default=own or next(iter(units)), width=220)
    unit = units[by or next(iter(units))]
    report = read_report(engine, account, chosen, unit, today)
    if len(report.versions) > 1:
        words = {version_words(one): one.version for one in report.versions}
        version = choose("版本", list(words), "version", default=next(iter(words)), width=180)
        if version and words[version] != report.versions[0].version:
            report = read_report(engine, account, chosen, unit, today, version=words[version])
    names = [one.organization for one in report.sections]
    # Whoever writes goes from section to section; whoever reads sees them all until one is chosen.
    first = names[0] if names and report.editable else None
    name = choose("被巡察党组织", names, ORGANIZATION_KEY, default=first, width=320) if names else None
label = unit_name(unit, found.rulebook)


def nothing_yet() -> None:
    """Who comes next while there is no report to show."""
    if not report.own:
        st.info(f"{label}尚未报送结果报告；草稿在报送前只有本单位可见。")
    elif chosen.frozen:
        st.info("评估结果已经市委同意并冻结，不再生成结果报告。")
    else:
        st.info(
            f"还没有报告草稿。生成草稿后，系统按监督记录为每个党组织起草一节，可以修改；现有{report.blanks}项评估内容空白。"
        )
        if st.button("生成报告草稿", type="primary", key="draft") and attempt(
            lambda: draft_report(engine, account, chosen.id)
        ):
            done("已按监督记录生成报告草稿，请逐节核对。")


def blank_counts() -> list[tuple[str, int]]:
    """How many contents are blank, by organisation."""
    wanted = (unit,) if unit else SUPERVISING
    counted = Counter(place[0] for place in found.blanks(*wanted))
    return [
        (one.organization, counted[one.inspection_id]) for one in found.counted if counted[one.inspection_id]
    ]


def whole_report() -> None:
    """The text on the left, what can be done with it on the right."""
    assert report.chosen is not None
    returned = next((one for one in report.versions if one.state is ReportState.RETURNED), None)
    if returned and (report.editable or report.chosen.state is ReportState.RETURNED):
        st.warning(plain(f"市委巡察办退回第{returned.version}版，原因：{returned.returned_reason}"))
    if report.editable and not chosen.frozen:
        writer = Writer(engine, account, report, today)
        left, right = st.columns([2.2, 1], gap="medium")
        with left:
            writer.texts(name)
        with right:
            writer.acts(blank_counts(), found.dates.rectification_end)
        return
    may_return = (
        account.may(UseCase.RETURN_REPORT)
        and report.chosen.state is ReportState.SUBMITTED
        and not chosen.frozen
    )
    if not may_return:
        reading_texts(report, name)
        return
    left, right = st.columns([2.2, 1], gap="medium")
    with left:
        reading_texts(report, name)
    with right:
        return_form(engine, account, report.chosen.id, label)


if report.chosen is None:
    nothing_yet()
else:
    number = report.chosen.id
    with action:
        st.download_button(
            "导出Word",
            data=lambda: export_report(engine, present(engine, account), chosen.id, number, today=today),
            file_name=f"{chosen.name}日常监督评估结果报告（{label}）.docx",
            on_click="ignore",
            key="export_report",
        )
    whole_report()
st.caption(plain(laggards_sentence(found) + foot(found, today)))
