"""Ledgers in: all or nothing, known again by organisation and text, progress made since is never lost."""

import datetime as dt

import pytest
from sqlalchemy import Engine, update
from sqlmodel import col, select

from tests.exchange.ledgers import HEADER, build, faulty, measures_below, titled, two_rows
from tests.factories import (
    OFFICE,
    TODAY,
    all_of,
    confirm,
    everything,
    import_file,
    make_inspection,
    make_organization,
    make_round,
    make_scored,
)
from xczg.rules.values import FindingKind, FindingStatus
from xczg.services import ledger_import
from xczg.services.exports import make_ledger_template
from xczg.services.freezing import freeze_round
from xczg.services.unit_of_work import RefusedError
from xczg.store.engine import reading, writing
from xczg.store.tables import (
    AuditEntry,
    Finding,
    Inspection,
    Measure,
    Organization,
    ProgressEntry,
)

OPEN, BASICALLY, DONE = FindingStatus
ORG = "甲局党组"
COLUMNS = ["序号", "被巡察党组织", "反馈问题", "整改情况"]


@pytest.fixture
def round_id(engine: Engine) -> int:
    """An open round without organisations."""
    return make_round(engine)


def table(*rows, header=HEADER):
    return build([header, *rows])


def row(
    serial=1, text="学习不深入", status="已完成", *, due="2024年7月31日", unit="办公室", measure="集中学习"
):
    return [serial, text, measure, "张三", unit, due, status]


def codes(report):
    return [(fault.row, fault.column, fault.fault) for fault in report.faults]


def only(engine, kind):
    (found,) = all_of(engine, kind)
    return found


def enter_progress(engine, finding_id, status, summary="督导后登记"):
    """Progress entered in the program, as the pages will do it."""
    with writing(engine) as session:
        finding = session.get(Finding, finding_id)
        finding.status, finding.outcome, finding.version = status, summary, finding.version + 1
        session.add(ProgressEntry(finding_id=finding_id, status=status, summary=summary, recorded_by="o"))


# The shapes offices send


@pytest.mark.parametrize(
    ("content", "organization", "findings", "measures", "statuses"),
    [
        (titled(), None, 3, 3, [DONE, OPEN, BASICALLY]),
        (two_rows(), "乙区委", 3, 3, [DONE, BASICALLY, OPEN]),
        (measures_below(), "丙社区党总支", 2, 4, [DONE, BASICALLY]),
        (
            build([COLUMNS, [1, "甲", "问题一", "已完成"], [2, "乙", "问题一", ""]]),
            None,
            2,
            0,
            [DONE, OPEN],
        ),
    ],
    ids=["titled", "two_rows", "measures_below", "by_column"],
)
def test_the_four_shapes(engine, round_id, content, organization, findings, measures, statuses):
    report = import_file(engine, round_id, content, organization=organization)
    assert (report.faults, report.findings_written, report.measures_written) == ((), findings, measures)
    assert [finding.status for finding in all_of(engine, Finding)] == statuses
    assert len(all_of(engine, Measure)) == measures
    assert len(all_of(engine, Organization)) == len(report.organizations)


def test_what_is_stored_of_a_finding(engine, round_id):
    import_file(engine, round_id, titled())
    first, second, third = all_of(engine, Finding)
    assert (first.serial, first.text, first.leader, first.unit) == ("1", "学习不深入", "张三", "办公室")
    assert (first.due_date, first.status_text) == (dt.date(2024, 7, 31), "已完成整改。已制定制度并公示。")
    assert (second.due_date, second.long_term) == (dt.date(2024, 7, 31), False)
    assert (third.due_date, third.long_term) == (None, True)
    assert [one.position for one in (first, second, third)] == [1, 2, 3]
    assert {one.kind for one in (first, second, third)} == {FindingKind.INSPECTION}
    assert [one.name for one in all_of(engine, Organization)] == ["甲县档案馆党组"]


def test_each_finding_begins_its_history_with_the_import(engine, round_id):
    import_file(engine, round_id, titled())
    entries = all_of(engine, ProgressEntry)
    assert [(one.status, one.imported, one.recorded_by) for one in entries] == [
        (DONE, True, "office"),
        (OPEN, True, "office"),
        (BASICALLY, True, "office"),
    ]


