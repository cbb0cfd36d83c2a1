"""The whole path in a real browser: sign in, look, open, filter, export, import."""

import shutil
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from email.message import Message
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from tests.browser.conftest import DESK, PHONE, Server, Visitor, sign_in, wait_ready
from tests.browser.screen import (
    address,
    bottom,
    check_page,
    check_visit,
    choose,
    english,
    open_column_menu,
    overflow,
    shown_words,
    spoken_words,
)
from tests.exchange.ledgers import build
from tests.factories import OFFICE
from xczg.access import cookie
from xczg.access.accounts import revoke
from xczg.exchange.columns import Field
from xczg.rules.values import FindingStatus, Role
from xczg.services.readings import list_rounds, read_choices, read_ledger_rows
from xczg.services.results import RoundReading, read_round
from xczg.store.clock import today
from xczg.store.engine import open_engine, reading, writing
from xczg.store.settings import Settings
from xczg.store.tables import now
from xczg.store.views.ledger import LedgerFilter, LedgerRow
from xczg.ui.charts import DARK, LIGHT
from xczg.ui.overview_parts import HEAD_HEIGHT, ROW_HEIGHT

expect.set_options(timeout=20_000)  # a busy machine is no failure

Visit = Callable[..., Visitor]

CIRCULATED, DELIBERATED, SCORING, CURRENT = (f"三届市委第{number}轮" for number in "四五六七")
LEDGER_HEADER = ["被巡察党组织", "序号", "反馈问题", "整改措施", "责任单位", "完成时限", "整改情况"]


@pytest.fixture(scope="module")
def accounts() -> dict[Role, tuple[str, str]]:
    """Names and passwords."""
    return {}


@pytest.fixture(scope="module")
def city(
    example_template: Path, tmp_path_factory: pytest.TempPathFactory, accounts: dict[Role, tuple[str, str]]
) -> Iterator[Server]:
    """A server on a copy of the example city, with an account of each role that has no scope."""
    folder = tmp_path_factory.mktemp("city")
    shutil.copy(example_template, folder / "xczg.db")
    started = Server(Settings(f"sqlite:///{folder / 'xczg.db'}", folder))
    started.start()
    accounts.update({role: started.account(role) for role in (Role.OFFICE, Role.LEADER, Role.ADMIN)})
    yield started
    started.stop()


@pytest.fixture
def engine(city: Server) -> Iterator[Engine]:
    """The database behind the server."""
    opened = open_engine(city.settings.database_url)
    yield opened
    opened.dispose()


@pytest.fixture(scope="module")
def cookies() -> dict[Role, list[dict[str, object]]]:
    """What the browser kept when a role signed in first."""
    return {}


@pytest.fixture
def enter(
    city: Server,
    visit: Visit,
    accounts: dict[Role, tuple[str, str]],
    cookies: dict[Role, list[dict[str, object]]],
) -> Callable[..., Visitor]:
    """Arrive as a role at an address: through the form the first time, then with its cookie."""

    def go(role: Role, path: str = "", viewport: dict[str, int] = DESK, **options: object) -> Visitor:
        visitor = visit(viewport, **options)
        visitor.context.add_cookies(cookies.get(role, []))
        open_address(visitor.page, city, path)
        if role not in cookies:
            sign_in(visitor.page, *accounts[role])
            cookies[role] = visitor.context.cookies()
        return visitor

    return go


def reckoned(engine: Engine, name: str) -> RoundReading:
    """A round as the services reckon it."""
    row = next(row for row in list_rounds(engine, OFFICE) if row.name == name)
    with reading(engine) as session:
        return read_round(session, row, today())


def ledger(engine: Engine, **wanted: object) -> tuple[LedgerRow, ...]:
    """The ledger of the newest round, all of what the filter finds."""
    row = next(row for row in list_rounds(engine, OFFICE) if row.name == CURRENT)
    wanted_filter = LedgerFilter(row.id, **wanted)
    return read_ledger_rows(engine, OFFICE, wanted_filter, today(), page=1, size=5000)


