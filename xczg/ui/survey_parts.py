"""The parts of the page 满意度测评: counts, codes printed once, and the table of the round."""

from collections.abc import Sequence
from datetime import date
from html import escape
from typing import Any

import pandas as pd
import streamlit as st
from sqlalchemy import Engine

from xczg.access.permissions import Actor, PermissionRefusedError
from xczg.rules.rates import Ballots
from xczg.services.satisfaction import MOST_CODES, SurveyForm, issue_codes, record_survey
from xczg.services.survey_readings import SurveyRow
from xczg.services.unit_of_work import RefusedError, StaleError
from xczg.ui.figures import fraction
from xczg.ui.forms import done
from xczg.ui.page import section
from xczg.ui.words import long_day, plain

DAY = "YYYY-MM-DD"
OPTIONS = {
    "satisfied": "满意",
    "basically_satisfied": "基本满意",
    "dissatisfied": "不满意",
    "unaware": "不了解",
    "invalid": "无效",
}
_CODES = "xczg_codes"
BALLOT_ADDRESS = "ballot"


def survey_form(engine: Engine, actor: Actor, row: SurveyRow, minimum: int, today: date) -> None:
    """The counts in the order of the paper; the sum is shown after saving."""
    section("登记票数", row.organization)
    if row.codes and row.returned and not row.may_split(minimum):
        st.info(f"屏幕投票已收{row.returned}张，不足{minimum}张有效票，暂不显示和修改分项。")
        return
    key = f"field_survey_{row.inspection_id}"
    version = st.session_state.setdefault(f"{key}_version", row.version)
    if row.codes:
        st.caption(
            f"含屏幕投票{row.codes_used}张（已发投票码{row.codes}个）。"
            "另有纸质票的，在现有数字上加上纸质票数。"
        )
    with st.form("survey", enter_to_submit=False):
        with st.grid(4, min_column_width=120, gap="small"):
            issued = st.number_input(
                "发出（张）",
                min_value=0,
                value=row.issued,
                step=1,
                placeholder="未统计的不填",
                key=f"{key}_issued",
            )
            counts = {
                name: st.number_input(
                    f"{label}（张）",
                    min_value=0,
                    value=getattr(row.ballots, name) if row.ballots else 0,
                    step=1,
                    key=f"{key}_{name}",
                )
                for name, label in OPTIONS.items()
            }
            day = st.date_input(
                "测评日期", value=row.held_on or today, max_value=today, format=DAY, key=f"{key}_day"
            )
        sent = st.form_submit_button("保存票数", type="primary")
    if not sent:
        return
    form = SurveyForm(Ballots(**counts), None if issued is None else int(issued), day)
    try:
        record_survey(engine, actor, row.inspection_id, form, version=version, today=today)
    except StaleError as stale:
        _both_versions(form, stale.stored, key)
    except (RefusedError, PermissionRefusedError) as refusal:
        st.error(plain(str(refusal)))
    else:
        done(f"已保存{row.organization}的票数：收回{form.returned}张。", f"{key}_*")


def _both_versions(form: SurveyForm, stored: Any, key: str) -> None:
    st.error("在您填写期间，票数已有变动（他人登记或屏幕投票）。您填写的内容仍在上方，请对照后选择：")
    names = "，".join(f"{label}{getattr(stored, name)}" for name, label in OPTIONS.items())
    st.caption(f"现有票数：发出{stored.issued or 0}，{names}。")
    left, right = st.columns(2)
    left.button(
        "以我填写的为准，再保存一次",
        key="survey_mine",
        on_click=lambda: st.session_state.update({f"{key}_version": stored.version}),
    )
    right.button("放弃我填写的", key="survey_theirs", on_click=_forget, args=(f"{key}_",))


def _forget(prefix: str) -> None:
    for one in [name for name in st.session_state if str(name).startswith(prefix)]:
        del st.session_state[one]


def code_form(engine: Engine, actor: Actor, row: SurveyRow, today: date) -> None:
    """发放投票码: the codes are shown once, for printing."""
    section("屏幕投票", f"已发{row.codes}个，已用{row.codes_used}个" if row.codes else "匿名，一人一码")
    with st.form("codes", enter_to_submit=False):
        number = st.number_input(
            "投票码个数", min_value=1, max_value=MOST_CODES, value=30, step=1, key="field_codes_number"
        )
        until = st.date_input("投票截止", value=today, min_value=today, format=DAY, key="field_codes_until")
        st.caption(
            "投票码只显示一次，请当场打印、裁开、随机发放；系统只保存不可还原的校验值，不记录谁投了什么票。"
        )
        sent = st.form_submit_button("发放投票码", type="primary")
    if not sent:
        return
    try:
        codes = issue_codes(
            engine, actor, row.inspection_id, number=int(number), expires_on=until, today=today
        )
    except (RefusedError, PermissionRefusedError) as refusal:
        st.error(plain(str(refusal)))
        return
    st.session_state[_CODES] = (row.organization, until, codes)
    done(
        f"已为{row.organization}发放投票码{len(codes)}个。",
        "field_codes_*",
        f"field_survey_{row.inspection_id}_*",
    )


def show_codes() -> None:
    """The codes just made, once: the next run knows them no more."""
    organization, until, codes = st.session_state.pop(_CODES, ("", None, ()))
    if not codes:
        return
    lines = "".join(
        f"<li><b>{escape(code)}</b><small>{escape(organization)}整改满意度测评<br>"
        f"网址末尾为 /{BALLOT_ADDRESS}，{long_day(until)}前有效</small></li>"
        for code in codes
    )
    st.html(f'<ol class="codes">{lines}</ol>')
    st.caption("请现在打印本页或抄录。离开或刷新本页后，投票码不再显示。")


def survey_table(rows: Sequence[SurveyRow], minimum: int) -> None:
    """All organisations of the round, those without a survey too."""
    section("各党组织满意度", "按名称排列")
    if not rows:
        st.info("本轮还没有被巡察党组织。")
        return
    lines = []
    for row in rows:
        split = row.may_split(minimum)
        lines.append(
            {
                "被巡察党组织": row.organization,
                "发出": row.issued,
                "收回": row.returned if row.ballots else None,
                **{
                    label: getattr(row.ballots, name) if row.ballots and split else None
                    for name, label in OPTIONS.items()
                },
                "整改满意度": fraction(row.ballots.rate) if row.ballots and split else "—",
                "测评日期": long_day(row.held_on) if row.held_on else "",
            }
        )
    st.dataframe(
        pd.DataFrame(lines),
        hide_index=True,
        height=min(520, 38 + 35 * len(lines)),
        placeholder="",
        key="survey_table",
        alt="各党组织满意度测评票数。",
        column_config={"被巡察党组织": st.column_config.TextColumn(width=260)},
    )