def test_an_import_is_audited_with_its_file_and_counts(engine, round_id):
    import_file(engine, round_id, titled(), name="甲.xlsx")
    entry = all_of(engine, AuditEntry)[-1]
    assert (entry.actor, entry.action, entry.object) == ("office", "导入整改台账", "八届市委第六轮")
    assert entry.detail == {"文件": "甲.xlsx", "方式": "stop", "新增": 3, "更新": 0, "跳过": 0}


def test_formula_text_stays_text(engine, round_id):
    hostile = ['=HYPERLINK("http://x","y")', "+1+1", "-2", "@SUM(A1)", "http://example.invalid"]
    import_file(engine, round_id, table(*(row(n, text) for n, text in enumerate(hostile))), organization=ORG)
    assert [finding.text for finding in all_of(engine, Finding)] == hostile


# All or nothing


def test_a_dry_run_says_what_would_happen_and_writes_nothing(engine, round_id):
    before = everything(engine)
    report = import_file(engine, round_id, titled(), dry_run=True)
    assert (report.findings_written, report.organizations) == (3, ("甲县档案馆党组",))
    assert everything(engine) == before


def test_a_fault_in_the_last_row_means_nothing_is_written_not_even_the_organisation(engine, round_id):
    rows = [row(n, f"问题{n}") for n in range(1, 40)]
    before = everything(engine)
    report = import_file(engine, round_id, table(*rows, row(40, "最后", "差不多了")), organization=ORG)
    assert codes(report) == [(41, "整改情况", "unknown status")]
    assert (report.findings_written, report.measures_written) == (0, 0)
    assert everything(engine) == before


@pytest.mark.parametrize("mode", ["stop", "skip", "update"])
def test_every_fault_is_reported_and_nothing_written_in_any_mode(engine, round_id, mode):
    before = everything(engine)
    report = import_file(engine, round_id, faulty(), organization=ORG, mode=mode)
    assert [(one.row, one.fault) for one in report.faults] == [
        (3, "missing"),
        (4, "invalid date"),
        (5, "unknown status"),
        (6, "duplicate"),
        (8, "ambiguous status"),
    ]
    assert everything(engine) == before


def test_a_failure_while_writing_leaves_nothing(engine, round_id, monkeypatch):
    def fail(*_):
        raise RuntimeError

    before = everything(engine)
    monkeypatch.setattr(ledger_import, "_add_entries", fail)
    with pytest.raises(RuntimeError):
        import_file(engine, round_id, titled())
    assert everything(engine) == before


def test_answers_from_the_page_settle_the_review_list(engine, round_id):
    content = table(row(1, "问题一", "差不多了"), row(2, "问题二", "持续整改"))
    sheet = import_file(engine, round_id, content, organization=ORG, dry_run=True).sheets[0].name
    answers = {(sheet, 2): BASICALLY, (sheet, 3): OPEN}
    assert import_file(engine, round_id, content, organization=ORG, answers=answers).faults == ()
    assert [(one.status, one.status_text) for one in all_of(engine, Finding)] == [
        (BASICALLY, "差不多了"),
        (OPEN, "持续整改"),
    ]


# Organisations


def test_an_unknown_organisation_is_refused_unless_asked_for(engine, round_id):
    before = everything(engine)
    report = import_file(engine, round_id, titled(), create_organizations=False)
    assert [one.fault for one in report.faults] == ["unknown organization"]
    assert "甲县档案馆党组" in report.faults[0].message
    assert report.unknown_organizations == ("甲县档案馆党组",)
    assert everything(engine) == before


def test_a_known_organisation_joins_the_round_without_being_asked(engine, round_id):
    make_organization(engine, "甲县档案馆党组")
    assert import_file(engine, round_id, titled(), create_organizations=False).findings_written == 3
    assert only(engine, Inspection).round_id == round_id


def test_an_organisation_is_known_again_whatever_its_spaces_and_widths(engine, round_id):
    make_inspection(engine, round_id, "甲局（第1）党组")
    content = table(row())
    report = import_file(
        engine, round_id, content, organization="甲局 (第１) 党组", create_organizations=False
    )
    assert report.organizations == ("甲局（第1）党组",)
    assert len(all_of(engine, Organization)) == 1


def test_the_same_text_in_two_organisations_is_two_findings(engine, round_id):
    content = build([COLUMNS, [1, "甲", "同一问题", "已完成"], [1, "乙", "同一问题", "未完成"]])
    assert import_file(engine, round_id, content).findings_written == 2


def test_the_same_organisation_in_another_round_starts_anew(engine, round_id):
    other = make_round(engine, "另一轮")
    for one in (round_id, other):
        assert import_file(engine, one, titled()).findings_written == 3
    assert len(all_of(engine, Organization)) == 1