def open_menu(page: Page, section: str, title: str) -> None:
    page.get_by_test_id("stTopNavSection").filter(has_text=section).click()
    page.get_by_role("menuitem", name=title, exact=True).click()
    wait_ready(page)


def open_address(page: Page, server: Server, path: str) -> None:
    page.goto(f"{server.address}/{path}")
    wait_ready(page)


def upload(page: Page, file: Path) -> None:
    """As by hand: the same name may be chosen again after the file was taken out and corrected."""
    with page.expect_file_chooser() as waiting:
        page.get_by_test_id("stFileUploaderDropzone").get_by_role("button", name="选择文件").click()
    waiting.value.set_files(file)


def exported(page: Page, folder: Path) -> list[dict[str, object]]:
    """The first sheet of what the export button gives, by header."""
    with page.expect_download() as waiting:
        page.locator(".st-key-export button").click()
    assert waiting.value.suggested_filename.endswith(".xlsx")
    file = folder / "exported.xlsx"
    waiting.value.save_as(file)
    lines = list(openpyxl.load_workbook(file).worksheets[0].iter_rows(values_only=True))
    head = next(place for place, line in enumerate(lines) if Field.TEXT.header in line)
    return [dict(zip(lines[head], line, strict=True)) for line in lines[head + 1 :]]


def test_from_the_overview_to_an_exported_ledger(
    city: Server, enter: Callable[..., Visitor], engine: Engine, tmp_path: Path
) -> None:
    visitor = enter(Role.OFFICE)
    page = visitor.page
    expect(page.get_by_role("heading", name="待办事项")).to_be_visible()
    check_page(page)
    page.get_by_role("link", name="总览").click()
    expect(page.get_by_role("heading", name=CURRENT)).to_be_visible()
    wait_ready(page)
    check_page(page)

    choose(page, "round", DELIBERATED)
    expect(page.get_by_role("heading", name=DELIBERATED)).to_be_visible()
    assert address(page) == ("/overview", {"round": [DELIBERATED]})
    expect(page.locator(".st-key-ranking canvas").first).to_be_visible()
    check_page(page)

    worry = page.locator(".st-key-attention").get_by_role("link").first
    name = worry.inner_text().strip()
    worry.click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    wait_ready(page)
    assert address(page) == ("/organization", {"round": [DELIBERATED], "org": [name]})
    row = next(one for one in reckoned(engine, DELIBERATED).result.rows if one.organization == name)
    shown = shown_words(page)
    assert f"{row.final_score}分" in shown
    assert f"{row.rank_text}，共35个" in shown
    check_page(page)

    page.go_back()
    expect(page.get_by_role("heading", name=DELIBERATED)).to_be_visible()
    wait_ready(page)
    assert address(page) == ("/overview", {"round": [DELIBERATED]})

    page.go_forward()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    wait_ready(page)
    page.reload()
    wait_ready(page)
    expect(page.get_by_role("heading", name=name)).to_be_visible()

    page.get_by_role("link", name="在问题台账中查看全部").click()
    expect(page.get_by_role("heading", name="问题台账")).to_be_visible()
    wait_ready(page)
    assert address(page) == ("/ledger", {"round": [DELIBERATED], "org": [name]})
    assert f"{name}，共{row.counts.findings}个" in shown_words(page)
    check_visit(city, [visitor])


def click_name(page: Page, row: int) -> None:
    """Click on the name in a row of the ranking, counted from 0."""
    place = page.locator(".st-key-ranking canvas").first.bounding_box()
    page.mouse.click(place["x"] + 150, place["y"] + HEAD_HEIGHT + ROW_HEIGHT * (row + 0.5))


