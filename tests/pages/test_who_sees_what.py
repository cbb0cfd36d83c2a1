"""Which role may open which page, and what of the scores reaches whom in which state of a round."""

import pytest

from tests.office import Office, words
from tests.pages.looking import (
    ACCOUNTS,
    ANNEXES,
    CIRCULATED,
    CLOSE_OUT,
    CONSULTATION,
    CURRENT,
    DELIBERATED,
    DUE,
    EXTENSIONS,
    FINDING,
    GROUPS,
    IMPORT,
    LEDGER,
    MATTERS,
    ORGANIZATION,
    ORGANIZATIONS,
    OVERVIEW,
    OWN,
    PARAMETERS,
    REPORT,
    ROUNDS,
    RULEBOOK,
    SATISFACTION,
    SCORE_SHEET,
    SCORES,
    SCORING,
    SUBMISSIONS,
    SUPERVISION,
    TASKS,
    TEAM,
    VISITS,
    WRAP_UP,
    everything,
    found,
    go,
    inspected_by,
    look,
    numbers,
    reckoned,
    scores_of,
    table,
)
from xczg.rules.values import Role
from xczg.services.example.city import members, read_city

SUPERVISORS = {Role.LEADER, Role.OFFICE, Role.DISCIPLINE, Role.PERSONNEL, Role.TEAM}
MAY_OPEN = {
    OVERVIEW: ("查看总览", SUPERVISORS),
    ORGANIZATION: ("查看被巡察党组织情况", SUPERVISORS | {Role.ORGANIZATION}),
    LEDGER: ("查看整改台账", SUPERVISORS | {Role.ORGANIZATION}),
    FINDING: ("查看整改台账", SUPERVISORS | {Role.ORGANIZATION}),
    IMPORT: ("导入整改台账", {Role.OFFICE}),
    CLOSE_OUT: ("申请销号", {Role.OFFICE, Role.ORGANIZATION}),
    EXTENSIONS: ("申请延期", {Role.OFFICE, Role.ORGANIZATION}),
    SUBMISSIONS: ("查看被巡察党组织情况", SUPERVISORS | {Role.ORGANIZATION}),
    MATTERS: ("查看问题线索和信访事项办理情况", SUPERVISORS - {Role.TEAM}),
    ROUNDS: ("管理轮次", {Role.OFFICE}),
    ORGANIZATIONS: ("管理党组织", {Role.OFFICE}),
    GROUPS: ("查看集中督查评估", SUPERVISORS),
    CONSULTATION: ("查看集中督查评估", SUPERVISORS),
    VISITS: ("登记实地督导", SUPERVISORS - {Role.LEADER}),
    SATISFACTION: ("登记实地督导", SUPERVISORS - {Role.LEADER}),
    WRAP_UP: ("组织集中督查评估", {Role.OFFICE}),
    SCORES: ("查看暂计得分", {Role.OFFICE}),
    TASKS: ("查看日常监督评估", SUPERVISORS),
    SUPERVISION: ("查看日常监督评估", SUPERVISORS),
    REPORT: ("查看日常监督评估", SUPERVISORS),
    SCORE_SHEET: ("填写评分表", {Role.DISCIPLINE, Role.PERSONNEL, Role.TEAM}),
    ACCOUNTS: ("管理账号", {Role.ADMIN}),
    RULEBOOK: ("查看办法和参数", set(Role)),
    ANNEXES: ("查看办法和参数", set(Role)),
    PARAMETERS: ("查看办法和参数", set(Role)),
    DUE: ("查看待办事项", set(Role)),
}
TITLES = {IMPORT: "台账导入", ROUNDS: "轮次", SCORES: "得分汇总", LEDGER: "问题台账", ACCOUNTS: "账号权限"}
TITLES |= {RULEBOOK: "办法要点", ANNEXES: "附件", PARAMETERS: "参数", DUE: "待办事项"}
TITLES |= {CLOSE_OUT: "销号审核", EXTENSIONS: "延期申请", SUBMISSIONS: "整改材料", MATTERS: "移交事项"}
TITLES |= {TASKS: "任务清单", SUPERVISION: "监督记录", REPORT: "结果报告"}
TITLES |= {FINDING: "反馈问题"}
TITLES |= {ORGANIZATIONS: "党组织名录"}
TITLES |= {GROUPS: "督查组与日程", CONSULTATION: "会商会议", VISITS: "实地督导", SATISFACTION: "满意度测评"}
TITLES |= {WRAP_UP: "总结会"}
TITLES = {
    IMPORT: "台账导入",
    ROUNDS: "轮次",
    SCORES: "得分汇总",
    SCORE_SHEET: "评估打分",
    LEDGER: "问题台账",
    ACCOUNTS: "账号权限",
}
LEADERSHIP = (OVERVIEW, ORGANIZATION, LEDGER)
NAMES = {member.name for member in members(read_city())}
RANKS = ("最后20%", "并列第", "第1名", "最后一名列入", "约谈情形", "排名最后")


