"""The two result tables (annex 3, R9) as a workbook; their columns come from the rulebook."""

from collections.abc import Callable, Sequence
from datetime import date

from xczg.exchange.writer import Cell, Column, SheetPlan, write_workbook
from xczg.rules.rates import NO_RATE
from xczg.rules.result import OrganizationResult, RoundResult
from xczg.rules.rulebook import Rulebook
from xczg.rules.values import ScoringUnit

PENDING = "（待录入）"


def result_workbook(
    result: RoundResult, rulebook: Rulebook, round_name: str, *, as_of: date, state: str
) -> bytes:
    """The two result tables, a sheet each. Figures are those of `reckon`, nothing is computed here."""
    names = rulebook.units.names.value
    notes = [
        f"数据截至{as_of.year}年{as_of.month}月{as_of.day}日；{state}"
        + ("；评分未齐，本表得分和名次均为暂计" if result.provisional else ""),
        f"口径：{rulebook.definitions.completion.value}。",
        *_proxied(result, rulebook),
    ]
    score_cells: dict[str, Callable[[OrganizationResult], Cell]] = {
        "名次": lambda row: row.rank_text,
        "被巡察党组织": lambda row: row.organization,
        "最终得分": lambda row: row.final_score if row.final_score is not None else "评分未齐",
        **{names[unit]: _unit_score(unit) for unit in ScoringUnit},
    }
    collation_cells: dict[str, Callable[[OrganizationResult], Cell]] = {
        "被巡察党组织": lambda row: row.organization,
        "日常监督评估结果": lambda row: PENDING,
        "集中督查评估分数": lambda row: row.final_score if row.final_score is not None else "评分未齐",
        "整改完成率": _completion,
        "未整改到位事项": lambda row: row.counts.not_completed,
        "整改意见建议": lambda row: PENDING,
        "整改满意度": lambda row: row.ballots.rate.text(2) if row.ballots else NO_RATE,
        "发现的突出问题": lambda row: PENDING,
    }
    papers = rulebook.papers
    return write_workbook(
        [
            _plan("集中督查结果统计表", round_name, papers.score_table.value, score_cells, result, notes),
            _plan(
                "评估结果梳理汇总表", round_name, papers.collation_table.value, collation_cells, result, notes
            ),
        ]
    )


def _plan(
    name: str,
    round_name: str,
    headers: Sequence[str],
    cells: dict[str, Callable[[OrganizationResult], Cell]],
    result: RoundResult,
    notes: Sequence[str],
) -> SheetPlan:
    columns = [Column(header, 34 if header == "被巡察党组织" else 16) for header in headers]
    rows = [[cells[header](row) if header in cells else PENDING for header in headers] for row in result.rows]
    return SheetPlan(name, columns, rows, title=[f"{round_name}{name}", *notes])


def _proxied(result: RoundResult, rulebook: Rulebook) -> list[str]:
    """Whose points the office recorded for them （代录）."""
    names = rulebook.units.names.value
    found = [
        f"{row.organization}（{'、'.join(names[unit] for unit in row.proxied)}）"
        for row in result.rows
        if row.proxied
    ]
    return [f"代录的评分：{'；'.join(found)}。"] if found else []


def _unit_score(unit: ScoringUnit) -> Callable[[OrganizationResult], Cell]:
    return lambda row: "未齐" if row.scores.get(unit) is None else row.scores[unit]


def _completion(row: OrganizationResult) -> str:
    strict = row.counts.strict
    return f"{strict.text(2)}（{strict.numerator}/{strict.denominator}，{row.basis.value}）"
