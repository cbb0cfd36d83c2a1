"""Finding the record a use case is about, within the actor's scope.

What lies outside the scope does not exist for the actor: the sentence is the same as for a wrong number.
"""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from xczg.access.permissions import Actor
from xczg.services.unit_of_work import RefusedError
from xczg.store.tables import Finding, FrozenResult, Inspection, Organization, Round
from xczg.store.views.rounds import in_scope

NOT_FOUND = "没有找到这条记录，可能已被删除，或不在您的数据范围内，请刷新页面。"


@dataclass(frozen=True, slots=True)
class InspectionRef:
    """One inspection and whose it is."""

    inspection: Inspection
    organization: str
    round_name: str
    rulebook_version_id: int
    frozen: bool

    @property
    def id(self) -> int:
        """Its number."""
        assert self.inspection.id is not None
        return self.inspection.id

    @property
    def label(self) -> str:
        """Organisation and round, as the audit log names it."""
        return f"{self.organization}（{self.round_name}）"


def inspection_ref(session: Session, actor: Actor, inspection_id: int) -> InspectionRef:
    """An inspection in the actor's scope. Two statements.

    Raises:
        RefusedError: when there is none.
    """
    found = session.exec(
        select(Inspection, Organization.name, Round.name, Round.rulebook_version_id)
        .join(Organization, col(Organization.id) == Inspection.organization_id)
        .join(Round, col(Round.id) == Inspection.round_id)
        .where(col(Inspection.id) == inspection_id, in_scope(actor.scope))
    ).first()
    if found is None:
        raise RefusedError(NOT_FOUND)
    frozen = session.exec(
        select(FrozenResult.id).where(col(FrozenResult.round_id) == found[0].round_id).limit(1)
    ).first()
    return InspectionRef(found[0], found[1], found[2], found[3], frozen is not None)


def finding_ref(session: Session, actor: Actor, finding_id: int) -> tuple[Finding, InspectionRef]:
    """A finding in the actor's scope, with its inspection.

    Raises:
        RefusedError: when there is none.
    """
    finding = session.get(Finding, finding_id)
    if finding is None:
        raise RefusedError(NOT_FOUND)
    return finding, inspection_ref(session, actor, finding.inspection_id)
