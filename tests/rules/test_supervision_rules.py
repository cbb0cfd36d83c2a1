"""R1–R4: what is blank, the newest judgement, where a report stands, and the draft made of the entries."""

from datetime import date, timedelta
from itertools import permutations

import pytest

from tests.factories import rulebook
from xczg.rules.supervision import (
    SUPERVISING,
    Coverage,
    Look,
    ReportVersion,
    blanks,
    is_confidential,
    matrix,
    newest_judgement,
    report_locked,
    report_standing,
    required_contents,
    task_progress,
)
from xczg.rules.supervision_draft import LONGEST, NOTHING, EntryText, draft_overall, draft_section
from xczg.rules.values import ReportState, ScoringUnit

DISCIPLINE, PERSONNEL = SUPERVISING
R2 = rulebook().contents.assessed.value
DUTY, LEADS = R2[0], R2[-1]
DAY, DUE = date(2024, 7, 10), date(2024, 10, 5)
SUBMITTED, RETURNED = ReportState.SUBMITTED, ReportState.RETURNED


def look(number=1, content=DUTY, *, unit=DISCIPLINE, inspection=1, on=DAY, judgement="", tasks=()):
    return Look(number, inspection, unit, content, on, judgement, tasks)


def without_tasks():
    book = rulebook()
    return book.model_copy(update={"tasks": book.tasks.model_copy(update={"value": ()})})


# R2, R4: what has to be looked at


def test_a_unit_looks_at_what_its_task_list_names_and_never_has_to_look_at_anything_else():
    assert required_contents(rulebook(), DISCIPLINE) == R2
    assert required_contents(rulebook(), PERSONNEL) == tuple(one for one in R2 if one != LEADS)
    assert "其他" not in required_contents(rulebook(), DISCIPLINE)


def test_without_a_task_list_all_of_r2_is_required():
    assert [required_contents(without_tasks(), unit) for unit in SUPERVISING] == [R2, R2]


def test_leads_and_complaints_are_the_one_confidential_content():
    assert [one for one in rulebook().supervised_contents if is_confidential(one)] == [LEADS]


# The matrix


def test_each_cell_says_blank_recorded_or_no_task():
    cells = matrix([1, 2], [look(judgement="好")], rulebook(), SUPERVISING)
    assert len(cells) == 2 * 2 * (len(R2) + 1)
    assert cells[1, DISCIPLINE, DUTY].word == "好"
    assert cells[1, PERSONNEL, DUTY].word == "空白"
    assert cells[2, DISCIPLINE, DUTY].word == "空白"
    assert cells[1, PERSONNEL, LEADS].word == "无任务"
    assert cells[1, DISCIPLINE, "其他"].word == "无任务"
    assert (
        matrix([1], [look(content="其他")], rulebook(), SUPERVISING)[1, DISCIPLINE, "其他"].word == "已记录"
    )


def test_every_entry_can_only_fill_blanks_and_all_of_them_fill_all():
    """Property: each further look leaves as many blanks or one fewer, and only its own cell changes."""
    looks = [
        look(number, content, unit=unit, inspection=inspection)
        for number, (inspection, unit, content) in enumerate(
            (i, u, c)
            for i in (1, 2, 3)
            for u in SUPERVISING
            for c in (*required_contents(rulebook(), u), "其他")
        )
    ]
    before = matrix((1, 2, 3), [], rulebook(), SUPERVISING)
    for upto in range(1, len(looks) + 1):
        after = matrix((1, 2, 3), looks[:upto], rulebook(), SUPERVISING)
        new = looks[upto - 1]
        changed = {place for place in after if after[place] != before[place]}
        assert changed == {(new.inspection_id, new.unit, new.content)}
        assert len(blanks(before)) - len(blanks(after)) == (new.content != "其他")
        before = after
    assert blanks(before) == []


def test_the_newest_judgement_counts_whatever_the_order():
    looks = [
        look(1, judgement="差"),
        look(2, on=DAY + timedelta(1), judgement="一般"),
        look(3, on=DAY + timedelta(1), judgement="较好"),  # the later entry of the same day
        look(4, on=DAY + timedelta(9)),  # without a judgement
    ]
    for order in permutations(looks):
        assert newest_judgement(order) == "较好"
        cell = matrix([1], order, rulebook(), SUPERVISING)[1, DISCIPLINE, DUTY]
        assert (cell.looks, cell.last_on, cell.coverage) == (4, DAY + timedelta(9), Coverage.RECORDED)
    assert newest_judgement([]) == ""