@pytest.mark.parametrize("length", [200, 201, 400])
def test_a_name_too_long_for_an_organisation_is_told_not_a_crash(engine, round_id, length):
    name = "党" * length
    try:
        report = import_file(engine, round_id, table(row()), organization=name)
    except RefusedError:
        assert length > 200
    else:
        assert bool(report.faults) == (length > 200)
    assert len(all_of(engine, Organization)) == (length <= 200)


@pytest.mark.parametrize("length", [40, 41, 200])
def test_a_long_serial_number_is_stored_or_told_alike_on_both_databases(engine, round_id, length):
    report = import_file(engine, round_id, table(row("1" * length)), organization=ORG)
    assert bool(report.faults) == (length > 40)
    assert len(all_of(engine, Finding)) == (length <= 40)


# The same file again


@pytest.mark.parametrize("make", [titled, two_rows, measures_below])
def test_importing_the_same_file_twice_changes_nothing(engine, round_id, make):
    content = make()
    first = import_file(engine, round_id, content, organization=None if make is titled else ORG)
    organization = first.organizations[0]
    before = everything(engine, "audit_entry")
    stopped = import_file(engine, round_id, content, organization=organization)
    assert {fault.fault for fault in stopped.faults} == {"exists"}
    assert len(stopped.faults) == first.findings_written
    assert stopped.findings_written == stopped.findings_skipped == 0
    for mode in ("skip", "update"):
        again = import_file(engine, round_id, content, organization=organization, mode=mode)
        assert again.faults == ()
        assert (again.findings_written, again.findings_updated) == (0, 0)
        assert again.findings_skipped == first.findings_written
    assert everything(engine, "audit_entry") == before


def test_a_finding_is_known_again_by_its_text_not_its_number(engine, round_id):
    import_file(engine, round_id, table(row(1, "学习不深入，制度不全")), organization=ORG)
    report = import_file(
        engine, round_id, table(row(99, "学习 不深入,制度不全")), organization=ORG, mode="update"
    )
    assert (report.findings_written, report.findings_updated) == (0, 1)
    found = only(engine, Finding)
    assert (found.serial, found.text) == ("99", "学习不深入，制度不全")


def test_skip_leaves_the_known_alone_and_adds_the_new(engine, round_id):
    import_file(engine, round_id, table(row()), organization=ORG)
    report = import_file(
        engine,
        round_id,
        table(row(status="未完成", unit="财务科"), row(2, "新问题")),
        organization=ORG,
        mode="skip",
    )
    assert (report.findings_written, report.findings_skipped) == (1, 1)
    old, new = all_of(engine, Finding)
    assert (old.status, old.unit, new.text, new.position) == (DONE, "办公室", "新问题", 2)


# Update


def test_update_renews_descriptive_fields_measures_and_status(engine, round_id):
    import_file(engine, round_id, table(row(status="未完成")), organization=ORG)
    changed = row(5, status="已完成", due="2024年9月", unit="财务科", measure="重新学习")
    report = import_file(engine, round_id, table(changed), organization=ORG, mode="update")
    assert (report.findings_updated, report.measures_written, report.notices) == (1, 1, ())
    found = only(engine, Finding)
    assert (found.serial, found.unit, found.due_date) == ("5", "财务科", dt.date(2024, 9, 30))
    assert (found.status, found.version) == (DONE, 2)
    assert only(engine, Measure).text == "重新学习"
    assert [(one.status, one.imported) for one in all_of(engine, ProgressEntry)] == [
        (OPEN, True),
        (DONE, True),
    ]


def test_update_renews_the_status_of_a_measure(engine, round_id):
    header = ["序号", "反馈问题", "整改措施", "整改情况", "措施完成情况"]
    for words in ("未完成", "已完成"):
        content = build([header, [1, "甲", "一", "未完成", words]])
        report = import_file(engine, round_id, content, organization="甲局党组", mode="update")
    assert report.findings_updated == 1
    assert [one.status.value for one in all_of(engine, Measure)] == ["已完成"]


def test_update_sets_the_long_term_flag_by_the_words_of_the_status(engine, round_id):
    for words, flag in (("正在整改", False), ("已完成整改，长期坚持", True), ("已完成整改", True)):
        content = build([["序号", "反馈问题", "整改情况"], [1, "甲", words]])
        import_file(engine, round_id, content, organization="甲局党组", mode="update")
        (finding,) = all_of(engine, Finding)
        assert finding.long_term is flag, "without words or a column the flag stays"


