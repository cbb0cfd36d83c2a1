"""实地督导: what the visit found, finding by finding; problems and suggestions (R7, R9)."""

import streamlit as st

from xczg.access.accounts import present
from xczg.access.gate import require
from xczg.access.permissions import UseCase
from xczg.access.runtime import runtime
from xczg.services.assessment_readings import read_places, read_visit
from xczg.services.attachments import StoredFile, fetch_attachment
from xczg.services.readings import list_rounds
from xczg.store.clock import today as present_day
from xczg.ui.assessment_parts import visit_days
from xczg.ui.forms import download_links, said
from xczg.ui.page import ORGANIZATION_KEY, choose, choose_round, head_style, no_rounds, section
from xczg.ui.problem_parts import problems, suggestions
from xczg.ui.visit_parts import check_grid, checks_table, which_visit
from xczg.ui.words import long_day, plain

account = require(UseCase.RECORD_VISIT)
shared, today = runtime(), present_day()
engine = shared.engine


def fetch(attachment_id: int) -> StoredFile:
    return fetch_attachment(engine, present(engine, account), shared.settings.uploads, attachment_id)


rounds = list_rounds(engine, account)
head_style()
if not rounds:
    no_rounds(account)

with st.container(key="head", horizontal=True, vertical_alignment="bottom"):
    title = st.container(width="stretch")
    chosen = choose_round(rounds)
    places = {place.organization: place for place in read_places(engine, account, chosen)}
    names = list(places)
    name = choose(
        "被巡察党组织",
        names,
        ORGANIZATION_KEY,
        default=names[0] if len(names) == 1 else None,
        label_visibility="collapsed",
        width=300,
    )
with title:
    st.title("实地督导", anchor=False)
if name is None:
    with title:
        st.caption(plain(f"{chosen.name}共{len(names)}个党组织"))
    st.info("请在右上方选择一个党组织，登记督查核实结论、发现的突出问题和整改意见建议。")
    st.stop()

found = read_visit(engine, account, chosen, places[name].inspection_id)
with title:
    days = "、".join(f"{visit_days(visit, today)}（{visit.group}）" for visit in found.visits)
    st.caption(plain(f"{found.organization}：{days or '尚未安排实地督导'}"))

said()
begun = [visit for visit in found.visits if visit.from_date <= today]
if not found.findings:
    st.info("这个党组织没有反馈问题，或者整改台账尚未导入，没有可以核实的内容。")
elif begun and not found.frozen:
    check_grid(engine, account, found, which_visit(begun, today), shared.settings.uploads, today)
else:
    if found.frozen:
        st.info("评估结果已经市委同意并冻结，核实结论不再改动。")
    elif found.visits:
        st.info(f"实地督导{visit_days(found.visits[0], today)}开始，开始后在这里登记核实结论。")
    else:
        st.info("还没有安排到这个党组织的实地督导。日程由市委巡察办在“督查组与日程”中安排。")
    checks_table(found)
if found.files:
    section("现场核实材料", f"{len(found.files)}个")
    download_links(found.files, fetch, "visit_file")
left, right = st.columns(2, gap="medium")
with left:
    problems(engine, account, found)
with right:
    suggestions(engine, account, found)
st.caption(
    f"数据截至{long_day(today)}。口径：全部反馈问题核实后，整改完成率等以督查核实为准；未全部核实的，"
    "完成率仍为单位自报，未整改到位事项中已核实的以核实为准。"
)
