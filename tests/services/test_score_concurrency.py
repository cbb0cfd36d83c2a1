"""Two at once on the same sheet, on both databases: one wins, the other is told, nothing is torn."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.factories import OFFICE, all_of, read
from tests.services.scoring import (
    DISCIPLINE,
    PERSONNEL,
    UPLOADS,
    current,
    half,
    make_scoring,
    save,
    submit,
    typed,
)
from tests.services.test_score_import import Form
from xczg.rules.values import ScoringUnit, SheetState
from xczg.services.score_import import import_scores
from xczg.services.score_review import return_sheet
from xczg.services.score_sheets import save_draft, submit_sheet
from xczg.services.score_writing import Seen
from xczg.services.unit_of_work import RefusedError, StaleError
from xczg.store.tables import ScoreDraft, ScoreLine, ScoreSheet


def at_once(*acts):
    """Run all in threads that start together; what each returned or was refused with."""
    together = Barrier(len(acts))

    def run(act):
        together.wait()
        try:
            return act()
        except RefusedError as refusal:
            return refusal

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.fixture
def place(engine):
    """The inspection of 甲局."""
    return make_scoring(engine)[1]


def whole(engine):
    """At most one current sheet for each place, versions without gaps, and all lines or none."""
    sheets = all_of(engine, ScoreSheet)
    lines = [line.sheet_id for line in all_of(engine, ScoreLine)]
    for sheet in sheets:
        assert lines.count(sheet.id) == len(typed())
    for key in {(one.inspection_id, one.unit) for one in sheets}:
        mine = [one for one in sheets if (one.inspection_id, one.unit) == key]
        assert sorted(one.version for one in mine) == list(range(1, len(mine) + 1))
        assert sum(one.current for one in mine) == 1


@pytest.mark.parametrize("begun", [False, True])
@pytest.mark.parametrize("act", [save_draft, submit_sheet])
def test_two_scorers_of_one_unit(engine, place, act, begun):
    if begun:
        save(engine, place)
    seen = Seen(0, 1 if begun else 0)
    versions = [typed("90"), typed("70")]
    outcomes = at_once(*(lambda one=one: act(engine, DISCIPLINE, place, one, seen) for one in versions))
    refused = [one for one in outcomes if isinstance(one, RefusedError)]
    assert len(refused) == 1
    winner = versions[1 - outcomes.index(refused[0])]
    if act is save_draft:
        assert isinstance(refused[0], StaleError)
        (draft,) = all_of(engine, ScoreDraft)
        assert draft.lines["1.1"]["points"] == winner["1.1"].points
    else:
        assert "已提交" in str(refused[0])
        total = sum(float(line.points) for line in winner.values())
        assert float(read(engine, 1).result.row(place).scores[ScoringUnit.DISCIPLINE]) == total
        whole(engine)


def test_two_units_do_not_disturb_each_other(engine, place):
    outcomes = at_once(
        lambda: submit_sheet(engine, DISCIPLINE, place, typed(), Seen()),
        lambda: submit_sheet(engine, PERSONNEL, place, typed(), Seen()),
    )
    assert outcomes == [1, 1]
    whole(engine)


def test_saving_against_submitting(engine, place):
    save(engine, place)
    outcomes = at_once(
        lambda: save_draft(engine, DISCIPLINE, place, half(), Seen(0, 1)),
        lambda: submit_sheet(engine, DISCIPLINE, place, typed(), Seen(0, 1)),
    )
    assert sum(isinstance(one, RefusedError) for one in outcomes) == 1
    assert len(all_of(engine, ScoreSheet)) + len(all_of(engine, ScoreDraft)) == 1
    whole(engine)


def test_submitting_against_returning(engine, place):
    submit(engine, place)
    number = current(engine, place).id
    outcomes = at_once(
        lambda: return_sheet(engine, OFFICE, number, "请核实"),
        lambda: submit_sheet(engine, DISCIPLINE, place, typed("80"), Seen(1, 0)),
        lambda: return_sheet(engine, OFFICE, number, "请再核实"),
    )
    # Whoever comes first, the return happens once, and a form from before it does not pass.
    assert [one is None for one in outcomes].count(True) == 1
    assert isinstance(outcomes[1], RefusedError)
    assert current(engine, place).state is SheetState.RETURNED
    assert len(all_of(engine, ScoreDraft)) == 1
    whole(engine)


def test_importing_against_submitting(engine, place):
    content = Form(engine, 1).fill("甲局党组", "市纪委监委", "80").content()
    outcomes = at_once(
        lambda: import_scores(engine, OFFICE, 1, content=content, name="评分表.xlsx", uploads=UPLOADS),
        lambda: submit_sheet(engine, DISCIPLINE, place, typed("90"), Seen()),
    )
    assert outcomes[0].sheets_written == 1
    sheet = current(engine, place)
    if isinstance(outcomes[1], RefusedError):
        assert (sheet.version, sheet.proxy) == (1, True)
    else:
        assert (sheet.version, sheet.proxy) == (2, True), "an import replaces, as it always did"
    whole(engine)
