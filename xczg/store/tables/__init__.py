"""All tables. Importing this package is what fills the metadata."""

from xczg.store.tables.accounts import Account, AuditEntry, SignInAttempt
from xczg.store.tables.assessment import Evidence, Judgement, SatisfactionSurvey, ScoreLine, ScoreSheet
from xczg.store.tables.base import now
from xczg.store.tables.findings import Finding, Measure, ProgressEntry
from xczg.store.tables.rounds import (
    FrozenResult,
    Inspection,
    OpenPointConfirmation,
    Organization,
    Round,
    RoundAct,
    RulebookVersion,
)

__all__ = [
    "Account",
    "AuditEntry",
    "Evidence",
    "Finding",
    "FrozenResult",
    "Inspection",
    "Judgement",
    "Measure",
    "OpenPointConfirmation",
    "Organization",
    "ProgressEntry",
    "Round",
    "RoundAct",
    "RulebookVersion",
    "SatisfactionSurvey",
    "ScoreLine",
    "ScoreSheet",
    "SignInAttempt",
    "now",
]
