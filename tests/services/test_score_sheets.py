"""R8, score sheets: drafts, submission, return, proxy entry; every version kept, the freeze ends it all."""

import hashlib

import pytest

from tests.factories import (
    OFFICE,
    TODAY,
    actor,
    all_of,
    confirm,
    everything,
    make_inspection,
    make_sheet,
    read,
)
from tests.rules.test_sheets import cells
from tests.services.scoring import (
    DISCIPLINE,
    PERSONNEL,
    SCAN,
    TEAM_1,
    TEAM_2,
    UPLOADS,
    WHO,
    bring,
    current,
    half,
    make_scoring,
    proxy,
    save,
    seen,
    submit,
    typed,
)
from xczg.access.permissions import PermissionRefusedError
from xczg.rules.phases import RoundState
from xczg.rules.sheets import SheetEvent, TypedLine
from xczg.rules.values import Role, ScoringUnit, SheetState
from xczg.services.freezing import freeze_round
from xczg.services.readings import list_rounds
from xczg.services.results import state_of
from xczg.services.score_readings import read_matrix, read_scoring, read_sheet, read_versions
from xczg.services.score_review import PaperSheet, record_proxy, return_sheet
from xczg.services.score_sheets import confirm_proxy, reject_proxy, save_draft, submit_sheet
from xczg.services.score_writing import Seen
from xczg.services.unit_of_work import RefusedError, StaleError
from xczg.store.engine import writing
from xczg.store.tables import AuditEntry, Evidence, Recusal, ScoreDraft, ScoreLine, ScoreSheet

U = ScoringUnit
BLANK, FILLING, SUBMITTED, RETURNED, AWAITING = SheetState


@pytest.fixture
def place(engine):
    """The inspection of 甲局."""
    return make_scoring(engine)[1]


def state(engine, inspection, unit=U.DISCIPLINE):
    return read_sheet(engine, WHO[unit], inspection).state


# Drafts


def test_a_draft_is_kept_as_typed_and_counts_for_nothing(engine, place):
    lines = half() | {"1.1": TypedLine("约８", "待核")}
    assert save(engine, place, lines) == 1
    found = read_sheet(engine, DISCIPLINE, place)
    assert (found.state, found.lines["1.1"], found.seen) == (FILLING, TypedLine("约８", "待核"), Seen(0, 1))
    assert read(engine, 1).result.sheets_complete == 0
    assert save(engine, place, half()) == 2
    assert all_of(engine, ScoreSheet) == []


def test_scoring_begins_with_the_first_draft(engine, place):
    assert state_of(list_rounds(engine, OFFICE)[0], TODAY)[2] is RoundState.REPORTING
    save(engine, place)
    assert state_of(list_rounds(engine, OFFICE)[0], TODAY)[2] is RoundState.SCORING


def test_the_second_writer_of_one_unit_is_told_and_nothing_is_lost(engine, place):
    save_draft(engine, DISCIPLINE, place, typed("90"), Seen())
    for act in (save_draft, submit_sheet):
        with pytest.raises(StaleError) as stale:
            act(engine, DISCIPLINE, place, typed("70"), Seen())
        assert stale.value.stored.version == 1
    assert read_sheet(engine, DISCIPLINE, place).lines == typed("90")
    assert save_draft(engine, DISCIPLINE, place, typed("70"), Seen(0, 1)) == 2, "theirs was chosen over"


def test_a_form_from_before_a_return_does_not_pass_for_the_new_draft(engine, place):
    save(engine, place)
    old = seen(engine, place)
    submit(engine, place)
    return_sheet(engine, OFFICE, current(engine, place).id, "请核实")
    assert seen(engine, place).draft == old.draft
    with pytest.raises(StaleError):
        save_draft(engine, DISCIPLINE, place, half(), old)


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ({"9.9": TypedLine("1")}, "没有编号“9.9”"),
        ({"1.1": TypedLine("1" * 21)}, "过长"),
        ({"1.1": TypedLine("1", "字" * 1001)}, "过长"),
    ],
)
def test_what_no_form_sends_is_refused(engine, place, lines, sentence):
    before = everything(engine)
    with pytest.raises(RefusedError, match=sentence):
        save(engine, place, lines)
    assert everything(engine) == before


# Submission


