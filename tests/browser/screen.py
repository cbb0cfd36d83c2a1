"""What is to be seen on a page, and the hands that choose on it."""

import re
from collections.abc import Iterable
from urllib.parse import parse_qs, unquote, urlsplit

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Server, Visitor, wait_ready

# Latin words an office reads in Chinese text anyway.
KNOWN_WORDS = {"xlsx", "Excel", "Word"}

# Text that has a size, a colour and a place; without icons, which are ligatures of English words.
_SHOWN = """() => {
  const words = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const left_out = 'style, script, template, [data-testid=stIconMaterial]'
  while (walker.nextNode()) {
    const node = walker.currentNode, box = node.parentElement
    if (!node.textContent.trim() || box.closest(left_out)) continue
    const look = getComputedStyle(box), place = box.getBoundingClientRect()
    if (look.visibility === 'hidden' || parseFloat(look.fontSize) < 1) continue
    if (place.width < 2 || place.height < 2 || place.right <= 0 || place.bottom + scrollY <= 0) continue
    words.push(node.textContent)
  }
  for (const field of document.querySelectorAll('input, textarea'))
    if (field.getBoundingClientRect().width > 2) words.push(field.value || field.placeholder)
  return words.join('\\n')
}"""


def shown_words(page: Page) -> str:
    """The text on screen, with what stands in the fields."""
    return str(page.evaluate(_SHOWN))


def spoken_words(page: Page) -> str:
    """What stands beside the text: descriptions of charts, explanations, cells for screen readers."""
    return str(
        page.evaluate(
            """() => [...document.querySelectorAll('[aria-label], [alt], [title], [role=gridcell]')]
              .map(one => ['aria-label', 'alt', 'title'].map(name => one.getAttribute(name)).join(' ')
                + one.textContent).join('\\n')"""
        )
    )


def english(page: Page) -> list[str]:
    """Words on screen that are not Chinese."""
    return [word for word in re.findall(r"[A-Za-z]{4,}", shown_words(page)) if word not in KNOWN_WORDS]


def check_page(page: Page) -> None:
    """Nothing went wrong on this page, and all of it is in Chinese."""
    assert page.get_by_test_id("stException").count() == 0
    assert page.get_by_role("dialog").count() == 0
    assert "页面出错" not in shown_words(page)
    assert english(page) == []
    place = urlsplit(page.url).path
    if place not in _LOOKED_INTO:
        _LOOKED_INTO.add(place)
        look_into_tables(page)


_LOOKED_INTO: set[str] = set()
FIRST_MENU = (218, 16)  # of the ledger's first column, beside its boxes


def look_into_tables(page: Page) -> None:
    """Open what Streamlit offers on a table: toolbar, search, menu of a column. All of it in Chinese."""
    tables = page.get_by_test_id("stDataFrame").filter(visible=True)
    if not tables.count():
        return
    tables.first.scroll_into_view_if_needed()
    tables.first.hover()
    tools = tables.first.get_by_test_id("stElementToolbarButton").filter(visible=True)
    expect(tools.first).to_be_visible()
    for tool in tools.all():
        tool.hover()
        page.wait_for_timeout(1300)  # its English tooltip would come after a second
        assert english(page) == []
    offered = [tool.get_by_role("button").get_attribute("aria-label") or "" for tool in tools.all()]
    assert {label.partition(":")[0] for label in offered} <= {"Search", "Fullscreen", "Clear selection"}
    assert offered
    search = tables.first.get_by_role("button", name="Search").filter(visible=True)
    if not search.count():  # where a click on a cell opens a page
        return
    search.click()
    expect(tables.first.get_by_test_id("search-input")).to_be_visible()
    page.keyboard.type("的")
    page.wait_for_timeout(500)
    assert english(page) == []
    page.keyboard.press("Escape")
    page.wait_for_timeout(300)


def open_column_menu(page: Page) -> Locator:
    """The menu of the first column of the ledger; its entries that are to be seen."""
    place = page.locator(".st-key-findings canvas").first.bounding_box()
    assert place is not None
    x, y = place["x"] + FIRST_MENU[0], place["y"] + FIRST_MENU[1]
    page.mouse.move(x - 80, y)
    page.wait_for_timeout(300)
    page.mouse.click(x, y)
    expect(page.get_by_test_id("stDataFrameColumnMenu")).to_be_visible()
    return page.get_by_test_id("stDataFrameColumnMenu").get_by_role("menuitem").filter(visible=True)


def check_visit(server: Server, visitors: Iterable[Visitor]) -> None:
    """No complaint in the console or in the server's log, nothing asked for elsewhere."""
    for visitor in visitors:
        assert visitor.console_errors == []
        outside = [u for u in visitor.requests if not u.startswith((server.address, "data:", "blob:"))]
        assert outside == []
        assert visitor.requests
    assert "Traceback" not in server.log
    assert "Session State API" not in server.log


def address(page: Page) -> tuple[str, dict[str, list[str]]]:
    """The path and the parameters of the address bar."""
    parts = urlsplit(page.url)
    return unquote(parts.path), parse_qs(parts.query)


def choose(page: Page, key: str, option: str) -> None:
    """Choose an entry of the selectbox with this key."""
    page.locator(f".st-key-{key}").get_by_role("combobox").click()
    page.get_by_role("option", name=option, exact=True).click()
    wait_ready(page)


def bottom(part: Locator) -> float:
    """How far down it reaches."""
    box = part.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


def overflow(page: Page) -> list[str]:
    """What is wider than the window: the document, or the part of it that scrolls."""
    return page.evaluate(
        """() => [document.documentElement, document.body, document.querySelector('[data-testid=stMain]')]
          .filter(one => one.scrollWidth > innerWidth).map(one => one.tagName)"""
    )
