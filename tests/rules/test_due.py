"""R1–R8: what is due for whom on a given day. Nothing is stored; nothing without a date is ever overdue."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import rulebook, rulebook_text
from xczg.exchange.rulebook_toml import changed_toml
from xczg.rules.due import (
    DueTask,
    InspectionDue,
    Owner,
    RoundDue,
    Screen,
    Urgency,
    due_tasks,
    pressing,
    urgency,
)
from xczg.rules.phases import RoundState, deadlines
from xczg.rules.rulebook import parse_rulebook
from xczg.rules.values import ScoringUnit, SheetState, SubmissionKind, SubmissionState

FEEDBACK = date(2024, 6, 28)  # the period ends 09-28, the report is due 10-05, the assessment 10-28
END, REPORT, ASSESSMENT = date(2024, 9, 28), date(2024, 10, 5), date(2024, 10, 28)
D, P, T = ScoringUnit
CONTENTS = rulebook().contents.assessed.value
ALL_SEEN = {D: frozenset(CONTENTS), P: frozenset(CONTENTS)}
DATES = deadlines(FEEDBACK, rulebook().periods)
ORGANIZATION = InspectionDue("甲局党组", FEEDBACK, 1, exempted=False)
WHOLE = RoundDue("一轮", RoundState.RECTIFICATION, DATES, frozen=False, inspections=(ORGANIZATION,))


def tasks(found: RoundDue, today: date, book=None) -> list[tuple[str, str, str]]:
    return [
        (task.owner.value, task.words, task.urgency.value)
        for task in due_tasks(found, book or rulebook(), today)
    ]


def of(found: RoundDue, today: date, screen: Screen) -> list[DueTask]:
    return [task for task in due_tasks(found, rulebook(), today) if task.screen is screen]


@pytest.mark.parametrize(
    ("left", "ladder", "step"),
    [
        (21, (20, 10, 0), Urgency.OPEN),
        (20, (20, 10, 0), Urgency.REMINDER),
        (11, (20, 10, 0), Urgency.REMINDER),
        (10, (20, 10, 0), Urgency.WARNING),
        (0, (20, 10, 0), Urgency.WARNING),
        (-1, (20, 10, 0), Urgency.OVERDUE),
        (4, (3, 0), Urgency.OPEN),
        (3, (3, 0), Urgency.REMINDER),
        (0, (3, 0), Urgency.REMINDER),
        (-1, (3, 0), Urgency.OVERDUE),
        (5, (0,), Urgency.OPEN),
    ],
)
def test_the_ladder(left, ladder, step):
    assert urgency(END, END - timedelta(days=left), ladder) is step


@given(st.dates(date(2020, 1, 1), date(2035, 1, 1)))
def test_what_has_no_date_is_never_called_overdue(today):
    assert urgency(None, today, (20, 10, 0)) is Urgency.OPEN
    undated = replace(
        ORGANIZATION,
        under_review=2,
        returned_claims=1,
        extensions_asked=3,
        submissions={SubmissionKind.PLAN: SubmissionState.RETURNED},
        looked_at=ALL_SEEN,
    )
    for task in due_tasks(replace(WHOLE, inspections=(undated,)), rulebook(), today):
        assert (task.urgency is Urgency.OVERDUE) <= (task.due is not None and task.due < today)


def test_each_unit_is_told_what_it_has_not_looked_at_until_the_period_ends():
    seen = replace(ORGANIZATION, looked_at={**ALL_SEEN, D: frozenset(CONTENTS[:5])})
    found = replace(WHOLE, inspections=(seen,))
    (task,) = of(found, date(2024, 9, 1), Screen.SUPERVISION)
    assert (task.owner, task.words, task.due) == (Owner.DISCIPLINE, "日常监督尚有2项评估内容未登记", END)
    assert of(replace(found, state=RoundState.REPORTING), date(2024, 10, 1), Screen.SUPERVISION) == []


def test_the_report_is_due_a_week_after_the_period_and_its_lateness_is_visible():
    both = of(WHOLE, date(2024, 10, 2), Screen.REPORT)
    assert {(task.owner, task.due, task.urgency) for task in both} == {
        (Owner.PERSONNEL, REPORT, Urgency.REMINDER),
        (Owner.DISCIPLINE, REPORT, Urgency.REMINDER),
    }
    (late,) = of(replace(WHOLE, reports=frozenset({D})), date(2024, 10, 6), Screen.REPORT)
    assert (late.owner, late.urgency) == (Owner.PERSONNEL, Urgency.OVERDUE)
    done = replace(WHOLE, reports=frozenset({D, P}))
    assert of(done, date(2024, 10, 6), Screen.REPORT) == []


def test_a_joint_report_is_one_task():
    book = parse_rulebook(changed_toml(rulebook_text(), {"papers.joint_supervision_report": True}))
    found = [task for task in due_tasks(WHOLE, book, END) if task.screen is Screen.REPORT]
    assert [task.words for task in found] == ["报送日常监督评估结果报告（两家联合）"]
    submitted = replace(WHOLE, reports=frozenset({None}))
    assert not [task for task in due_tasks(submitted, book, END) if task.screen is Screen.REPORT]


def test_findings_are_told_by_step_with_the_earliest_date():
    today = date(2024, 9, 1)
    dated = [(date(2024, 8, 1), 2), (date(2024, 8, 31), 1), (today, 1), (date(2024, 9, 21), 4), (END, 9)]
    found = replace(WHOLE, inspections=(replace(ORGANIZATION, open_dates=dated),))
    shown = [(task.words, task.due, task.urgency) for task in of(found, today, Screen.LEDGER)]
    assert shown == [
        ("3项反馈问题逾期未完成", date(2024, 8, 1), Urgency.OVERDUE),
        ("1项反馈问题临近完成时限", today, Urgency.WARNING),
        ("4项反馈问题临近完成时限", date(2024, 9, 21), Urgency.REMINDER),
    ]
    late = of(found, today, Screen.LEDGER)[0]
    assert late.query == {"round": "一轮", "org": "甲局党组", "only": "逾期"}


def test_what_waits_for_the_office_and_what_came_back():
    one = replace(
        ORGANIZATION,
        under_review=2,
        extensions_asked=1,
        returned_claims=3,
        submissions={
            SubmissionKind.PLAN: SubmissionState.WAITING,
            SubmissionKind.PROGRESS_REPORT: SubmissionState.RETURNED,
        },
        looked_at=ALL_SEEN,
    )
    found = replace(WHOLE, inspections=(one,), reports=frozenset({D, P}))
    assert tasks(found, date(2024, 7, 1)) == sorted(
        [
            ("市委巡察办", "审核2项销号申请", "待办"),
            ("市委巡察办", "审批1项延期申请", "待办"),
            ("市委巡察办", "审核整改方案", "待办"),
            ("被巡察党组织", "3项销号申请被退回补充，请补充佐证后重新申请", "待办"),
            ("被巡察党组织", "集中整改进展报告被退回修改，请修改后重新报送", "待办"),
        ]
    )


def test_papers_are_due_only_where_the_office_set_a_date():
    assert of(WHOLE, date(2026, 1, 1), Screen.SUBMISSIONS) == []
    text = rulebook_text().replace(
        "submission_days = { value = {}", 'submission_days = { value = {"整改方案" = 30}'
    )
    book = parse_rulebook(text)
    found = [t for t in due_tasks(WHOLE, book, date(2024, 7, 29)) if t.screen is Screen.SUBMISSIONS]
    assert [(t.words, t.due, t.urgency) for t in found] == [
        ("报送整改方案", date(2024, 7, 28), Urgency.OVERDUE)
    ]


SHEETS = [
    ({}, ["填写评分表"] * 3),
    (
        {D: SheetState.FILLING, P: SheetState.RETURNED, T: SheetState.AWAITING_CONFIRMATION},
        ["评分表填写中，尚未提交", "评分表被退回，请修改后提交", "确认巡察办代录的评分表"],
    ),
    ({D: SheetState.SUBMITTED, P: SheetState.SUBMITTED}, ["填写评分表"]),
    (dict.fromkeys(ScoringUnit, SheetState.SUBMITTED), []),
]


@pytest.mark.parametrize(("sheets", "words"), SHEETS)
def test_sheets_by_their_state(sheets, words):
    found = replace(
        WHOLE,
        state=RoundState.SCORING,
        inspections=(replace(ORGANIZATION, sheets=sheets),),
        consulted=True,
        visited=frozenset({"甲局党组"}),
    )
    shown = of(found, date(2024, 10, 10), Screen.SCORE_SHEET)
    assert sorted(task.words for task in shown) == sorted(words)
    assert all(task.due == ASSESSMENT for task in shown)
    aggregate = of(found, date(2024, 10, 10), Screen.SCORES)
    assert [task.words for task in aggregate] == ([] if words else ["三家评分单位均已评分，登记督查组汇总"])


def test_an_exempted_organisation_is_not_scored_but_its_findings_live_on():
    one = replace(ORGANIZATION, exempted=True, open_dates=[(date(2024, 8, 1), 1)])
    found = replace(WHOLE, state=RoundState.SCORING, inspections=(one,), consulted=True)
    assert {task.screen for task in due_tasks(found, rulebook(), date(2024, 10, 10))} == {
        Screen.LEDGER,
        Screen.REPORT,
    }


def test_a_frozen_round_asks_for_no_scores_and_a_closed_one_for_nothing():
    one = replace(ORGANIZATION, open_dates=[(date(2024, 8, 1), 1)])
    frozen = replace(WHOLE, state=RoundState.CONSENTED, frozen=True, inspections=(one,), unconfirmed=4)
    assert [task.screen for task in due_tasks(frozen, rulebook(), date(2025, 1, 1))] == [Screen.LEDGER]
    assert due_tasks(replace(frozen, state=RoundState.CLOSED), rulebook(), date(2025, 1, 1)) == ()


@given(st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_that_of_the_facts(random: Random):
    inspections = [
        replace(ORGANIZATION, organization=f"{n}局", under_review=n % 2, open_dates=[(END, n + 1)])
        for n in range(6)
    ]
    straight = due_tasks(replace(WHOLE, inspections=inspections), rulebook(), date(2024, 9, 10))
    random.shuffle(inspections)
    mixed = due_tasks(replace(WHOLE, inspections=inspections), rulebook(), date(2024, 9, 10))
    assert straight == mixed
    assert list(mixed) == sorted(mixed, key=pressing)


def test_a_round_day_by_day():
    """Nothing is remembered from one day to the next: each day follows from the facts and the date alone."""
    one = replace(ORGANIZATION, open_dates=[(date(2024, 9, 20), 1)])
    found = replace(WHOLE, inspections=(one,))
    told: dict[str, list[date]] = {}
    for n in range(130):
        today = FEEDBACK + timedelta(days=n)
        state = RoundState.RECTIFICATION if today <= END else RoundState.REPORTING
        for task in due_tasks(replace(found, state=state), rulebook(), today):
            told.setdefault(f"{task.screen.value} {task.urgency.value}", []).append(today)
    spans = {key: (days[0], days[-1]) for key, days in told.items()}
    last = FEEDBACK + timedelta(days=129)
    assert spans == {
        "supervision 待办": (FEEDBACK, date(2024, 9, 7)),
        "supervision 提醒": (date(2024, 9, 8), date(2024, 9, 17)),
        "supervision 预警": (date(2024, 9, 18), END),
        "ledger 提醒": (date(2024, 8, 31), date(2024, 9, 9)),
        "ledger 预警": (date(2024, 9, 10), date(2024, 9, 20)),
        "ledger 逾期": (date(2024, 9, 21), last),
        "report 待办": (FEEDBACK, date(2024, 10, 1)),
        "report 提醒": (date(2024, 10, 2), REPORT),
        "report 逾期": (date(2024, 10, 6), last),
        "consultation 待办": (date(2024, 9, 29), date(2024, 10, 7)),
        "consultation 提醒": (date(2024, 10, 8), date(2024, 10, 17)),
        "consultation 预警": (date(2024, 10, 18), ASSESSMENT),
        "consultation 逾期": (date(2024, 10, 29), last),
        "groups 待办": (date(2024, 9, 29), date(2024, 10, 7)),
        "groups 提醒": (date(2024, 10, 8), date(2024, 10, 17)),
        "groups 预警": (date(2024, 10, 18), ASSESSMENT),
        "groups 逾期": (date(2024, 10, 29), last),
    }
