"""提示关注: which organisations to look at first, each with factual reasons and without adjectives."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from xczg.rules.result import OrganizationResult, RoundResult
from xczg.rules.rulebook import Alerts
from xczg.rules.triggers import TalkGround


@dataclass(frozen=True, slots=True)
class Attention:
    """One organisation on the list and why."""

    row: OrganizationResult
    reasons: tuple[str, ...]


def attention_list(
    result: RoundResult,
    oldest_overdue: Mapping[int, date],
    as_of: date,
    *,
    alerts: Alerts,
    with_scores: bool,
) -> tuple[Attention, ...]:
    """Everyone with a reason that the rulebook counts, those with the weightiest reasons first.

    The bottom share and the conditions for a talk always count; what is overdue counts from the rulebook's
    thresholds on. Whoever is listed has all that is overdue named. `as_of` is the day of the figures.
    Scores, ranks and routes to a talk are named only to those who may see them in this state.
    """
    average = result.counts.strict.fraction
    found = []
    for row in result.rows:
        days = _days_overdue(oldest_overdue.get(row.inspection_id), as_of)
        scores = _score_reasons(row) if with_scores else []
        rate = _rate_reason(row, average, result, alerts)
        if scores or rate or _much_overdue(row, days, alerts):
            found.append(Attention(row, (*scores, *_overdue_reason(row, days), *rate)))
    return tuple(sorted(found, key=lambda item: _weight(item, with_scores=with_scores)))


def attention_rule(alerts: Alerts, share: Fraction, *, with_scores: bool) -> str:
    """The rule by which somebody is listed; of ranks it speaks only to those who may see them."""
    always = f"排名最后{_points(share)}%和约谈情形条件成立的一律列入；" if with_scores else ""
    return (
        f"{always}逾期未完成达到{alerts.attention_overdue.value}个，或占本党组织反馈问题{_points(alerts.attention_overdue_share.value)}%以上，"
        f"或最长逾期超过{alerts.attention_overdue_days.value}天的列入；整改完成率低于全轮"
        f"{_points(alerts.attention_rate_below.value)}个百分点以上的列入。"
    )


def _points(share: Decimal | Fraction) -> str:
    return f"{float(share * 100):g}"


def _score_reasons(row: OrganizationResult) -> list[str]:
    reasons = [_talk_reason(ground) for ground in row.talk]
    if row.bottom_share:
        provisional = "（暂计）" if row.provisional else ""
        reasons.append(f"得分{row.final_score}分{provisional}，{row.rank_text}，在排名最后比例之内")
    return reasons


def _talk_reason(ground: TalkGround) -> str:
    named = "" if ground.route == "A" else f"（{ground.reason}）"
    return f"研判提示：约谈情形{ground.route}的条件成立{named}"


def _days_overdue(oldest: date | None, as_of: date) -> int:
    return max(0, (as_of - oldest).days) if oldest else 0


def _much_overdue(row: OrganizationResult, days: int, alerts: Alerts) -> bool:
    overdue, findings = row.counts.overdue, row.counts.findings
    return overdue > 0 and (
        overdue >= alerts.attention_overdue.value
        or overdue >= Fraction(alerts.attention_overdue_share.value) * findings
        or days > alerts.attention_overdue_days.value
    )


def _overdue_reason(row: OrganizationResult, days: int) -> list[str]:
    if not row.counts.overdue:
        return []
    return [f"逾期未完成{row.counts.overdue}项" + (f"，最长逾期{days}天" if days else "")]


def _rate_reason(
    row: OrganizationResult, average: Fraction | None, result: RoundResult, alerts: Alerts
) -> list[str]:
    own = row.counts.strict.fraction
    if own is None or average is None or own > average - Fraction(alerts.attention_rate_below.value):
        return []
    return [f"整改完成率{row.counts.strict.text()}，全轮为{result.counts.strict.text()}"]


def _weight(item: Attention, *, with_scores: bool) -> tuple[bool, bool, int, Fraction, str]:
    row = item.row
    return (
        not (with_scores and row.talk),
        not (with_scores and row.bottom_share),
        -row.counts.overdue,
        row.counts.strict.fraction or Fraction(0),
        row.organization,
    )