def test_a_click_on_a_name_or_a_dot_opens_the_organisation_and_back_stays_back(
    city: Server, enter: Callable[..., Visitor], engine: Engine
) -> None:
    overview = ("/", {"round": [DELIBERATED]})
    visitor = enter(Role.LEADER, f"?round={DELIBERATED}")
    page = visitor.page
    lowest = [row.organization for row in reversed(reckoned(engine, DELIBERATED).result.rows) if row.final]
    for row in (0, 3, 3):
        expect(page.locator(".st-key-ranking canvas").first).to_be_visible()
        click_name(page, row)
        expect(page.get_by_role("heading", name=lowest[row])).to_be_visible()
        wait_ready(page)
        assert address(page) == ("/organization", {"round": [DELIBERATED], "org": [lowest[row]]})
        check_page(page)
        page.go_back()
        expect(page.get_by_role("heading", name=DELIBERATED)).to_be_visible()
        wait_ready(page)
        assert address(page) == overview

    dot = page.locator(".st-key-ranking_strip .scatterlayer .point").nth(1).bounding_box()
    page.mouse.click(dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2)
    expect(page.get_by_role("heading", name=lowest[1])).to_be_visible()
    wait_ready(page)
    page.go_back()
    expect(page.get_by_role("heading", name=DELIBERATED)).to_be_visible()
    wait_ready(page)
    assert address(page) == overview

    page.get_by_role("button", name="其余").click()
    rest = page.locator(".st-key-attention-rest").get_by_role("link")
    name = rest.first.inner_text().strip()
    rest.first.click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    check_visit(city, [visitor])


def test_filter_the_ledger_reload_and_export_it(
    city: Server, enter: Callable[..., Visitor], engine: Engine, tmp_path: Path
) -> None:
    visitor = enter(Role.OFFICE)
    page = visitor.page
    open_menu(page, "整改台账", "问题台账")
    expect(page.get_by_role("heading", name="问题台账")).to_be_visible()
    check_page(page)

    choose(page, "status", FindingStatus.NOT_COMPLETED.value)
    page.locator(".st-key-only").get_by_role("radio", name="逾期").or_(
        page.locator(".st-key-only").get_by_role("button", name="逾期")
    ).click()
    wait_ready(page)
    overdue = ledger(engine, status=FindingStatus.NOT_COMPLETED, overdue=True)
    text = overdue[0].text[:2]
    page.locator(".st-key-q input").fill(text)
    page.locator(".st-key-q input").press("Enter")
    wait_ready(page)

    wanted = ledger(engine, status=FindingStatus.NOT_COMPLETED, overdue=True, text=text)
    assert 0 < len(wanted) < len(overdue)
    sentence = f"{CURRENT}：未完成、逾期未完成、含“{text}”，共{len(wanted)}个"
    assert sentence in shown_words(page)
    filtered = address(page)
    assert filtered == ("/ledger", {"status": ["未完成"], "only": ["逾期"], "q": [text]})
    check_page(page)

    page.reload()
    wait_ready(page)
    assert sentence in shown_words(page)
    assert address(page) == filtered
    expect(page.locator(".st-key-status").get_by_role("combobox")).to_have_value("未完成")
    expect(page.locator(".st-key-q input")).to_have_value(text)

    lines = exported(page, tmp_path)
    found = {(line[Field.ORGANIZATION.header], line[Field.TEXT.header]) for line in lines}
    assert found - {(None, None)} == {(row.organization, row.text) for row in wanted}
    check_page(page)

    page.locator(".st-key-q input").fill("没有一个问题这样写")
    page.locator(".st-key-q input").press("Enter")
    expect(page.get_by_text("没有符合条件的反馈问题，可以放宽上方的筛选条件。")).to_be_visible()
    expect(page.locator(".st-key-export button")).to_be_disabled()
    check_visit(city, [visitor])


def test_page_of_the_ledger_stands_in_the_address(city: Server, enter: Callable[..., Visitor]) -> None:
    visitor = enter(Role.LEADER, "ledger")
    page = visitor.page
    page.locator(".st-key-page").get_by_text("2", exact=True).click()
    wait_ready(page)
    assert address(page) == ("/ledger", {"page": ["2"]})
    page.reload()
    wait_ready(page)
    assert address(page) == ("/ledger", {"page": ["2"]})
    choose(page, "status", "基本完成")
    assert "page" not in address(page)[1]
    check_visit(city, [visitor])


