"""What leaves the program as a workbook; every export is checked, scoped and audited."""

from datetime import date

from sqlalchemy import Engine
from sqlmodel import col, select

from xczg.access.permissions import Actor, UseCase, demand
from xczg.exchange.ledger_writer import ledger_template, ledger_workbook
from xczg.exchange.result_writer import result_workbook
from xczg.services.results import read_round, read_rulebook, round_row
from xczg.store import audit
from xczg.store.engine import reading, writing
from xczg.store.tables import Inspection, Organization
from xczg.store.views.ledger import LedgerFilter, export_rows


def make_ledger_template(engine: Engine, actor: Actor, round_id: int) -> bytes:
    """An empty ledger for a round."""
    demand(actor, UseCase.IMPORT_LEDGER)
    with reading(engine) as session:
        row = round_row(session, round_id)
        names = session.exec(
            select(Organization.name)
            .join(Inspection, col(Inspection.organization_id) == Organization.id)
            .where(col(Inspection.round_id) == round_id)
            .order_by(col(Organization.name))
        ).all()
    categories = read_rulebook(row.rulebook_content).contents.categories.value
    return ledger_template(row.name, categories, names)


def export_ledger(
    engine: Engine, actor: Actor, wanted: LedgerFilter, *, today: date, organization: str = ""
) -> bytes:
    """Exactly what the filter shows, within the actor's scope."""
    demand(actor, UseCase.EXPORT_LEDGER)
    with writing(engine) as session:
        row = round_row(session, wanted.round_id)
        rulebook = read_rulebook(row.rulebook_content)
        findings = list(export_rows(session, wanted, today, actor.scope))
        heading = [
            f"{row.name}整改台账",
            f"筛选条件：{wanted.sentence(organization)}；共{len(findings)}个反馈问题。",
            f"数据截至{today.year}年{today.month}月{today.day}日。",
            f"口径：{rulebook.definitions.unresolved.value}；逾期为超过完成时限仍未完成，不含长期坚持和未定时限的。",
            "每项措施占一行。反馈问题的情况填在该问题的第一行，以“整改情况”栏为准；“措施”开头的各栏是该项措施的情况。",
            "“（未填写）”指该项没有填写；“（原文：……）”是台账中的原有表述。",
            "本表第一张工作表可原样导入。",
        ]
        audit.record(
            session,
            actor.username,
            "导出整改台账",
            row.name,
            条件=wanted.sentence(organization),
            数量=len(findings),
        )
        return ledger_workbook(findings, heading=heading, categories=rulebook.contents.categories.value)


def export_results(engine: Engine, actor: Actor, round_id: int, *, today: date) -> bytes:
    """The score table and the collation table of a round."""
    demand(actor, UseCase.EXPORT_RESULTS)
    with writing(engine) as session:
        row = round_row(session, round_id)
        found = read_round(session, row, today)
        audit.record(session, actor.username, "导出评估结果", row.name)
    return result_workbook(found.result, found.rulebook, row.name, as_of=today, state=found.state.value)
