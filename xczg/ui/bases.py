"""Whose word the figures rest on, in words: 单位自报, 审核认定, 督查核实."""

from collections.abc import Sequence

from xczg.rules.rates import StatusCounts
from xczg.rules.result import OrganizationResult
from xczg.rules.values import Basis


def basis_words(rows: Sequence[OrganizationResult]) -> str:
    """督查核实 once it is whole, else 单位自报 and how far the visits have come."""
    counted = [row for row in rows if row.counts.findings]
    verified = sum(row.basis is Basis.VERIFIED for row in counted)
    if counted and verified == len(counted):
        return Basis.VERIFIED.value
    checked = sum((row.counts for row in rows), StatusCounts()).checked
    if not checked:
        return Basis.SELF_REPORTED.value
    if len(counted) == 1:
        return f"{Basis.SELF_REPORTED.value}（督查已核实{checked}/{counted[0].counts.findings}个）"
    return f"{Basis.SELF_REPORTED.value}，其中{verified}个党组织已全部核实、以{Basis.VERIFIED.value}为准"
