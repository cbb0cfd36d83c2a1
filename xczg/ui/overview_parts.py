"""The parts of the overview: ranking or completion, 提示关注, and the two charts below."""

from typing import Any

import pandas as pd
import streamlit as st

from xczg.rules.attention import Attention, attention_rule
from xczg.rules.ranking import Cut
from xczg.rules.result import OrganizationResult
from xczg.rules.values import FindingStatus, ScoringUnit
from xczg.services.readings import Overview
from xczg.ui.charts import Dot, StripWords, stacked_bars, strip
from xczg.ui.page import ORGANIZATION_KEY, ORGANIZATION_PAGE, ROUND_KEY, section
from xczg.ui.words import plain

SHOWN = 4
ROW_HEIGHT, HEAD_HEIGHT, MOST_ROWS = 27, 33, 10  # with figures and strip, ten rows fill a desk's screen
PROVISIONAL_MARK, INCOMPLETE_MARK, EXEMPT_MARK = "暂计", "评分未齐", "免于评估"
PROXY_MARK = "代录"


def bottom_mark(cut: Cut) -> str:
    """◆最后20%: the share as the rulebook has it."""
    return f"◆{bottom_words(cut)}"


def bottom_words(cut: Cut) -> str:
    """最后20%."""
    return f"最后{float(cut.share * 100):g}%"


def cut_sentence(cut: Cut, *, provisional: bool) -> str:
    """Which rule made the cut, and what the other roundings would give."""
    share = f"{float(cut.share * 100):g}%"
    others = "、".join(
        f"{way.label}为{number}个" for way, number in cut.alternatives.items() if way is not cut.rounding
    )
    words = f"{cut.population}个党组织的{share}，{cut.rounding.label}取{cut.quota}个（{others}）"
    if cut.added_by_ties:
        words += f"；临界同分一并列入，实列{cut.listed}个"
    if cut.doubled:
        words += "，已达应取数的两倍以上"
    return words + ("；评分未齐，为暂计" if provisional else "")


def ranking(found: Overview, *, key: str = "ranking") -> None:
    """The ranking, the last first, with each unit's score and the bottom share marked."""
    assert found.cut is not None
    scored = [row for row in reversed(found.rows) if row.final is not None]
    section(
        "排名（由低到高）" + ("·暂计" if found.provisional else ""),
        cut_sentence(found.cut, provisional=found.provisional) + "；列入名单不等于约谈",
    )
    if not scored:
        st.info("还没有三家评分单位均已评分的党组织，评分齐后这里显示排名。")
        return
    low, high = scored[0], scored[-1]
    marked = [row.organization for row in scored if row.bottom_share]
    line = found.cut.line
    _open_by_dot(
        strip(
            [
                Dot(row.inspection_id, row.organization, float(row.final_score or 0), row.bottom_share)
                for row in scored
            ],
            StripWords(
                marked=f"排名{bottom_words(found.cut)}" + ("" if line is None else f"（{line}分及以下）"),
                others="其他党组织",
                unit="分",
                alt=f"得分分布：最高{high.final_score}分，最低{low.final_score}分；"
                f"排名最后比例之内：{'、'.join(marked)}。",
            ),
            line=None if line is None else float(line),
            key=f"{key}_strip",
        ),
        scored,
        found,
    )
    rows = [*scored, *(row for row in found.rows if row.final is None)]
    table = pd.DataFrame([_ranking_row(row, found) for row in rows])
    _open_on_click(table, rows, found, _ranking_columns(found), key)


def _ranking_row(row: OrganizationResult, found: Overview) -> dict[str, Any]:
    scores = {unit.value: _number(row.scores.get(unit)) for unit in ScoringUnit}
    return {
        "rank": row.rank_text,
        "organization": row.organization,
        "score": _number(row.final_score),
        **scores,
        "strict": _number(row.counts.strict.percent(1)),
        "overdue": row.counts.overdue,
        "mark": _marks(row, found),
    }


