"""The pages: one table of what exists, where it stands in the menu, and what one must be allowed to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import streamlit as st
from streamlit.navigation.page import Page

from xczg.access.gate import TITLE, require
from xczg.access.permissions import Actor, UseCase
from xczg.rules.values import Role
from xczg.store.settings import PROJECT

DUE = "待办事项"
OVERVIEW = "总览"
LEDGER = "整改台账"
SUPERVISION = "日常监督评估"
ASSESSMENT = "集中督查评估"
RULEBOOK = "制度与附件"
SYSTEM = "系统管理"

# The page one arrives at is served at "/" under this name; at its own address it stands once more, unseen.
START = "start"
BALLOT = "ballot"


@dataclass(frozen=True, slots=True)
class PageEntry:
    """One screen, where it stands in the menu, and what one must be allowed to do to open it."""

    path: str
    title: str
    url_path: str
    section: str
    use_case: UseCase

    @property
    def file(self) -> Path:
        """The file Streamlit runs."""
        return PROJECT / "pages" / self.path


# In the order of the menu.
PAGES = (
    PageEntry("system/due.py", DUE, "due", DUE, UseCase.VIEW_DUE),
    PageEntry("leadership/overview.py", "总览", "overview", OVERVIEW, UseCase.VIEW_OVERVIEW),
    PageEntry(
        "leadership/organization.py", "被巡察党组织", "organization", LEDGER, UseCase.VIEW_ORGANIZATION
    ),
    PageEntry("office/ledger.py", "问题台账", "ledger", LEDGER, UseCase.VIEW_LEDGER),
    PageEntry("office/finding.py", "反馈问题", "finding", LEDGER, UseCase.VIEW_LEDGER),
    PageEntry("office/ledger_import.py", "台账导入", "ledger_import", LEDGER, UseCase.IMPORT_LEDGER),
    PageEntry("office/close_out.py", "销号审核", "close_out", LEDGER, UseCase.CLAIM_CLOSE_OUT),
    PageEntry("office/extensions.py", "延期申请", "extensions", LEDGER, UseCase.ASK_EXTENSION),
    PageEntry("office/submissions.py", "整改材料", "submissions", LEDGER, UseCase.VIEW_ORGANIZATION),
    PageEntry("office/matters.py", "移交事项", "matters", LEDGER, UseCase.VIEW_LEADS),
    PageEntry("scoring/task_list.py", "任务清单", "task_list", SUPERVISION, UseCase.VIEW_SUPERVISION),
    PageEntry("scoring/supervision.py", "监督记录", "supervision", SUPERVISION, UseCase.VIEW_SUPERVISION),
    PageEntry("scoring/report.py", "结果报告", "supervision_report", SUPERVISION, UseCase.VIEW_SUPERVISION),
    PageEntry("office/organizations.py", "党组织名录", "organizations", LEDGER, UseCase.MANAGE_ORGANIZATIONS),
    PageEntry("office/rounds.py", "轮次", "rounds", ASSESSMENT, UseCase.MANAGE_ROUNDS),
    PageEntry("office/groups.py", "督查组与日程", "groups", ASSESSMENT, UseCase.VIEW_ASSESSMENT),
    PageEntry("office/consultation.py", "会商会议", "consultation", ASSESSMENT, UseCase.VIEW_ASSESSMENT),
    PageEntry("scoring/visits.py", "实地督导", "visits", ASSESSMENT, UseCase.RECORD_VISIT),
    PageEntry("office/satisfaction.py", "满意度测评", "satisfaction", ASSESSMENT, UseCase.RECORD_VISIT),
    PageEntry("office/wrap_up.py", "总结会", "wrap_up", ASSESSMENT, UseCase.MANAGE_ASSESSMENT),
    PageEntry("scoring/score_sheet.py", "评估打分", "score_sheet", ASSESSMENT, UseCase.FILL_SHEET),
    PageEntry("office/scores.py", "得分汇总", "scores", ASSESSMENT, UseCase.VIEW_PROVISIONAL),
    PageEntry("system/rulebook.py", "办法要点", "rulebook", RULEBOOK, UseCase.VIEW_RULEBOOK),
    PageEntry("system/annexes.py", "附件", "annexes", RULEBOOK, UseCase.VIEW_RULEBOOK),
    PageEntry("system/parameters.py", "参数", "parameters", RULEBOOK, UseCase.VIEW_RULEBOOK),
    PageEntry("system/accounts.py", "账号权限", "accounts", SYSTEM, UseCase.MANAGE_ACCOUNTS),
)


def menu(actor: Actor) -> dict[str, list[Page]]:
    """The sections of `st.navigation` for this person.

    Pages that are not theirs are there too, unseen: their address then leads to the sentence that says
    who can, instead of Streamlit's English "Page not found". So does an address nobody knows.
    """
    mine = [entry for entry in PAGES if actor.may(entry.use_case)]
    start = arrival(actor, mine)
    sections: dict[str, list[Page]] = {"": []}
    for entry in mine:
        heading = "" if entry.section == entry.title else entry.section
        url_path = START if entry is start else entry.url_path
        page = st.Page(entry.file, title=entry.title, url_path=url_path, default=entry is start)
        sections.setdefault(heading, []).append(page)
    others = [start, *(entry for entry in PAGES if entry not in mine)]
    sections[""] += [
        st.Page(entry.file, title=entry.title, url_path=entry.url_path, visibility="hidden")
        for entry in others
    ]
    known = {START, start.url_path, *(entry.url_path for entry in PAGES)}
    if (asked := _asked()) and asked not in known:
        lost = st.Page(_no_such_page, title="没有这个页面", url_path=asked, visibility="hidden")
        sections[""].append(lost)
    return sections


def arrival(actor: Actor, mine: Sequence[PageEntry]) -> PageEntry:
    """Where somebody arrives: a leader at the overview, an administrator at accounts, others at the tasks."""
    first = {Role.LEADER: UseCase.VIEW_OVERVIEW, Role.ADMIN: UseCase.MANAGE_ACCOUNTS}
    wanted = {first[role] for role in actor.roles if role in first}
    return next((entry for entry in mine if entry.use_case in wanted), mine[0])


def pages_of(actor: Actor) -> set[str]:
    """The files of the pages this person may open, as links name them."""
    return {f"pages/{entry.path}" for entry in PAGES if entry.use_case is None or actor.may(entry.use_case)}


def ballot_page() -> Page | None:
    """The anonymous ballot where its address was asked for, alone: no menu, no sign-in, no other page.

    It stands in no menu and is not among `PAGES`; the address is told with the code.
    """
    if _asked() != BALLOT:
        return None
    ballot = st.Page(
        PROJECT / "pages" / "scoring" / "ballot.py", title=TITLE, url_path=BALLOT, visibility="hidden"
    )
    return st.navigation(
        [st.Page(_nothing, title=TITLE, url_path=START, default=True), ballot], position="hidden"
    )


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
