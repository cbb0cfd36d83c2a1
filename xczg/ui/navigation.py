"""The pages: one table of what exists, where it stands in the menu, and what one must be allowed to do."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import streamlit as st
from streamlit.navigation.page import Page

from xczg.access.gate import TITLE, require
from xczg.access.permissions import Actor, UseCase
from xczg.store.settings import PROJECT

OVERVIEW = "总览"
LEDGER = "整改台账"
ASSESSMENT = "集中督查评估"
SYSTEM = "系统管理"

# The page one arrives at is served at "/" under this name; at its own address it stands once more, unseen.
START = "start"


@dataclass(frozen=True, slots=True)
class PageEntry:
    """One screen; without a use case it is the home of those for whom there is nothing else."""

    path: str
    title: str
    url_path: str
    section: str
    use_case: UseCase | None

    @property
    def file(self) -> Path:
        """The file Streamlit runs."""
        return PROJECT / "pages" / self.path


HOME = PageEntry("system/home.py", "首页", "home", "", None)

# In the order of the menu; the first one somebody may open is where they arrive.
PAGES = (
    PageEntry("leadership/overview.py", "总览", "overview", OVERVIEW, UseCase.VIEW_OVERVIEW),
    PageEntry(
        "leadership/organization.py", "被巡察党组织", "organization", LEDGER, UseCase.VIEW_ORGANIZATION
    ),
    PageEntry("office/ledger.py", "问题台账", "ledger", LEDGER, UseCase.VIEW_LEDGER),
    PageEntry("office/ledger_import.py", "台账导入", "ledger_import", LEDGER, UseCase.IMPORT_LEDGER),
    PageEntry("office/rounds.py", "轮次", "rounds", ASSESSMENT, UseCase.MANAGE_ROUNDS),
    PageEntry("scoring/score_sheet.py", "评估打分", "score_sheet", ASSESSMENT, UseCase.FILL_SHEET),
    PageEntry("office/scores.py", "得分汇总", "scores", ASSESSMENT, UseCase.VIEW_PROVISIONAL),
    PageEntry("system/accounts.py", "账号权限", "accounts", SYSTEM, UseCase.MANAGE_ACCOUNTS),
)


def menu(actor: Actor) -> dict[str, list[Page]]:
    """The sections of `st.navigation` for this person.

    Pages that are not theirs are there too, unseen: their address then leads to the sentence that says
    who can, instead of Streamlit's English "Page not found". So does an address nobody knows.
    """
    mine = [entry for entry in PAGES if entry.use_case is None or actor.may(entry.use_case)] or [HOME]
    sections: dict[str, list[Page]] = {"": []}
    for entry in mine:
        heading = "" if entry.section == entry.title else entry.section
        url_path = START if entry is mine[0] else entry.url_path
        page = st.Page(entry.file, title=entry.title, url_path=url_path, default=entry is mine[0])
        sections.setdefault(heading, []).append(page)
    others = [mine[0], *(entry for entry in PAGES if entry not in mine)]
    sections[""] += [
        st.Page(entry.file, title=entry.title, url_path=entry.url_path, visibility="hidden")
        for entry in others
    ]
    known = {START, mine[0].url_path, *(entry.url_path for entry in PAGES)}
    if (asked := _asked()) and asked not in known:
        lost = st.Page(_no_such_page, title="没有这个页面", url_path=asked, visibility="hidden")
        sections[""].append(lost)
    return sections


def hold_address() -> None:
    """Before sign-in: no menu and nothing of any page, but the address asked for is kept for afterwards.

    Streamlit knows a page by its address alone, so an empty page at that address holds the place.
    """
    pages = [st.Page(_nothing, title=TITLE, url_path=START, default=True)]
    if (asked := _asked()) and asked != START:
        pages.append(st.Page(_nothing, title=TITLE, url_path=asked, visibility="hidden"))
    st.navigation(pages, position="hidden")


def _nothing() -> None:
    pass


def _asked() -> str:
    """The last part of the address the browser shows."""
    return unquote(urlsplit(st.context.url or "").path).rstrip("/").rpartition("/")[2]


def _no_such_page() -> None:
    require()
    st.info("没有这个页面，地址可能已变更。请从上方菜单进入。")
