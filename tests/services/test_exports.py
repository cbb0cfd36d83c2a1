"""What leaves the program: exactly what is filtered, and importable again with the same values."""

import datetime as dt
import io
from dataclasses import dataclass

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from tests.exchange.ledgers import build, measures_below, titled, two_rows
from tests.factories import (
    OFFICE,
    TODAY,
    actor,
    all_of,
    everything,
    import_file,
    make_finding,
    make_findings,
    make_inspection,
    make_measure,
    make_round,
    make_scored,
)
from xczg.rules.values import FindingKind, FindingStatus, MeasureType, Role
from xczg.services.exports import export_ledger, export_results, make_ledger_template
from xczg.store.engine import open_engine
from xczg.store.tables import AuditEntry, Finding, Inspection, Measure, Organization, ProgressEntry
from xczg.store.views.ledger import LedgerFilter

OPEN, BASICALLY, DONE = FindingStatus
NOT_COMPARED = {"id", "inspection_id", "finding_id", "updated_at", "version", "text_key", "position"}


@pytest.fixture
def round_id(engine: Engine) -> int:
    """An open round."""
    return make_round(engine)


def exported(engine, round_id, who=OFFICE, **chosen):
    return export_ledger(engine, who, LedgerFilter(round_id, **chosen), today=TODAY)


def table(content, sheet=0):
    book = openpyxl.load_workbook(io.BytesIO(content))
    header, *rows = book.worksheets[sheet].iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def values(row):
    found = {name: value for name, value in row.model_dump().items() if name not in NOT_COMPARED}
    if "status_text" in found:  # a blank cell comes back as the word it stood for
        found["status_text"] = found["status_text"] or row.status.value
    return found


def ledger(engine):
    """Every value of every finding by organisation and text, with its measures in order."""
    places = {one.id: one.organization_id for one in all_of(engine, Inspection)}
    names = {one.id: one.name for one in all_of(engine, Organization)}
    measures: dict[int, list] = {}
    for one in sorted(all_of(engine, Measure), key=lambda one: (one.finding_id, one.position)):
        measures.setdefault(one.finding_id, []).append(values(one))
    return {
        (names[places[one.inspection_id]], one.text): (values(one), measures.get(one.id, []))
        for one in all_of(engine, Finding)
    }


def check_round_trip(engine, fresh, round_id):
    content = exported(engine, round_id)
    before = everything(engine, "audit_entry")
    again = import_file(engine, round_id, content, mode="update")
    assert again.faults == ()
    assert (again.findings_written, again.findings_updated) == (0, 0)
    assert everything(engine, "audit_entry") == before
    report = import_file(fresh, make_round(fresh), content)
    assert report.faults == ()
    assert ledger(fresh) == ledger(engine)


@pytest.fixture
def fresh(tmp_path, sqlite_template):
    """Another, empty database."""
    file = tmp_path / "fresh.db"
    file.write_bytes(sqlite_template.read_bytes())
    opened = open_engine(f"sqlite:///{file}")
    yield opened
    opened.dispose()


# Out and in again


@pytest.mark.parametrize("make", [titled, two_rows, measures_below])
def test_a_ledger_as_offices_keep_it_comes_back_the_same(engine, fresh, round_id, make):
    import_file(engine, round_id, make(), organization=None if make is titled else "乙区委")
    check_round_trip(engine, fresh, round_id)