def test_update_keeps_progress_entered_in_the_program_and_says_so(engine, round_id):
    import_file(engine, round_id, table(row(status="未完成"), row(2, "另一个", "未完成")), organization=ORG)
    enter_progress(engine, 1, DONE)
    report = import_file(
        engine,
        round_id,
        table(row(status="基本完成", unit="财务科"), row(2, "另一个", "基本完成")),
        organization=ORG,
        mode="update",
    )
    kept, renewed = all_of(engine, Finding)
    assert (kept.status, kept.outcome, kept.unit) == (DONE, "督导后登记", "财务科")
    assert renewed.status is BASICALLY
    assert [notice for notice in report.notices if "有1个反馈问题在系统中登记过整改进展" in notice]


def test_update_says_nothing_where_the_file_agrees_with_what_was_entered(engine, round_id):
    import_file(engine, round_id, table(row(status="未完成")), organization=ORG)
    enter_progress(engine, 1, DONE, summary="")
    report = import_file(engine, round_id, table(row(status="已完成")), organization=ORG, mode="update")
    assert only(engine, Finding).status is DONE
    assert (report.notices, report.findings_skipped) == ((), 1)


def test_update_does_not_wipe_fields_whose_column_is_absent(engine, round_id):
    header = [*HEADER, "整改目标", "整改成效", "是否重点关注", "备注", "问题类别", "专项"]
    full = [*row(), "改好", "已制定制度", "是", "备注一", "党建", "选人用人专项"]
    import_file(engine, round_id, table(full, header=header), organization=ORG)
    before = everything(engine, "audit_entry")
    small = build([["序号", "反馈问题"], [1, "学习不深入"]])
    assert import_file(engine, round_id, small, organization=ORG, mode="update").findings_skipped == 1
    assert everything(engine, "audit_entry") == before


def test_update_empties_a_field_whose_column_is_there_and_blank(engine, round_id):
    import_file(engine, round_id, table(row()), organization=ORG)
    import_file(engine, round_id, table(row(unit=None)), organization=ORG, mode="update")
    assert only(engine, Finding).unit == ""


def test_a_bare_status_word_does_not_replace_the_fuller_words_of_the_same_status(engine, round_id):
    import_file(engine, round_id, table(row(status="已完成。已制定制度。")), organization=ORG)
    report = import_file(engine, round_id, table(row(status="已完成")), organization=ORG, mode="update")
    assert report.findings_skipped == 1
    assert only(engine, Finding).status_text == "已完成。已制定制度。"


def test_update_of_one_organisation_leaves_the_others_alone(engine, round_id):
    for name in ("甲", "乙"):
        import_file(engine, round_id, table(row()), organization=name)
    import_file(engine, round_id, table(row(status="未完成")), organization="乙", mode="update")
    assert [one.status for one in all_of(engine, Finding)] == [DONE, OPEN]


def test_a_change_between_plan_and_write_is_refused_whole(engine, round_id, monkeypatch):
    import_file(engine, round_id, table(row(), row(2, "另一个")), organization=ORG)
    plan = ledger_import._plan

    def overtaken(session, *arguments):
        made = plan(session, *arguments)
        session.execute(update(Finding).where(col(Finding.id) == 2).values(version=2))
        return made

    monkeypatch.setattr(ledger_import, "_plan", overtaken)
    before = everything(engine)
    content = table(row(unit="新科室"), row(2, "另一个", unit="新科室"), row(3, "新的"))
    with pytest.raises(RefusedError, match="有人修改了同一反馈问题"):
        import_file(engine, round_id, content, organization=ORG, mode="update")
    assert everything(engine) == before


def test_two_people_importing_the_same_file_at_once_get_it_in_once(engine, round_id, monkeypatch):
    """The second import plans before the first has committed; only PostgreSQL lets that happen."""
    if engine.dialect.name == "sqlite":
        pytest.skip("a writer on SQLite waits for the other before it plans")
    make_inspection(engine, round_id, ORG)
    plan = ledger_import._plan

    def overtaken(session, *arguments):
        made = plan(session, *arguments)
        monkeypatch.setattr(ledger_import, "_plan", plan)
        import_file(engine, round_id, table(row()), organization=ORG)
        return made

    monkeypatch.setattr(ledger_import, "_plan", overtaken)
    with pytest.raises(RefusedError, match="请重新导入"):
        import_file(engine, round_id, table(row()), organization=ORG)
    assert len(all_of(engine, Finding)) == 1


