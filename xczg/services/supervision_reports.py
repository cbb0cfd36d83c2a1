"""Result reports of routine supervision (R4): drafted from the entries, edited, submitted, returned.

One per unit and round, or a joint one. Every version is kept: a return locks the old one and opens a copy.
"""

from datetime import date

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from xczg.access.permissions import Actor, UseCase, demand
from xczg.rules.rulebook import Rulebook
from xczg.rules.supervision import SUPERVISING, blanks, matrix, report_locked
from xczg.rules.supervision_draft import LONGEST, EntryText, draft_overall, draft_section
from xczg.rules.values import ReportState, ScoringUnit
from xczg.services.scoped import NOT_FOUND
from xczg.services.supervised import (
    LOCKED,
    as_versions,
    own_unit,
    report_unit,
    versions_of,
    writable_round,
)
from xczg.services.unit_of_work import RefusedError, StaleError, change_versioned
from xczg.store import audit
from xczg.store.engine import writing
from xczg.store.tables import ReportSection, SupervisionReport, now
from xczg.store.views.rounds import RoundRow
from xczg.store.views.supervision import entries_of_round, looks_of_round, supervised

_STALE = "在您填写期间，他人已修改了同一报告。请对照两个版本后选择。"


def draft_report(engine: Engine, actor: Actor, round_id: int) -> int:
    """Begin the report of the actor's unit, with a section per organisation drafted from the entries.

    Raises:
        RefusedError: when there is a draft or a submitted report already, nothing to supervise, or the
            round is frozen.
    """
    demand(actor, UseCase.SUPERVISE)
    own = own_unit(actor)
    with writing(engine) as session:
        row, rulebook = writable_round(session, round_id)
        unit = report_unit(rulebook, own)
        versions = versions_of(session, round_id, unit)
        if report_locked(as_versions(versions)):
            raise RefusedError(LOCKED)
        if versions:
            raise RefusedError("报告草稿已经生成，请直接修改；需要重写的，可按监督记录重新起草。")
        report = SupervisionReport(round_id=round_id, unit=unit, recorded_by=actor.username)
        _begin(session, report, _drafted(session, row, rulebook, unit))
        audit.record(session, actor.username, "生成结果报告草稿", row.name, 版本=report.version)
        assert report.id is not None
        return report.id


def redraft_report(engine: Engine, actor: Actor, report_id: int, edition: int) -> None:
    """Write the whole draft anew from the entries as they are now; what was written by hand is replaced.

    Raises:
        StaleError: when a colleague changed the draft after the page was drawn.
        RefusedError: when it is not the unit's own draft.
    """
    demand(actor, UseCase.SUPERVISE)
    with writing(engine) as session:
        report, row, rulebook = _own_draft(session, actor, report_id)
        _refuse_stale(session, report, edition)
        overall, texts = _drafted(session, row, rulebook, report.unit)
        _rewrite(session, report, overall, texts)
        audit.record(session, actor.username, "重新起草结果报告", row.name, 版本=report.version)


def save_overall(engine: Engine, actor: Actor, report_id: int, row_version: int, text: str) -> None:
    """Save the opening of a draft.

    Raises:
        StaleError: when a colleague changed it after the form was drawn.
        RefusedError: when it is not the unit's own draft, or the text is too long.
    """
    demand(actor, UseCase.SUPERVISE)
    with writing(engine) as session:
        report, row, _ = _own_draft(session, actor, report_id)
        if report.row_version != row_version:
            session.expunge(report)
            raise StaleError(_STALE, report)
        report.overall = _checked_text(text)
        report.row_version += 1
        session.add(report)
        audit.record(session, actor.username, "修改结果报告", row.name, 版本=report.version, 部分="总体情况")


def save_section(
    engine: Engine, actor: Actor, report_id: int, inspection_id: int, version: int, text: str
) -> None:
    """Save what a draft says of one organisation; colleagues may work on the others meanwhile.

    Raises:
        StaleError: when a colleague changed the same section.
        RefusedError: when it is not the unit's own draft, or the text is too long.
    """
    demand(actor, UseCase.SUPERVISE)
    with writing(engine) as session:
        report, row, _ = _own_draft(session, actor, report_id)
        section = session.exec(
            select(ReportSection).where(
                col(ReportSection.report_id) == report_id, col(ReportSection.inspection_id) == inspection_id
            )
        ).first()
        if section is None or section.id is None:
            raise RefusedError(NOT_FOUND)
        change_versioned(session, ReportSection, section.id, version, {"text": _checked_text(text)})
        audit.record(
            session, actor.username, "修改结果报告", row.name, 版本=report.version, 巡察编号=inspection_id
        )


def submit_report(
    engine: Engine, actor: Actor, report_id: int, edition: int, *, blanks_confirmed: int, today: date
) -> None:
    """Submit the report to the office (R4); from then on it and the entries are locked.

    `blanks_confirmed` is the number of blank contents the person was told of and agreed to.

    Raises:
        StaleError: when a colleague changed the draft after the page was drawn.
        RefusedError: when it is not the unit's own draft, a section is empty, or the blanks are others.
    """
    demand(actor, UseCase.SUPERVISE)
    with writing(engine) as session:
        report, row, rulebook = _own_draft(session, actor, report_id)
        _refuse_stale(session, report, edition)
        _refuse_empty(session, report)
        left = count_blanks(session, row, rulebook, report.unit)
        if left != blanks_confirmed:
            msg = f"现有{left}项评估内容仍为空白，请补充监督记录，或确认后再报送。"
            raise RefusedError(msg)
        report.state = ReportState.SUBMITTED
        report.submitted_by, report.submitted_on, report.submitted_at = actor.username, today, now()
        report.row_version += 1
        session.add(report)
        audit.record(
            session,
            actor.username,
            "报送结果报告",
            row.name,
            版本=report.version,
            日期=str(today),
            空白=left,
        )