RICH = ["序号", "反馈问题", "整改措施", "责任领导", "责任单位", "完成时限", "整改情况", "整改成效", "备注"]
ROUND_TRIPS = {
    "statuses in their own words, a measure each": [
        [1, "甲", "一", "张三", "办公室", "2024年7月", "已完成，制定制度3项；并公示", "好", ""],
        [1, "甲", "二", "李四", "人事科", "2024年8月", "正在整改，预计年底前", "", ""],
        [1, "甲", "三", "李四", "人事科", None, "正在整改，预计年底前", "", ""],
    ],
    "a blank status": [[1, "甲", "一", "张三", "办公室", None, None, None, None]],
    "a leader in a row without a measure": [
        [1, "甲", "一", "张三", "办公室", "2024年7月", "已完成", "好", ""],
        [None, None, None, "李四", "财务科", None, None, "更好", "补充"],
    ],
    "a date and 长期坚持 together": [[1, "甲", "一", "张三", "办", "2024年7月，长期坚持", "未完成", "", ""]],
    "长期坚持 alone": [[1, "甲", "一", "张三", "办公室", "长期坚持", "基本完成", "", ""]],
    "立行立改": [[1, "甲", "一", "张三", "办公室", "立行立改", "已完成", "", ""]],
    "no measure at all": [[1, "甲", "", "张三", "办公室", "2024.7.31", "已完成", "好", "备"]],
    "no serial number": [["", "甲", "一", "", "", "", "", "", ""], ["", "乙", "二", "", "", "", "", "", ""]],
    "texts that look like formulas, links and notes": [
        ["=1", "=1+1", "+cmd", "@x", "http://x", "", "", "-1", "'x"],
        ["-", "备注：无", "合计", "", "", "", "", "", ""],
    ],
    "one measure twice": [
        [1, "甲", "一", "张三", "办公室", "2024年7月", "已完成", "", ""],
        [1, "甲", "一", "张三", "办公室", "2024年7月", "已完成", "", ""],
    ],
    "lines within a cell": [[1, "甲\n乙", "一\n二", "", "", "", "已完成\n已公示", "a\nb", ""]],
}


@pytest.mark.parametrize("rows", ROUND_TRIPS.values(), ids=ROUND_TRIPS)
def test_whatever_was_imported_comes_back_the_same(engine, fresh, round_id, rows):
    report = import_file(engine, round_id, build([RICH, *rows]), organization="甲局党组")
    assert report.faults == ()
    check_round_trip(engine, fresh, round_id)


STATUSES = [[DONE, OPEN], [OPEN, DONE], [None, DONE], [DONE, None], [BASICALLY, BASICALLY], [None, None]]


@pytest.mark.parametrize("status", list(FindingStatus))
@pytest.mark.parametrize("of_measures", STATUSES)
def test_statuses_of_measures_that_differ_from_the_findings_come_back(
    engine, fresh, round_id, status, of_measures
):
    inspection = make_inspection(engine, round_id)
    number = make_finding(
        engine, inspection, "甲", status=status, leader="张三", due_date=dt.date(2024, 9, 1)
    )
    for place, one in enumerate(of_measures, 1):
        make_measure(engine, number, place, status=one, unit="办公室", due_date=dt.date(2024, 7, place))
    found = table(exported(engine, round_id))
    assert [row["整改情况"] for row in found] == [status.value, None]
    assert len(found) == len(of_measures), "one row a measure"
    check_round_trip(engine, fresh, round_id)


def test_a_whole_round_has_one_row_for_each_measure_and_each_finding_without(engine, round_id):
    """Outcomes of findings that their measures do not repeat must not cost a row each."""
    inspection = make_inspection(engine, round_id)
    for text, measures in (("甲", 3), ("乙", 1), ("丙", 0)):
        number = make_finding(engine, inspection, text, outcome=f"{text}的成效", unit="办公室")
        for place in range(1, measures + 1):
            make_measure(engine, number, place, leader="张三")
    found = table(exported(engine, round_id))
    assert [row["反馈问题"] for row in found] == ["甲"] * 3 + ["乙", "丙"]
    assert [row["整改情况"] for row in found if row["整改情况"]] == ["未完成"] * 3, "each finding counts once"


def test_an_export_imported_again_says_nothing_about_its_own_sheets(engine, round_id):
    make_finding(engine, make_inspection(engine, round_id))
    for content in (exported(engine, round_id), make_ledger_template(engine, OFFICE, round_id)):
        report = import_file(engine, round_id, content, mode="update")
        assert (report.faults, report.notices) == ((), ())


