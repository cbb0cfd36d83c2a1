"""What the page of one finding reads beside the finding itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine

from xczg.access.permissions import Actor, UseCase, demand
from xczg.rules.contradictions import FindingFacts, MeasureFacts, contradictions
from xczg.rules.phases import deadlines
from xczg.rules.values import AttachmentKind
from xczg.services.attachments import AttachmentRow, attachments
from xczg.services.readings import read_finding
from xczg.services.results import read_rulebook
from xczg.store.engine import reading
from xczg.store.views.inspections import inspections_by_name
from xczg.store.views.ledger import FindingDetail


@dataclass(frozen=True, slots=True)
class FindingPage:
    """A finding with the files of its history and the categories it may be put into."""

    detail: FindingDetail
    files: Mapping[int, list[AttachmentRow]]
    categories: tuple[str, ...]


def read_finding_page(engine: Engine, actor: Actor, finding_id: int) -> FindingPage | None:
    """One finding with what its page shows; None where there is none in the person's scope."""
    detail = read_finding(engine, actor, finding_id)
    if detail is None:
        return None
    with reading(engine) as session:
        entries = [entry.id for entry in detail.history if entry.id is not None]
        files = attachments(session, AttachmentKind.PROGRESS, entries)
    rulebook = read_rulebook(detail.rulebook_content)
    return FindingPage(detail, files, tuple(rulebook.contents.categories.value))


def read_inspection_choices(engine: Engine, actor: Actor, round_id: int) -> dict[str, int]:
    """The inspections a finding may be added to, by organisation."""
    demand(actor, UseCase.EDIT_FINDING)
    with reading(engine) as session:
        return inspections_by_name(session, round_id, actor.scope)


def period_end(detail: FindingDetail) -> date:
    """The last day of the rectification period of this inspection (R1)."""
    periods = read_rulebook(detail.rulebook_content).periods
    return deadlines(detail.feedback_date, periods).rectification_end


def contradictions_of(detail: FindingDetail) -> tuple[str, ...]:
    """What cannot both be true of this finding, as sentences."""
    finding = detail.finding
    return contradictions(
        FindingFacts(
            status=finding.status,
            period_end=period_end(detail),
            due_date=finding.due_date,
            within_period=finding.within_period,
            outcome=finding.outcome,
            measures=[
                MeasureFacts(number, measure.status, measure.types)
                for number, measure in enumerate(detail.measures, 1)
            ],
        )
    )
