"""All tables. Importing this package is what fills the metadata."""

from xczg.store.tables.accounts import Account, AuditEntry, SignInAttempt
from xczg.store.tables.assessment import Judgement, SatisfactionSurvey, ScoreDraft, ScoreLine, ScoreSheet
from xczg.store.tables.base import now
from xczg.store.tables.evidence import Attachment, Evidence
from xczg.store.tables.findings import Finding, Measure, ProgressEntry
from xczg.store.tables.rectification import CloseOut, Extension, NamedMatter, Submission
from xczg.store.tables.rounds import (
    FrozenResult,
    Inspection,
    OpenPointConfirmation,
    Organization,
    OrganizationName,
    Round,
    RoundAct,
    RulebookVersion,
    Tenure,
)
from xczg.store.tables.supervision import ReportSection, SupervisionEntry, SupervisionReport
from xczg.store.tables.visits import (
    AssessmentException,
    AssessmentGroup,
    BallotCode,
    ConsultationMeeting,
    FieldVisit,
    GroupMember,
    ProminentProblem,
    Recusal,
    Suggestion,
    VisitCheck,
    WrapUpMeeting,
)

__all__ = [
    "Account",
    "AssessmentException",
    "AssessmentGroup",
    "Attachment",
    "AuditEntry",
    "BallotCode",
    "CloseOut",
    "ConsultationMeeting",
    "Evidence",
    "Extension",
    "FieldVisit",
    "Finding",
    "FrozenResult",
    "GroupMember",
    "Inspection",
    "Judgement",
    "Measure",
    "NamedMatter",
    "OpenPointConfirmation",
    "Organization",
    "OrganizationName",
    "ProgressEntry",
    "ProminentProblem",
    "Recusal",
    "ReportSection",
    "Round",
    "RoundAct",
    "RulebookVersion",
    "SatisfactionSurvey",
    "ScoreDraft",
    "ScoreLine",
    "ScoreSheet",
    "SignInAttempt",
    "Submission",
    "Suggestion",
    "SupervisionEntry",
    "SupervisionReport",
    "Tenure",
    "VisitCheck",
    "WrapUpMeeting",
    "now",
]