def test_a_task_is_done_once_for_an_organisation_however_often_it_was_looked_at():
    looks = [
        look(1, tasks=("1",)),
        look(2, tasks=("1", "2")),
        look(3, inspection=2, tasks=("1",)),
        look(4, inspection=9, tasks=("1",)),  # not of those counted
        look(5, unit=PERSONNEL, tasks=("1",)),
    ]
    progress = task_progress(looks, [1, 2], rulebook(), DISCIPLINE)
    assert (progress["1"], progress["2"], progress["3"]) == ({1, 2}, {1}, set())
    assert task_progress(looks, [1, 2], rulebook(), PERSONNEL)["1"] == {1}


# R4: the state of a report


STANDINGS = [
    # versions as (state, day of submission relative to the due date), today relative to it → state, days late
    ([], -30, ReportState.NOT_SUBMITTED, 0),
    ([], 0, ReportState.NOT_SUBMITTED, 0),
    ([], 1, ReportState.OVERDUE, 1),
    ([(None, None)], 0, ReportState.NOT_SUBMITTED, 0),
    ([(None, None)], 12, ReportState.OVERDUE, 12),
    ([(SUBMITTED, 0)], 40, SUBMITTED, 0),
    ([(SUBMITTED, 3)], 40, SUBMITTED, 3),
    ([(RETURNED, -1), (None, None)], -1, RETURNED, 0),
    ([(RETURNED, -1), (None, None)], 40, RETURNED, 0),
    ([(RETURNED, 2), (None, None)], 40, RETURNED, 2),
    ([(RETURNED, -1), (SUBMITTED, 5)], 40, SUBMITTED, 0),
    ([(RETURNED, -1), (RETURNED, 5), (None, None)], 40, RETURNED, 0),
]


@pytest.mark.parametrize(("stored", "today", "state", "late"), STANDINGS)
def test_the_state_of_a_report_on_a_day(stored, today, state, late):
    versions = [
        ReportVersion(number, kept, None if day is None else DUE + timedelta(day))
        for number, (kept, day) in enumerate(stored, 1)
    ]
    for given in (versions, versions[::-1]):
        found = report_standing(given, DUE, DUE + timedelta(today))
        assert (found.state, found.days_late) == (state, late)
        assert report_locked(given) is (state is SUBMITTED)


# The draft


def text(number=1, content=DUTY, seen="查看了台账", methods=("审核资料",), **more):
    return EntryText(look(number, content, **more), methods, seen)


def test_a_section_tells_dates_methods_what_was_seen_and_the_newest_judgement():
    drafted = draft_section(
        [
            text(
                2,
                seen="已专题研究。",
                on=DAY + timedelta(5),
                judgement="较好",
                methods=("其他：电话询问", "听取汇报"),
            ),
            text(1, judgement="一般"),
            text(3, unit=PERSONNEL, seen="另一单位所见"),
        ],
        rulebook(),
        DISCIPLINE,
    )
    lines = drafted.splitlines()
    assert lines[0] == (
        f"1．{DUTY}。2024年7月10日、2024年7月15日，采取听取汇报、审核资料、电话询问方式了解情况。"
        "2024年7月10日了解到：查看了台账。2024年7月15日了解到：已专题研究。评估判断：较好。"
    )
    assert lines[1:] == [f"{n}．{content}。{NOTHING}" for n, content in enumerate(R2[1:], 2)]


def test_a_joint_section_names_whose_words_they_are_and_personnel_is_not_asked_about_leads():
    drafted = draft_section([text(1), text(2, unit=PERSONNEL, seen="谈话3人")], rulebook(), None)
    assert "市纪委监委采取审核资料方式了解情况。查看了台账。" in drafted
    assert "市委组织部采取审核资料方式了解情况。谈话3人。" in drafted
    assert LEADS not in draft_section([], rulebook(), PERSONNEL)
    assert "1．其他。" not in draft_section([], rulebook(), PERSONNEL)
    assert "．其他。2024年7月10日" in draft_section([text(content="其他")], rulebook(), DISCIPLINE)


def test_a_section_never_grows_longer_than_it_can_be_kept():
    drafted = draft_section([text(n, seen="长" * 4000) for n in range(4)], rulebook(), DISCIPLINE)
    assert len(drafted) == LONGEST
    assert drafted.endswith("（内容较长，以下请按监督记录补充。）")


def test_the_opening_counts_organisations_and_entries():
    entries = [text(1), text(2, on=DAY + timedelta(3), methods=("个别座谈",)), text(3, inspection=2)]
    assert draft_overall(entries, rulebook(), ScoringUnit.DISCIPLINE, organizations=5) == (
        "市纪委监委对照日常监督评估任务清单，对本轮5个党组织开展日常监督评估。2024年7月10日至2024年7月13日，"
        "采取审核资料、个别座谈等方式，对2个党组织登记3条记录。"
    )
    assert draft_overall([], rulebook(), None, organizations=5).endswith(NOTHING)
