"""One small round from its creation to its ranking, under seven hands, against figures worked out by hand."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import Engine

from tests.browser.conftest import Server, Visitor, sign_in, wait_ready
from tests.browser.screen import check_page, check_visit, choose, shown_words, spoken_words
from tests.factories import OFFICE, actor, all_of
from xczg.rules.values import CloseOutState, Role, ScoringUnit, VisitOutcome
from xczg.services.readings import list_rounds
from xczg.services.results import read_round
from xczg.services.visits import CheckForm, CheckLine, record_checks
from xczg.store.clock import today
from xczg.store.engine import open_engine, reading
from xczg.store.tables import CloseOut, FieldVisit, Finding, Inspection, Organization, SupervisionEntry

expect.set_options(timeout=20_000)  # a busy machine is no failure

ROUND = "九届市委第一轮"
FIRST, SECOND = "甲局党组", "乙局党组"
FULL = {"1.1": "8", "1.2": "7", "2.1": "8", "2.2": "7", "3.1": "25"}
FULL |= {"3.2": "10", "3.3": "10", "3.4": "15", "4.1": "10"}

# What each unit gives where it does not give the full points; the full points are 100.
GIVEN: dict[Role, dict[str, dict[str, str]]] = {
    Role.DISCIPLINE: {FIRST: {"3.1": "20", "3.4": "12.5"}, SECOND: {"3.1": "15.33"}},
    Role.PERSONNEL: {FIRST: {"3.1": "18", "4.1": "5"}, SECOND: {"3.1": "16.5"}},
    Role.TEAM: {FIRST: {"3.2": "5.25"}, SECOND: {"3.1": "14.05"}},
}
# Reckoned by hand, with weights 5:3:2 and one rounding, half up, at the end.
#   甲局: 100−5−2.5 = 92.50; 100−7−5 = 88.00; 100−4.75 = 95.25
#         (92.50×5 + 88.00×3 + 95.25×2) ÷ 10 = (462.50 + 264.00 + 190.50) ÷ 10 = 917.00 ÷ 10 = 91.70
#   乙局: 100−9.67 = 90.33; 100−8.5 = 91.50; 100−10.95 = 89.05
#         (90.33×5 + 91.50×3 + 89.05×2) ÷ 10 = (451.65 + 274.50 + 178.10) ÷ 10 = 904.25 ÷ 10 = 90.425 → 90.43
#   the last 20% of two organisations, rounded up: one
BY_HAND = {
    FIRST: ("92.50", "88.00", "95.25", "91.70", "第1名", False),
    SECOND: ("90.33", "91.50", "89.05", "90.43", "第2名", True),
}


@pytest.fixture
def engine(server: Server) -> Iterator[Engine]:
    """The database behind the server."""
    opened = open_engine(server.settings.database_url)
    yield opened
    opened.dispose()


def go(page: Page, server: Server, path: str) -> None:
    page.goto(f"{server.address}/{path}")
    wait_ready(page)


def field(page: Page, key: str) -> Locator:
    """The place where one types into the field with this key."""
    return page.locator(f".st-key-{key}").locator("input, textarea").first


def fill_day(page: Page, key: str, day: date) -> None:
    """Type a day and close the calendar, which would lie over the buttons."""
    typed = field(page, key)
    typed.fill(str(day))
    typed.press("Enter")
    typed.press("Escape")
    expect(page.locator("#stFloatingOverlayPortal [role=button]")).to_have_count(0)
    expect(typed).to_have_value(str(day))


def press(page: Page, name: str, said: str) -> None:
    """Press a button and wait for what is said."""
    page.get_by_role("button", name=name, exact=True).click()
    expect(page.get_by_text(said).first).to_be_visible()
    wait_ready(page)


def upload(page: Page, file: Path) -> None:
    with page.expect_file_chooser() as waiting:
        page.get_by_test_id("stFileUploaderDropzone").first.get_by_role("button", name="选择文件").click()
    waiting.value.set_files(file)
    wait_ready(page)


def create_round(page: Page, server: Server, folder: Path) -> None:
    """The office opens the round and lists two organisations with the team that inspected them."""
    go(page, server, "rounds")
    check_page(page)
    field(page, "field_new_round_name").fill(ROUND)
    fill_day(page, "field_new_round_feedback", today() - timedelta(days=150))
    press(page, "新建", f"已新建{ROUND}")
    check_page(page)
    # A list and not pasted names: names alone say no team, and a team sees what it inspected.
    file = folder / "名单.csv"
    file.write_text(f"被巡察党组织,巡察组\n{FIRST},1\n{SECOND},1\n", "utf-8-sig")
    go(page, server, "rounds?view=增加党组织")
    page.get_by_text("导入名单", exact=True).click()
    wait_ready(page)
    upload(page, file)
    page.get_by_text("新建名录中没有的2个党组织").click()
    wait_ready(page)
    press(page, "加入2个党组织", "已将2个党组织加入")
    check_page(page)


def enter_findings(page: Page, server: Server) -> None:
    for name, text in ((FIRST, "学习不深入"), (SECOND, "制度不健全")):
        go(page, server, "finding")
        choose(page, "field_new_finding_org", name)
        field(page, "field_new_finding_text").fill(text)
        press(page, "新增", "已新增反馈问题")
        check_page(page)


def close_out(engine: Engine, server: Server, organization: Page, office: Page) -> None:
    """The organisation reports its finding completed and asks to close it; the office looks and agrees."""
    finding = all_of(engine, Finding)[0].id
    go(organization, server, f"finding?finding={finding}")
    organization.get_by_role("radio", name="已完成").locator("xpath=ancestor::label").click()
    field(organization, f"field_p{finding}_summary").fill("已组织学习十二次，并开展了测试")
    press(organization, "登记进展", "已登记整改进展")
    check_page(organization)
    field(organization, f"field_claim_summary_{finding}_0").fill("已组织学习十二次，并开展了测试")
    field(organization, f"field_claim_reason_{finding}_0").fill("学习记录涉密，备查")
    press(organization, "申请销号", "的销号申请，等待审核")
    check_page(organization)

    go(office, server, f"finding?finding={finding}")
    assert "无佐证材料的说明：学习记录涉密，备查" in shown_words(office)
    press(office, "同意销号", "问题已销号")
    check_page(office)
    (claim,) = all_of(engine, CloseOut)
    assert claim.state is CloseOutState.CLOSED
    go(organization, server, "close_out?close_out=已销号")
    assert "已销号1个" in shown_words(organization)
    check_page(organization)
    # Nobody but the organisation itself is to be seen.
    go(organization, server, "ledger")
    assert SECOND not in shown_words(organization) + spoken_words(organization)


def supervise(engine: Engine, server: Server, page: Page) -> None:
    go(page, server, f"supervision?org={FIRST}&content=整改方案制定情况")
    page.get_by_role("button", name="审核资料").click()
    wait_ready(page)
    page.get_by_label("了解到的情况").fill("方案措施具体，责任到人")
    page.locator(".st-key-supervision_form").get_by_text("较好", exact=True).click()
    wait_ready(page)
    press(page, "保存", "的监督记录。")
    (entry,) = all_of(engine, SupervisionEntry)
    assert (entry.seen, entry.judgement) == ("方案措施具体，责任到人", "较好")
    check_page(page)


def plan_visits(page: Page, server: Server) -> None:
    """One group with somebody of each unit, and a visit of today to each organisation."""
    go(page, server, "groups")
    field(page, "field_group_name").fill("第一督查组")
    press(page, "成立督查组", "已成立第一督查组")
    for name, unit in (("张某", "市纪委监委"), ("李某", "市委组织部"), ("王某", "市委巡察组")):
        choose(page, "groups_act", "增加成员")
        field(page, "field_member_name").fill(name)
        choose(page, "field_member_unit", unit)
        press(page, "增加成员", f"已将{name}编入第一督查组")
    for place, name in enumerate((FIRST, SECOND)):
        choose(page, "groups_act", "安排实地督导")
        choose(page, "field_visit_place", name)
        for end in ("from", "until"):
            fill_day(page, f"field_visit_{end}", today() - timedelta(days=2 - place))
        press(page, "安排实地督导", f"已安排到{name}实地督导")
    check_page(page)


def check_findings(engine: Engine, server: Server, page: Page) -> None:
    """What the visits found, read on the page."""
    # By the service: the grid is a canvas, and its list of outcomes cannot be chosen from reliably.
    findings = {one.inspection_id: one.id for one in all_of(engine, Finding)}
    outcomes = [VisitOutcome.COMPLETED, VisitOutcome.NOT_COMPLETED]
    for visit, outcome in zip(all_of(engine, FieldVisit), outcomes, strict=True):
        line = CheckLine(findings[visit.inspection_id], outcome, "查阅了学习记录和制度汇编")
        form = CheckForm(visit.id, visit.until_date, [line], "张某")
        uploads = server.settings.uploads
        record_checks(engine, actor(Role.DISCIPLINE), form, uploads=uploads, today=today())
    go(page, server, f"visits?org={SECOND}")
    assert "已核实1/1个" in shown_words(page)
    check_page(page)


def score(page: Page, server: Server, role: Role, folder: Path) -> None:
    """Fill in the page's own template, bring it back, submit both sheets."""
    go(page, server, "score_sheet")
    expander = page.get_by_text("离线填写（Excel模板）")
    expander.click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="下载本单位模板").click()
    file = folder / f"{role.value}.xlsx"
    waiting.value.save_as(file)
    book = openpyxl.load_workbook(file)
    sheet = book.worksheets[0]
    rows = list(sheet.iter_rows())
    head = next(n for n, row in enumerate(rows) if row[0].value == "被巡察党组织")
    filled = 0
    for row in rows[head + 1 :]:
        given = GIVEN[role].get(str(row[0].value), {})
        number = str(row[2].value)
        row[5].value = float(given.get(number, FULL[number]))
        row[6].value = "整改不够到位" if number in given else None
        filled += 1
    assert filled == 2 * len(FULL)
    book.save(file)
    upload(page, file)
    page.get_by_text("直接提交", exact=True).click()
    wait_ready(page)
    press(page, "导入评分表", "已导入2份并提交")
    check_page(page)


