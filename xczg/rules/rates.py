"""Completion and satisfaction as exact fractions (R9). A denominator of 0 has no rate: shown as —."""

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from xczg.rules.values import FindingStatus

NO_RATE = "—"


def round_half_up(value: Fraction, places: int) -> Decimal:
    """Round an exact fraction half up (away from zero). Binary floats never come near it."""
    scale = 10**places
    doubled = 2 * abs(value) * scale
    whole = (doubled.numerator + doubled.denominator) // (2 * doubled.denominator)
    signed = whole if value >= 0 else -whole
    return (Decimal(signed) / Decimal(scale)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Rate:
    """Numerator over denominator, kept exact; each display rounds the fraction itself."""

    numerator: int
    denominator: int

    @property
    def exists(self) -> bool:
        """False for a denominator of 0."""
        return self.denominator > 0

    @property
    def fraction(self) -> Fraction | None:
        """The exact value, or None where there is none."""
        return Fraction(self.numerator, self.denominator) if self.exists else None

    def percent(self, places: int = 2) -> Decimal | None:
        """The rate in percent, rounded half up; None where there is none."""
        value = self.fraction
        return None if value is None else round_half_up(value * 100, places)

    def text(self, places: int = 1) -> str:
        """The rate as it stands on screen or paper: 98.7%, or — without a denominator."""
        value = self.percent(places)
        return NO_RATE if value is None else f"{value}%"


@dataclass(frozen=True, slots=True)
class StatusCounts:
    """The findings of one inspection, or of several added up.

    The first seven rest on what the organisation reports. `checked` findings have an outcome of a field
    visit （督查核实）, the four after it count those outcomes; `checked_open` are those of the checked ones
    that the organisation itself reports as 未完成.
    """

    findings: int = 0
    completed: int = 0
    basically_completed: int = 0
    closed_out: int = 0
    overdue: int = 0
    due: int = 0
    due_completed: int = 0
    checked: int = 0
    verified_completed: int = 0
    verified_basically: int = 0
    verified_overdue: int = 0
    verified_due_completed: int = 0
    checked_open: int = 0

    @property
    def not_completed(self) -> int:
        """未整改到位: neither completed nor basically completed. Where a visit checked, its outcome wins."""
        reported_open = self.findings - self.completed - self.basically_completed
        return reported_open - self.checked_open + self.verified_open

    @property
    def verified_open(self) -> int:
        """Checked on a visit and found 未整改到位."""
        return self.checked - self.verified_completed - self.verified_basically

    @property
    def fully_checked(self) -> bool:
        """Whether a visit checked every finding, so that the figures may rest on 督查核实."""
        return 0 < self.findings <= self.checked

    @property
    def verified(self) -> Rate:
        """Found 已整改到位 ÷ checked （督查核实）; without a check there is no rate."""
        return Rate(self.verified_completed, self.checked)

    def settled(self) -> "StatusCounts":
        """The counts that are reported: the outcomes of the visits once every finding is checked."""
        if not self.fully_checked:
            return self
        return replace(
            self,
            completed=self.verified_completed,
            basically_completed=self.verified_basically,
            overdue=self.verified_overdue,
            due_completed=self.verified_due_completed,
            checked_open=self.verified_open,
        )

    @property
    def by_status(self) -> dict[FindingStatus, int]:
        """The numbers of findings by status, in the order in which the statuses stand everywhere."""
        return {
            FindingStatus.NOT_COMPLETED: self.not_completed,
            FindingStatus.BASICALLY_COMPLETED: self.basically_completed,
            FindingStatus.COMPLETED: self.completed,
        }

    @property
    def strict(self) -> Rate:
        """Completed ÷ all; what is basically completed does not count, what is long-term does."""
        return Rate(self.completed, self.findings)

    @property
    def lenient(self) -> Rate:
        """(Completed + basically completed) ÷ all."""
        return Rate(self.completed + self.basically_completed, self.findings)

    @property
    def of_due(self) -> Rate:
        """Completed ÷ those whose date has come （到期应完成）."""
        return Rate(self.due_completed, self.due)

    @property
    def reviewed(self) -> Rate:
        """Closed out by the reviewer ÷ all （审核认定）."""
        return Rate(self.closed_out, self.findings)

    def __add__(self, other: "StatusCounts") -> "StatusCounts":
        return StatusCounts(  # spelled out: a round adds these up on every click
            self.findings + other.findings,
            self.completed + other.completed,
            self.basically_completed + other.basically_completed,
            self.closed_out + other.closed_out,
            self.overdue + other.overdue,
            self.due + other.due,
            self.due_completed + other.due_completed,
            self.checked + other.checked,
            self.verified_completed + other.verified_completed,
            self.verified_basically + other.verified_basically,
            self.verified_overdue + other.verified_overdue,
            self.verified_due_completed + other.verified_due_completed,
            self.checked_open + other.checked_open,
        )


@dataclass(frozen=True, slots=True)
class Ballots:
    """The counts of a satisfaction survey."""

    satisfied: int
    basically_satisfied: int
    dissatisfied: int
    unaware: int = 0
    invalid: int = 0

    @property
    def rate(self) -> Rate:
        """（满意＋基本满意） ÷ （满意＋基本满意＋不满意）; 不了解 and invalid ones stand apart."""
        content = self.satisfied + self.basically_satisfied
        return Rate(content, content + self.dissatisfied)

    def may_split(self, minimum: int) -> bool:
        """Whether the options may be shown one by one: not under the minimum of ballots."""
        return self.satisfied + self.basically_satisfied + self.dissatisfied + self.unaware >= minimum