def _marks(row: OrganizationResult, found: Overview) -> list[str]:
    if row.exempted:
        return [EXEMPT_MARK]
    proxied = [PROXY_MARK] if row.proxied else []
    if row.final is None:
        return [INCOMPLETE_MARK, *proxied]
    assert found.cut is not None
    marks = [bottom_mark(found.cut)] if row.bottom_share else []
    return [*marks, *([PROVISIONAL_MARK] if found.provisional else []), *proxied]


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _ranking_columns(found: Overview) -> dict[str, Any]:
    config = st.column_config
    names = found.rulebook.units.names.value
    weights = found.rulebook.units.weight_of
    total = sum(weights.values())
    units = {
        unit.value: config.NumberColumn(
            names[unit].removeprefix("市委") if unit is not ScoringUnit.DISCIPLINE else "纪委监委",
            help=f"{names[unit]}评分，权重{weights[unit]}/{total}（R8）",
            format="%.2f",
            width=64,
        )
        for unit in weights
    }
    return {
        "rank": config.TextColumn("名次", width=80),
        "organization": config.TextColumn("被巡察党组织", width=206),
        "score": config.ProgressColumn(
            "最终得分", format="%.2f", min_value=0, max_value=100, color="blue", width=100
        ),
        **units,
        "strict": config.NumberColumn("完成率%", format="%.1f", width=60),
        "overdue": config.NumberColumn("逾期", format="%d", width=46),
        "mark": config.MultiselectColumn(
            "标记",
            options=[
                bottom_mark(found.cut) if found.cut else "",
                PROVISIONAL_MARK,
                INCOMPLETE_MARK,
                EXEMPT_MARK,
                PROXY_MARK,
            ],
            color=["red", "gray", "gray", "gray", "gray"],
            help="排名最后比例之内的，以及评分未齐、免于评估的；代录＝有评分由市委巡察办代录。",
            width=164 if found.provisional else 96,
        ),
    }


def completion(found: Overview, *, key: str = "completion") -> None:
    """In the ranking's place while scores may not be seen: completion and lateness, the lowest first."""
    section("整改完成情况（由低到高）", "得分和名次在督查组汇总后显示" if found.sheets_expected else "")
    rows = sorted(
        found.rows,
        key=lambda row: (
            row.counts.strict.fraction is None,
            row.counts.strict.fraction or 0,
            row.organization,
        ),
    )
    known = [row for row in rows if row.counts.strict.exists]
    if not known:
        st.info("本轮还没有反馈问题，导入整改台账后这里显示各党组织的整改完成情况。")
        return
    late = sum(row.counts.overdue > 0 for row in known)
    _open_by_dot(
        strip(
            [
                Dot(
                    row.inspection_id,
                    row.organization,
                    _number(row.counts.strict.percent(1)) or 0,
                    row.counts.overdue > 0,
                )
                for row in known
            ],
            StripWords(
                marked="有逾期未完成",
                others="没有逾期未完成",
                unit="%",
                alt=f"整改完成率分布：最低{known[0].organization}{known[0].counts.strict.text()}，最高"
                f"{known[-1].organization}{known[-1].counts.strict.text()}；红色菱形为有逾期未完成的{late}个党组织。",
            ),
            line=None,
            key=f"{key}_strip",
        ),
        known,
        found,
    )
    table = pd.DataFrame(
        [
            {
                "organization": row.organization,
                "strict": _number(row.counts.strict.percent(1)),
                "lenient": _number(row.counts.lenient.percent(1)),
                "findings": row.counts.findings,
                "open": row.counts.not_completed,
                "overdue": row.counts.overdue,
                "mark": [_lateness(row, found)] if row.counts.overdue else [],
            }
            for row in rows
        ]
    )
    _open_on_click(table, rows, found, _completion_columns(table), key)


def _lateness(row: OrganizationResult, found: Overview) -> str:
    oldest = found.oldest_overdue.get(row.inspection_id)
    return f"{(found.as_of - oldest).days}天" if oldest else "逾期"


def _completion_columns(table: pd.DataFrame) -> dict[str, Any]:
    config = st.column_config
    words = sorted({word for words in table["mark"] for word in words})
    return {
        "organization": config.TextColumn("被巡察党组织", width=256),
        "strict": config.ProgressColumn(
            "完成率（%）", format="%.1f", min_value=0, max_value=100, color="green", width=150
        ),
        "lenient": config.NumberColumn("含基本完成（%）", format="%.1f", width=96),
        "findings": config.NumberColumn("反馈问题", format="%d", width=66),
        "open": config.NumberColumn("未到位", format="%d", width=56),
        "overdue": config.NumberColumn("逾期", format="%d", width=46),
        "mark": config.MultiselectColumn("最长逾期", options=words, color="red", width=124),
    }


