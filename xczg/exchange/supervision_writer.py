"""The matrix and the entries of routine supervision as a workbook, and annex 1 as it stands (R2–R4)."""

from collections.abc import Mapping, Sequence

from xczg.exchange.writer import Cell, Column, SheetPlan, write_workbook
from xczg.rules.rulebook import Rulebook
from xczg.rules.supervision import SUPERVISING, Place, tasks_of
from xczg.rules.supervision import Cell as Covered
from xczg.store.views.supervision import EntryRow, Supervised


def supervision_workbook(
    organizations: Sequence[Supervised],
    contents: Sequence[str],
    cells: Mapping[Place, Covered],
    entries: Sequence[EntryRow],
    rulebook: Rulebook,
    *,
    heading: Sequence[str],
) -> bytes:
    """A sheet with one row per organisation and unit, and a sheet with every entry."""
    return write_workbook(
        [
            _matrix(organizations, contents, cells, rulebook, heading),
            _entries(organizations, entries, rulebook, heading),
        ]
    )


def _matrix(
    organizations: Sequence[Supervised],
    contents: Sequence[str],
    cells: Mapping[Place, Covered],
    rulebook: Rulebook,
    heading: Sequence[str],
) -> SheetPlan:
    names = rulebook.units.names.value
    rows: list[list[Cell]] = [
        [
            one.organization,
            names[unit],
            *(
                "免于评估" if one.exempted else _word(cells[one.inspection_id, unit, content])
                for content in contents
            ),
        ]
        for one in organizations
        for unit in SUPERVISING
    ]
    columns = [Column("被巡察党组织", 34), Column("监督单位", 14), *(Column(name, 18) for name in contents)]
    return SheetPlan("监督记录矩阵", columns, rows, title=heading)


def _word(cell: Covered) -> str:
    return f"{cell.word}（{cell.looks}条）" if cell.looks else cell.word


def _entries(
    organizations: Sequence[Supervised],
    entries: Sequence[EntryRow],
    rulebook: Rulebook,
    heading: Sequence[str],
) -> SheetPlan:
    owners = {one.inspection_id: one.organization for one in organizations}
    names = rulebook.units.names.value
    rows: list[list[Cell]] = [
        [
            owners[entry.inspection_id],
            names[entry.unit],
            entry.content,
            _tasks(entry, rulebook),
            "、".join(entry.methods),
            entry.on_date,
            entry.seen,
            entry.judgement,
            entry.recorded_by,
        ]
        for entry in entries
    ]
    columns = [
        Column("被巡察党组织", 30),
        Column("监督单位", 14),
        Column("评估内容", 24),
        Column("任务", 36),
        Column("监督方式", 18),
        Column("日期", 12),
        Column("了解到的情况", 50),
        Column("评估判断", 10),
        Column("登记人", 12),
    ]
    return SheetPlan("监督记录", columns, rows, title=heading)


def _tasks(entry: EntryRow, rulebook: Rulebook) -> str:
    texts = {task.number: task.text for task in tasks_of(rulebook, entry.unit)}
    return "\n".join(f"{number}．{texts.get(number, '')}" for number in entry.tasks)
