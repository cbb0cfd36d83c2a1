"""Who may do what: one table, role × use case, and who sees scores in which state of a round."""

from dataclasses import dataclass
from enum import Enum, StrEnum

from xczg.rules.phases import RoundState
from xczg.rules.rulebook import Rulebook
from xczg.rules.values import Role
from xczg.store.scope import EVERYTHING, Scope


class UseCase(StrEnum):
    """What a person can ask of the program; the value completes 您没有……的权限."""

    VIEW_OVERVIEW = "查看总览"
    VIEW_ORGANIZATION = "查看被巡察党组织情况"
    VIEW_LEDGER = "查看整改台账"
    EXPORT_LEDGER = "导出整改台账"
    IMPORT_LEDGER = "导入整改台账"
    VIEW_PROVISIONAL = "查看暂计得分"
    IMPORT_SCORES = "代录评分表"
    EXPORT_RESULTS = "导出评估结果"
    RECORD_ACT = "登记轮次进程"
    FREEZE = "登记市委同意情况"
    MANAGE_ROUNDS = "管理轮次"
    MANAGE_ACCOUNTS = "管理账号"


_SUPERVISION = {UseCase.VIEW_OVERVIEW, UseCase.VIEW_ORGANIZATION, UseCase.VIEW_LEDGER, UseCase.EXPORT_LEDGER}

PERMITTED: dict[Role, frozenset[UseCase]] = {
    Role.LEADER: frozenset(_SUPERVISION),
    Role.OFFICE: frozenset(set(UseCase) - {UseCase.MANAGE_ACCOUNTS}),
    Role.DISCIPLINE: frozenset(_SUPERVISION),
    Role.PERSONNEL: frozenset(_SUPERVISION),
    Role.TEAM: frozenset(_SUPERVISION),
    Role.ORGANIZATION: frozenset({UseCase.VIEW_ORGANIZATION, UseCase.VIEW_LEDGER, UseCase.EXPORT_LEDGER}),
    Role.DEPARTMENT: frozenset(),
    Role.ADMIN: frozenset({UseCase.MANAGE_ACCOUNTS}),
}


_SEES_EVERYTHING = frozenset({Role.LEADER, Role.OFFICE, Role.DISCIPLINE, Role.PERSONNEL})


class PermissionRefusedError(PermissionError):
    """The actor may not do this; the message is a Chinese sentence that says who can."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, with the roles as they are at this moment."""

    username: str
    name: str
    roles: frozenset[Role]
    organization_id: int | None = None
    team: int | None = None
    department: str = ""

    def may(self, use_case: UseCase) -> bool:
        """Whether one of the roles permits it."""
        return any(use_case in PERMITTED[role] for role in self.roles)

    @property
    def scope(self) -> Scope:
        """What the actor sees at all: an organisation its own, a team what it inspected."""
        if self.roles & _SEES_EVERYTHING:
            return EVERYTHING
        if self.roles == {Role.TEAM} and self.team is not None:
            return Scope(team=self.team)
        # Whatever else: its own organisation, and without one nothing at all (no row has the number -1).
        return Scope(organization_id=self.organization_id if self.organization_id is not None else -1)


def demand(actor: Actor, use_case: UseCase) -> None:
    """Let the use case pass or refuse it.

    Raises:
        PermissionRefusedError: naming the use case and who can do it.
    """
    if actor.may(use_case):
        return
    able = "、".join(role.label for role in Role if use_case in PERMITTED[role])
    msg = f"您没有{use_case}的权限，如需办理请联系：{able}。"
    raise PermissionRefusedError(msg)


class ScoreView(Enum):
    """How much of the scores of a round somebody sees."""

    PROGRESS_ONLY = "n/N"
    OWN_FINAL_SCORE = "own final score"
    OWN_RESULT = "own final score, unit scores and rank"
    ALL = "all scores and ranks"


def score_view(actor: Actor, state: RoundState, rulebook: Rulebook) -> ScoreView:
    """What of the scores this actor sees in this state of the round.

    Until 督查组已汇总 everyone sees only n/N. Then the office and the assessment group see all, leaders
    from the state the rulebook sets; an organisation sees its own result after 已通报.
    """
    papers = rulebook.papers
    if Role.OFFICE in actor.roles or actor.roles & {Role.DISCIPLINE, Role.PERSONNEL, Role.TEAM}:
        return ScoreView.ALL if state.reached(RoundState.AGGREGATED) else ScoreView.PROGRESS_ONLY
    if Role.LEADER in actor.roles:
        visible_from = RoundState(papers.leaders_see_scores_from.value)
        return ScoreView.ALL if state.reached(visible_from) else ScoreView.PROGRESS_ONLY
    if Role.ORGANIZATION in actor.roles and state.reached(RoundState.CIRCULATED):
        return ScoreView.OWN_RESULT if papers.circular_shows_rank.value else ScoreView.OWN_FINAL_SCORE
    return ScoreView.PROGRESS_ONLY
