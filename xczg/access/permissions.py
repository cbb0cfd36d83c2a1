"""Who may do what: one table, role × use case, and who sees scores in which state of a round."""

from dataclasses import dataclass
from enum import StrEnum

from xczg.rules.blindness import UNIT_OF_ROLE, ScoreView
from xczg.rules.phases import RoundState
from xczg.rules.rulebook import Rulebook
from xczg.rules.values import Role, ScoringUnit
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
    MANAGE_ORGANIZATIONS = "管理党组织"
    EDIT_FINDING = "登记和修改反馈问题"
    RECORD_PROGRESS = "登记整改进展"
    CLAIM_CLOSE_OUT = "申请销号"
    REVIEW_CLOSE_OUT = "审核销号"
    ASK_EXTENSION = "申请延期"
    DECIDE_EXTENSION = "审批延期"
    HAND_IN = "报送整改材料"
    REVIEW_SUBMISSION = "审核整改材料"
    VIEW_LEADS = "查看问题线索和信访事项办理情况"
    RECORD_LEADS = "登记问题线索和信访事项"
    RECORD_MATTERS = "登记点人点事点问题和巡察专题报告事项"
    VIEW_SUPERVISION = "查看日常监督评估"
    SUPERVISE = "登记日常监督评估"
    RETURN_REPORT = "退回日常监督评估结果报告"
    VIEW_ASSESSMENT = "查看集中督查评估"
    MANAGE_ASSESSMENT = "组织集中督查评估"
    RECORD_VISIT = "登记实地督导"
    FILL_SHEET = "填写评分表"
    RETURN_SHEET = "退回评分表"
    VIEW_RULEBOOK = "查看办法和参数"
    EDIT_RULEBOOK = "修改办法和参数"
    CONFIRM_OPEN_POINTS = "确认待定事项"
    VIEW_DUE = "查看待办事项"
    EXPORT_DUE = "导出提醒函和日程"
    MANAGE_ACCOUNTS = "管理账号"


_READING = {UseCase.VIEW_RULEBOOK, UseCase.VIEW_DUE}
_SUPERVISION = _READING | {
    UseCase.VIEW_OVERVIEW,
    UseCase.VIEW_ORGANIZATION,
    UseCase.VIEW_LEDGER,
    UseCase.EXPORT_LEDGER,
    UseCase.VIEW_SUPERVISION,
    UseCase.VIEW_ASSESSMENT,
}
_SCORING = {UseCase.RECORD_VISIT, UseCase.FILL_SHEET}
# What only its own unit, or only the organisation itself, may say.
_NOT_THE_OFFICE = {
    UseCase.MANAGE_ACCOUNTS,
    UseCase.SUPERVISE,
    UseCase.FILL_SHEET,
    UseCase.RECORD_LEADS,
}

PERMITTED: dict[Role, frozenset[UseCase]] = {
    Role.LEADER: frozenset(_SUPERVISION | {UseCase.VIEW_LEADS}),
    Role.OFFICE: frozenset(set(UseCase) - _NOT_THE_OFFICE),
    Role.DISCIPLINE: frozenset(
        _SUPERVISION
        | _SCORING
        | {UseCase.SUPERVISE, UseCase.VIEW_LEADS, UseCase.RECORD_LEADS, UseCase.RECORD_MATTERS}
    ),
    Role.PERSONNEL: frozenset(_SUPERVISION | _SCORING | {UseCase.SUPERVISE, UseCase.VIEW_LEADS}),
    Role.TEAM: frozenset(_SUPERVISION | _SCORING),
    Role.ORGANIZATION: frozenset(
        _READING
        | {
            UseCase.VIEW_ORGANIZATION,
            UseCase.VIEW_LEDGER,
            UseCase.EXPORT_LEDGER,
            UseCase.RECORD_PROGRESS,
            UseCase.CLAIM_CLOSE_OUT,
            UseCase.ASK_EXTENSION,
            UseCase.HAND_IN,
            UseCase.EXPORT_DUE,
        }
    ),
    Role.DEPARTMENT: frozenset(_READING),
    Role.ADMIN: frozenset(_READING | {UseCase.MANAGE_ACCOUNTS, UseCase.EDIT_RULEBOOK}),
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


def scoring_unit(actor: Actor) -> ScoringUnit | None:
    """The unit this actor scores for; None for whoever does not score."""
    return next((UNIT_OF_ROLE[role] for role in UNIT_OF_ROLE if role in actor.roles), None)


def score_view(actor: Actor, state: RoundState, rulebook: Rulebook, *, lifted: bool = False) -> ScoreView:
    """What of the scores this actor sees in this state of the round; the one place where it is decided.

    Until the blindness is lifted everyone sees only n/N; then the office and the three units as assessment
    group see all sheets. From 督查组已汇总 they see results too, leaders from the state the rulebook sets;
    an organisation sees its own result after 已通报.
    """
    papers = rulebook.papers
    if Role.OFFICE in actor.roles or scoring_unit(actor) is not None:
        if state.reached(RoundState.AGGREGATED):
            return ScoreView.ALL
        return ScoreView.SHEETS if lifted else ScoreView.PROGRESS_ONLY
    if Role.LEADER in actor.roles:
        visible_from = RoundState(papers.leaders_see_scores_from.value)
        return ScoreView.ALL if state.reached(visible_from) else ScoreView.PROGRESS_ONLY
    if Role.ORGANIZATION in actor.roles and state.reached(RoundState.CIRCULATED):
        return ScoreView.OWN_RESULT if papers.circular_shows_rank.value else ScoreView.OWN_FINAL_SCORE
    return ScoreView.PROGRESS_ONLY
