"""The words of the domain as values: statuses, kinds, units, roles. One English name per concept."""

from enum import StrEnum


class FindingStatus(StrEnum):
    """How far a finding is put right, least complete first; the value is the word on screen."""

    NOT_COMPLETED = "未完成"
    BASICALLY_COMPLETED = "基本完成"
    COMPLETED = "已完成"

    @property
    def rank(self) -> int:
        """0 for the least complete; of several statuses within one finding the least counts."""
        return list(FindingStatus).index(self)


class FindingKind(StrEnum):
    """Which inspection a finding comes from （专项）."""

    INSPECTION = "巡察"
    PERSONNEL_SELECTION = "选人用人专项"
    IDEOLOGY = "意识形态专项"
    IMMEDIATE = "立行立改"


class MeasureType(StrEnum):
    """Types of measure; all but the last carry a quantity."""

    RULES_MADE = "建章立制"
    LOSSES_RECOVERED = "挽回损失"
    PERSONS_HELD_TO_ACCOUNT = "追责问责"
    LIKE_CASES = "举一反三"
    SPECIAL_CLEANUP = "专项整治"
    MAJOR_STEP = "重大措施"

    @property
    def unit(self) -> str:
        """The word after the quantity, empty where a type has none."""
        return {"挽回损失": "万元", "追责问责": "人", "重大措施": ""}.get(self.value, "项")


class InspectionKind(StrEnum):
    """The kind of one inspection; the list is open."""

    REGULAR = "常规巡察"
    SPECIAL = "专项巡察"
    MOBILE = "机动巡察"
    RAISED = "提级巡察"
    LOOK_BACK = "巡察“回头看”"
    OTHER = "其他"


class CloseOutState(StrEnum):
    """Where a claim to close out a finding （销号） stands. Practice, not in the text."""

    UNDER_REVIEW = "审核中"
    CLOSED = "已销号"
    RETURNED = "退回补充"
    REOPENED = "重新整改"


class ExtensionState(StrEnum):
    """Where a request for a later due date （延期） stands."""

    ASKED = "申请延期"
    GRANTED = "同意延期"
    REFUSED = "不同意延期"


class SubmissionKind(StrEnum):
    """The papers an organisation hands in （整改材料）."""

    PLAN = "整改方案"
    DEMOCRATIC_LIFE_MEETING = "专题民主生活会情况"
    PROGRESS_REPORT = "集中整改进展报告"


class SubmissionState(StrEnum):
    """Where a handed-in paper stands."""

    WAITING = "待审核"
    ACCEPTED = "审核通过"
    RETURNED = "退回修改"


class NamedMatterKind(StrEnum):
    """What is kept by number and date alone, handled or not: never a name, never content (R2)."""

    PERSON = "点人"
    MATTER = "点事"
    PROBLEM = "点问题"
    TOPIC_REPORT = "巡察专题报告"
    LEAD = "问题线索"
    COMPLAINT = "信访事项"


class VisitOutcome(StrEnum):
    """What the field visit found about one finding （督查核实）."""

    COMPLETED = "已整改到位"
    BASICALLY_COMPLETED = "基本到位"
    NOT_COMPLETED = "未整改到位"


class ReportState(StrEnum):
    """The state of a routine supervision report; 未报送 and 逾期未报送 are computed, never stored."""

    NOT_SUBMITTED = "未报送"
    SUBMITTED = "已报送"
    RETURNED = "退回修改"
    OVERDUE = "逾期未报送"


class SheetState(StrEnum):
    """The state of a score sheet （评分表）; the first two are computed, the others stored."""

    BLANK = "未填写"
    FILLING = "填写中"
    SUBMITTED = "已提交"
    RETURNED = "退回修改"
    AWAITING_CONFIRMATION = "代录待确认"


class AttachmentKind(StrEnum):
    """What a stored file proves; decides who may download it."""

    PROGRESS = "整改进展"
    CLOSE_OUT = "申请销号"
    EXTENSION = "申请延期"
    SUBMISSION = "整改材料"
    SUPERVISION = "日常监督"
    VISIT = "实地督导"
    SCORE_SHEET = "评分表"


class ScoringUnit(StrEnum):
    """The three units that score (R8). `team` is several bodies: each scores what it inspected."""

    DISCIPLINE = "discipline"
    PERSONNEL = "personnel"
    TEAM = "team"


class Role(StrEnum):
    """Who an account belongs to; what a role may do stands in `xczg.access.permissions`."""

    LEADER = "leader"
    OFFICE = "office"
    DISCIPLINE = "discipline"
    PERSONNEL = "personnel"
    TEAM = "team"
    ORGANIZATION = "organization"
    DEPARTMENT = "department"
    ADMIN = "admin"

    @property
    def label(self) -> str:
        """The role's name on screen."""
        return ROLE_LABELS[self]


ROLE_LABELS = {
    Role.LEADER: "市领导",
    Role.OFFICE: "市委巡察办",
    Role.DISCIPLINE: "市纪委监委",
    Role.PERSONNEL: "市委组织部",
    Role.TEAM: "市委巡察组",
    Role.ORGANIZATION: "被巡察党组织",
    Role.DEPARTMENT: "职能部门",
    Role.ADMIN: "系统管理员",
}


class Basis(StrEnum):
    """Whose word a status or a rate rests on."""

    SELF_REPORTED = "单位自报"
    REVIEWED = "审核认定"
    VERIFIED = "督查核实"