def test_submitting_makes_a_version_and_ends_the_draft(engine, place):
    save(engine, place)
    assert submit(engine, place) == 1
    sheet = current(engine, place)
    assert (sheet.state, sheet.complete, sheet.proxy, sheet.recorded_by) == (
        SUBMITTED,
        True,
        False,
        "discipline",
    )
    assert all_of(engine, ScoreDraft) == []
    assert str(read(engine, 1).result.row(place).scores[U.DISCIPLINE]) == "90.25"


def test_what_is_missing_is_listed_and_nothing_is_written(engine, place):
    save(engine, place)
    before = everything(engine)
    lines = typed("90.25", reason="")
    lines["1.1"] = TypedLine()
    with pytest.raises(RefusedError, match="甲局党组的评分表还不能提交：细则"):
        submit(engine, place, lines)
    assert everything(engine) == before


def test_a_submitted_sheet_is_locked_until_it_is_returned(engine, place):
    submit(engine, place)
    before = everything(engine)
    for act in (save, submit):
        with pytest.raises(RefusedError, match="“已提交”，不能"):
            act(engine, place)
    assert everything(engine) == before


def test_the_log_tells_who_and_when_and_no_points(engine, place):
    save(engine, place)
    submit(engine, place)
    return_sheet(engine, OFFICE, current(engine, place).id, "细则1.1应为3.75分")
    log = [one for one in all_of(engine, AuditEntry) if "评分" in one.action]
    assert [one.action for one in log] == ["保存评分草稿", "提交评分表", "退回评分表"]
    assert {one.object for one in log} == {"甲局党组（八届市委第六轮）·市纪委监委"}
    assert not [one for one in log if "3.75" in repr(one.detail) or "90.25" in repr(one.detail)]


# Return


def test_a_returned_sheet_does_not_count_and_its_lines_are_the_new_draft(engine, place):
    submit(engine, place)
    return_sheet(engine, OFFICE, current(engine, place).id, " 请核实细则1.1 ")
    found = read_sheet(engine, DISCIPLINE, place)
    assert (found.state, found.returned_reason, found.returned_by) == (RETURNED, "请核实细则1.1", "office")
    assert {key: line.reason for key, line in found.lines.items()} == {
        key: line.reason for key, line in typed().items()
    }
    assert read(engine, 1).result.sheets_complete == 0
    save(engine, place, typed("88"))
    assert state(engine, place) is FILLING
    assert submit(engine, place, typed("88")) == 2
    versions = read_versions(engine, DISCIPLINE, place, U.DISCIPLINE, TODAY).versions
    assert [(one.sheet.version, one.sheet.state, one.current) for one in versions] == [
        (2, SUBMITTED, True),
        (1, RETURNED, False),
    ]
    assert len(all_of(engine, ScoreLine)) == 2 * len(typed())


def test_a_return_needs_a_reason_and_the_current_version(engine, place):
    submit(engine, place)
    first = current(engine, place).id
    for reason in ("", "  ", "字" * 1001):
        with pytest.raises(RefusedError, match="退回原因"):
            return_sheet(engine, OFFICE, first, reason)
    return_sheet(engine, OFFICE, first, "请核实")
    submit(engine, place)
    with pytest.raises(RefusedError, match="新的版本"):
        return_sheet(engine, OFFICE, first, "请核实")
    with pytest.raises(RefusedError, match="没有找到"):
        return_sheet(engine, OFFICE, 999, "请核实")


# Proxy entry


def test_with_the_scan_it_counts_at_once_and_is_marked(engine, place):
    assert proxy(engine, place, scan=True) is SUBMITTED
    sheet = current(engine, place)
    (kept,) = all_of(engine, Evidence)
    assert (sheet.proxy, sheet.proxy_evidence_id, sheet.recorded_by) == (True, kept.id, "office")
    digest = hashlib.sha256(SCAN.content).hexdigest()
    assert kept.checksum == digest
    assert (UPLOADS / digest[:2] / digest).read_bytes() == SCAN.content
    row = read(engine, 1).result.row(place)
    assert (str(row.scores[U.DISCIPLINE]), row.proxied) == ("80.50", (U.DISCIPLINE,))


