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
