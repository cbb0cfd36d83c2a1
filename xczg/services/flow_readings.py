"""What the screens of close-out, extension and papers read: checked and within the person's scope."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine

from xczg.access.permissions import Actor, UseCase, demand
from xczg.rules.flows import days_late, submission_due
from xczg.rules.rulebook import Periods
from xczg.rules.values import AttachmentKind, ExtensionState, ScoringUnit, SubmissionKind
from xczg.services.attachments import AttachmentRow, attachments
from xczg.services.close_outs import JOINT_REVIEW
from xczg.services.results import read_rulebook
from xczg.store.engine import reading
from xczg.store.tables import CloseOut, Extension, Finding
from xczg.store.views.flows import (
    CloseOutRow,
    ExtensionRow,
    FlowDetail,
    FlowFilter,
    OpenFinding,
    close_out_counts,
    close_out_rows,
    extension_counts,
    extension_rows,
    flow_detail,
    open_findings,
)
from xczg.store.views.rounds import RoundRow
from xczg.store.views.submissions import NewestPaper, PapersRow, PaperVersion, paper_versions, papers_of_round

NOT_HANDED_IN = "未报送"
OVERDUE = "逾期未报送"


@dataclass(frozen=True, slots=True)
class FindingFlows:
    """One finding in the flows: its claims and requests, newest first, their files, and who is who."""

    detail: FlowDetail
    joint_review: bool
    joint_units: tuple[str, ...]

    @property
    def finding(self) -> Finding:
        """The finding itself."""
        return self.detail.finding

    @property
    def claim(self) -> CloseOut | None:
        """The newest claim."""
        return next(iter(self.detail.claims), None)

    @property
    def extension(self) -> Extension | None:
        """The newest request for a later date."""
        return next(iter(self.detail.extensions), None)

    def files(self, kind: AttachmentKind, owner_id: int | None = None) -> list[AttachmentRow]:
        """The files of one kind, of one record or of all of them."""
        return [
            AttachmentRow(file.id, file.owner_id, file.name, file.size, file.added_by)
            for file in self.detail.files
            if file.kind is kind and owner_id in (None, file.owner_id)
        ]

    def name(self, username: str | None) -> str:
        """Who it was, by name where there is an account."""
        return self.detail.names.get(username or "", username or "")


def read_close_out_counts(engine: Engine, actor: Actor, wanted: FlowFilter) -> dict[str, int]:
    """How many findings stand in each stage of the close-out."""
    demand(actor, UseCase.CLAIM_CLOSE_OUT)
    with reading(engine) as session:
        return close_out_counts(session, wanted, actor.scope)


def read_close_outs(
    engine: Engine, actor: Actor, wanted: FlowFilter, *, page: int, size: int
) -> tuple[CloseOutRow, ...]:
    """One page of the findings in one stage."""
    demand(actor, UseCase.CLAIM_CLOSE_OUT)
    with reading(engine) as session:
        return close_out_rows(session, wanted, page=page, size=size, scope=actor.scope)


def read_extension_counts(engine: Engine, actor: Actor, wanted: FlowFilter) -> dict[ExtensionState, int]:
    """How many requests there are in each state."""
    demand(actor, UseCase.ASK_EXTENSION)
    with reading(engine) as session:
        return extension_counts(session, wanted, actor.scope)


def read_extensions(
    engine: Engine, actor: Actor, wanted: FlowFilter, *, page: int, size: int
) -> tuple[ExtensionRow, ...]:
    """One page of the requests in one state."""
    demand(actor, UseCase.ASK_EXTENSION)
    with reading(engine) as session:
        return extension_rows(session, wanted, page=page, size=size, scope=actor.scope)


def read_open_findings(
    engine: Engine, actor: Actor, round_id: int, organization_id: int
) -> tuple[OpenFinding, ...]:
    """The findings of an organisation for which an extension can be asked."""
    demand(actor, UseCase.ASK_EXTENSION)
    with reading(engine) as session:
        return open_findings(session, round_id, organization_id, actor.scope)


def read_finding_flows(engine: Engine, actor: Actor, finding_id: int) -> FindingFlows | None:
    """One finding in the flows; None where there is none in the person's scope."""
    demand(actor, UseCase.VIEW_LEDGER)
    with reading(engine) as session:
        detail = flow_detail(session, finding_id, actor.scope)
    if detail is None:
        return None
    rulebook = read_rulebook(detail.rulebook_content)
    joint = rulebook.papers.close_out_review.value == JOINT_REVIEW
    names = rulebook.units.names.value
    units = (names[ScoringUnit.DISCIPLINE], names[ScoringUnit.PERSONNEL])
    return FindingFlows(detail, joint, units)


@dataclass(frozen=True, slots=True)
class PaperCell:
    """One kind of paper of one organisation: how it stands, by when it is due, how late it is."""

    kind: SubmissionKind
    newest: NewestPaper | None
    due: date | None
    late: int

    @property
    def state(self) -> str:
        """The state in one word; overdue only where there is a date and nothing came in."""
        if self.newest is not None:
            return self.newest.state.value
        return OVERDUE if self.late else NOT_HANDED_IN


@dataclass(frozen=True, slots=True)
class PapersOfOne:
    """One organisation with its papers, a cell a kind."""

    inspection_id: int
    organization: str
    cells: tuple[PaperCell, ...]


def read_papers(engine: Engine, actor: Actor, row: RoundRow, today: date) -> tuple[PapersOfOne, ...]:
    """The organisations of a round in scope, each with the newest version of every kind."""
    demand(actor, UseCase.VIEW_ORGANIZATION)
    periods = read_rulebook(row.rulebook_content).periods
    with reading(engine) as session:
        found = papers_of_round(session, row.id, actor.scope)
    return tuple(
        PapersOfOne(
            one.inspection_id,
            one.organization,
            tuple(_cell(one, kind, periods, today) for kind in SubmissionKind),
        )
        for one in found
    )


def _cell(row: PapersRow, kind: SubmissionKind, periods: Periods, today: date) -> PaperCell:
    due, newest = submission_due(kind, row.feedback, periods), row.newest.get(kind)
    return PaperCell(kind, newest, due, days_late(due, newest.first_on if newest else None, today))


def read_paper_versions(
    engine: Engine, actor: Actor, inspection_id: int
) -> tuple[tuple[PaperVersion, ...], dict[int, list[AttachmentRow]]]:
    """All versions of the papers of one inspection, newest first, and their files."""
    demand(actor, UseCase.VIEW_ORGANIZATION)
    with reading(engine) as session:
        versions = paper_versions(session, inspection_id, actor.scope)
        return versions, attachments(session, AttachmentKind.SUBMISSION, [one.id for one in versions])