@pytest.mark.parametrize("role", list(Role))
def test_each_page_opens_for_those_who_may_and_tells_the_others_who_can(city: Office, role: Role) -> None:
    test = city.session(role).run()
    for page, (what, able) in MAY_OPEN.items():
        go(test, page)
        if role in able:
            assert not [one for one in test.warning if "您没有" in one.value], page
            assert test.title[0].value == TITLES.get(page, test.title[0].value)
            continue
        who = "、".join(one.label for one in Role if one in able)
        assert [one.value for one in test.warning] == [f"您没有{what}的权限，如需办理请联系：{who}。"]
        assert not test.dataframe
        assert not test.metric
        assert not test.selectbox
        sent = everything(test)
        assert [name for name in NAMES if name in sent] == []
        assert "三届市委" not in sent


@pytest.mark.parametrize("role", [Role.DEPARTMENT, Role.ADMIN])
def test_no_business_data_for_departments_and_administrators(city: Office, role: Role) -> None:
    test = city.session(role).run()
    if role is Role.DEPARTMENT:
        go(test, DUE)
        assert "目前还没有" in words(test)
    sent = everything(test)
    account_scope = {OWN} if role is Role.ADMIN else set()
    assert [name for name in NAMES - account_scope if name in sent] == []
    assert "三届市委" not in sent


@pytest.mark.parametrize("role", sorted(SUPERVISORS | {Role.ORGANIZATION}))
@pytest.mark.parametrize("name", [SCORING, CURRENT])
def test_before_the_aggregation_nobody_sees_a_score_or_a_rank(city: Office, role: Role, name: str) -> None:
    reading = reckoned(city, name)
    secret = scores_of(reading)
    assert len(secret) > 30 or name == CURRENT
    visible = {row.organization for row in reading.result.rows}
    if role is Role.ORGANIZATION:
        visible = {OWN}
    elif role is Role.TEAM:
        visible &= inspected_by(city, TEAM, name)
    test = city.session(role).run()
    for page in LEADERSHIP:
        if page == OVERVIEW and role is Role.ORGANIZATION:
            continue
        for organization in sorted(visible)[:4] if page == ORGANIZATION else [""]:
            go(test, page, round=name, **({"org": organization} if organization else {}))
            sent = everything(test)
            assert found(secret, sent) == set(), (page, organization)
            assert [rank for rank in RANKS if rank in sent] == [], (page, organization)
            assert "研判提示" not in sent
            if organization:
                assert test.title[0].value == organization
                assert "得分和名次尚不可见" in sent
                complete, expected = reading.result.sheets_complete, reading.result.sheets_expected
                assert f"评分表已交{complete}/{expected}份" in sent