def test_without_the_scan_it_waits_for_the_unit(engine, place):
    assert proxy(engine, place, scan=False) is AWAITING
    assert read(engine, 1).result.sheets_complete == 0
    confirm_proxy(engine, DISCIPLINE, current(engine, place).id)
    sheet = current(engine, place)
    assert (sheet.state, sheet.proxy, sheet.confirmed_by) == (SUBMITTED, True, "discipline")
    assert read(engine, 1).result.sheets_complete == 1


def test_the_unit_may_say_no_and_gets_the_lines_to_mend(engine, place):
    proxy(engine, place, scan=False)
    sheet = current(engine, place).id
    with pytest.raises(RefusedError, match="退回原因"):
        reject_proxy(engine, DISCIPLINE, sheet, " ")
    reject_proxy(engine, DISCIPLINE, sheet, "细则1.1与纸质表不符")
    found = read_sheet(engine, DISCIPLINE, place)
    assert (found.state, found.returned_by, len(found.lines)) == (RETURNED, "discipline", len(typed()))
    submit(engine, place)
    assert not current(engine, place).proxy


def test_what_the_unit_had_typed_survives_a_proxy_entry_it_rejects(engine, place):
    save(engine, place, half())
    proxy(engine, place, scan=False)
    assert state(engine, place) is AWAITING
    reject_proxy(engine, DISCIPLINE, current(engine, place).id, "以本单位填写为准")
    assert read_sheet(engine, DISCIPLINE, place).lines == half()


def test_only_the_unit_itself_answers(engine, place):
    proxy(engine, place, scan=False)
    sheet = current(engine, place).id
    before = everything(engine)
    for who in (PERSONNEL, TEAM_1):
        with pytest.raises(RefusedError, match="没有找到"):
            confirm_proxy(engine, who, sheet)
        with pytest.raises(RefusedError, match="没有找到"):
            reject_proxy(engine, who, sheet, "不是本单位的")
    with pytest.raises(PermissionRefusedError):
        confirm_proxy(engine, OFFICE, sheet)
    assert everything(engine) == before


def test_a_unit_cannot_reject_what_it_submitted_itself(engine, place):
    submit(engine, place)
    with pytest.raises(RefusedError, match="不能确认代录"):
        reject_proxy(engine, DISCIPLINE, current(engine, place).id, "想改一下")


def test_a_paper_sheet_is_complete_or_not_recorded(engine, place):
    before = everything(engine)
    with pytest.raises(RefusedError, match="还不能代录：细则"):
        proxy(engine, place, scan=True, lines=half())
    assert everything(engine) == before


def test_the_office_does_not_overwrite_a_draft_saved_meanwhile(engine, place):
    save(engine, place)
    with pytest.raises(StaleError):
        record_proxy(engine, OFFICE, PaperSheet(place, U.DISCIPLINE, typed()), Seen(), uploads=UPLOADS)


# Every transition, tried on the services


def try_event(engine, inspection, event):
    sheets = [one for one in all_of(engine, ScoreSheet) if one.current and one.inspection_id == inspection]
    number = sheets[0].id if sheets else 999
    match event:
        case SheetEvent.SAVE:
            save(engine, inspection)
        case SheetEvent.SUBMIT:
            submit(engine, inspection)
        case SheetEvent.RETURN:
            return_sheet(engine, OFFICE, number, "请核实")
        case SheetEvent.PROXY:
            proxy(engine, inspection, scan=True)
        case SheetEvent.PROXY_UNPROVEN:
            proxy(engine, inspection, scan=False)
        case SheetEvent.CONFIRM:
            confirm_proxy(engine, DISCIPLINE, number)


@pytest.mark.parametrize(("before", "event", "outcome"), list(cells()))
def test_every_transition_legal_and_illegal(engine, place, before, event, outcome):
    bring(engine, place, before)
    assert state(engine, place) is before
    stored = everything(engine)
    if outcome is None:
        with pytest.raises(RefusedError):
            try_event(engine, place, event)
        assert everything(engine) == stored
    else:
        try_event(engine, place, event)
        assert state(engine, place) is outcome


# Whose it is


