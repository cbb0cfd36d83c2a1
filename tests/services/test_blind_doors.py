"""Blindness from every door: readings, history, comparison, exports, templates, refusals (R8)."""

import io
from datetime import date

import openpyxl
import pytest

from tests.factories import OFFICE, TODAY, actor, all_of
from tests.services.scoring import (
    DISCIPLINE,
    PERSONNEL,
    TEAM_1,
    TEAM_2,
    WHO,
    current,
    make_scoring,
    save,
    seen,
    submit,
    typed,
)
from xczg.access.permissions import PermissionRefusedError
from xczg.rules.blindness import ScoreView
from xczg.rules.phases import Act
from xczg.rules.values import Role, ScoringUnit, SheetState
from xczg.services.readings import list_rounds, read_organization, read_overview
from xczg.services.rounds import record_act
from xczg.services.score_files import FilledWorkbook, import_own_scores, make_own_template
from xczg.services.score_import import make_scores_template
from xczg.services.score_readings import (
    read_matrix,
    read_scoring,
    read_sheet,
    read_side_by_side,
    read_versions,
)
from xczg.services.score_review import return_sheet
from xczg.services.unit_of_work import RefusedError, StaleError
from xczg.store.engine import writing
from xczg.store.tables import AuditEntry, WrapUpMeeting

U = ScoringUnit
# What each unit gave 甲局 and wrote; no other unit may ever read the mark before the lifting.
MARKS = {U.DISCIPLINE: "纪委标记", U.PERSONNEL: "组织标记", U.TEAM: "巡察标记"}
LEADER = actor(Role.LEADER)


@pytest.fixture
def scored(engine):
    """甲局 scored by all three; of 乙局 the discipline's sheet is a draft, the others are blank."""
    _, first, second = make_scoring(engine)
    for unit, mark in MARKS.items():
        submit(engine, first, typed("83.25", mark), unit)
    save(engine, second, typed("71.75", "纪委草稿标记"))
    return first, second


def open_meeting(engine):
    with writing(engine) as session:
        session.add(WrapUpMeeting(round_id=1, held_on=date(2024, 11, 19), opened_by="office"))


def row_of(engine, who):
    return list_rounds(engine, who)[0]


def doors(engine, who, first, second):
    """Everything that somebody can read, as one text; a refusal is read too."""
    row = row_of(engine, who)
    acts = [
        lambda: read_overview(engine, who, row, TODAY),
        lambda: read_organization(engine, who, row, "甲局党组", TODAY),
        lambda: read_scoring(engine, who, row, TODAY),
        lambda: read_matrix(engine, who, row, TODAY),
        lambda: read_sheet(engine, who, first),
        lambda: read_sheet(engine, who, second),
        lambda: cells(make_own_template(engine, who, 1)),
        lambda: cells(make_scores_template(engine, who, 1)),
        lambda: return_sheet(engine, who, 9999, "x"),
        *(lambda unit=unit: read_versions(engine, who, first, unit, TODAY) for unit in U),
        *(lambda one=one: read_side_by_side(engine, who, one, TODAY) for one in (first, second)),
    ]
    said = []
    for act in acts:
        try:
            said.append(repr(act()))
        except (RefusedError, PermissionRefusedError) as refusal:
            said.append(str(refusal))
    return "\n".join(said)


def cells(content):
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [[cell.value for cell in row] for sheet in book for row in sheet.iter_rows()]


READERS = {
    "discipline": (DISCIPLINE, {"纪委标记", "纪委草稿标记"}),
    "personnel": (PERSONNEL, {"组织标记"}),
    "team of it": (TEAM_1, {"巡察标记"}),
    "another team": (TEAM_2, set()),
    "office": (OFFICE, set()),
    "leader": (LEADER, set()),
    "organization": (actor(Role.ORGANIZATION, organization_id=1), set()),
}


@pytest.mark.parametrize("reader", READERS)
def test_while_the_round_is_blind_everybody_reads_their_own_alone(engine, scored, reader):
    who, own = READERS[reader]
    said = doors(engine, who, *scored)
    assert {mark for mark in [*MARKS.values(), "纪委草稿标记"] if mark in said} == own


@pytest.mark.parametrize("reader", READERS)
def test_the_meeting_opens_all_sheets_to_the_assessment_group_alone(engine, scored, reader):
    open_meeting(engine)
    who, own = READERS[reader]
    said = doors(engine, who, *scored)
    group = reader in ("discipline", "personnel", "team of it", "office")
    expected = own | (set(MARKS.values()) if group else set())
    assert {mark for mark in [*MARKS.values(), "纪委草稿标记"] if mark in said} == expected


def test_drafts_stay_the_units_own_even_after_the_lifting(engine, scored):
    open_meeting(engine)
    found = read_side_by_side(engine, PERSONNEL, scored[1], TODAY)
    assert found.lines == {}


def test_the_last_sheet_lifts_it_for_all_and_a_return_closes_it_again(engine, scored):
    first, second = scored

    def view(who):
        return read_scoring(engine, who, row_of(engine, who), TODAY).view

    submit(engine, second)
    submit(engine, second, unit=U.PERSONNEL)
    assert {view(who) for who in (*WHO.values(), TEAM_2)} == {ScoreView.PROGRESS_ONLY}
    submit(engine, second, unit=U.TEAM, who=TEAM_2)
    assert {view(who) for who in (*WHO.values(), TEAM_2)} == {ScoreView.SHEETS}
    return_sheet(engine, OFFICE, current(engine, first).id, "请核实")
    assert view(PERSONNEL) is ScoreView.PROGRESS_ONLY
    open_meeting(engine)
    assert view(PERSONNEL) is ScoreView.SHEETS, "what the meeting opened stays open"


