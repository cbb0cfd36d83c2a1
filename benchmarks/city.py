"""A city of 24,000 findings: twelve rounds of forty organisations with fifty findings each."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import xlsxwriter
from sqlalchemy import Engine, insert

from xczg.access.accounts import add_account
from xczg.access.permissions import Actor
from xczg.rules.phases import Act
from xczg.rules.values import FindingKind, FindingStatus, Role, ScoringUnit
from xczg.services.ledger_plan import stored_key
from xczg.services.rounds import add_round
from xczg.store.engine import writing
from xczg.store.settings import RULEBOOKS
from xczg.store.tables import (
    Finding,
    Inspection,
    Measure,
    Organization,
    RoundAct,
    SatisfactionSurvey,
    ScoreLine,
    ScoreSheet,
    now,
)

ROUNDS, ORGANIZATIONS, FINDINGS = 12, 40, 50
CATEGORIES = (
    "党中央决策部署在基层落实情况",
    "群众身边不正之风和腐败问题",
    "基层党组织和党员队伍建设",
    "巡察整改落实情况",
)
LINES = ("1.1", "1.2", "2.1", "2.2", "3.1", "3.2", "3.3", "3.4", "4.1")
MAXIMA = (8, 7, 8, 7, 25, 10, 10, 15, 10)


def round_name(number: int) -> str:
    """The name of a round, the first being the oldest."""
    return f"基准第{number}轮"


def build_city(engine: Engine, today: date) -> None:
    """Fill an empty database; the newest round is aggregated, so that the overview shows its ranking."""
    actor = Actor("benchmark", "benchmark", frozenset({Role.OFFICE}))
    with writing(engine) as session:
        add_account(session, actor="benchmark", username="office", name="巡察办", role=Role.OFFICE)
        names = [f"基准市第{number}局党组" for number in range(1, ORGANIZATIONS + 1)]
        organizations = list(
            session.scalars(
                insert(Organization).returning(Organization.id, sort_by_parameter_order=True),
                [{"name": name, "name_key": name, "created_at": now()} for name in names],
            )
        )
    for number in range(1, ROUNDS + 1):
        feedback = today - timedelta(days=140 + 150 * (ROUNDS - number))
        added = add_round(engine, actor, round_name(number), feedback, rulebooks=RULEBOOKS)
        _fill_round(engine, added, organizations, feedback)


def _fill_round(engine: Engine, round_id: int, organizations: list[int], feedback: date) -> None:
    with writing(engine) as session:
        inspections = list(
            session.scalars(
                insert(Inspection).returning(Inspection.id, sort_by_parameter_order=True),
                [
                    {"round_id": round_id, "organization_id": one, "team": one % 8 + 1}
                    for one in organizations
                ],
            )
        )
        findings = [
            _finding(inspection, place, feedback) for inspection in inspections for place in range(FINDINGS)
        ]
        ids = session.scalars(insert(Finding).returning(Finding.id, sort_by_parameter_order=True), findings)
        session.execute(insert(Measure), [_measure(one, place) for one in ids for place in (1, 2, 3)])
        session.execute(
            insert(SatisfactionSurvey),
            [
                {
                    "inspection_id": one,
                    "satisfied": 20 + one % 9,
                    "basically_satisfied": 5,
                    "dissatisfied": one % 4,
                    "unaware": 1,
                    "invalid": 0,
                }
                for one in inspections
            ],
        )
        sheets = [(one, unit) for one in inspections for unit in ScoringUnit]
        sheet_ids = session.scalars(
            insert(ScoreSheet).returning(ScoreSheet.id, sort_by_parameter_order=True),
            [_sheet(one, unit) for one, unit in sheets],
        )
        session.execute(insert(ScoreLine), [line for one in sheet_ids for line in _lines(one)])
        session.add(
            RoundAct(
                round_id=round_id,
                act=Act.AGGREGATED,
                on_date=feedback + timedelta(days=120),
                recorded_by="office",
            )
        )


def _finding(inspection: int, place: int, feedback: date) -> dict[str, object]:
    text = f"第{place + 1}项反馈问题：制度执行不够严格，责任落实有差距（{inspection}）"
    statuses = (FindingStatus.COMPLETED,) * (3 + inspection % 5) + tuple(FindingStatus)
    return {
        "inspection_id": inspection,
        "position": place + 1,
        "serial": str(place + 1),
        "text": text,
        "text_key": stored_key(text),
        "category": CATEGORIES[place % 4],
        "subcategory": "",
        "kind": list(FindingKind)[place % 4],
        "target": "整改到位",
        "status": statuses[(place * 7 + inspection) % len(statuses)],
        "status_text": "",
        "outcome": "已建立制度并组织学习",
        "due_date": None if place % 17 == 0 else feedback + timedelta(days=30 + 3 * place),
        "long_term": place % 17 == 0,
        "within_period": None,
        "key_matter": place % 11 == 0,
        "leader": "分管副局长",
        "unit": f"第{place % 12 + 1}科",
        "evidence_note": "",
        "remark": "",
        "version": 1,
        "updated_at": now(),
    }


def _measure(finding: int, place: int) -> dict[str, object]:
    return {
        "finding_id": finding,
        "position": place,
        "text": f"第{place}项措施：修订制度并开展督导检查",
        "types": {},
        "leader": "分管副局长",
        "unit": "办公室",
        "due_date": None,
        "long_term": False,
        "status": None,
        "outcome": "",
    }


def _sheet(inspection: int, unit: ScoringUnit) -> dict[str, object]:
    return {
        "inspection_id": inspection,
        "unit": unit,
        "version": 1,
        "current": True,
        "complete": True,
        "recorded_by": "office",
        "recorded_at": now(),
    }


def _lines(sheet: int) -> list[dict[str, object]]:
    return [
        {
            "sheet_id": sheet,
            "criterion": number,
            "points": Decimal(maximum) - Decimal((sheet * 13 + place * 5) % 12) / 4,
            "reason": "",
        }
        for place, (number, maximum) in enumerate(zip(LINES, MAXIMA, strict=True))
    ]


def write_ledger(path: Path, rows: int) -> None:
    """A workbook of `rows` findings of forty organisations, as offices keep them."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("整改台账")
        headers = (
            "序号 被巡察党组织 问题类别 反馈问题 整改目标 整改措施 责任领导 责任单位"
            " 完成时限 整改情况 整改成效 备注"
        )
        for place, header in enumerate(headers.split()):
            sheet.write_string(0, place, header)
        for row in range(1, rows + 1):
            values = (
                str(row),
                f"基准市第{row % 40 + 1}局党组",
                CATEGORIES[row % 4],
                f"第{row}项反馈问题：制度执行不够严格，责任落实有差距",
                "整改到位",
                "修订制度并开展督导检查",
                "分管副局长",
                f"第{row % 12 + 1}科",
                f"2026年{row % 12 + 1}月底前",
                ("已完成", "正在整改", "基本完成")[row % 3],
                "已建立制度并组织学习",
                "",
            )
            for place, value in enumerate(values):
                sheet.write_string(row, place, value)