def test_the_office_sees_the_provisional_reckoning_on_its_own_page_marked_so(city: Office) -> None:
    reading = reckoned(city, SCORING)
    test = look(city, Role.OFFICE, SCORES, round=SCORING)
    assert found(scores_of(reading), everything(test)) == scores_of(reading)
    headings = " ".join(one.value for one in test.get("html"))
    assert "排名（由低到高）·暂计" in headings
    assert "评分未齐，为暂计" in headings
    rows = {row["organization"]: row for row in table(test, "rank", "score")}
    assert len(rows) == len(reading.result.rows)
    for row in reading.result.rows:
        shown = rows[row.organization]
        marks = list(shown["mark"])
        assert shown["rank"] == row.rank_text
        if row.final is None:
            assert marks == ["评分未齐"]
        else:
            assert float(row.final_score) == shown["score"]
            assert ("◆最后20%" in marks) is row.bottom_share
            assert "暂计" in marks
    missing = {row["被巡察党组织"] for row in table(test, "尚未交齐")}
    assert missing == {row.organization for row in reading.result.rows if row.missing}


@pytest.mark.parametrize("role", sorted(SUPERVISORS - {Role.TEAM}))
@pytest.mark.parametrize("name", [DELIBERATED, CIRCULATED])
def test_from_the_aggregation_scores_and_ranks_are_seen(city: Office, role: Role, name: str) -> None:
    reading = reckoned(city, name)
    test = look(city, role, OVERVIEW, round=name)
    sent = everything(test)
    assert found(scores_of(reading), sent) == scores_of(reading)
    assert "最后20%" in sent
    last = [row for row in reading.result.rows if row.final][-1]
    go(test, ORGANIZATION, round=name, org=last.organization)
    sent = everything(test)
    own = scores_of(reading, last.organization)
    assert found(own, sent) == own
    assert f"{last.rank_text}，共{reading.result.assessed}个" in sent
    assert "暂计" not in sent


@pytest.mark.parametrize("name", [SCORING, DELIBERATED, CIRCULATED])
def test_a_team_sees_what_it_inspected_and_nobody_else(city: Office, name: str) -> None:
    reading = reckoned(city, name)
    own = inspected_by(city, TEAM, name)
    assert 3 <= len(own) < len(reading.result.rows)
    others = {row.organization for row in reading.result.rows} - own
    test = look(city, Role.TEAM, OVERVIEW, round=name)
    column = "lenient" if name == SCORING else "rank"
    assert {row["organization"] for row in table(test, column)} == own
    for page in LEADERSHIP:
        go(test, page, round=name)
        sent = everything(test)
        assert [other for other in others if other in sent] == [], page
    stranger = min(others)
    go(test, ORGANIZATION, round=name, org=stranger)
    assert test.title[0].value == "被巡察党组织"
    go(test, LEDGER, round=name, org=stranger)
    assert stranger not in everything(test)


@pytest.mark.parametrize("name", [CURRENT, SCORING, DELIBERATED, CIRCULATED])
def test_an_organisation_sees_itself_and_after_the_circular_its_own_score(city: Office, name: str) -> None:
    reading = reckoned(city, name)
    row = next(row for row in reading.result.rows if row.organization == OWN)
    test = look(city, Role.ORGANIZATION, ORGANIZATION, round=name)
    assert test.title[0].value == OWN, "the only one there is"
    sent = everything(test)
    for page in (ORGANIZATION, LEDGER):
        go(test, page, round=name)
        sent += everything(test)
    assert [other for other in NAMES - {OWN} if other in sent] == []
    own_score = f"{row.final_score}分"
    assert (own_score in sent) is (name == CIRCULATED)
    rest = scores_of(reading) - numbers([row.final_score])
    assert found(rest, sent) == set()
    assert [rank for rank in RANKS if rank in sent] == []
    if row.rank is not None:
        assert row.rank_text not in sent
    if reading.result.cut.line is not None and name != CURRENT:
        assert f"{reading.result.cut.line}" not in sent
    stranger = next(one.organization for one in reading.result.rows if one.organization != OWN)
    go(test, ORGANIZATION, round=name, org=stranger)
    assert stranger not in everything(test)


def test_the_ledger_of_an_organisation_holds_its_own_findings_only(city: Office) -> None:
    test = look(city, Role.ORGANIZATION, LEDGER, round=CURRENT)
    assert {row["被巡察党组织"] for row in table(test, "反馈问题")} == {OWN}
    own = next(row for row in reckoned(city, CURRENT).result.rows if row.organization == OWN)
    assert f"共{own.counts.findings}个" in words(test)
