"""Words of routine supervision that several screens share."""

from datetime import date

from xczg.rules.rulebook import Rulebook
from xczg.rules.supervision import SUPERVISING, ReportStanding
from xczg.rules.values import ReportState, ScoringUnit
from xczg.services.supervision_exports import unit_name
from xczg.services.supervision_readings import SupervisionReading
from xczg.ui.words import long_day

BY_KEY, CONTENT_KEY = "by", "content"
BOTH = "两家并列"
TASKS_PAGE = "pages/scoring/task_list.py"
SUPERVISION_PAGE = "pages/scoring/supervision.py"
REPORT_PAGE = "pages/scoring/report.py"


def units_by_name(rulebook: Rulebook) -> dict[str, ScoringUnit]:
    """The supervising units by what they are called."""
    return {rulebook.units.names.value[unit]: unit for unit in SUPERVISING}


def days_to(day: date, today: date) -> str:
    """剩余25天, 今日到期 or 已超过3天."""
    left = (day - today).days
    if left == 0:
        return "今日到期"
    return f"剩余{left}天" if left > 0 else f"已超过{-left}天"


def standing_words(standing: ReportStanding, today: date) -> str:
    """A report's state with its dates: 已报送（2026年3月5日，逾期2天）."""
    late = f"，逾期{standing.days_late}天" if standing.days_late else ""
    if standing.state is ReportState.NOT_SUBMITTED:
        return f"{standing.state}（期限{long_day(standing.due)}，{days_to(standing.due, today)}）"
    if standing.state is ReportState.OVERDUE:
        return f"{standing.state}（期限{long_day(standing.due)}{late}）"
    assert standing.submitted_on is not None
    return f"{standing.state}（{long_day(standing.submitted_on)}报送{late}）"


def reports_sentence(found: SupervisionReading, today: date) -> str:
    """Where each report of the round stands."""
    return "；".join(
        f"{unit_name(unit, found.rulebook)}结果报告{standing_words(standing, today)}"
        for unit, standing in found.standings.items()
    )


def laggards_sentence(found: SupervisionReading) -> str:
    """Who got the feedback later than the round; empty where nobody did."""
    names = "、".join(f"{one.organization}（{long_day(one.feedback)}反馈）" for one in found.laggards)
    return f"反馈日期较晚、单独计算集中整改期的：{names}；全轮期限以最晚者为准。" if names else ""


def foot(found: SupervisionReading, today: date) -> str:
    """数据截至 and 口径."""
    return (
        f"数据截至{long_day(today)}。口径：空白＝任务清单列有任务、尚无监督记录的评估内容；"
        "评估判断取最近一条有判断的记录；“其他”不作必填要求；免于评估的党组织不计入。"
        f"日常监督评估在集中整改期内完成（R1，至{long_day(found.dates.rectification_end)}），"
        f"结果报告期限{long_day(found.dates.report_due)}（R4）。依据《{found.rulebook.name.value}》，节假日不顺延。"
    )
