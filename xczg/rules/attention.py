"""提示关注: which organisations to look at first, each with factual reasons and without adjectives."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from xczg.rules.result import OrganizationResult, RoundResult
from xczg.rules.triggers import TalkGround

FAR_BELOW = Fraction(15, 100)


@dataclass(frozen=True, slots=True)
class Attention:
    """One organisation on the list and why."""

    row: OrganizationResult
    reasons: tuple[str, ...]


def attention_list(
    result: RoundResult, oldest_overdue: Mapping[int, date], today: date, *, with_scores: bool
) -> tuple[Attention, ...]:
    """Everyone with a reason, those with the weightiest reasons first.

    Scores, ranks and routes to a talk are named only to those who may see them in this state.
    """
    average = result.counts.strict.fraction
    found = []
    for row in result.rows:
        reasons = [
            *(_score_reasons(row) if with_scores else ()),
            *_overdue_reason(row, oldest_overdue.get(row.inspection_id), today),
            *_rate_reason(row, average, result),
        ]
        if reasons:
            found.append(Attention(row, tuple(reasons)))
    return tuple(sorted(found, key=lambda item: _weight(item, with_scores=with_scores)))


def _score_reasons(row: OrganizationResult) -> list[str]:
    reasons = [_talk_reason(ground) for ground in row.talk]
    if row.bottom_share:
        provisional = "（暂计）" if row.provisional else ""
        reasons.append(f"得分{row.final_score}分{provisional}，{row.rank_text}，在排名最后比例之内")
    return reasons


def _talk_reason(ground: TalkGround) -> str:
    named = "" if ground.route == "A" else f"（{ground.reason}）"
    return f"研判提示：约谈情形{ground.route}的条件成立{named}"


def _overdue_reason(row: OrganizationResult, oldest: date | None, today: date) -> list[str]:
    if not row.counts.overdue:
        return []
    longest = f"，最长逾期{(today - oldest).days}天" if oldest else ""
    return [f"逾期未完成{row.counts.overdue}项{longest}"]


def _rate_reason(row: OrganizationResult, average: Fraction | None, result: RoundResult) -> list[str]:
    own = row.counts.strict.fraction
    if own is None or average is None or own > average - FAR_BELOW:
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