def test_import_a_ledger_and_follow_it(
    city: Server, enter: Callable[..., Visitor], engine: Engine, tmp_path: Path
) -> None:
    round_row = next(row for row in list_rounds(engine, OFFICE) if row.name == CURRENT)
    name = next(iter(read_choices(engine, OFFICE, round_row.id).organizations))
    before = len(ledger(engine))
    rows = [
        LEDGER_HEADER,
        [name, 901, "本次导入的第一个问题", "制定办法", "办公室", "2026年12月底前", "已完成整改"],
        [name, 902, "本次导入的第二个问题 =1+1", "开展检查", "财务科", "长期坚持", "持续整改"],
    ]
    file = tmp_path / "台账.xlsx"
    file.write_bytes(build(rows))
    visitor = enter(Role.OFFICE)
    page = visitor.page
    open_menu(page, "整改台账", "台账导入")
    check_page(page)

    upload(page, file)
    expect(page.get_by_text("选完之前不写入任何内容")).to_be_visible()
    wait_ready(page)
    shown = shown_words(page).replace("\n", " ")
    assert "状态待核 1处" in shown
    assert "需要更正" not in shown, "each fault once"
    expect(page.locator(".st-key-write")).to_have_count(0)
    check_page(page)
    assert len(ledger(engine)) == before

    rows[2][-1] = "正在整改"
    file.write_bytes(build(rows))
    page.get_by_test_id("stFileUploader").get_by_role("button", name="台账.xlsx").click()
    wait_ready(page)
    upload(page, file)
    expect(page.get_by_text("检查通过，将写入：反馈问题新增2个")).to_be_visible()
    wait_ready(page)
    expect(page.get_by_role("region", name="将要导入的反馈问题预览。")).to_be_visible()
    check_page(page)
    assert len(ledger(engine)) == before

    page.locator(".st-key-write button").click()
    expect(page.get_by_text("已导入：反馈问题新增2个、更新0个、跳过0个，整改措施2条")).to_be_visible()
    wait_ready(page)
    check_page(page)
    link = page.get_by_role("link", name="查看问题台账")
    look = link.locator("p").evaluate(
        "it => [getComputedStyle(it).textDecorationLine, getComputedStyle(it).color]"
    )
    assert look == ["underline", "rgb(47, 93, 140)"], "a link looks like one"
    link.click()
    expect(page.get_by_role("heading", name="问题台账")).to_be_visible()
    wait_ready(page)
    assert address(page) == ("/ledger", {"round": [CURRENT], "org": [name]})
    page.locator(".st-key-q input").fill("本次导入的")
    page.locator(".st-key-q input").press("Enter")
    wait_ready(page)
    assert "共2个（未完成1个、基本完成0个、已完成1个）" in shown_words(page)
    lines = exported(page, tmp_path)
    assert [line[Field.TEXT.header] for line in lines] == [rows[1][2], rows[2][2]]
    check_visit(city, [visitor])


def test_a_long_fault_can_be_read_whole(city: Server, enter: Callable[..., Visitor], tmp_path: Path) -> None:
    file = tmp_path / "台账.xlsx"
    wrong = [
        "甲局党组",
        1,
        "问题",
        "措施",
        "办公室",
        "时限待主管部门与有关单位会商之后再行研究确定并另行书面通知",
        "已完成",
    ]
    file.write_bytes(build([LEDGER_HEADER, wrong]))
    for viewport in (DESK, PHONE):
        visitor = enter(Role.OFFICE, "ledger_import", viewport)
        page = visitor.page
        upload(page, file)
        cell = page.get_by_role("cell").filter(has_text="不是可识别的日期")
        expect(cell).to_be_visible()
        wait_ready(page)
        assert cell.evaluate("it => it.scrollWidth <= it.clientWidth + 1")
        assert "请填写“2024年7月31日”" in cell.inner_text()
        assert overflow(page) == []
        check_visit(city, [visitor])


