"""Scores in: exact points within 0…maximum, half-filled sheets 未齐, every version kept until the freeze."""

import hashlib
import io
from decimal import Decimal

import openpyxl
import pytest
from sqlalchemy import Engine

from tests.factories import (
    OFFICE,
    TODAY,
    all_of,
    confirm,
    everything,
    make_inspection,
    make_round,
    make_scored,
    read,
    rulebook,
    spread,
)
from xczg.rules.values import ScoringUnit
from xczg.services.freezing import freeze_round
from xczg.services.score_import import import_scores, make_scores_template
from xczg.services.unit_of_work import RefusedError
from xczg.store.tables import AuditEntry, Evidence, ScoreLine, ScoreSheet

CRITERIA = [criterion.number for criterion in rulebook().criteria.value]
UNIT_NAMES = {"市纪委监委": "90", "市委组织部": "80.5", "市委第三巡察组": "70.25"}


@pytest.fixture
def round_id(engine: Engine) -> int:
    """A round of two organisations of team 3, and an exempted one."""
    made = make_round(engine)
    for name in ("甲局党组", "乙局党组"):
        make_inspection(engine, made, name, team=3)
    make_inspection(engine, made, "丙局党组", exempted=True)
    return made


@pytest.fixture
def uploads(tmp_path):
    """Where files are kept."""
    return tmp_path / "uploads"


class Form:
    """The template of a round, to be filled in cell by cell."""

    def __init__(self, engine, round_id):
        self.book = openpyxl.load_workbook(io.BytesIO(make_scores_template(engine, OFFICE, round_id)))
        self.sheet = self.book.worksheets[0]

    def rows(self, organization=None, unit=None, criterion=None):
        return [
            row
            for row in self.sheet.iter_rows(min_row=2)
            if organization in (None, row[0].value)
            and unit in (None, row[1].value)
            and criterion in (None, row[2].value)
        ]

    def fill(self, organization=None, unit=None, total=None, reason=None):
        for row in self.rows(organization, unit):
            points = spread(Decimal(total or UNIT_NAMES[row[1].value]))[row[2].value]
            row[5].value, row[6].value = float(points), reason
        return self

    def put(self, value, criterion="1.1", organization="甲局党组", unit="市纪委监委", column=5):
        (row,) = self.rows(organization, unit, criterion)
        row[column].value = value
        return self

    def content(self):
        target = io.BytesIO()
        self.book.save(target)
        return target.getvalue()


@pytest.fixture
def form(engine, round_id):
    """An empty form."""
    return Form(engine, round_id)


def take(engine, round_id, uploads, form, name="评分表.xlsx"):
    content = form if isinstance(form, bytes) else form.content()
    return import_scores(engine, OFFICE, round_id, content=content, name=name, uploads=uploads)


def scores(engine, round_id):
    return {
        row.organization: [str(row.scores[unit]) for unit in ScoringUnit]
        for row in read(engine, round_id).result.rows
    }


# The template


def test_the_template_has_one_complete_row_for_organisation_unit_and_criterion(form):
    header = [cell.value for cell in form.sheet[1]]
    assert header == ["被巡察党组织", "评分单位", "细则编号", "细则", "满分", "得分", "扣分理由"]
    rows = [[cell.value for cell in row] for row in form.rows()]
    assert [row[:3] for row in rows] == [
        [name, unit, number]
        for name in ("甲局党组", "乙局党组")
        for unit in UNIT_NAMES
        for number in CRITERIA
    ]
    assert {tuple(row[5:]) for row in rows} == {(None, None)}
    assert not form.sheet.merged_cells.ranges
    assert form.sheet.max_row == 1 + 2 * 3 * len(CRITERIA)
    maxima = {row[2]: row[4] for row in rows}
    assert maxima == {one.number: float(one.points) for one in rulebook().criteria.value}


def test_the_exempted_are_not_in_the_template(form):
    assert form.rows("丙局党组") == []


# Filled in


def test_filled_sheets_count_at_once(engine, round_id, uploads, form):
    report = take(engine, round_id, uploads, form.fill())
    assert (report.sheets_written, report.sheets_unchanged, report.incomplete, report.faults) == (
        6,
        0,
        (),
        (),
    )
    assert scores(engine, round_id)["甲局党组"] == ["90.00", "80.50", "70.25"]
    assert not read(engine, round_id).result.provisional
    assert all(sheet.complete and sheet.current for sheet in all_of(engine, ScoreSheet))