def points_of(*roles: Role) -> set[str]:
    """What must not be read before its time: the totals of these units, with and without a last nought."""
    units = [list(GIVEN).index(role) for role in roles]
    exact = {row[unit] for row in BY_HAND.values() for unit in units}
    return exact | {one.removesuffix("0") for one in exact if one[-2:] != "00"}


def assert_hidden(page: Page, hidden: set[str]) -> None:
    words = shown_words(page) + spoken_words(page)
    assert [one for one in hidden if one in words] == []


def assert_blind(server: Server, pages: dict[Role, Page], submitted: tuple[Role, ...]) -> None:
    """No unit, not the office, not the leader sees a point of another unit while a sheet is out."""
    for role, path in (
        *((role, f"score_sheet?org={name}") for role in GIVEN for name in (FIRST, SECOND)),
        *((role, f"organization?org={FIRST}") for role in (*GIVEN, Role.LEADER)),
        (Role.OFFICE, "scores"),
        *((role, "overview") for role in (Role.OFFICE, Role.LEADER)),
    ):
        go(pages[role], server, path)
        others = points_of(*(one for one in submitted if one is not role))
        finals = {row[3] for row in BY_HAND.values()}
        assert_hidden(pages[role], others | finals)
        expect(pages[role].locator(".st-key-sheet_side_by_side")).to_have_count(0)
        check_page(pages[role])