def test_the_menu_of_a_column_offers_to_sort_and_nothing_in_english(
    city: Server, enter: Callable[..., Visitor]
) -> None:
    visitor = enter(Role.OFFICE, "ledger")
    page = visitor.page
    entries = open_column_menu(page)
    expect(entries).to_have_count(2)
    labels = entries.evaluate_all("all => all.map(it => getComputedStyle(it, '::after').content)")
    assert labels == ['"升序排列"', '"降序排列"']
    assert english(page) == []
    entries.last.click()
    wait_ready(page)
    check_page(page)
    page.locator(".st-key-findings").get_by_role("button", name="Fullscreen").click(force=True)
    page.wait_for_timeout(500)
    assert english(page) == []
    check_visit(city, [visitor])


def test_a_download_is_for_those_signed_in_and_kept_by_nobody(
    city: Server,
    enter: Callable[..., Visitor],
    engine: Engine,
    cookies: dict[Role, list[dict[str, object]]],
) -> None:
    visitor = enter(Role.OFFICE, f"scores?round={SCORING}")
    page = visitor.page
    with page.expect_download() as waiting:
        page.locator(".st-key-export_results button").click()
    place = waiting.value.url
    assert "/media/" in place
    jar = "; ".join(f"{one['name']}={one['value']}" for one in visitor.context.cookies())
    status, headers = fetched(place, jar)
    assert (status, headers["Cache-Control"]) == (200, "no-store")
    assert headers["X-Content-Type-Options"] == "nosniff"
    for nobody in ("", f"{cookie.NAME}=", f"{cookie.NAME}={cookie.issue('00' * 32, 'office', now())}"):
        status, headers = fetched(place, nobody)
        assert (status, headers["Cache-Control"]) == (401, "no-store")
    with writing(engine) as session:
        revoke(session, "office", actor="test")
    cookies.pop(Role.OFFICE)
    assert fetched(place, jar)[0] == 401


def fetched(place: str, jar: str) -> tuple[int, Message]:
    """What an address answers to somebody with these cookies."""
    try:
        with urllib.request.urlopen(
            urllib.request.Request(place, headers={"Cookie": jar}), timeout=5
        ) as found:
            return found.status, found.headers
    except urllib.error.HTTPError as refusal:
        refusal.close()
        return refusal.code, refusal.headers


def test_a_wrong_file_gets_one_clear_sentence(
    city: Server, enter: Callable[..., Visitor], tmp_path: Path
) -> None:
    file = tmp_path / "台账.xlsx"
    file.write_bytes(b"not a workbook")
    visitor = enter(Role.OFFICE, "ledger_import")
    upload(visitor.page, file)
    expect(visitor.page.get_by_test_id("stAlert")).to_have_count(1)
    wait_ready(visitor.page)
    assert "正在读取文件" not in shown_words(visitor.page)
    expect(visitor.page.get_by_test_id("stProgress")).to_have_count(0)
    check_page(visitor.page)
    check_visit(city, [visitor])


def test_a_leader_sees_no_score_of_a_round_still_being_scored(
    city: Server, enter: Callable[..., Visitor], engine: Engine
) -> None:
    result = reckoned(engine, SCORING).result
    scores = {str(score) for row in result.rows for score in (row.final_score, *row.scores.values()) if score}
    last = [row for row in result.rows if row.final][-1]
    visitor = enter(Role.LEADER)
    page = visitor.page
    for path in (f"?round={SCORING}", f"organization?round={SCORING}&org={last.organization}"):
        open_address(page, city, path)
        shown = shown_words(page) + spoken_words(page)
        assert [score for score in scores if score in shown] == []
        assert "最后20%" not in shown
        assert "并列第" not in shown
        expect(page.locator(".st-key-ranking")).to_have_count(0)
        check_page(page)
    assert "得分和名次尚不可见" in shown_words(page)

    open_address(page, city, f"?round={DELIBERATED}")
    expect(page.locator(".st-key-ranking canvas").first).to_be_visible()
    check_visit(city, [visitor])


