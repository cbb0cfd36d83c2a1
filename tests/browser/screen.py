"""What is to be seen on a page, and the hands that choose on it."""

import re
from collections.abc import Iterable
from urllib.parse import parse_qs, unquote, urlsplit

from playwright.sync_api import Locator, Page

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


def check_visit(server: Server, visitors: Iterable[Visitor]) -> None:
    """No complaint in the console or in the server's log, nothing asked for elsewhere."""
    for visitor in visitors:
        assert visitor.console_errors == []
        outside = [u for u in visitor.requests if not u.startswith((server.address, "data:", "blob:"))]
        assert outside == []
        assert visitor.requests
    assert "Traceback" not in server.log


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
