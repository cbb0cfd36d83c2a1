"""Leads, complaints, named matters, topic report items: by number alone, for few eyes (R2)."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from tests.factories import OFFICE, TODAY, actor, all_of, everything, make_inspection, make_round
from tests.services.test_close_outs import together
from xczg.access.permissions import PermissionRefusedError
from xczg.rules.values import NamedMatterKind, Role
from xczg.services.matters import (
    Numbers,
    correct_matter,
    handle_matters,
    read_matter_counts,
    read_matters,
    record_matters,
    recordable,
    remove_matter,
)
from xczg.services.unit_of_work import RefusedError, StaleError
from xczg.store.tables import AuditEntry, NamedMatter

KIND = NamedMatterKind
DISCIPLINE = actor(Role.DISCIPLINE)
HANDED_OVER = date(2024, 7, 1)
SCOPES = {
    Role.ORGANIZATION: {"organization_id": 1},
    Role.TEAM: {"team": 1},
    Role.DEPARTMENT: {"department": "市财政局"},
}
VIEWERS = {Role.LEADER, Role.OFFICE, Role.DISCIPLINE, Role.PERSONNEL}
LEADS = {KIND.LEAD, KIND.COMPLAINT}


@pytest.fixture
def inspection(engine: Engine) -> int:
    return make_inspection(engine, make_round(engine), team=1)


def record(engine, inspection, who=DISCIPLINE, kind=KIND.LEAD, first=1, last=3, **values) -> int:
    given = {"on_date": HANDED_OVER, "today": TODAY, **values}
    return record_matters(engine, who, inspection, Numbers(kind, first, last), **given)


def handle(engine, inspection, who=DISCIPLINE, kind=KIND.LEAD, first=1, last=2, day=TODAY) -> int:
    numbers = Numbers(kind, first, last)
    return handle_matters(engine, who, inspection, numbers, handled_on=day, today=TODAY)


def numbers_of(engine) -> list[tuple[int, date | None]]:
    return [(one.number, one.handled_on) for one in all_of(engine, NamedMatter)]


def test_a_run_of_numbers_is_entered_and_handled_at_once(engine: Engine, inspection: int):
    assert record(engine, inspection, first=5, last=8) == 4
    assert handle(engine, inspection, first=5, last=6, day=date(2024, 8, 1)) == 2
    assert handle(engine, inspection, first=6, last=7) == 1, "who was handled keeps the date"
    assert numbers_of(engine) == [(5, date(2024, 8, 1)), (6, date(2024, 8, 1)), (7, TODAY), (8, None)]
    (count,) = read_matter_counts(engine, OFFICE, 1)
    assert (count.kind, count.total, count.handled) == (KIND.LEAD, 4, 3)
    assert [one.number for one in read_matters(engine, OFFICE, inspection)] == [5, 6, 7, 8]


def test_there_is_no_place_for_a_name_or_for_content():
    columns = set(NamedMatter.__table__.columns.keys())
    assert columns == {
        "id",
        "inspection_id",
        "kind",
        "number",
        "on_date",
        "handled",
        "handled_on",
        "version",
        "recorded_by",
        "recorded_at",
    }


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"first": 3, "last": 2}, "止号不小于起号"),
        ({"first": 0, "last": 2}, "编号应从1起"),
        ({"first": 1, "last": 501}, "一次最多登记500件"),
        ({"first": 2, "last": 9}, "问题线索第2号已经登记，请核对编号"),
        ({"first": 7, "last": 7, "on_date": TODAY + timedelta(days=1)}, "日期晚于今天"),
        ({"first": 7, "last": 7, "handled_on": TODAY + timedelta(days=1)}, "日期晚于今天"),
        ({"first": 7, "last": 7, "handled_on": HANDED_OVER - timedelta(days=1)}, "办结日期早于移交日期"),
    ],
)
def test_what_cannot_be_entered(engine: Engine, inspection: int, values, sentence):
    record(engine, inspection, last=2)
    before = everything(engine)
    with pytest.raises(RefusedError, match=sentence):
        record(engine, inspection, **values)
    assert everything(engine) == before


def test_the_same_number_of_another_kind_is_another_matter(engine: Engine, inspection: int):
    record(engine, inspection)
    record(engine, inspection, kind=KIND.COMPLAINT)
    assert {(one.kind, one.total) for one in read_matter_counts(engine, OFFICE, 1)} == {
        (KIND.LEAD, 3),
        (KIND.COMPLAINT, 3),
    }


def test_what_cannot_be_handled(engine: Engine, inspection: int):
    record(engine, inspection, last=2)
    with pytest.raises(RefusedError, match="问题线索第3号尚未登记"):
        handle(engine, inspection, last=3)
    handle(engine, inspection)
    with pytest.raises(RefusedError, match="所选编号均已登记办结"):
        handle(engine, inspection)


def test_a_mistake_is_put_right_by_the_version_seen(engine: Engine, inspection: int):
    record(engine, inspection, last=1, handled_on=TODAY)
    dates = {"on_date": date(2024, 7, 2), "handled_on": None, "today": TODAY}
    correct_matter(engine, DISCIPLINE, 1, version=1, **dates)
    with pytest.raises(StaleError):
        correct_matter(engine, DISCIPLINE, 1, version=1, **dates)
    (row,) = all_of(engine, NamedMatter)
    assert (row.on_date, row.handled, row.handled_on) == (date(2024, 7, 2), False, None)
    with pytest.raises(StaleError):
        remove_matter(engine, DISCIPLINE, 1, version=1)
    remove_matter(engine, DISCIPLINE, 1, version=2)
    assert all_of(engine, NamedMatter) == []


@pytest.mark.parametrize("role", list(Role))
def test_who_enters_what(engine: Engine, inspection: int, role: Role):
    who = actor(role, **SCOPES.get(role, {}))
    for kind in KIND:
        able = {Role.DISCIPLINE} if kind in LEADS else {Role.OFFICE, Role.DISCIPLINE}
        assert (kind in recordable(who)) is (role in able)
        record(engine, inspection, who if role in able else DISCIPLINE, kind)
        first, *_, last = (one.id for one in all_of(engine, NamedMatter) if one.kind is kind)
        acts = (
            lambda kind=kind: record(engine, inspection, who, kind, first=9, last=9),
            lambda kind=kind: handle(engine, inspection, who, kind),
            lambda first=first: correct_matter(
                engine, who, first, version=2, on_date=HANDED_OVER, handled_on=None, today=TODAY
            ),
            lambda last=last: remove_matter(engine, who, last, version=1),
        )
        for act in acts:
            if role in able:
                act()
                continue
            before = everything(engine)
            with pytest.raises(PermissionRefusedError):
                act()
            assert everything(engine) == before


@pytest.mark.parametrize("role", list(Role))
def test_who_sees_them_and_that_the_others_are_told_nothing(engine: Engine, inspection: int, role: Role):
    who = actor(role, **SCOPES.get(role, {}))
    readers = (
        lambda: read_matter_counts(engine, who, 1),
        lambda: read_matters(engine, who, inspection),
    )
    empty = []
    for filled in (False, True):
        if filled:
            record(engine, inspection)
        for reader in readers:
            if role in VIEWERS:
                reader()
                continue
            with pytest.raises(PermissionRefusedError) as refused:
                reader()
            empty.append(str(refused.value))
    assert len(set(empty)) <= 1, "the sentence is the same whether there are any or not"


def test_the_log_names_no_organisation_where_the_administrator_looks(engine: Engine, inspection: int):
    record(engine, inspection)
    handle(engine, inspection)
    for entry in all_of(engine, AuditEntry)[1:]:
        seen = f"{entry.action}{entry.object}"
        assert "甲局党组" not in seen
        assert not [kind for kind in KIND if kind.value in seen]
        assert entry.detail["党组织"] == "甲局党组"


def test_two_who_enter_the_same_number_at_the_same_moment(engine: Engine, inspection: int):
    ends = together(*[lambda: record(engine, inspection, last=1)] * 2)
    (told,) = [end for end in ends if end is not None]
    assert "已经登记" in str(told)
    assert len(all_of(engine, NamedMatter)) == 1
