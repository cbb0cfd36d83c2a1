"""The satisfaction survey (R7, R9): counts from paper, and the anonymous ballot on screen.

A one-time code is kept as a hash, with nothing but whether it was used. A ballot raises one count and marks
the code in the same transaction; no row, no log entry and no address ties a code to a choice.
"""

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine, case, func, update
from sqlmodel import Session, col, select

from xczg.access.permissions import Actor, UseCase, demand
from xczg.rules.rates import Ballots
from xczg.services.assessing import changeable_inspection, not_after
from xczg.services.unit_of_work import RefusedError, change_versioned
from xczg.store import audit
from xczg.store.engine import writing
from xczg.store.tables import (
    BallotCode,
    FrozenResult,
    Inspection,
    Organization,
    SatisfactionSurvey,
    SignInAttempt,
)

MOST_CODES = 500
ANONYMOUS = "匿名"
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
_LENGTH = 12
_WRONG = "ballot wrong"
WRONG_ALLOWED = 30  # a whole hall may share one address; 60 bits are not guessed in thirty tries
WRONG_WITHIN = timedelta(minutes=15)
NOT_VALID = "投票码无效、已使用或已过期，请核对后重新输入；仍不能投票的，请向工作人员领取新的投票码。"


class Choice(StrEnum):
    """What a ballot can say; invalid is what paper alone can be."""

    SATISFIED = "满意"
    BASICALLY_SATISFIED = "基本满意"
    DISSATISFIED = "不满意"
    UNAWARE = "不了解"

    @property
    def column(self) -> str:
        """The column that counts it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class SurveyForm:
    """The counts of a survey as they were taken; `issued` None when nobody counted the papers given out."""

    ballots: Ballots
    issued: int | None
    held_on: date | None

    @property
    def returned(self) -> int:
        """All that came back, valid or not: the sum of the counts."""
        one = self.ballots
        return one.satisfied + one.basically_satisfied + one.dissatisfied + one.unaware + one.invalid


def record_survey(
    engine: Engine,
    actor: Actor,
    inspection_id: int,
    form: SurveyForm,
    *,
    version: int | None,
    today: date,
) -> None:
    """Record or correct the counts of an organisation; `version` None for the first time.

    Where codes were issued the counts contain the ballots on screen too, so they cannot fall below these.

    Raises:
        StaleError: when they changed meanwhile, be it by a ballot.
        RefusedError: when more came back than were issued, a count is negative, or the round is frozen.
    """
    demand(actor, UseCase.RECORD_VISIT)
    one = form.ballots
    counts = {
        "satisfied": one.satisfied,
        "basically_satisfied": one.basically_satisfied,
        "dissatisfied": one.dissatisfied,
        "unaware": one.unaware,
        "invalid": one.invalid,
    }
    if min(counts.values()) < 0 or (form.issued is not None and form.issued < 0):
        raise RefusedError("票数不能为负数，请改正。")
    if form.issued is not None and form.returned > form.issued:
        msg = f"收回{form.returned}张，多于发出的{form.issued}张，请核对。"
        raise RefusedError(msg)
    if form.held_on is not None:
        not_after(form.held_on, today, "测评日期")
    with writing(engine) as session:
        inspection = changeable_inspection(session, actor, inspection_id)
        _refuse_below_codes(session, inspection_id, form)
        values: dict[str, Any] = {
            **counts,
            "issued": form.issued,
            "held_on": form.held_on,
            "recorded_by": actor.username,
        }
        known = _survey(session, inspection_id)
        before = None if known is None else f"{known.issued}发{_returned(known)}收"
        if known is None:
            session.add(SatisfactionSurvey(inspection_id=inspection_id, **values))
        else:
            assert known.id is not None
            change_versioned(session, SatisfactionSurvey, known.id, version or 0, values)
        audit.record(
            session,
            actor.username,
            "登记满意度测评",
            inspection.label,
            变更=f"{before or '无'}→{form.issued}发{form.returned}收",
        )


def issue_codes(
    engine: Engine, actor: Actor, inspection_id: int, *, number: int, expires_on: date, today: date
) -> tuple[str, ...]:
    """Make one-time codes for the ballot on screen. They are returned this once and kept as hashes.

    Raises:
        RefusedError: for no or too many codes, a last day in the past, or a frozen round.
    """
    demand(actor, UseCase.MANAGE_ASSESSMENT)
    if not 1 <= number <= MOST_CODES:
        msg = f"一次可发1至{MOST_CODES}个投票码，请改正。"
        raise RefusedError(msg)
    if expires_on < today:
        raise RefusedError("投票截止日期早于今天，请改正。")
    with writing(engine) as session:
        inspection = changeable_inspection(session, actor, inspection_id)
        codes = tuple(_new_code() for _ in range(number))
        # Sorted by hash: the place in the table says nothing of the sheet a code was cut from.
        rows = sorted(_hash(code) for code in codes)
        session.add_all(
            BallotCode(inspection_id=inspection_id, code_hash=row, expires_on=expires_on) for row in rows
        )
        known = _survey(session, inspection_id)
        if known is None:
            session.add(
                SatisfactionSurvey(
                    inspection_id=inspection_id,
                    satisfied=0,
                    basically_satisfied=0,
                    dissatisfied=0,
                    issued=number,
                    held_on=today,
                    recorded_by=actor.username,
                )
            )
        else:
            issued = (known.issued if known.issued is not None else _returned(known)) + number
            session.execute(
                update(SatisfactionSurvey)
                .where(col(SatisfactionSurvey.id) == known.id)
                .values(issued=issued, version=SatisfactionSurvey.version + 1)
            )
        audit.record(
            session, actor.username, "发放投票码", inspection.label, 个数=number, 截止=str(expires_on)
        )
        return codes


def ballot_organization(engine: Engine, code: str, *, address: str, at: datetime, today: date) -> str:
    """The organisation a code is for, so that the voter sees it before choosing; uses nothing up.

    Raises:
        RefusedError: for a code that is wrong, used or too old, or after too many wrong ones.
    """
    with writing(engine) as session:
        found = _usable(session, code, address, at, today)
        if found is not None:
            return found[1]
    raise RefusedError(NOT_VALID)


def cast_ballot(
    engine: Engine, code: str, choice: Choice, *, address: str, at: datetime, today: date
) -> None:
    """Count one ballot and use up its code, in one transaction; needs no account.

    Raises:
        RefusedError: for a code that is wrong, used or too old, a frozen round, or after too many tries.
    """
    with writing(engine) as session:
        found = _usable(session, code, address, at, today)
        if found is not None:
            inspection_id, organization = found
            marked = session.execute(
                update(BallotCode)
                .where(col(BallotCode.code_hash) == _hash(code), col(BallotCode.used).is_(False))
                .values(used=True)
            )
            if marked.rowcount == 1:  # type: ignore[attr-defined]  # of two at once the second finds it used
                _count(session, inspection_id, choice)
                audit.record(session, ANONYMOUS, "满意度投票", organization)
                return
    raise RefusedError(NOT_VALID)


def _count(session: Session, inspection_id: int, choice: Choice) -> None:
    survey = SatisfactionSurvey
    column = getattr(survey, choice.column)
    counted = session.execute(
        update(survey)
        .where(
            col(survey.inspection_id) == inspection_id,
            col(survey.issued)
            > survey.satisfied
            + survey.basically_satisfied
            + survey.dissatisfied
            + survey.unaware
            + survey.invalid,
        )
        .values({column: column + 1, survey.version: survey.version + 1})
        .execution_options(synchronize_session=False)
    )
    if counted.rowcount != 1:  # type: ignore[attr-defined]
        raise RefusedError("登记的收回票数已达到发出票数，请告知工作人员核对后再投票，您的投票码仍然有效。")


def _usable(session: Session, code: str, address: str, at: datetime, today: date) -> tuple[int, str] | None:
    """The inspection and organisation of a code that may vote; a wrong one is noted against the address."""
    who = "ballot " + hashlib.sha256(address.encode()).hexdigest()[:24]
    wrong = session.exec(
        select(func.count())
        .select_from(SignInAttempt)
        .where(
            col(SignInAttempt.username) == who,
            col(SignInAttempt.outcome) == _WRONG,
            col(SignInAttempt.attempted_at) > at - WRONG_WITHIN,
        )
    ).one()
    if wrong >= WRONG_ALLOWED:
        msg = f"输错次数过多，请{WRONG_WITHIN.seconds // 60}分钟后再试，或向工作人员求助。"
        raise RefusedError(msg)
    found = session.execute(
        select(col(Inspection.id), col(Organization.name), col(Inspection.round_id))
        .join(BallotCode, col(BallotCode.inspection_id) == Inspection.id)
        .join(Organization, col(Organization.id) == Inspection.organization_id)
        .where(
            col(BallotCode.code_hash) == _hash(code),
            col(BallotCode.used).is_(False),
            col(BallotCode.expires_on) >= today,
        )
    ).first()
    if found is None:
        session.add(SignInAttempt(username=who, outcome=_WRONG, attempted_at=at))
        session.flush()
        return None
    frozen = select(FrozenResult.id).where(col(FrozenResult.round_id) == found.round_id)
    if session.exec(frozen).first() is not None:
        raise RefusedError("本轮满意度测评已经结束，不再接受投票。")
    return found[0], found[1]


def _refuse_below_codes(session: Session, inspection_id: int, form: SurveyForm) -> None:
    issued, used = session.execute(
        select(
            func.count(col(BallotCode.id)),
            func.coalesce(func.sum(case((col(BallotCode.used), 1), else_=0)), 0),
        ).where(col(BallotCode.inspection_id) == inspection_id)
    ).one()
    if not issued:
        return
    if form.issued is None or form.issued < issued:
        msg = f"已发放投票码{issued}个，发出票数不得少于{issued}，请核对。"
        raise RefusedError(msg)
    if form.returned < used:
        msg = f"已有{used}个投票码投票，收回票数不得少于{used}，请核对。"
        raise RefusedError(msg)


def _survey(session: Session, inspection_id: int) -> SatisfactionSurvey | None:
    return session.exec(
        select(SatisfactionSurvey).where(col(SatisfactionSurvey.inspection_id) == inspection_id)
    ).first()


def _returned(survey: SatisfactionSurvey) -> int:
    return (
        survey.satisfied + survey.basically_satisfied + survey.dissatisfied + survey.unaware + survey.invalid
    )


def _new_code() -> str:
    """Twelve characters, about 60 bits, in groups of four."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    return "-".join(letters[start : start + 4] for start in range(0, _LENGTH, 4))


def _hash(code: str) -> str:
    """The hash of a code however it was typed: capitals, full-width letters, with or without hyphens."""
    typed = unicodedata.normalize("NFKC", code).lower()
    return hashlib.sha256("".join(one for one in typed if one.isalnum()).encode()).hexdigest()