@pytest.mark.parametrize("name", [SCORING, DELIBERATED])
def test_the_answer_stands_on_the_first_screen(
    city: Server, enter: Callable[..., Visitor], name: str
) -> None:
    visitor = enter(Role.LEADER, f"?round={name}")
    page = visitor.page
    table = page.locator(".st-key-ranking, .st-key-completion").locator("canvas").first
    expect(table).to_be_visible()
    tiles = page.get_by_test_id("stMetric")
    expect(tiles).to_have_count(7)
    assert max(bottom(tile) for tile in tiles.all()) < 300
    assert len({round(tile.bounding_box()["y"]) for tile in tiles.all()}) == 1, "in one row"
    place = table.bounding_box()
    assert place["height"] >= HEAD_HEIGHT + 9 * ROW_HEIGHT, "the head and nine rows"
    assert bottom(table) < DESK["height"]
    worries = page.locator(".st-key-attention")
    assert worries.get_by_test_id("stPageLink").count() == 4
    assert bottom(worries) < DESK["height"]
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == 0
    assert overflow(page) == []
    check_visit(city, [visitor])


def test_nothing_is_wider_than_a_phone(city: Server, enter: Callable[..., Visitor], engine: Engine) -> None:
    names = [row.organization for row in reckoned(engine, CURRENT).result.rows]
    longest = max(names, key=len)
    visitor = enter(Role.OFFICE, viewport=PHONE)
    page = visitor.page
    for path in (
        f"?round={CURRENT}",
        f"?round={DELIBERATED}",
        f"organization?round={CURRENT}&org={longest}",
        f"organization?round={CIRCULATED}&org={reckoned(engine, CIRCULATED).result.rows[-1].organization}",
        f"ledger?org={longest}",
        "ledger_import",
        "rounds",
        f"scores?round={SCORING}",
    ):
        open_address(page, city, path)
        assert overflow(page) == [], path
        check_page(page)
    check_visit(city, [visitor])


def test_a_phone_shows_three_tiles_a_row_and_a_menu_that_nothing_covers(
    city: Server, enter: Callable[..., Visitor]
) -> None:
    visitor = enter(Role.LEADER, f"?round={DELIBERATED}", viewport=PHONE)
    page = visitor.page
    tiles = page.get_by_test_id("stMetric")
    expect(tiles).to_have_count(7)
    assert [tile.bounding_box()["y"] for tile in tiles.all()[:3]] == [tiles.first.bounding_box()["y"]] * 3
    page.get_by_test_id("stExpandSidebarButton").click()
    page.wait_for_timeout(600)
    strip = page.locator(".st-key-strip").bounding_box()
    above = """([x, y]) => document.elementFromPoint(x, y).closest('[data-testid=stSidebar]') !== null"""
    assert page.evaluate(above, [strip["x"] + 30, strip["y"] + strip["height"] / 2])
    check_visit(city, [visitor])


def test_titles_stand_at_the_same_height_on_all_pages(city: Server, enter: Callable[..., Visitor]) -> None:
    pages = {Role.OFFICE: ("", "ledger", "rounds", "scores", "ledger_import"), Role.ADMIN: ("accounts",)}
    heights = {}
    for role, paths in pages.items():
        visitor = enter(role)
        for path in paths:
            open_address(visitor.page, city, path)
            title = visitor.page.get_by_role("heading", level=1)
            expect(title).to_be_visible()
            heights[path] = round(title.bounding_box()["y"])
    assert len(set(heights.values())) == 1, heights


@pytest.mark.parametrize(("scheme", "colours"), [("light", LIGHT), ("dark", DARK)])
def test_charts_wear_the_colours_of_the_theme(
    city: Server, enter: Callable[..., Visitor], scheme: str, colours: object
) -> None:
    page = enter(Role.LEADER, f"?round={DELIBERATED}", color_scheme=scheme).page
    dot = page.locator(".st-key-ranking_strip .scatterlayer .point").first
    expect(dot).to_be_visible()
    red = [int(colours.red[at : at + 2], 16) for at in (1, 3, 5)]
    assert f"fill: rgb({red[0]}, {red[1]}, {red[2]})" in dot.get_attribute("style")