def test_fields_renewed_without_their_measures_are_not_lost(engine, round_id):
    """A later file without measures changes the unit; the export must not bring the old one back."""
    import_file(
        engine,
        round_id,
        build([RICH, [1, "甲", "一", "张三", "办公室", "2024年7月", "已完成", "", ""]]),
        organization="甲局党组",
    )
    small = build([["序号", "反馈问题", "责任单位"], [1, "甲", "财务科"]])
    import_file(engine, round_id, small, organization="甲局党组", mode="update")
    before = everything(engine, "audit_entry")
    import_file(engine, round_id, exported(engine, round_id), mode="update")
    assert everything(engine, "audit_entry") == before
    assert all_of(engine, Finding)[0].unit == "财务科"


words = st.text("甲乙丙丁（）、，1２a", min_size=1, max_size=8).map(lambda text: f"字{text}字")
days = st.dates(dt.date(2024, 1, 1), dt.date(2026, 12, 31))
types = st.dictionaries(
    st.sampled_from([kind for kind in MeasureType if kind.unit]),
    st.none() | st.integers(1, 99).map(str),
    max_size=3,
).map(lambda found: {kind.value: amount for kind, amount in found.items()})
measure_values = st.fixed_dictionaries(
    {
        "text": words,
        "types": types,
        "due_date": st.none() | days,
        "long_term": st.booleans(),
        "status": st.none() | st.sampled_from(FindingStatus),
        "leader": st.sampled_from(["", "张三", "李四"]),
        "unit": st.sampled_from(["", "办公室", "财务科"]),
        "outcome": st.just("") | words,
    }
)
finding_values = st.fixed_dictionaries(
    {
        "text": words,
        "serial": st.sampled_from(["", "1", "2", "三"]),
        "category": st.sampled_from(["", "其他", "自拟类别"]),
        "subcategory": st.sampled_from(["", "子类"]),
        "kind": st.sampled_from(FindingKind),
        "target": st.sampled_from(["", "改好"]),
        "status": st.sampled_from(FindingStatus),
        "status_text": st.sampled_from(["", "已完成，一；正在整改，二", "持续整改", "已完成整改，长期坚持"]),
        "within_period": st.sampled_from([None, True, False]),
        "key_matter": st.booleans(),
        "long_term": st.booleans(),
        "due_date": st.none() | days,
        "evidence_note": st.sampled_from(["", "照片"]),
        "remark": st.sampled_from(["", "备"]),
        "leader": st.sampled_from(["", "张三"]),
        "unit": st.sampled_from(["", "办公室"]),
        "outcome": st.sampled_from(["", "好"]),
        "measures": st.lists(measure_values, max_size=3),
    }
)
ledgers = st.lists(finding_values, min_size=1, max_size=4, unique_by=lambda one: one["text"])


@dataclass
class Databases:
    """Fresh databases, as many as are asked for."""

    folder: object
    template: bytes
    made: int = 0

    def new(self):
        self.made += 1
        file = self.folder / f"{self.made}.db"
        file.write_bytes(self.template)
        return open_engine(f"sqlite:///{file}")


@pytest.fixture(scope="module")
def databases(tmp_path_factory, sqlite_template):
    """A folder of fresh databases."""
    return Databases(tmp_path_factory.mktemp("round_trips"), sqlite_template.read_bytes())


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ledgers)
def test_any_ledger_comes_back_the_same(databases, findings):
    one, other = databases.new(), databases.new()
    try:
        round_id = make_round(one)
        inspection = make_inspection(one, round_id)
        for finding in findings:
            described = {name: value for name, value in finding.items() if name != "measures"}
            number = make_finding(one, inspection, **described)
            for position, measure in enumerate(finding["measures"], 1):
                make_measure(one, number, position, **measure)
        check_round_trip(one, other, round_id)
    finally:
        one.dispose()
        other.dispose()


