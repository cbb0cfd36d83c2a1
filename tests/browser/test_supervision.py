"""监督记录 under the hand: a click on a cell opens the form there, and saving goes on to the next."""

from tests.browser.conftest import sign_in, wait_ready
from tests.browser.screen import address, check_page, check_visit
from tests.factories import all_of, make_inspection, make_round
from xczg.rules.values import Role
from xczg.store.clock import today
from xczg.store.engine import open_engine
from xczg.store.tables import SupervisionEntry


def test_a_click_on_a_cell_and_on_to_the_next_organisation(server, visit):
    engine = open_engine(server.settings.database_url)
    number = make_round(engine, "测试轮", today())
    for name in ("甲局", "乙局"):
        make_inspection(engine, number, name)
    username, password = server.account(Role.DISCIPLINE)
    visitor = visit()
    page = visitor.page
    page.goto(f"{server.address}/supervision")
    page.wait_for_selector('[data-testid="stApp"]')
    wait_ready(page)
    sign_in(page, username, password)
    table = page.get_by_test_id("stDataFrame").first
    table.wait_for()
    box = table.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 480, box["y"] + 50)
    page.get_by_role("button", name="保存并转到下一个党组织").wait_for()
    wait_ready(page)
    _, before = address(page)
    assert before["content"] == ["整改方案制定情况"]
    check_page(page)
    page.get_by_role("button", name="审核资料").click()
    wait_ready(page)
    page.get_by_label("了解到的情况").fill("方案已修改两次")
    page.get_by_role("button", name="保存并转到下一个党组织").click()
    page.get_by_text("的监督记录。", exact=False).last.wait_for()
    wait_ready(page)
    _, after = address(page)
    assert after["content"] == before["content"]
    assert {*before["org"], *after["org"]} == {"甲局", "乙局"}
    (entry,) = all_of(engine, SupervisionEntry)
    assert entry.seen == "方案已修改两次"
    assert page.get_by_label("了解到的情况").input_value() == ""
    check_page(page)
    check_visit(server, [visitor])
    engine.dispose()
