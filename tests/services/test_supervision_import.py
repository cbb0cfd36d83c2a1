"""The task list filled in away from the program: out, in, and in again."""

import io
from datetime import datetime

import openpyxl
import pytest
from sqlalchemy import Engine

from tests.factories import all_of, everything, make_inspection, make_round
from tests.services.supervising import DISCIPLINE, DUTY, IN_TIME, PERSONNEL, filled, freeze, submit
from xczg.access.permissions import Actor
from xczg.rules.values import ScoringUnit
from xczg.services.supervision_import import TasksReport, import_entries, make_task_template
from xczg.services.unit_of_work import RefusedError
from xczg.store.tables import SupervisionEntry


@pytest.fixture
def organizations(engine: Engine) -> int:
    """Two organisations; the exempted one has no rows."""
    number = make_round(engine)
    make_inspection(engine, number, "丙局党组", exempted=True)
    make_inspection(engine, number, "乙局党组")
    return make_inspection(engine, number, "甲局党组")


def take(engine: Engine, content: bytes, who: Actor = DISCIPLINE) -> TasksReport:
    return import_entries(engine, who, 1, content=content, name="任务清单.xlsx", today=IN_TIME)


GOOD = (datetime(2024, 7, 10), "审核资料、其他:电话询问、听取汇报", "查看了台账", "较好")  # noqa: DTZ001


def test_the_template_has_a_row_for_each_organisation_and_task_of_the_unit(
    engine: Engine, organizations
) -> None:
    for who, tasks in ((DISCIPLINE, 7), (PERSONNEL, 6)):
        sheet = openpyxl.load_workbook(io.BytesIO(make_task_template(engine, who, 1))).worksheets[0]
        rows = list(sheet.iter_rows(min_row=2, values_only=True))
        assert len(rows) == 2 * tasks
        assert {row[0] for row in rows} == {"甲局党组", "乙局党组"}


def test_filled_rows_become_entries_and_the_same_file_again_changes_nothing(
    engine: Engine, organizations: int
) -> None:
    content = filled(engine, {9: GOOD, 3: ("2024-8-1", "列席会议", "列席了会议", None)})
    assert take(engine, content) == TasksReport(2, 0, ())
    first, second = sorted(all_of(engine, SupervisionEntry), key=lambda one: one.on_date)
    assert (first.inspection_id, first.content, first.tasks) == (organizations, DUTY, ["1"])
    assert first.methods == ["听取汇报", "审核资料", "其他：电话询问"]
    assert (first.unit, first.judgement, second.judgement) == (ScoringUnit.DISCIPLINE, "较好", "")
    before = all_of(engine, SupervisionEntry)
    assert take(engine, content) == TasksReport(0, 2, ())
    assert all_of(engine, SupervisionEntry) == before


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ((None, "审核资料", "看了", None), "第3行：监督日期没有填写或不能识别"),
        (("不记得", "审核资料", "看了", None), "第3行：监督日期没有填写或不能识别"),
        (("2024-10-04", "审核资料", "看了", None), "第3行：监督日期2024年10月4日晚于今天"),
        (("2024-07-10", "暗访", "看了", None), "第3行：没有“暗访”这种监督方式"),
        (("2024-07-10", "其他", "看了", None), "第3行：选择了其他方式"),
        (("2024-07-10", None, "看了", None), "第3行：请至少选择一种监督方式"),
        (("2024-07-10", "审核资料", None, "好"), "第3行：了解到的情况应为1至4000字"),
        (("2024-07-10", "审核资料", "看了", "优"), "第3行：评估判断应为好、较好、一般、差之一"),
    ],
)
def test_one_row_that_is_not_in_order_keeps_the_whole_file_out(
    engine: Engine, organizations, cells, sentence
) -> None:
    before = everything(engine)
    (fault,) = take(engine, filled(engine, {2: GOOD, 3: cells})).faults
    assert fault.row == 3
    assert fault.message.startswith(sentence)
    assert everything(engine) == before


def test_what_is_no_task_list_or_the_other_units_is_refused(engine: Engine, organizations) -> None:
    with pytest.raises(RefusedError):
        take(engine, b"no workbook")
    with pytest.raises(RefusedError, match="没有填写任何监督记录"):
        take(engine, filled(engine, {}))
    submit(engine)
    with pytest.raises(RefusedError, match="已锁定"):
        take(engine, filled(engine, {2: GOOD}))
    assert take(engine, filled(engine, {2: GOOD}, PERSONNEL), PERSONNEL).written == 1
    freeze(engine)
    with pytest.raises(RefusedError, match="冻结"):
        take(engine, filled(engine, {3: GOOD}, PERSONNEL), PERSONNEL)