def _open_on_click(
    table: pd.DataFrame, rows: list[OrganizationResult], found: Overview, columns: dict[str, Any], key: str
) -> None:
    """A table in which a click anywhere in a row opens the organisation."""
    chosen = st.dataframe(
        table,
        key=key,
        height=HEAD_HEIGHT + ROW_HEIGHT * min(len(rows), MOST_ROWS),
        row_height=ROW_HEIGHT,
        hide_index=True,
        column_config=columns,
        on_select="rerun",
        selection_mode="single-cell",
        placeholder="",
        alt="各党组织一览，点击一行可打开该党组织。",
    )
    picked = chosen["selection"]["cells"]
    if picked and picked[0][0] < len(rows):
        open_organization(found, rows[picked[0][0]].organization)


def _open_by_dot(picked: int | None, rows: list[OrganizationResult], found: Overview) -> None:
    """A click on a dot opens the organisation, too."""
    row = next((row for row in rows if row.inspection_id == picked), None)
    if row is not None:
        open_organization(found, row.organization)


def open_organization(found: Overview, organization: str) -> None:
    """Go to the page of one organisation in this round."""
    st.switch_page(
        ORGANIZATION_PAGE, query_params={ROUND_KEY: found.round.name, ORGANIZATION_KEY: organization}
    )


def attention(found: Overview) -> None:
    """提示关注: who and why, in factual sentences, and by which rule."""
    listed = found.attention
    rule = attention_rule(found.rulebook.alerts, found.rulebook.share, with_scores=found.with_scores)
    section(
        "提示关注",
        f"{len(listed)}个党组织，按事实列出，不作定性" if listed else "",
        explanation=f"列入规则：{rule}理由较重的在前。",
    )
    if not listed:
        st.info(f"没有需要提示的党组织。{rule}")
        return
    with st.container(key="attention"):
        for item in listed[:SHOWN]:
            with st.container(border=True, gap=None):
                _reasons(item, found)
        if len(listed) > SHOWN:
            with (
                st.popover(f"其余{len(listed) - SHOWN}个", width="stretch"),
                st.container(key="attention-rest", gap=None),
            ):
                for item in listed[SHOWN:]:
                    _reasons(item, found)


def _reasons(item: Attention, found: Overview) -> None:
    """A link to the organisation, and below it every reason in full."""
    st.page_link(
        ORGANIZATION_PAGE,
        label=plain(item.row.organization),
        query_params={ROUND_KEY: found.round.name, ORGANIZATION_KEY: item.row.organization},
    )
    st.caption(plain("；".join(item.reasons) + "。"))


def completion_chart(found: Overview) -> None:
    """Every organisation's findings by status."""
    rows = [row for row in found.rows if row.counts.findings]
    rows.sort(key=lambda row: (-row.counts.not_completed, row.organization))
    section("各党组织整改完成情况", f"{len(rows)}个党组织，按未整改到位事项由多到少")
    if not rows:
        st.info("本轮还没有反馈问题。")
        return
    stacked_bars(
        [row.organization for row in rows],
        [(status, [row.counts.by_status[status] for row in rows]) for status in FindingStatus],
        alt="；".join(
            row.organization + "、".join(f"{status.value}{n}" for status, n in row.counts.by_status.items())
            for row in rows
        ),
        key="completion_chart",
    )


def categories_chart(found: Overview) -> None:
    """What is unresolved, by category."""
    section("未整改到位事项的类别", "单位：个，另列基本完成")
    listed = [one for one in found.categories if one[1] or one[2]]
    if not listed:
        unknown = found.counts.not_completed or found.counts.basically_completed
        st.info("冻结的评估结果中没有分类别的数据。" if unknown else "没有未整改到位的事项。")
        return
    stacked_bars(
        [name for name, _, _ in listed],
        [
            (FindingStatus.NOT_COMPLETED, [number for _, number, _ in listed]),
            (FindingStatus.BASICALLY_COMPLETED, [number for _, _, number in listed]),
        ],
        alt="；".join(f"{name}未完成{first}个、基本完成{second}个" for name, first, second in listed),
        key="categories_chart",
    )
