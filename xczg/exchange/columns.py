"""The columns of a ledger: the known fields and the many names offices give them."""

import re
from collections.abc import Mapping
from enum import StrEnum

from xczg.rules.text import text_key


class Field(StrEnum):
    """A column the program knows; the value is the name used in `--column 'HEADER=field'`."""

    SERIAL = "serial"
    ORGANIZATION = "organization"
    CATEGORY = "category"
    SUBCATEGORY = "subcategory"
    TEXT = "text"
    TARGET = "target"
    MEASURE = "measure"
    MEASURE_TYPE = "measure_type"
    LEADER = "leader"
    UNIT = "unit"
    DUE = "due"
    STATUS = "status"
    OUTCOME = "outcome"
    KIND = "kind"
    LONG_TERM = "long_term"
    WITHIN_PERIOD = "within_period"
    KEY_MATTER = "key_matter"
    EVIDENCE = "evidence"
    REMARK = "remark"
    MEASURE_LEADER = "measure_leader"
    MEASURE_UNIT = "measure_unit"
    MEASURE_DUE = "measure_due"
    MEASURE_STATUS = "measure_status"
    MEASURE_OUTCOME = "measure_outcome"

    @property
    def header(self) -> str:
        """The Chinese header the program itself writes."""
        return HEADERS[self]


HEADERS: Mapping[Field, str] = {
    Field.SERIAL: "序号",
    Field.ORGANIZATION: "被巡察党组织",
    Field.CATEGORY: "问题类别",
    Field.SUBCATEGORY: "问题子类",
    Field.TEXT: "反馈问题",
    Field.TARGET: "整改目标",
    Field.MEASURE: "整改措施",
    Field.MEASURE_TYPE: "措施类型",
    Field.LEADER: "责任领导",
    Field.UNIT: "责任单位",
    Field.DUE: "完成时限",
    Field.STATUS: "整改情况",
    Field.OUTCOME: "整改成效",
    Field.KIND: "专项",
    Field.LONG_TERM: "是否常态化坚持",
    Field.WITHIN_PERIOD: "是否集中整改期完成",
    Field.KEY_MATTER: "是否重点关注",
    Field.EVIDENCE: "佐证材料",
    Field.REMARK: "备注",
    Field.MEASURE_LEADER: "措施责任领导",
    Field.MEASURE_UNIT: "措施责任单位",
    Field.MEASURE_DUE: "措施完成时限",
    Field.MEASURE_STATUS: "措施完成情况",
    Field.MEASURE_OUTCOME: "措施成效",
}

# What a row says of its measure alone; a blank cell there means: as in the other column. Offices write one
# column for both, which then speaks of the measure and, in the first row, of the finding.
OF_MEASURE: Mapping[Field, Field] = {
    Field.LEADER: Field.MEASURE_LEADER,
    Field.UNIT: Field.MEASURE_UNIT,
    Field.DUE: Field.MEASURE_DUE,
    Field.STATUS: Field.MEASURE_STATUS,
    Field.OUTCOME: Field.MEASURE_OUTCOME,
}
LEFT_BLANK = "（未填写）"  # blank for certain: what stands beside it is not meant

# The sheets of sentences the program itself adds to its workbooks.
INSTRUCTIONS, EXPORT_NOTES = "填写说明", "导出说明"

# In order of preference: of two columns that claim one field the earlier name wins. A column 整改状态 holds a
# word where 整改情况 beside it holds prose, hence its place.
SYNONYMS: Mapping[Field, tuple[str, ...]] = {
    field: tuple(names.split())
    for field, names in {
        Field.SERIAL: "序号 编号 问题序号 问题编号",
        Field.ORGANIZATION: (
            "被巡察党组织 被巡察党组织名称 被巡察单位党组织 被巡察单位 被巡察单位名称"
            " 党组织名称 党组织 单位名称"
        ),
        Field.CATEGORY: "问题类别 类别 问题分类 问题大类 一级分类 分类 问题类型",
        Field.SUBCATEGORY: "问题子类 子类 问题小类 二级分类",
        Field.TEXT: (
            "反馈问题 具体问题 具体表现 问题内容 问题描述 存在问题 巡察反馈的问题 巡察反馈问题 反馈的问题"
            " 反馈问题内容 巡视反馈问题 具体问题表现 问题表现 存在的问题 主要问题 反馈意见 问题"
        ),
        Field.TARGET: "整改目标 目标 工作目标 目标要求",
        Field.MEASURE: "整改措施 措施内容 改进措施 具体整改措施 具体措施 整改举措 措施 整改任务",
        Field.MEASURE_TYPE: "措施类型 整改措施类型",
        Field.LEADER: "责任领导 牵头领导 分管领导 包抓领导 责任人 整改责任人 牵头责任人 主要责任人",
        Field.UNIT: ("责任单位 责任部门 责任科室 牵头部门 牵头股室 牵头单位 牵头科室 责任股室 整改责任单位"),
        Field.DUE: (
            "完成时限 整改时限 整改期限 完成时间 整改截止日期 预计完成时间 整改完成时限 完成期限 计划完成时间"
            " 截止日期 截止时间 时限"
        ),
        Field.STATUS: (
            "整改状态 完成状态 整改情况 完成情况 整改进展 整改结果 整改进度 整改完成情况 整改进展情况"
            " 整改落实情况 进展情况 状态"
        ),
        Field.OUTCOME: "整改成效 完成概述 跟踪反馈 取得成效 整改效果 工作成效",
        Field.KIND: "专项 专项类型 问题专项 巡察类型",
        Field.LONG_TERM: "是否常态化坚持 是否长期坚持 常态化坚持 长期坚持",
        Field.WITHIN_PERIOD: "是否集中整改期完成 是否集中整改期内完成 集中整改期完成 集中整改期内完成",
        Field.KEY_MATTER: "是否重点关注 重点关注",
        Field.EVIDENCE: "佐证材料 证明材料 佐证资料 印证材料",
        Field.REMARK: "备注 备注说明",
        Field.MEASURE_LEADER: "措施责任领导 措施责任人",
        Field.MEASURE_UNIT: "措施责任单位 措施责任部门",
        Field.MEASURE_DUE: "措施完成时限 措施完成时间",
        Field.MEASURE_STATUS: "措施完成情况 措施完成状态 措施状态",
        Field.MEASURE_OUTCOME: "措施成效 措施整改成效",
    }.items()
}

_ALIASES = {
    "finding": Field.TEXT,
    "due_date": Field.DUE,
    "responsible_leader": Field.LEADER,
    "responsible_unit": Field.UNIT,
}
_KEYS = frozenset(field.value for field in Field)
_PLACES: dict[str, tuple[Field, int]] = {
    name: (field, place) for field, names in SYNONYMS.items() for place, name in enumerate(names)
}
_BESIDE = re.compile(r"\([^)]*\)|[*:]")


def header_key(header: str) -> str:
    """What is compared of a header: no white space, no remark in brackets, no asterisk."""
    key = text_key(header)
    return _BESIDE.sub("", key) or key


def recognised(header: str) -> tuple[Field, int] | None:
    """The field a Chinese header stands for, and how good a name for it this is (0 is best)."""
    return _PLACES.get(text_key(header)) or _PLACES.get(header_key(header))


def field_of(name: str) -> Field | None:
    """The field of an English key, a canonical header or one of its synonyms."""
    key = text_key(name).casefold()
    if key in _KEYS:
        return Field(key)
    if found := recognised(name):
        return found[0]
    return _ALIASES.get(key)