def test_results_come_with_the_aggregation(engine, scored):
    _, second = scored
    submit(engine, second)
    submit(engine, second, unit=U.PERSONNEL)
    submit(engine, second, unit=U.TEAM, who=TEAM_2)
    assert not read_overview(engine, DISCIPLINE, row_of(engine, DISCIPLINE), TODAY).with_scores
    record_act(engine, OFFICE, 1, Act.AGGREGATED, on_date=TODAY, basis="总结会", today=TODAY)
    assert read_overview(engine, DISCIPLINE, row_of(engine, DISCIPLINE), TODAY).with_scores
    assert set(read_side_by_side(engine, LEADER, second, TODAY).lines) == set(U)


def test_the_office_sees_before_the_lifting_which_versions_there_are_and_no_points(engine, scored):
    history = read_versions(engine, OFFICE, scored[0], U.TEAM, TODAY)
    assert not history.with_points
    assert [(one.sheet.version, one.sheet.state, one.lines) for one in history.versions] == [
        (1, SheetState.SUBMITTED, {})
    ]
    open_meeting(engine)
    assert read_versions(engine, OFFICE, scored[0], U.TEAM, TODAY).versions[0].lines


def test_a_team_reads_no_sheet_of_what_another_inspected(engine, scored):
    open_meeting(engine)
    for act in (
        lambda: read_side_by_side(engine, TEAM_2, scored[0], TODAY),
        lambda: read_versions(engine, TEAM_2, scored[0], U.TEAM, TODAY),
    ):
        with pytest.raises(RefusedError, match="没有找到"):
            act()


def test_the_log_holds_no_points(engine, scored):
    said = repr([(one.object, one.detail) for one in all_of(engine, AuditEntry)])
    assert not [mark for mark in [*MARKS.values(), "83.25", "71.75"] if mark in said]


# Offline: the unit's own workbook


def fill(content, total="88.5", reason="有欠缺", unit=None):
    book = openpyxl.load_workbook(io.BytesIO(content))
    points = typed(total, reason)
    for line in book.worksheets[0].iter_rows(min_row=2):
        line[5].value = float(points[line[2].value].points)
        line[6].value = points[line[2].value].reason or None
        if unit:
            line[1].value = unit
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_the_template_holds_the_own_open_sheets_with_the_own_drafts(engine, scored):
    rows = cells(make_own_template(engine, DISCIPLINE, 1))[1:10]
    assert {(row[0], row[1]) for row in rows} == {("乙局党组", "市纪委监委")}
    assert "纪委草稿标记" in {row[6] for row in rows}
    theirs = cells(make_own_template(engine, PERSONNEL, 1))[1:10]
    assert {(row[0], row[1], row[5], row[6]) for row in theirs} == {("乙局党组", "市委组织部", None, None)}
    with pytest.raises(RefusedError, match="没有待填写的评分表"):
        make_own_template(engine, TEAM_1, 1)


def test_own_sheets_come_in_as_drafts_or_submitted(engine, scored):
    content = fill(make_own_template(engine, PERSONNEL, 1))
    report = import_own_scores(engine, PERSONNEL, 1, FilledWorkbook(content, "a.xlsx"))
    assert report.written == ("乙局党组",)
    assert read_sheet(engine, PERSONNEL, scored[1]).state is SheetState.FILLING
    import_own_scores(engine, PERSONNEL, 1, FilledWorkbook(content, "a.xlsx", submit=True))
    sheet = current(engine, scored[1], U.PERSONNEL)
    assert (sheet.state, sheet.proxy, sheet.recorded_by) == (SheetState.SUBMITTED, False, "personnel")
    again = import_own_scores(engine, PERSONNEL, 1, FilledWorkbook(content, "a.xlsx", submit=True))
    assert (again.written, again.unchanged) == ((), ("乙局党组",))


def test_a_draft_is_not_replaced_without_a_word(engine, scored):
    content = fill(make_own_template(engine, DISCIPLINE, 1))
    with pytest.raises(RefusedError, match="乙局党组已有草稿"):
        import_own_scores(engine, DISCIPLINE, 1, FilledWorkbook(content, "a.xlsx"))
    import_own_scores(engine, DISCIPLINE, 1, FilledWorkbook(content, "a.xlsx", replace=True))
    assert seen(engine, scored[1]).draft == 2


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda own: fill(own, unit="市纪委监委"), "其他评分单位的评分"),
        (lambda own: own, "没有填写任何得分"),
        (lambda own: b"nothing", "a.xlsx|工作簿"),
        (lambda own: fill(own, reason=""), "还不能提交：细则"),
    ],
)
def test_what_may_not_come_in_is_refused_whole(engine, scored, make, sentence):
    content = make(make_own_template(engine, PERSONNEL, 1))
    before = seen(engine, scored[1], U.PERSONNEL)
    with pytest.raises(RefusedError, match=sentence) as refusal:
        import_own_scores(engine, PERSONNEL, 1, FilledWorkbook(content, "a.xlsx", submit=True))
    assert not isinstance(refusal.value, StaleError)
    assert seen(engine, scored[1], U.PERSONNEL) == before