CELLS = {
    "save": (
        {Role.DISCIPLINE, Role.PERSONNEL, Role.TEAM},
        lambda e, who, i: save_draft(e, who, i, half(), Seen()),
    ),
    "submit": (
        {Role.DISCIPLINE, Role.PERSONNEL, Role.TEAM},
        lambda e, who, i: submit_sheet(e, who, i, typed(), Seen()),
    ),
    "return": ({Role.OFFICE}, lambda e, who, i: return_sheet(e, who, current(e, i).id, "请核实")),
    "proxy": (
        {Role.OFFICE},
        lambda e, who, i: record_proxy(e, who, PaperSheet(i, U.TEAM, typed()), Seen(), uploads=UPLOADS),
    ),
    "confirm": ({Role.DISCIPLINE}, lambda e, who, i: confirm_proxy(e, who, current(e, i).id)),
    "reject": ({Role.DISCIPLINE}, lambda e, who, i: reject_proxy(e, who, current(e, i).id, "不符")),
}
STATE_BEFORE = {"return": SUBMITTED, "confirm": AWAITING, "reject": AWAITING}
SCOPES = {Role.ORGANIZATION: {"organization_id": 1}, Role.DEPARTMENT: {"department": "市财政局"}}


@pytest.mark.parametrize("own", [True, False], ids=["own", "other"])
@pytest.mark.parametrize("act", CELLS)
def test_every_cell_of_role_act_and_own_or_other_organisation(engine, act, own):
    """`own` is inspected by team 1 and is the organisation's own; the other is neither."""
    able, call = CELLS[act]
    inspection = make_scoring(engine)[1 if own else 2]
    bring(engine, inspection, STATE_BEFORE.get(act, BLANK))
    actors = {
        role: actor(role, **({"team": 1} if role is Role.TEAM else SCOPES.get(role, {}))) for role in Role
    }
    may = {role for role in able if own or role is not Role.TEAM}
    for role in sorted(Role, key=lambda one: one in may):  # first those who may not
        before = everything(engine)
        if role in may:
            call(engine, actors[role], inspection)
            assert everything(engine) != before, role
            continue
        with pytest.raises((PermissionRefusedError, RefusedError)):
            call(engine, actors[role], inspection)
        assert everything(engine) == before, role


def test_a_team_sees_and_fills_only_what_it_inspected(engine):
    _, own, other = make_scoring(engine)
    (row,) = list_rounds(engine, TEAM_1)
    assert [one.inspection_id for one in read_scoring(engine, TEAM_1, row, TODAY).rows] == [own]
    for act in (save, submit):
        with pytest.raises(RefusedError, match="没有找到"):
            act(engine, other, unit=U.TEAM, who=TEAM_1)
    with pytest.raises(RefusedError, match="没有找到"):
        read_sheet(engine, TEAM_1, other)
    save(engine, other, unit=U.TEAM, who=TEAM_2)
    assert [one.unit for one in all_of(engine, ScoreDraft)] == [U.TEAM]


def test_the_exempted_are_not_scored(engine, place):
    exempted = make_inspection(engine, 1, "丙局党组", exempted=True)
    with pytest.raises(RefusedError, match="免于评估"):
        save(engine, exempted)
    (row,) = list_rounds(engine, OFFICE)
    assert exempted not in {one.inspection_id for one in read_matrix(engine, OFFICE, row, TODAY)[1].rows}


def test_a_unit_that_must_keep_away_is_warned(engine, place):
    with writing(engine) as session:
        session.add(
            Recusal(
                inspection_id=place,
                unit=U.PERSONNEL,
                reason="本轮同时被巡察",
                substitute="市委巡察办指定人员",
                recorded_by="office",
            )
        )
    (row,) = list_rounds(engine, OFFICE)
    warned = {one.inspection_id: one.recused for one in read_scoring(engine, PERSONNEL, row, TODAY).rows}
    assert warned[place] == "本轮同时被巡察，由市委巡察办指定人员代为评分"
    assert [one.recused for one in read_scoring(engine, DISCIPLINE, row, TODAY).rows] == ["", ""]


# The freeze


def test_a_frozen_round_refuses_everything(engine):
    round_id, *inspections = make_scoring(engine)
    for inspection in inspections:
        for unit in U:
            make_sheet(engine, inspection, unit, "90")
    confirm(engine, round_id)
    freeze_round(engine, OFFICE, round_id, approved_on=TODAY, basis="会议", today=TODAY)
    before = everything(engine)
    for event in SheetEvent:
        with pytest.raises(RefusedError, match="冻结"):
            try_event(engine, inspections[0], event)
    assert everything(engine) == before
