"""Routine supervision on paper: the matrix with the entries as Excel, a result report as Word."""

from datetime import date

from sqlalchemy import Engine

from xczg.access.permissions import Actor, UseCase, demand
from xczg.exchange.report_paper import PaperSection, ReportPaper, report_document
from xczg.exchange.supervision_writer import supervision_workbook
from xczg.rules.rulebook import Rulebook
from xczg.rules.supervision import SUPERVISING
from xczg.rules.values import ScoringUnit
from xczg.services.results import read_rulebook, round_row
from xczg.services.supervised import day_words
from xczg.services.supervision_readings import (
    overall_text,
    read_supervision,
    readable_report,
    visible_contents,
)
from xczg.store import audit
from xczg.store.engine import reading, writing
from xczg.store.views.supervision import entries_of_round, sections

DEFINITION = (
    "空白为任务清单列有任务、尚无监督记录的评估内容；评估判断取最近一条有判断的记录；“其他”不作必填要求。"
)


def unit_name(unit: ScoringUnit | None, rulebook: Rulebook) -> str:
    """The unit a report speaks for; both of them for a joint one."""
    names = rulebook.units.names.value
    return names[unit] if unit else "、".join(names[one] for one in SUPERVISING)


def export_supervision(engine: Engine, actor: Actor, round_id: int, *, today: date) -> bytes:
    """The matrix and the entries of a round within the actor's scope."""
    demand(actor, UseCase.VIEW_SUPERVISION)
    with reading(engine) as session:
        row = round_row(session, round_id)
    found = read_supervision(engine, actor, row, today)
    with writing(engine) as session:
        visible = visible_contents(actor, found.rulebook)
        every = entries_of_round(session, round_id, actor.scope)
        entries = [one for one in every if one.content in visible]
        audit.record(session, actor.username, "导出监督记录", row.name, 数量=len(entries))
    heading = [
        f"{row.name}日常监督评估监督记录",
        f"数据截至{day_words(today)}。",
        f"口径：{DEFINITION}",
    ]
    return supervision_workbook(
        found.organizations, found.contents, found.cells, entries, found.rulebook, heading=heading
    )


def export_report(engine: Engine, actor: Actor, round_id: int, report_id: int, *, today: date) -> bytes:
    """One version of a result report, for somebody who may read it.

    Raises:
        RefusedError: when there is none the actor may read.
    """
    demand(actor, UseCase.VIEW_SUPERVISION)
    with writing(engine) as session:
        row = round_row(session, round_id)
        rulebook = read_rulebook(row.rulebook_content)
        report = readable_report(session, actor, row, rulebook, report_id)
        overall = overall_text(session, report_id)
        parts = [PaperSection(one.organization, one.text) for one in sections(session, report_id)]
        audit.record(session, actor.username, "导出结果报告", row.name, 版本=report.version)
    return report_document(
        ReportPaper(
            round_name=row.name,
            unit=unit_name(report.unit, rulebook),
            version=report.version,
            state=report.state.value if report.state else "草稿",
            overall=overall,
            sections=parts,
            signed_on=report.submitted_on,
            as_of=today,
            definition=DEFINITION,
        )
    )
