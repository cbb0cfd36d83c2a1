"""The ledger as a workbook: an empty template with drop-downs, and an export that can be imported again."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from xczg.exchange.columns import EXPORT_NOTES, INSTRUCTIONS, LEFT_BLANK, OF_MEASURE, Field
from xczg.exchange.statuses import quoting
from xczg.exchange.writer import Cell, Column, SheetPlan, TextPlan, write_workbook
from xczg.rules.values import FindingKind, FindingStatus, MeasureType
from xczg.store.tables import Finding, Measure
from xczg.store.views.ledger import ExportedFinding

_WIDE = {
    Field.TEXT: 40,
    Field.MEASURE: 40,
    Field.ORGANIZATION: 26,
    Field.CATEGORY: 24,
    Field.STATUS: 18,
    Field.OUTCOME: 30,
    Field.MEASURE_OUTCOME: 30,
}
_ORDER = (
    Field.SERIAL,
    Field.ORGANIZATION,
    Field.CATEGORY,
    Field.SUBCATEGORY,
    Field.KIND,
    Field.TEXT,
    Field.TARGET,
    Field.LEADER,
    Field.UNIT,
    Field.DUE,
    Field.STATUS,
    Field.OUTCOME,
    Field.MEASURE,
    Field.MEASURE_TYPE,
    Field.MEASURE_LEADER,
    Field.MEASURE_UNIT,
    Field.MEASURE_DUE,
    Field.MEASURE_STATUS,
    Field.MEASURE_OUTCOME,
    Field.LONG_TERM,
    Field.WITHIN_PERIOD,
    Field.KEY_MATTER,
    Field.EVIDENCE,
    Field.REMARK,
)
_YES_NO = ("是", "否")


def ledger_template(round_name: str, categories: Sequence[str], organizations: Sequence[str]) -> bytes:
    """An empty ledger with drop-downs and a page of instructions."""
    plan = SheetPlan("整改台账", _columns(categories), [], blank_rows=500)
    return write_workbook(
        [plan, TextPlan(INSTRUCTIONS, _instructions(round_name, categories, organizations))]
    )


def ledger_workbook(
    findings: Iterable[ExportedFinding], *, heading: Sequence[str], categories: Sequence[str] = ()
) -> bytes:
    """The findings, one row a measure; importing the file again gives back the same values.

    The first row of a finding shows the finding itself, its own status above all; what further rows repeat
    only says which finding their measure belongs to, so that a filter or a count finds each finding once.
    `heading` tells what was filtered, as of when, and by which definitions; it goes on a sheet of its own so
    that the table starts in row 1.
    """
    plan = SheetPlan("整改台账", _columns(categories), _rows(findings))
    return write_workbook([plan, TextPlan(EXPORT_NOTES, heading)])


def _columns(categories: Sequence[str]) -> list[Column]:
    choices: dict[Field, Sequence[str]] = {
        Field.CATEGORY: categories,
        Field.KIND: [kind.value for kind in FindingKind],
        Field.STATUS: [status.value for status in FindingStatus],
        Field.MEASURE_STATUS: [status.value for status in FindingStatus],
        Field.LONG_TERM: _YES_NO,
        Field.WITHIN_PERIOD: _YES_NO,
        Field.KEY_MATTER: _YES_NO,
    }
    return [
        Column(field.header, _WIDE.get(field, 14), _fitting(choices.get(field, ())), editable=False)
        for field in _ORDER
    ]


def _fitting(choices: Sequence[str]) -> Sequence[str]:
    """Excel keeps at most 255 characters of a list; a longer one goes without a drop-down."""
    return choices if len(",".join(choices)) <= 255 else ()


def _rows(findings: Iterable[ExportedFinding]) -> Iterator[list[Cell]]:
    for item in findings:
        identity = _identity_cells(item.organization, item.finding)
        own = identity | _finding_cells(item.finding, item.measures)
        for measure in item.measures or (None,):
            cells = own | (_measure_cells(measure, own) if measure else {})
            yield [cells.get(field) for field in _ORDER]
            own = identity


def _identity_cells(organization: str, finding: Finding) -> dict[Field, Cell]:
    """What tells one finding from another; repeated in the rows of its further measures."""
    return {
        Field.SERIAL: finding.serial,
        Field.ORGANIZATION: organization,
        Field.CATEGORY: finding.category,
        Field.SUBCATEGORY: finding.subcategory,
        Field.KIND: finding.kind.value,
        Field.TEXT: finding.text,
    }


def _finding_cells(finding: Finding, measures: Sequence[Measure]) -> dict[Field, Cell]:
    due = _due(finding.due_date, long_term=False)
    if due is None and any(measure.due_date for measure in measures):
        due = LEFT_BLANK  # a blank would be read as the latest of the measures' dates
    return {
        Field.TARGET: finding.target,
        Field.LEADER: finding.leader,
        Field.UNIT: finding.unit,
        Field.DUE: due,
        Field.STATUS: quoting(finding.status, finding.status_text),
        Field.OUTCOME: finding.outcome,
        Field.LONG_TERM: finding.long_term,
        Field.WITHIN_PERIOD: finding.within_period,
        Field.KEY_MATTER: finding.key_matter,
        Field.EVIDENCE: finding.evidence_note,
        Field.REMARK: finding.remark,
    }


def _measure_cells(measure: Measure, beside: Mapping[Field, Cell]) -> dict[Field, Cell]:
    """The measure's own columns; `beside` are the finding's in the same row, which a blank would repeat."""
    said: dict[Field, Cell] = {
        Field.LEADER: measure.leader,
        Field.UNIT: measure.unit,
        Field.DUE: _due(measure.due_date, long_term=measure.long_term),
        Field.STATUS: measure.status and measure.status.value,
        Field.OUTCOME: measure.outcome,
    }
    cells: dict[Field, Cell] = {
        own: said[field] or (LEFT_BLANK if beside.get(field) else None) for field, own in OF_MEASURE.items()
    }
    return cells | {Field.MEASURE: measure.text, Field.MEASURE_TYPE: _types(measure)}


def _due(day: date | None, *, long_term: bool) -> Cell:
    if day is None:
        return "长期坚持" if long_term else None
    return f"{day.isoformat()}{'，长期坚持' if long_term else ''}"


def _types(measure: Measure) -> str:
    parts = []
    for name, quantity in measure.types.items():
        amount = f"{Decimal(quantity):f}{MeasureType(name).unit}" if quantity is not None else ""
        parts.append(f"{name}{amount}")
    return "、".join(parts)


def _instructions(round_name: str, categories: Sequence[str], organizations: Sequence[str]) -> list[str]:
    return [
        f"{round_name}整改台账填写说明",
        "一、一个反馈问题占一行；有多项措施的，在下方逐行填写，序号和反馈问题照抄上一行或者留空。",
        "二、反馈问题必须填写；同一党组织内不得重复。",
        "三、整改情况填未完成、基本完成、已完成之一；留空按未完成处理。长期坚持不是整改情况，请在“是否常态化坚持”栏填“是”。",
        "　　某项措施的责任领导、完成时限、完成情况等与反馈问题不同的，填在“措施”开头的各栏；相同的不填。",
        "四、完成时限填日期，如2026-07-31；也可填“2026年7月底前”。没有年份的，按反馈日期之后最近的日期推定。",
        f"五、问题类别：{'、'.join(categories)}。",
        "六、措施类型可填：建章立制2项、挽回损失1.5万元、追责问责3人、举一反三1项、专项整治1项、重大措施。",
        f"七、被巡察党组织填全称。本轮已有：{'、'.join(organizations) or '（尚无）'}。",
        "八、本表不得填写涉密信息，不得填写被反映人姓名及问题线索、信访事项具体内容。",
    ]