def return_report(engine: Engine, actor: Actor, report_id: int, *, reason: str) -> int:
    """Return a submitted report with a reason; the unit goes on in a copy, the new version.

    Raises:
        RefusedError: without a reason, when it is not the submitted one, or the round is frozen.
    """
    demand(actor, UseCase.RETURN_REPORT)
    reason = reason.strip()
    if not reason or len(reason) > 1000:
        raise RefusedError("请填写退回原因，1至1000字。")
    with writing(engine) as session:
        report, row, _ = _writable(session, report_id)
        if report.state is not ReportState.SUBMITTED:
            raise RefusedError("只能退回已报送的报告，请刷新页面。")
        report.state, report.returned_reason = ReportState.RETURNED, reason
        report.returned_by, report.returned_at = actor.username, now()
        report.row_version += 1
        session.add(report)
        copy = SupervisionReport(
            round_id=report.round_id,
            unit=report.unit,
            version=report.version + 1,
            recorded_by=actor.username,
        )
        texts = {one.inspection_id: one.text for one in _sections(session, report_id)}
        _begin(session, copy, (report.overall, texts))
        audit.record(session, actor.username, "退回结果报告", row.name, 版本=report.version, 原因=reason)
        assert copy.id is not None
        return copy.id


def count_blanks(session: Session, row: RoundRow, rulebook: Rulebook, unit: ScoringUnit | None) -> int:
    """How many required contents of organisations are still without an entry, for one report."""
    units = (unit,) if unit else SUPERVISING
    wanted = [one.inspection_id for one in supervised(session, row.id) if not one.exempted]
    return len(blanks(matrix(wanted, looks_of_round(session, row.id), rulebook, units)))


Draft = tuple[str, dict[int, str]]


def _drafted(session: Session, row: RoundRow, rulebook: Rulebook, unit: ScoringUnit | None) -> Draft:
    """Overall text and the text of each organisation, from the entries of the unit or of both."""
    wanted = [one for one in supervised(session, row.id) if not one.exempted]
    if not wanted:
        raise RefusedError("本轮还没有需要监督评估的党组织，请先由市委巡察办导入整改台账。")
    own: dict[int, list[EntryText]] = {one.inspection_id: [] for one in wanted}
    for entry in entries_of_round(session, row.id):
        if entry.inspection_id in own and unit in (None, entry.unit):
            own[entry.inspection_id].append(entry.text)
    every = [text for texts in own.values() for text in texts]
    overall = draft_overall(every, rulebook, unit, organizations=len(wanted))
    return overall, {key: draft_section(texts, rulebook, unit) for key, texts in own.items()}


def _begin(session: Session, report: SupervisionReport, draft: Draft) -> None:
    report.overall, texts = draft
    session.add(report)
    session.flush()
    _add_sections(session, report, texts)


def _rewrite(session: Session, report: SupervisionReport, overall: str, texts: dict[int, str]) -> None:
    """Replace every text; organisations that came meanwhile get a section."""
    report.overall = overall
    report.row_version += 1
    session.add(report)
    for section in _sections(session, report.id):
        section.text = texts.pop(section.inspection_id, section.text)
        section.version += 1
        session.add(section)
    _add_sections(session, report, texts)


def _add_sections(session: Session, report: SupervisionReport, texts: dict[int, str]) -> None:
    assert report.id is not None
    for inspection, text in texts.items():
        session.add(ReportSection(report_id=report.id, inspection_id=inspection, text=text))


def _writable(session: Session, report_id: int) -> tuple[SupervisionReport, RoundRow, Rulebook]:
    found = session.get(SupervisionReport, report_id)
    if found is None:
        raise RefusedError(NOT_FOUND)
    row, rulebook = writable_round(session, found.round_id)
    session.refresh(found)  # what it was before the round was ours is not what it is now
    return found, row, rulebook


def _own_draft(
    session: Session, actor: Actor, report_id: int
) -> tuple[SupervisionReport, RoundRow, Rulebook]:
    report, row, rulebook = _writable(session, report_id)
    if report.unit is not report_unit(rulebook, own_unit(actor)):
        raise RefusedError("这份报告属于另一单位，只能由该单位修改和报送。")
    if report.state is not None:
        raise RefusedError(LOCKED)
    return report, row, rulebook


def _refuse_stale(session: Session, report: SupervisionReport, edition: int) -> None:
    if report.row_version + sum(one.version for one in _sections(session, report.id)) == edition:
        return
    session.expunge(report)
    raise StaleError("在您查看期间，本单位其他同志已修改了报告。请刷新页面核对后再办理。", report)


def _refuse_empty(session: Session, report: SupervisionReport) -> None:
    empty = sum(not one.text.strip() for one in _sections(session, report.id))
    if empty or not report.overall.strip():
        what = f"有{empty}个党组织的分节" if empty else "总体情况"
        msg = f"{what}没有内容，请填写后再报送。"
        raise RefusedError(msg)


def _sections(session: Session, report_id: int | None) -> list[ReportSection]:
    return list(session.exec(select(ReportSection).where(col(ReportSection.report_id) == report_id)))


def _checked_text(text: str) -> str:
    text = text.strip()
    if len(text) > LONGEST:
        msg = f"每一部分不超过{LONGEST}字（现{len(text)}字），请精简。"
        raise RefusedError(msg)
    return text
