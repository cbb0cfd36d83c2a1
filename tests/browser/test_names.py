"""Names that look like markup are read on screen exactly as they were written."""

from collections.abc import Callable
from datetime import timedelta

from tests.browser.conftest import Server, Visitor, sign_in, wait_ready
from tests.browser.screen import check_visit, shown_words
from tests.factories import make_finding, make_round, make_scored
from xczg.rules.phases import Act
from xczg.rules.values import Role
from xczg.store.clock import today
from xczg.store.engine import open_engine, writing
from xczg.store.tables import RoundAct
from xczg.ui.words import WORD_JOINER

NAME = "<b>甲</b>**局** [链](http://x.cn) $x^2$ :red[红] _党_ `码` &lt; www.y.cn z@y.cn"
ROUND = "第*一*轮 <i>斜</i>"
TEXT = "**问题** <img src=x onerror=alert(1)> $a_1$"


def test_markup_in_names_stays_text(server: Server, visit: Callable[..., Visitor]) -> None:
    engine = open_engine(server.settings.database_url)
    round_id = make_round(engine, ROUND)
    made = make_scored(engine, round_id, {NAME: ("61", "62", "63"), "乙局": ("90", "91", "92")})
    make_finding(engine, made[NAME], TEXT, due_date=today() - timedelta(days=400))
    with writing(engine) as session:
        session.add(RoundAct(round_id=round_id, act=Act.AGGREGATED, on_date=today(), recorded_by="office"))
    engine.dispose()
    visitor = visit()
    page = visitor.page
    page.goto(server.address)
    wait_ready(page)
    sign_in(page, *server.account(Role.LEADER))

    def check(*written: str) -> None:
        wait_ready(page)
        shown = shown_words(page).replace(WORD_JOINER, "")
        for text in written:
            assert text in shown
        main = page.get_by_test_id("stMain")
        for markup in ("i", "em", "code", "img[src=x]", ".katex", "a[href*='x.cn']", "a[href*='y.cn']"):
            found = main.locator(f".stMarkdown {markup}, .stHeading {markup}, svg.main-svg {markup}")
            assert found.count() == 0, markup
        assert main.locator("b, strong").filter(has_text="甲").filter(has_not_text="<b>").count() == 0

    check(ROUND, NAME)
    page.locator(".st-key-attention").get_by_role("link").first.click()
    check(NAME)
    page.get_by_role("link", name="在问题台账中查看全部").click()
    check(NAME, ROUND)
    place = page.locator(".st-key-findings canvas").first.bounding_box()
    assert place is not None
    page.mouse.click(place["x"] + 16, place["y"] + 48)
    page.get_by_text("整改措施（0条）").wait_for()
    check(NAME, TEXT)
    check_visit(server, [visitor])