def wrap_up(page: Page, server: Server) -> None:
    go(page, server, "wrap_up")
    check_page(page)
    page.get_by_role("button", name="登记总结会").click()
    press(page, "确认登记", "已登记总结会")
    field(page, "field_aggregate_basis").fill("督查组汇总会议")
    press(page, "登记督查组汇总", "已登记督查组汇总")
    check_page(page)


def assert_as_by_hand(engine: Engine) -> None:
    """The results of the services, figure by figure."""
    (row,) = list_rounds(engine, OFFICE)
    with reading(engine) as session:
        result = read_round(session, row, today()).result
    found = {
        one.organization: (
            *(f"{one.scores[unit]:.2f}" for unit in ScoringUnit),
            str(one.final_score),
            one.rank_text,
            one.bottom_share,
        )
        for one in result.rows
    }
    assert found == BY_HAND
    assert not result.provisional
    assert [one.counts.completed for one in result.rows] == [1, 0]
    # And what the hand wrote down is what the hand reckoned.
    for scores in BY_HAND.values():
        discipline, personnel, team, final = map(Decimal, scores[:4])
        assert abs((discipline * 5 + personnel * 3 + team * 2) / 10 - final) <= Decimal("0.005")


def assert_on_overview(page: Page, server: Server) -> None:
    """The ranking, in what is read out of it: the canvas itself holds no text."""
    go(page, server, "overview")
    expect(page.locator(".st-key-ranking canvas").first).to_be_visible()
    words = shown_words(page) + spoken_words(page)
    assert f"得分分布：最高91.70分，最低90.43分；排名最后比例之内：{SECOND}。" in words
    assert "2个党组织的20%，向上取整取1个" in words
    check_page(page)
    for name, row in BY_HAND.items():
        go(page, server, f"organization?org={name}")
        words = shown_words(page)
        assert f"{row[3]}分" in words
        assert f"{row[4]}，共2个" in words
        check_page(page)


