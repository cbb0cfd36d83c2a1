"""Papers handed in （整改材料）: version by version, each with the office's 审核意见 (R2)."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from xczg.access.permissions import Actor, UseCase, demand
from xczg.rules.flows import SUBMISSION, FlowAct
from xczg.rules.values import AttachmentKind, SubmissionKind
from xczg.services.attachments import NewFile, attach
from xczg.services.flow_parts import next_state, words
from xczg.services.scoped import NOT_FOUND, inspection_ref
from xczg.services.unit_of_work import RefusedError, StaleError
from xczg.store import audit
from xczg.store.engine import writing
from xczg.store.tables import Inspection, Submission, now


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as it is handed in; `after` is the version the form showed as the newest, 0 for none."""

    kind: SubmissionKind
    after: int
    handed_in_on: date
    meeting_on: date | None = None
    signed_on: date | None = None
    note: str = ""
    files: tuple[NewFile, ...] = ()


def hand_in(
    engine: Engine, actor: Actor, uploads: Path, inspection_id: int, paper: Paper, *, today: date
) -> int:
    """Hand in a paper, the organisation its own, or record it as the office; returns its number.

    Raises:
        RefusedError: while one waits for review or is accepted, for wrong dates, or with nothing to show.
        StaleError: when another version came in since the form was drawn.
    """
    demand(actor, UseCase.HAND_IN)
    with writing(engine) as session:
        inspection = inspection_ref(session, actor, inspection_id)
        session.get(Inspection, inspection_id, with_for_update=True, populate_existing=True)
        newest = _newest(session, inspection_id, paper.kind)
        version = newest.version if newest else 0
        if newest and paper.after != version:
            raise StaleError("在您填写期间，他人已报送了同一材料。请查看最新版本后再决定。", newest)
        state = next_state(SUBMISSION, newest.state if newest else None, FlowAct.HAND_IN)
        _check_dates(paper, today)
        note = words(paper.note, "说明", 2000)
        if not paper.files and not note:
            raise RefusedError("请上传材料；只有纸质件的，请在说明中写明存放处。")
        row = Submission(
            inspection_id=inspection_id,
            kind=paper.kind,
            version=version + 1,
            state=state,
            meeting_on=paper.meeting_on,
            signed_on=paper.signed_on,
            handed_in_on=paper.handed_in_on,
            note=note,
            handed_in_by=actor.username,
        )
        session.add(row)
        session.flush()
        assert row.id is not None
        kind = AttachmentKind.SUBMISSION
        attach(session, actor, uploads, paper.files, kind=kind, owner_id=row.id, inspection_id=inspection_id)
        audit.record(
            session,
            actor.username,
            f"报送{paper.kind.value}",
            inspection.label,
            版本=row.version,
            材料=len(paper.files),
        )
        return row.id


def review_submission(
    engine: Engine, actor: Actor, submission_id: int, *, accepted: bool, opinion: str
) -> None:
    """Accept a paper or return it with an opinion （审核意见）.

    Raises:
        RefusedError: for a return without opinion.
        StaleError: when somebody else has reviewed it; `stored` is the paper as reviewed.
    """
    demand(actor, UseCase.REVIEW_SUBMISSION)
    act = FlowAct.ACCEPT if accepted else FlowAct.RETURN_PAPER
    with writing(engine) as session:
        row = session.get(Submission, submission_id, with_for_update=True)
        if row is None:
            raise RefusedError(NOT_FOUND)
        inspection = inspection_ref(session, actor, row.inspection_id)
        if row.reviewed_by is not None:
            session.expunge(row)
            raise StaleError("该材料已由他人审核。请查看审核意见后再决定。", row)
        row.state = next_state(SUBMISSION, row.state, act)
        needed = "" if accepted else "退回修改必须填写审核意见，写明需要修改之处。"
        row.opinion = words(opinion, "审核意见", 2000, required=needed)
        row.reviewed_by, row.reviewed_at = actor.username, now()
        session.add(row)
        audit.record(
            session,
            actor.username,
            f"{row.kind.value}{row.state.value}",
            inspection.label,
            版本=row.version,
            意见=row.opinion,
        )


def _check_dates(paper: Paper, today: date) -> None:
    if paper.handed_in_on > today:
        raise RefusedError("报送日期晚于今天，请改正。")
    if paper.kind is SubmissionKind.DEMOCRATIC_LIFE_MEETING and paper.meeting_on is None:
        raise RefusedError("请填写专题民主生活会的召开日期。")
    for day, what in ((paper.meeting_on, "会议日期"), (paper.signed_on, "主要负责人签字日期")):
        if day is not None and day > paper.handed_in_on:
            msg = f"{what}晚于报送日期，请改正。"
            raise RefusedError(msg)


def _newest(session: Session, inspection_id: int, kind: SubmissionKind) -> Submission | None:
    return session.exec(
        select(Submission)
        .where(col(Submission.inspection_id) == inspection_id, col(Submission.kind) == kind)
        .order_by(col(Submission.version).desc())
        .limit(1)
    ).first()