def test_progress_entered_in_the_program_survives_its_own_export(engine, fresh, round_id):
    import_file(engine, round_id, measures_below(), organization="甲局党组")
    from xczg.store.engine import writing

    with writing(engine) as session:
        finding = session.get(Finding, 2)
        finding.status, finding.outcome = DONE, "督导核实已到位"
        session.add(ProgressEntry(finding_id=2, status=DONE, summary="", recorded_by="office"))
    first, *further = [row for row in table(exported(engine, round_id)) if row["反馈问题"] == "问题二"]
    assert first["整改情况"] == "已完成（原文：基本完成整改）"
    assert {row["整改情况"] for row in further} == {None}
    assert {row["措施完成情况"] for row in (first, *further)} == {"基本完成"}
    report = import_file(fresh, make_round(fresh), exported(engine, round_id))
    assert report.faults == ()
    assert all_of(fresh, Finding)[1].status is DONE
    assert all_of(fresh, Finding)[1].outcome == "督导核实已到位"


# Exactly what is filtered


def test_an_export_holds_exactly_what_is_filtered(engine, round_id):
    for name in ("甲", "乙"):
        inspection = make_inspection(engine, round_id, name)
        make_findings(
            engine,
            inspection,
            [{"text": "一", "status": DONE}, {"text": "二"}, {"text": "三", "key_matter": True}],
        )
    make_finding(engine, make_inspection(engine, make_round(engine, "另一轮"), "甲"), "别的轮次")

    def found(**chosen):
        return [(row["被巡察党组织"], row["反馈问题"]) for row in table(exported(engine, round_id, **chosen))]

    assert found() == [(name, text) for name in ("甲", "乙") for text in ("一", "二", "三")]
    assert found(status=DONE) == [("甲", "一"), ("乙", "一")]
    assert found(key_matter=True, organization_id=2) == [("乙", "三")]
    assert found(text="没有") == []


def test_an_export_says_what_was_filtered_as_of_when_and_by_which_rule(engine, round_id):
    make_finding(engine, make_inspection(engine, round_id))
    book = openpyxl.load_workbook(io.BytesIO(exported(engine, round_id, status=OPEN)))
    said = "\n".join(str(row[0]) for row in book["导出说明"].iter_rows(values_only=True))
    for part in ("八届市委第六轮整改台账", "筛选条件：未完成；共1个", "数据截至2024年11月20日", "口径："):
        assert part in said
    entry = all_of(engine, AuditEntry)[-1]
    assert (entry.action, entry.detail) == ("导出整改台账", {"条件": "未完成", "数量": 1})


def test_an_export_stays_within_the_scope(engine, round_id):
    for team, name in enumerate(("甲", "乙"), 1):
        make_finding(engine, make_inspection(engine, round_id, name, team=team))
    for who, names in (
        (actor(Role.TEAM, team=2), ["乙"]),
        (actor(Role.ORGANIZATION, organization_id=1), ["甲"]),
        (actor(Role.DISCIPLINE), ["甲", "乙"]),
    ):
        content = exported(engine, round_id, who)
        assert [row["被巡察党组织"] for row in table(content)] == names
    content = exported(engine, round_id, actor(Role.TEAM, team=2), organization_id=1)
    assert table(content) == []


def test_the_template_names_the_organisations_of_the_round(engine, round_id):
    make_inspection(engine, round_id, "甲局党组")
    make_inspection(engine, make_round(engine, "另一轮"), "乙局党组")
    book = openpyxl.load_workbook(io.BytesIO(make_ledger_template(engine, OFFICE, round_id)))
    said = "".join(str(row[0]) for row in book["填写说明"].iter_rows(values_only=True))
    assert "甲局党组" in said
    assert "乙局党组" not in said


# Results


def test_the_result_tables_show_what_the_reckoning_says(engine, round_id):
    make_scored(engine, round_id, {"甲": ("77.28", "80.79", "93.99"), "乙": ("90", "90", "90")})
    book = openpyxl.load_workbook(io.BytesIO(export_results(engine, OFFICE, round_id, today=TODAY)))
    assert book.sheetnames == ["集中督查结果统计表", "评估结果梳理汇总表"]
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    header = next(number for number, row in enumerate(rows) if row[0] == "名次")
    assert rows[header + 1 :] == [
        ("第1名", "乙", 90, 90, 90, 90),
        ("第2名", "甲", 77.28, 80.79, 93.99, 81.68),
    ]
    assert all_of(engine, AuditEntry)[-1].action == "导出评估结果"
