"""Whole ledgers: findings, measures, faults and notices."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.exchange.ledgers import (
    FEEDBACK,
    HEADER,
    build,
    faulty,
    measures_below,
    real_ledgers,
    titled,
    two_rows,
)
from xczg.exchange.ledger_cells import cell_text
from xczg.exchange.ledger_draft import FaultCode
from xczg.exchange.ledger_reader import read_ledger
from xczg.exchange.workbook import WrongFileError
from xczg.rules.text import text_key
from xczg.rules.values import FindingKind, FindingStatus

REST = ["措施", "张三", "办公室", "2024年7月31日", "已完成"]
ORG_HEADER = ["序号", "被巡察党组织", "反馈问题", "整改情况"]


def read(content, organization="甲局党组", **more):
    return read_ledger(
        content, "台账.xlsx", **{"feedback_date": FEEDBACK, "organization": organization} | more
    )


def faults_of(draft):
    return [(fault.row, fault.column, str(fault.fault)) for fault in draft.faults]


def said(draft):
    return "\n".join(notice.message for notice in draft.notices)


def table(*rows, header=HEADER, merges=(), **more):
    return read(build([header, *rows], merges), **more)


# The four shapes


def test_a_titled_ledger():
    draft = read(titled(), organization=None)
    assert draft.faults == ()
    assert [
        (finding.row, finding.organization, finding.status, finding.due) for finding in draft.findings
    ] == [
        (4, "甲县档案馆党组", FindingStatus.COMPLETED, dt.date(2024, 7, 31)),
        (5, "甲县档案馆党组", FindingStatus.NOT_COMPLETED, dt.date(2024, 7, 31)),
        (6, "甲县档案馆党组", FindingStatus.BASICALLY_COMPLETED, None),
    ]
    assert draft.findings[2].long_term
    assert draft.findings[0].status_text == "已完成整改。已制定制度并公示。"
    assert draft.sheets[0].header_rows == (3,)


def test_a_header_of_two_rows_and_a_merged_category():
    draft = read(two_rows())
    assert draft.sheets[0].header_rows == (2, 3)
    assert [finding.category for finding in draft.findings] == ["聚焦甲类", "聚焦甲类", "聚焦乙类"]
    assert [finding.status.rank for finding in draft.findings] == [2, 1, 0]


def test_one_finding_over_several_measure_rows():
    draft = read(measures_below())
    first, second = draft.findings
    assert (first.serial, len(first.measures)) == ("１", 1)
    assert [measure.text for measure in second.measures] == ["１.措施乙", "２.措施丙", "３.措施丁"]
    assert [measure.row for measure in second.measures] == [4, 5, 6]
    assert second.due == dt.date(2024, 4, 30)
    assert second.measures[2].due == dt.date(2024, 4, 20)
    assert second.measures[1].unit == "财务科"
    assert {measure.status for measure in second.measures} == {FindingStatus.BASICALLY_COMPLETED}


@pytest.mark.parametrize("organization", ["甲局党组", None])
def test_every_fault_is_reported_at_its_row_and_header(organization):
    draft = read(faulty(), organization=organization)
    assert faults_of(draft) == [
        (3, "反馈问题", "missing"),
        (4, "整改时限", "invalid date"),
        (5, "整改情况", "unknown status"),
        (6, "反馈问题", "duplicate"),
        (8, "整改情况", "ambiguous status"),
    ]
    assert "第2行" in draft.faults[3].message
    assert all(str(fault.row) in fault.message and fault.column in fault.message for fault in draft.faults)
    assert [finding.text for finding in draft.findings if finding.row == 7] == [
        '=HYPERLINK("http://example.invalid","点我")'
    ]


@pytest.mark.parametrize(("file", "expected"), real_ledgers())
def test_the_real_ledgers(file, expected):
    feedback = dt.date.fromisoformat(expected.get("feedback_date", "2024-06-28"))
    draft = read(file.read_bytes(), organization=expected["organization"] or "X", feedback_date=feedback)
    if expected.get("refused"):
        assert faults_of(draft) == [
            (fault["row"], fault["column"], fault["fault"].split(" of ")[0]) for fault in expected["faults"]
        ]
        return
    statuses = [finding.status.rank for finding in draft.findings]
    assert draft.faults == ()
    assert [len(statuses), *(statuses.count(rank) for rank in (2, 1, 0))] == [
        expected[key] for key in ("findings", "completed", "basically_completed", "not_completed")
    ]
    if "measures" in expected:
        assert sum(len(finding.measures) for finding in draft.findings) == expected["measures"]


# Which rows belong together


def test_rows_that_repeat_number_and_text_are_further_measures():
    draft = table(
        [1, "问题", "甲", *REST[1:]], [1, " 问 题 ", "乙", *REST[1:]], [2, "问题二", "丙", *REST[1:]]
    )
    assert [len(finding.measures) for finding in draft.findings] == [2, 1]


def test_rows_without_number_and_text_are_further_measures_across_an_empty_row():
    draft = table([1, "问题", *REST], [], [None, None, "乙", "李四"])
    assert [measure.text for measure in draft.findings[0].measures] == ["措施", "乙"]


def test_a_number_repeated_without_text_is_no_new_finding():
    draft = table([1, "问题", *REST], [1, None, "乙", *REST[1:]])
    assert (draft.faults, len(draft.findings[0].measures)) == ((), 2)


def test_rows_whose_text_is_merged_are_further_measures_even_with_numbers_of_their_own():
    draft = table([1, "问题", *REST], [2, None, "乙", *REST[1:]], merges=["B2:B3"])
    assert (len(draft.findings), len(draft.findings[0].measures), draft.faults) == (1, 2, ())


def test_the_same_text_under_another_number_is_a_duplicate_at_the_later_row():
    draft = table([1, "问题（一）", *REST], [2, "别的", *REST], [3, "问题 (一)", *REST])
    assert faults_of(draft) == [(4, "反馈问题", "duplicate")]


def test_the_same_text_in_another_organisation_is_no_duplicate():
    rows = [[1, "甲局党组", "问题", "已完成"], [1, "乙局党组", "问题", "已完成"]]
    draft = table(*rows, header=ORG_HEADER, organization=None)
    assert (draft.faults, [finding.organization for finding in draft.findings]) == (
        (),
        ["甲局党组", "乙局党组"],
    )


def test_a_new_number_without_text_is_missing_and_takes_its_further_rows_with_it():
    draft = table([1, "问题", *REST], [2, None, *REST], [None, None, "乙"], [3])
    assert faults_of(draft) == [(3, "反馈问题", "missing"), (5, "反馈问题", "missing")]
    assert len(draft.findings[0].measures) == 1


def test_a_further_row_without_a_measure_adds_to_the_finding():
    draft = table([1, "问题", *REST], [None, None, None, "李四", None, "2024年8月底", "正在整改"])
    (finding,) = draft.findings
    assert (finding.leader, finding.due, finding.status) == (
        "张三；李四", dt.date(2024, 8, 31), FindingStatus.NOT_COMPLETED,
    )  # fmt: skip
    assert (finding.status_text, len(finding.measures)) == ("已完成；正在整改", 1)


# Values


def test_an_empty_status_is_not_completed_with_a_notice():
    draft = table([1, "甲", *REST[:4]], [2, "乙", *REST])
    assert draft.findings[0].status is FindingStatus.NOT_COMPLETED
    assert "1个问题的整改情况为空，按“未完成”处理（第2行）" in said(draft)


def test_of_several_statuses_the_least_complete_counts_and_blank_rows_do_not():
    draft = table([1, "甲", *REST], [None, None, "二"], [None, None, "三", "李四", "", "", "基本完成整改"])
    assert draft.findings[0].status is FindingStatus.BASICALLY_COMPLETED
    assert [measure.status for measure in draft.findings[0].measures][1] is None


def test_a_status_merged_over_two_findings_counts_for_both_and_its_fault_once():
    rows = [[1, "甲", *REST[:4], "持续整改"], [2, "乙", *REST[:4]]]
    assert faults_of(table(*rows, merges=["G2:G3"])) == [(2, "整改情况", "ambiguous status")]
    answered = table(*rows, merges=["G2:G3"], answers={("台账", 2): FindingStatus.BASICALLY_COMPLETED})
    assert (answered.faults, {finding.status for finding in answered.findings}) == (
        (), {FindingStatus.BASICALLY_COMPLETED},
    )  # fmt: skip
    assert answered.findings[0].status_text == "持续整改"


OF_MEASURES = ["序号", "反馈问题", "整改措施", "责任领导", "完成时限", "整改情况"]
OF_MEASURES += ["措施责任领导", "措施完成时限", "措施完成情况"]


def test_columns_of_the_measure_say_what_the_finding_does_not():
    draft = table(
        [1, "甲", "一", "张三", "2024.9.1", "已完成", "李四", "2024.7.1", "未完成"],
        [1, "甲", "二", None, None, None, None, "2024.8.1", "基本完成"],
        header=OF_MEASURES,
    )
    (finding,) = draft.findings
    assert (finding.status, finding.due, finding.leader) == (
        FindingStatus.COMPLETED,
        dt.date(2024, 9, 1),
        "张三",
    )
    assert [(one.status, one.due, one.leader) for one in finding.measures] == [
        (FindingStatus.NOT_COMPLETED, dt.date(2024, 7, 1), "李四"),
        (FindingStatus.BASICALLY_COMPLETED, dt.date(2024, 8, 1), ""),
    ]


def test_a_blank_column_of_the_measure_means_as_beside_it_and_left_blank_means_blank():
    draft = table(
        [1, "甲", "一", "张三", "2024.9.1", "已完成", None, None, None],
        [2, "乙", "二", "张三", "2024.9.1", "已完成", *["（未填写）"] * 3],
        header=OF_MEASURES,
    )
    first, second = (finding.measures[0] for finding in draft.findings)
    assert (first.status, first.due, first.leader) == (
        FindingStatus.COMPLETED,
        dt.date(2024, 9, 1),
        "张三",
    )
    assert (second.status, second.due, second.leader) == (None, None, "")


def test_a_finding_takes_the_least_status_and_the_latest_date_of_its_measures_where_it_says_nothing():
    draft = table(
        [1, "甲", "一", "张三", None, None, None, "2024.7.1，长期坚持", "已完成"],
        [1, "甲", "二", None, None, None, None, "2024.8.1", "基本完成"],
        header=OF_MEASURES,
    )
    (finding,) = draft.findings
    assert (finding.status, finding.due) == (FindingStatus.BASICALLY_COMPLETED, dt.date(2024, 8, 1))
    assert finding.long_term
    assert draft.notices == ()


def test_a_status_of_a_measure_that_is_not_one_of_the_three_is_a_fault():
    draft = table([1, "甲", "一", "张三", None, "已完成", None, "某天", "差不多"], header=OF_MEASURES)
    assert faults_of(draft) == [(2, "措施完成时限", "invalid date"), (2, "措施完成情况", "invalid value")]


@pytest.mark.parametrize(
    ("status", "flag", "expected"),
    [
        ("已完成整改，长期坚持", None, True),
        ("已整改到位，并长期坚持", "", True),
        ("已完成整改，长期坚持", "否", False),
        ("已完成整改", "是", True),
        ("已完成整改", None, False),
        ("已完成（原文：持续整改，长期坚持）", None, True),
    ],
)
def test_the_words_of_a_status_may_set_the_long_term_flag(status, flag, expected):
    draft = table([1, "甲", status, flag], header=["序号", "反馈问题", "整改情况", "是否常态化坚持"])
    assert draft.faults == ()
    (finding,) = draft.findings
    assert (finding.status, finding.long_term) == (FindingStatus.COMPLETED, expected)


def test_at_once_as_a_deadline_sets_the_kind_unless_the_kind_is_given():
    header = ["序号", "反馈问题", "整改时限", "专项"]
    draft = table([1, "甲", "立行立改"], [2, "乙", "立行立改", "选人用人专项"], [3, "丙"], header=header)
    assert [finding.kind for finding in draft.findings] == [
        FindingKind.IMMEDIATE, FindingKind.PERSONNEL_SELECTION, FindingKind.INSPECTION,
    ]  # fmt: skip


def test_yes_and_no_columns():
    header = ["序号", "反馈问题", "是否常态化坚持", "是否集中整改期完成", "是否重点关注"]
    draft = table([1, "甲", "是", "否", "√"], [2, "乙"], [3, "丙", "长期坚持", "Y", "×"], header=header)
    flags = [(finding.long_term, finding.within_period, finding.key_matter) for finding in draft.findings]
    assert flags == [(True, False, True), (False, None, False), (True, True, False)]


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("是否重点关注", "也许"), ("专项", "其他专项"), ("措施类型", "☑建章立制（0）项"),
        ("措施类型", "建章立制2人"), ("措施类型", "挽回损失0万元"), ("措施类型", "重大措施3项"),
        ("措施类型", "追责问责1.5人"), ("措施类型", "不明"),
    ],
)  # fmt: skip
def test_a_value_outside_its_list_is_invalid(header, value):
    draft = table([1, "甲", "措施", value], header=["序号", "反馈问题", "整改措施", header])
    assert faults_of(draft) == [(2, header, "invalid value")]


@pytest.mark.parametrize(
    ("written", "types"),
    [
        (
            "建章立制2项、挽回损失1.5万元；重大措施",
            {"建章立制": 2, "挽回损失": Decimal("1.5"), "重大措施": None},
        ),
        ("☑追责问责（３）人 □举一反三（ ）项", {"追责问责": 3}),
        ("专项整治", {"专项整治": None}),
    ],
)
def test_measure_types_with_their_quantities(written, types):
    draft = table([1, "甲", "措施", written], header=["序号", "反馈问题", "整改措施", "措施类型"])
    assert draft.faults == ()
    assert draft.findings[0].measures[0].types == types


def test_long_texts():
    draft = table([1, "长" * 4000, *REST], [2, "长" * 4001, "措" * 2001, "人" * 201])
    assert faults_of(draft) == [(3, column, "too long") for column in ("反馈问题", "整改措施", "责任领导")]


def test_a_category_is_brought_to_the_spelling_of_the_list():
    header = ["序号", "问题类别", "反馈问题"]
    draft = table([1, "一、聚焦甲类", "甲"], [2, "丙类", "乙"], header=header, categories=["甲类", "乙类"])
    assert [finding.category for finding in draft.findings] == ["甲类", "丙类"]
    assert "第3行问题类别“丙类”不在现有类别中" in said(draft)


# Organisations


def test_a_ledger_that_names_no_organisation_asks_for_one():
    draft = table([1, "甲", *REST], organization=None)
    assert faults_of(draft) == [(1, "被巡察党组织", "missing organization")]
    assert "未注明被巡察党组织" in said(draft)


def test_the_question_for_the_organisation_does_not_drown_the_faults_of_the_rows():
    draft = table([1, "甲", *REST[:4], "差不多"], organization=None)
    assert faults_of(draft) == [(2, "整改情况", "unknown status")]
    assert "未注明被巡察党组织" in said(draft)


def test_a_blank_organisation_in_a_filled_column():
    rows = [[1, "甲局党组", "问题", "已完成"], [None, None, None, "正在整改"], [2, None, "问题二", "已完成"]]
    draft = table(*rows, header=ORG_HEADER, organization=None)
    assert faults_of(draft) == [(4, "被巡察党组织", "missing")]
    assert draft.findings[0].organization == "甲局党组"
    assert table(*rows, header=ORG_HEADER).faults == ()


def test_a_contradiction_about_the_organisation():
    rows = [[1, "乙局党组", "问题", "已完成"], [2, "甲 局党组", "问题二", "已完成"]]
    assert faults_of(table(*rows, header=ORG_HEADER)) == [(2, "被巡察党组织", "contradictory organization")]
    assert faults_of(read(titled())) == [(2, "填报单位", "contradictory organization")]
    line = build([["填报单位：甲局党组"], ORG_HEADER, *rows])
    assert faults_of(read(line, organization=None)) == [(3, "被巡察党组织", "contradictory organization")]


# Sheets and rows that hold no findings


def test_hidden_sheets_and_sheets_without_a_header_are_left_out_with_a_notice():
    content = build([HEADER, [1, "甲", *REST]], hidden=["藏"], 藏=[HEADER, [1, "乙", *REST]], 封面=[["说明"]])
    draft = read(content)
    assert [finding.text for finding in draft.findings] == ["甲"]
    assert "“藏”已隐藏" in said(draft)
    assert "“封面”未识别出台账表头" in said(draft)


def test_the_programs_own_sheets_of_sentences_are_passed_over_in_silence():
    sentences = {"导出说明": [["本表可原样导入。"]], "填写说明": [["反馈问题必须填写。"]], "别的": [["x"]]}
    draft = read(build([HEADER, [1, "甲", *REST]], **sentences))
    assert [notice.sheet for notice in draft.notices] == ["别的"]


def test_all_sheets_with_a_header_are_read_and_duplicates_found_across_them():
    content = build([HEADER, [1, "甲", *REST]], 二=[HEADER, [1, "乙", *REST], [2, "甲", *REST]])
    draft = read(content)
    assert [(finding.sheet, finding.text) for finding in draft.findings] == [("台账", "甲"), ("二", "乙")]
    assert [(fault.sheet, fault.row, str(fault.fault)) for fault in draft.faults] == [("二", 3, "duplicate")]
    assert "工作表“台账”第2行" in draft.faults[0].message


def test_a_file_without_any_header():
    draft = read(build([["甲", "乙"], [1, 2]]))
    assert [(fault.row, fault.fault) for fault in draft.faults] == [(1, FaultCode.NO_HEADER)]


def test_repeated_headers_sums_and_notes_are_no_findings():
    draft = table(
        [1, "甲", *REST], HEADER, [2, "乙", *REST], ["合计", "共2个问题"],
        ["填表说明：逐项填写"], ["1.本表一式两份"], ["填表人：某某", None, "联系电话：1"],
    )  # fmt: skip
    assert (draft.faults, [finding.text for finding in draft.findings]) == ((), ["甲", "乙"])
    assert said(draft).count("未作为问题导入") == 4


def test_a_note_that_holds_data_is_no_note():
    draft = table([1, "甲", *REST], ["备注：另加", "乙", *REST])
    assert [finding.text for finding in draft.findings] == ["甲", "乙"]


def test_a_heading_over_the_whole_width_gives_the_category():
    draft = table(["（一）甲类问题"], [1, "甲", *REST], [2, "乙", *REST], merges=["A2:G2"])
    assert [finding.category for finding in draft.findings] == ["甲类问题", "甲类问题"]
    assert "小标题" in said(draft)


def test_columns_that_are_not_understood_are_named():
    draft = table([1, "甲", "x"], header=["序号", "反馈问题", "奇怪的列"])
    assert "“奇怪的列”" in said(draft)


def test_columns_may_be_named_by_hand():
    draft = read(
        build([["编码", "事项", "说明"], ["a", "甲", "b"]]), columns={"事项": "finding", "说明": "remark"}
    )
    assert (draft.findings[0].text, draft.findings[0].remark) == ("甲", "b")
    with pytest.raises(ValueError, match="没有名为“无”的列"):
        read(titled(), columns={"无": "text"})


def test_csv_and_progress():
    steps = []
    content = "序号,反馈问题,整改情况\n1,甲,已完成\n2,乙,\n".encode("gb18030")
    draft = read_ledger(content, "a.csv", feedback_date=FEEDBACK, organization="甲", progress=steps.append)
    assert [finding.row for finding in draft.findings] == [2, 3]
    assert steps == sorted(steps)
    assert steps[-1] == 1


CELL = st.one_of(
    st.none(),
    st.sampled_from(["1", "甲", "合计", "已完成", "持续整改", "2024年7月底前", "一、类", "备注：", *HEADER]),
    st.text(max_size=8),
    st.integers(-5, 80000),
    st.integers(-500, 500).map(lambda quarters: quarters / 4),
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.lists(CELL, max_size=8), max_size=8), st.sampled_from([(), ["B2:B4"], ["A2:G2"], ["G3:G5"]])
)
def test_any_table_is_read_without_a_traceback_and_no_text_is_lost(rows, merges):
    rows = [[1, "起始问题", *REST], *rows, *[[""]] * 5]
    try:
        draft = read(build([HEADER, *rows], merges))
    except WrongFileError:
        return
    places = [(fault.row, fault.fault) for fault in draft.faults]
    assert [row for row, _ in places] == sorted(row for row, _ in places)
    assert all(2 <= finding.row <= len(rows) + 1 for finding in draft.findings)
    if not merges:
        told = {fault.row for fault in draft.faults} | {notice.row for notice in draft.notices}
        read_texts = {text_key(finding.text) for finding in draft.findings} | {text_key(HEADER[1])}
        texts = {number: cell_text(row[1] or "") for number, row in enumerate(rows, 2) if len(row) > 1}
        assert [
            n for n, text in texts.items() if text and n not in told and text_key(text) not in read_texts
        ] == []
