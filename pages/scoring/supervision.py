"""监督记录: organisations × contents at a glance, the entries of one organisation, and the form (R1–R3)."""

import streamlit as st

from xczg.access.accounts import present
from xczg.access.gate import require
from xczg.access.permissions import UseCase
from xczg.access.runtime import runtime
from xczg.rules.supervision import SUPERVISING
from xczg.rules.values import ScoringUnit
from xczg.services.readings import list_rounds
from xczg.services.supervision_exports import export_supervision
from xczg.services.supervision_readings import SupervisionReading, read_entries, read_supervision
from xczg.store.clock import today as present_day
from xczg.store.views.supervision import Supervised
from xczg.ui.forms import said
from xczg.ui.page import ORGANIZATION_KEY, choose, choose_round, head_style, no_rounds
from xczg.ui.supervision_matrix import go_to, stepper, supervision_matrix
from xczg.ui.supervision_parts import Desk, entry_form, entry_list
from xczg.ui.supervision_words import (
    BOTH,
    BY_KEY,
    CONTENT_KEY,
    days_to,
    foot,
    laggards_sentence,
    reports_sentence,
    units_by_name,
)
from xczg.ui.words import plain, short_day

account = require(UseCase.VIEW_SUPERVISION)
shared, today = runtime(), present_day()
engine = shared.engine

rounds = list_rounds(engine, account)
head_style()
if not rounds:
    no_rounds(account)

with st.container(key="head", horizontal=True, vertical_alignment="bottom"):
    title = st.container(width="stretch")
    chosen = choose_round(rounds)
    st.download_button(
        "导出监督记录",
        data=lambda: export_supervision(engine, present(engine, account), chosen.id, today=today),
        file_name=f"日常监督评估记录{today:%Y%m%d}.xlsx",
        on_click="ignore",
        key="export_supervision",
    )
found = read_supervision(engine, account, chosen, today)
names = units_by_name(found.rulebook)


def head(units: tuple[ScoringUnit, ...]) -> None:
    """What is still blank, until when, and where the reports stand."""
    st.title("监督记录", anchor=False)
    left = len(found.blanks(*units))
    end = found.dates.rectification_end
    st.caption(
        plain(
            f"{chosen.name}：{len(found.counted)}个党组织，"
            + (f"尚有{left}项空白" if left else "没有空白")
            + f"；集中整改期至{short_day(end, today)}（{days_to(end, today)}）；"
            + f"{reports_sentence(found, today)}。"
        )
    )


def why_not() -> str:
    """Why the person's own unit may not write, in one sentence; empty for those who only read."""
    if found.own_unit is None:
        return ""
    if chosen.frozen:
        return "评估结果已经市委同意并冻结，监督记录不再改动。"
    if found.own_unit in found.locked:
        return "本单位结果报告已报送，监督记录已锁定；确需改动的，请联系市委巡察办退回报告。"
    return ""


def one_organization(
    current: SupervisionReading, organization: Supervised, units: tuple[ScoringUnit, ...], listed: list[str]
) -> None:
    """The entries on the left, the form on the right."""
    reading = read_entries(engine, account, organization.inspection_id)
    desk = Desk(engine, account, shared.settings.uploads, current, organization, today)
    if not desk.writable:
        said()
        if organization.exempted:
            st.info("该党组织经批准免于评估，不登记监督记录。")
        entry_list(desk, reading, content, units)
        return
    place = listed.index(organization.organization) if organization.organization in listed else -1
    following = listed[place + 1] if place + 1 < len(listed) else None
    left, right = st.columns([1, 1.1], gap="medium")
    with right:
        entry_form(desk, reading, content, following, go_to)
    with left:
        entry_list(desk, reading, content, units)


own = next((name for name, unit in names.items() if unit is found.own_unit), BOTH)
with st.container(horizontal=True, vertical_alignment="bottom", key="bar"):
    by = choose("监督单位", [*names, BOTH], BY_KEY, default=own, width=180)
    only_blank = st.toggle("只看有空白的", key="blank_only", bind="query-params")
units = (names[by],) if by in names else SUPERVISING
with title:
    head(units)
if reason := why_not():
    st.info(reason)
if not found.organizations:
    st.info("本轮还没有被巡察党组织。市委巡察办导入整改台账后，这里按党组织登记日常监督评估情况。")
    st.stop()

with_blanks = {place[0] for place in found.blanks(*units)}
shown = [one for one in found.organizations if not only_blank or one.inspection_id in with_blanks]
opened = st.query_params.get(ORGANIZATION_KEY)
if shown:
    supervision_matrix(found, shown, units, height=284 if opened else 520)
else:
    st.success("没有空白：任务清单所列评估内容均已登记。")

with st.container(horizontal=True, vertical_alignment="bottom", key="place"):
    everyone = {one.organization: one for one in found.organizations}
    name = choose("被巡察党组织", list(everyone), ORGANIZATION_KEY, default=None, width=320)
    content = choose("评估内容", found.contents, CONTENT_KEY, default=None, width=330)
    stepper([one.organization for one in shown], name)
if name is None:
    said()
    st.caption("点选表中的一格，或在上方选择党组织，查看和登记监督记录。")
else:
    one_organization(found, everyone[name], units, [one.organization for one in shown])
st.caption(plain(laggards_sentence(found) + foot(found, today)))