def test_from_a_new_round_to_its_ranking(
    server: Server, visit: Callable[..., Visitor], engine: Engine, tmp_path: Path
) -> None:
    visitors: list[Visitor] = []

    def enter(role: Role, **scope: object) -> Page:
        visitor = visit()
        visitors.append(visitor)
        go(visitor.page, server, "")
        sign_in(visitor.page, *server.account(role, role.value[:3], **scope))
        check_page(visitor.page)
        return visitor.page

    pages = {Role.ADMIN: enter(Role.ADMIN), Role.OFFICE: enter(Role.OFFICE)}
    office = pages[Role.OFFICE]
    create_round(office, server, tmp_path)
    enter_findings(office, server)
    own = next(one.id for one in all_of(engine, Organization) if one.name == FIRST)
    assert len(all_of(engine, Inspection)) == 2
    for role in (Role.LEADER, Role.DISCIPLINE, Role.PERSONNEL):
        pages[role] = enter(role)
    pages[Role.TEAM] = enter(Role.TEAM, team=1)
    pages[Role.ORGANIZATION] = enter(Role.ORGANIZATION, organization_id=own)
    assert len(pages) == 7

    go(pages[Role.ADMIN], server, "accounts")
    check_page(pages[Role.ADMIN])
    close_out(engine, server, pages[Role.ORGANIZATION], office)
    supervise(engine, server, pages[Role.DISCIPLINE])
    plan_visits(office, server)
    check_findings(engine, server, pages[Role.DISCIPLINE])

    score(pages[Role.DISCIPLINE], server, Role.DISCIPLINE, tmp_path)
    score(pages[Role.PERSONNEL], server, Role.PERSONNEL, tmp_path)
    assert_blind(server, pages, (Role.DISCIPLINE, Role.PERSONNEL))
    score(pages[Role.TEAM], server, Role.TEAM, tmp_path)
    go(pages[Role.LEADER], server, "overview")
    assert_hidden(pages[Role.LEADER], points_of(*GIVEN) | {row[3] for row in BY_HAND.values()})
    go(pages[Role.TEAM], server, f"score_sheet?org={FIRST}")
    expect(pages[Role.TEAM].locator(".st-key-sheet_side_by_side")).to_be_visible()

    wrap_up(office, server)
    assert_as_by_hand(engine)
    assert_on_overview(pages[Role.LEADER], server)
    go(pages[Role.ORGANIZATION], server, f"organization?org={FIRST}")
    assert_hidden(pages[Role.ORGANIZATION], {"91.70分", "第1名"})  # not before it is circulated
    check_page(pages[Role.ORGANIZATION])
    check_visit(server, visitors)