def test_the_file_is_kept_as_evidence_under_its_checksum(engine, round_id, uploads, form):
    content = form.fill().content()
    take(engine, round_id, uploads, content, name="C:/x/评分表.xlsx")
    (kept,) = all_of(engine, Evidence)
    assert (kept.checksum, kept.size) == (hashlib.sha256(content).hexdigest(), len(content))
    (stored,) = [file for file in uploads.rglob("*") if file.is_file()]
    assert (stored.name, stored.read_bytes()) == (kept.checksum, content)
    assert {sheet.proxy_evidence_id for sheet in all_of(engine, ScoreSheet)} == {kept.id}
    entry = all_of(engine, AuditEntry)[-1]
    assert (entry.action, entry.detail["份数"]) == ("代录评分表", 6)


def test_a_half_filled_sheet_is_no_fault_but_not_complete(engine, round_id, uploads, form):
    report = take(engine, round_id, uploads, form.fill().put(None, "3.1"))
    assert (report.faults, report.sheets_written) == ((), 6)
    assert report.incomplete == (("甲局党组", "市纪委监委"),)
    assert scores(engine, round_id)["甲局党组"] == ["None", "80.50", "70.25"]
    assert read(engine, round_id).result.provisional
    report = take(engine, round_id, uploads, form.put(5, "3.1"))
    assert (report.sheets_written, report.sheets_unchanged, report.incomplete) == (1, 5, ())


def test_who_is_missing_is_told_for_the_whole_round(engine, round_id, uploads, form):
    report = take(engine, round_id, uploads, form.fill("甲局党组", "市委组织部"))
    assert report.sheets_written == 1
    assert len(report.incomplete) == 5
    assert ("乙局党组", "市委第三巡察组") in report.incomplete
    assert not [one for one in report.incomplete if one[0] == "丙局党组"]


def test_a_wholly_blank_form_writes_nothing(engine, round_id, uploads, form):
    before = everything(engine)
    report = take(engine, round_id, uploads, form)
    assert (report.sheets_written, len(report.incomplete)) == (0, 6)
    assert everything(engine) == before
    assert not uploads.exists()


def test_importing_the_same_file_again_changes_nothing(engine, round_id, uploads, form):
    content = form.fill().content()
    take(engine, round_id, uploads, content)
    before = everything(engine)
    report = take(engine, round_id, uploads, content)
    assert (report.sheets_written, report.sheets_unchanged) == (0, 6)
    assert everything(engine) == before


def test_a_new_version_counts_and_the_old_one_is_kept(engine, round_id, uploads, form):
    take(engine, round_id, uploads, form.fill())
    old = {line.id: line.points for line in all_of(engine, ScoreLine)}
    report = take(engine, round_id, uploads, form.fill("甲局党组", "市纪委监委", "60"))
    assert (report.sheets_written, report.sheets_unchanged) == (1, 5)
    assert scores(engine, round_id)["甲局党组"][0] == "60.00"
    versions = [
        (sheet.version, sheet.current)
        for sheet in all_of(engine, ScoreSheet)
        if sheet.inspection_id == 1 and sheet.unit is ScoringUnit.DISCIPLINE
    ]
    assert versions == [(1, False), (2, True)]
    lines = {line.id: line.points for line in all_of(engine, ScoreLine)}
    assert old.items() < lines.items()


def test_a_changed_reason_is_a_change(engine, round_id, uploads, form):
    take(engine, round_id, uploads, form.fill())
    report = take(engine, round_id, uploads, form.put("整改不到位", column=6))
    assert (report.sheets_written, report.sheets_unchanged) == (1, 5)


def test_a_file_of_one_unit_leaves_the_other_units_alone(engine, round_id, uploads):
    take(engine, round_id, uploads, Form(engine, round_id).fill())
    take(engine, round_id, uploads, Form(engine, round_id).fill("甲局党组", "市委组织部", "10"))
    assert scores(engine, round_id)["甲局党组"] == ["90.00", "10.00", "70.25"]


# Points


def test_points_are_read_exactly(engine, round_id, uploads, form):
    table = {
        8: "8.00",
        0: "0.00",
        7.5: "7.50",
        7.25: "7.25",
        "７．２": "7.20",
        "7.1分": "7.10",
        " 6.50 ": "6.50",
        "6.000": "6.00",
    }
    form.fill().put(1)
    take(engine, round_id, uploads, form)
    for value, points in table.items():
        report = take(engine, round_id, uploads, form.put(value))
        assert (report.faults, report.sheets_written) == ((), 1), value
        (current,) = [
            sheet.id
            for sheet in all_of(engine, ScoreSheet)
            if sheet.current and sheet.inspection_id == 1 and sheet.unit is ScoringUnit.DISCIPLINE
        ]
        lines = {
            line.criterion: line.points for line in all_of(engine, ScoreLine) if line.sheet_id == current
        }
        assert str(lines["1.1"]) == points, value