# Refused as a whole


def test_a_frozen_round_takes_no_ledger(engine, round_id):
    make_scored(engine, round_id, {ORG: ("90", "90", "90")})
    confirm(engine, round_id)
    freeze_round(engine, OFFICE, round_id, approved_on=TODAY, basis="会议", today=TODAY)
    before = everything(engine)
    for dry_run in (True, False):
        with pytest.raises(RefusedError, match="冻结"):
            import_file(engine, round_id, titled(), dry_run=dry_run)
    assert everything(engine) == before


def test_an_unknown_round(engine):
    with pytest.raises(RefusedError, match="没有找到这个轮次"):
        import_file(engine, 999, titled())


@pytest.mark.parametrize(
    "content", [b"", b"not a workbook at all", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 200]
)
def test_a_wrong_file_is_refused_with_one_sentence(engine, round_id, content):
    with pytest.raises(RefusedError, match=r"。$"):
        import_file(engine, round_id, content)


def test_a_wrong_column_choice_is_refused(engine, round_id):
    with pytest.raises(RefusedError):
        import_file(engine, round_id, titled(), columns={"没有的列": "text"})


def test_a_column_chosen_by_hand_is_read(engine, round_id):
    content = build([["序号", "反馈问题", "处室意见"], [1, "学习不深入", "办公室"]])
    import_file(engine, round_id, content, organization=ORG, columns={"处室意见": "unit"})
    assert only(engine, Finding).unit == "办公室"


# The template


def test_the_template_comes_back_filled(engine, round_id):
    import io

    import openpyxl

    make_inspection(engine, round_id, ORG)
    book = openpyxl.load_workbook(io.BytesIO(make_ledger_template(engine, OFFICE, round_id)))
    sheet = book.worksheets[0]
    headers = {cell.value: cell.column for cell in sheet[1]}
    filled = {
        "序号": "1",
        "被巡察党组织": ORG,
        "问题类别": "其他",
        "专项": "意识形态专项",
        "反馈问题": "学习不深入",
        "整改措施": "集中学习",
        "措施类型": "建章立制2项、挽回损失1.5万元",
        "完成时限": "2024年7月底前",
        "整改情况": "基本完成",
        "是否常态化坚持": "是",
        "是否集中整改期完成": "否",
        "是否重点关注": "是",
    }
    for header, value in filled.items():
        sheet.cell(2, headers[header], value)
    target = io.BytesIO()
    book.save(target)
    report = import_file(engine, round_id, target.getvalue(), create_organizations=False)
    assert (report.faults, report.findings_written) == ((), 1)
    found = only(engine, Finding)
    assert (found.kind, found.status, found.category) == (FindingKind.IDEOLOGY, BASICALLY, "其他")
    assert (found.long_term, found.within_period, found.key_matter) == (True, False, True)
    assert only(engine, Measure).types == {"建章立制": "2", "挽回损失": "1.5"}


def test_progress_is_told_from_0_to_1(engine, round_id):
    seen = []
    order = ledger_import.LedgerOrder(
        content=titled(), name="a.xlsx", round_id=round_id, create_organizations=True
    )
    ledger_import.import_ledger(
        engine, OFFICE, order, progress=lambda share, step: seen.append((share, step))
    )
    shares = [share for share, _ in seen]
    assert shares == sorted(shares)
    assert (0 <= shares[0] <= shares[-1], shares[-1]) == (True, 1.0)
    assert all(step for _, step in seen)


def test_the_number_of_statements_does_not_grow_with_the_findings(engine, round_id):
    from tests.factories import counted_statements

    needed = []
    for size in (5, 200):
        content = table(*(row(n, f"问题{size}-{n}") for n in range(size)))
        with counted_statements(engine) as seen:
            import_file(engine, round_id, content, organization=f"单位{size}")
        # the batches an insert is sent in are the driver's business
        needed.append(len([one for one in seen if not one.startswith("INSERT")]))
    assert needed[0] == needed[1]


def test_nothing_of_another_round_is_read_as_known(engine, round_id):
    import_file(engine, make_round(engine, "另一轮"), titled())
    report = import_file(engine, round_id, titled())
    assert (report.faults, report.findings_written) == ((), 3)
    with reading(engine) as session:
        assert len(session.exec(select(Inspection)).all()) == 2