FAULTS = [
    (8.01, "out of range"),
    (-0.01, "out of range"),
    (1000000, "out of range"),
    (7.125, "too many decimals"),
    ("1e-3", "too many decimals"),
    ("优", "invalid points"),
    ("七", "invalid points"),
    ("7,5", "invalid points"),
    ("0_1", "invalid points"),
    ("nan", "invalid points"),
    ("Infinity", "invalid points"),
    (True, "invalid points"),
    ("=4+4", "invalid points"),
]


def test_points_that_cannot_be_accepted_stop_the_whole_file(engine, round_id, uploads, form):
    form.fill()
    before = everything(engine)
    cell = form.rows("甲局党组", "市纪委监委", "1.1")[0][5]
    for value, fault in FAULTS:
        cell.value = value
        if value == "=4+4":
            cell.data_type = "s"
        report = take(engine, round_id, uploads, form)
        assert [(one.row, one.column, one.fault) for one in report.faults] == [(2, "得分", fault)], value
        assert report.faults[0].message.startswith("第2行“得分”："), value
        assert report.sheets_written == 0
        assert everything(engine) == before
        assert not uploads.exists()


MISPLACED = [
    (0, "丁局党组", "被巡察党组织", "unknown organization"),
    (0, "丙局党组", "被巡察党组织", "unknown organization"),
    (0, None, "被巡察党组织", "missing"),
    (1, "市财政局", "评分单位", "unknown unit"),
    (1, None, "评分单位", "unknown unit"),
    (1, "市委第四巡察组", "评分单位", "unknown unit"),
    (2, "9.9", "细则编号", "unknown criterion"),
    (2, None, "细则编号", "unknown criterion"),
    (2, "2.1", "细则编号", "duplicate"),
    (6, "理" * 1001, "扣分理由", "too long"),
]


def test_rows_that_belong_nowhere_are_faults(engine, round_id, uploads, form):
    form.fill()
    for place, value, column, fault in MISPLACED:
        cell = next(iter(form.sheet.iter_rows(min_row=2, max_row=2)))[place]
        right, cell.value = cell.value, value
        report = take(engine, round_id, uploads, form)
        assert [(one.column, one.fault) for one in report.faults] == [(column, fault)], value
        cell.value = right
    assert all_of(engine, ScoreSheet) == []


def test_the_team_may_be_named_with_or_without_its_number(engine, round_id, uploads, form):
    rows = form.fill().rows(unit="市委第三巡察组")
    for name in ("市委巡察组", "市委第三巡察组", "市委第3巡察组", "市委第３巡察组", "市委巡察组3"):
        for row in rows:
            row[1].value = name
        assert take(engine, round_id, uploads, form).faults == (), name
        assert scores(engine, round_id)["甲局党组"][2] == "70.25"


def test_organisations_and_units_are_known_whatever_their_spaces(engine, round_id, uploads, form):
    form.fill()
    for row in form.rows():
        row[0].value, row[1].value = f" {row[0].value[:2]} {row[0].value[2:]}", f"{row[1].value}\u3000"
    assert take(engine, round_id, uploads, form).faults == ()


def test_all_faults_are_told_at_once(engine, round_id, uploads, form):
    form.fill().put("优").put(99, "1.2").put(1.111, "2.1")
    report = take(engine, round_id, uploads, form)
    assert [(one.row, one.fault) for one in report.faults] == [
        (2, "invalid points"),
        (3, "out of range"),
        (4, "too many decimals"),
    ]


# Refused as a whole


@pytest.mark.parametrize("content", [b"", b"nonsense"])
def test_a_wrong_file_is_refused(engine, round_id, uploads, content):
    with pytest.raises(RefusedError, match=r"。$"):
        take(engine, round_id, uploads, content)


def test_a_workbook_without_the_table_is_refused(engine, round_id, uploads):
    from tests.exchange.ledgers import titled

    with pytest.raises(RefusedError, match="没有找到评分表"):
        take(engine, round_id, uploads, titled())


def test_a_frozen_round_takes_no_scores(engine, uploads):
    round_id = make_round(engine)
    make_scored(engine, round_id, {"甲局党组": ("90", "90", "90")})
    confirm(engine, round_id)
    form = Form(engine, round_id)
    for row in form.rows():
        row[5].value = 0
    freeze_round(engine, OFFICE, round_id, approved_on=TODAY, basis="会议", today=TODAY)
    before = everything(engine)
    with pytest.raises(RefusedError, match="冻结"):
        take(engine, round_id, uploads, form)
    assert everything(engine) == before
