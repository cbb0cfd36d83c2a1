"""Loading the example city: plans made from today's date, written whole in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session, select

from xczg.rules.phases import Act
from xczg.rules.rulebook import Rulebook, newest, parse_rulebook
from xczg.services.example import writing as write
from xczg.services.example.assessment import Assessed, add_assessment
from xczg.services.example.city import City, read_city, seeded
from xczg.services.example.days import Milestones, after, milestones, moment
from xczg.services.example.directory import add_directory, inspection_details
from xczg.services.example.finding_plan import FindingPlan
from xczg.services.example.findings import plan_findings
from xczg.services.example.flows import add_flows
from xczg.services.example.opinions import plan_judgements, plan_surveys
from xczg.services.example.rounds import RoundPlan, Stage, plan_rounds
from xczg.services.example.scores import by_score, plan_sheets, plan_totals
from xczg.services.example.supervision import add_supervision
from xczg.services.example.writing_scores import add_opinions, add_sheets
from xczg.services.freezing import freeze
from xczg.services.results import round_row
from xczg.services.unit_of_work import RefusedError
from xczg.store import audit
from xczg.store.engine import writing
from xczg.store.tables import Organization, Round, RoundAct

Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class _Loading:
    """What all steps share."""

    session: Session
    city: City
    rulebook: Rulebook
    rulebook_version: int
    organizations: dict[str, int]
    today: date

    @property
    def yesterday(self) -> date:
        """The last day on which anything was recorded: all of it lies in the past."""
        return self.today - timedelta(days=1)


def load_example(engine: Engine, *, today: date, rulebooks: Path, progress: Progress | None = None) -> None:
    """Write the example city, a function of `today` alone.

    Raises:
        RefusedError: when the database holds a round or an organisation already.
    """
    tell = progress or (lambda _share, _step: None)
    content = newest(rulebooks).read_text("utf-8")
    city, rulebook = read_city(), parse_rulebook(content)
    plans = plan_rounds(city, rulebook, today)
    with writing(engine) as session:
        _refuse_used(session)
        start = after(plans[0].feedback, -30)
        loading = _Loading(
            session=session,
            city=city,
            rulebook=rulebook,
            rulebook_version=write.add_rulebook(session, city, content, start),
            organizations=write.add_organizations(session, city, start),
            today=today,
        )
        audit.record(session, write.OFFICE, "载入示例城市", city.name, 数据日期=str(today))
        add_directory(session, city, loading.organizations, plans[-1].feedback, today)
        for place, plan in enumerate(plans):
            tell(place / len(plans), f"载入{plan.name}")
            _load_round(loading, plan)
        tell(1.0, "完成")


def _refuse_used(session: Session) -> None:
    for table in (Round, Organization):
        if session.exec(select(table.id).limit(1)).first() is not None:
            raise RefusedError("数据库中已有轮次或党组织，不能载入示例城市，请换用新的数据库。")


def _load_round(loading: _Loading, plan: RoundPlan) -> None:
    session, days = loading.session, milestones(plan.period_end)
    round_id = write.add_round(session, loading.city, plan, loading.rulebook_version)
    details = [inspection_details(loading.city, one) for one in plan.inspections]
    inspections = write.add_inspections(session, loading.city, plan, round_id, loading.organizations, details)
    owned = [
        (key, finding)
        for key, one in zip(inspections, plan.inspections, strict=True)
        for finding in plan_findings(loading.city, one)
    ]
    circulated = plan.stage is Stage.CIRCULATED
    as_of = days.approved if circulated else loading.yesterday
    ids = write.add_findings(session, owned, as_of=as_of, until=loading.yesterday)
    _tell_audit(loading, plan, owned)
    add_supervision(
        session,
        city=loading.city,
        rulebook=loading.rulebook,
        plan=plan,
        keys=(round_id, inspections),
        until=loading.yesterday,
    )
    if plan.stage is not Stage.RECTIFICATION:
        _load_scores(loading, plan, inspections, days)
    by_place: dict[int, list[tuple[int, FindingPlan]]] = {}
    for key, (owner, finding) in zip(ids, owned, strict=True):
        by_place.setdefault(inspections.index(owner), []).append((key, finding))
    assessed = Assessed(plan, round_id, inspections, by_place, days, loading.today)
    add_assessment(session, loading.city, assessed, loading.organizations)
    if plan.stage <= Stage.DELIBERATED:
        _record(loading, plan, round_id, Act.AGGREGATED, days.aggregated)
        _record(loading, plan, round_id, Act.DELIBERATED, days.deliberated)
    if circulated:
        _circulate(loading, plan, round_id, days)
        findings = [finding for _, finding in owned]
        write.move_findings_on(session, ids, findings, since=days.approved, until=loading.yesterday)
    plans = [(key, finding) for key, (_, finding) in zip(ids, owned, strict=True)]
    add_flows(session, loading.city, plan, inspections, plans, until=loading.yesterday)


def _tell_audit(loading: _Loading, plan: RoundPlan, owned: list[tuple[int, FindingPlan]]) -> None:
    audit.record(
        loading.session,
        write.OFFICE,
        "导入整改台账",
        plan.name,
        党组织=len(plan.inspections),
        反馈问题=len(owned),
        整改措施=sum(len(finding.measures) for _, finding in owned),
    )


def _load_scores(loading: _Loading, plan: RoundPlan, inspections: list[int], days: Milestones) -> None:
    city, rulebook, session = loading.city, loading.rulebook, loading.session
    totals = plan_totals(city, rulebook, plan)
    sheets = plan_sheets(city, rulebook, plan, totals)
    add_sheets(session, plan, sheets, inspections, city.special.team)
    order = by_score(rulebook, totals)
    judgements = plan_judgements(city, rulebook, plan, order, days.deliberated)
    add_opinions(session, inspections, plan_surveys(city, plan), judgements)
    audit.record(session, write.OFFICE, "登记评分表", plan.name, 份数=len(sheets))


def _record(loading: _Loading, plan: RoundPlan, round_id: int, act: Act, day: date) -> None:
    words, session = loading.city.judgements, loading.session
    basis = {
        Act.AGGREGATED: words.summary,
        Act.DELIBERATED: words.leading_group.format(year=day.year, number=plan.stage + 3),
        Act.CIRCULATED: words.circular,
    }[act]
    row = RoundAct(
        round_id=round_id,
        act=act,
        on_date=day,
        basis=basis,
        recorded_by=write.OFFICE,
        recorded_at=moment(day, seeded("act", plan.name, act.value)),
    )
    session.add(row)
    session.flush()
    audit.record(session, write.OFFICE, f"登记{act.value}", plan.name, 日期=str(day), 依据=basis)


def _circulate(loading: _Loading, plan: RoundPlan, round_id: int, days: Milestones) -> None:
    """Freeze with the figures of the day of consent, then circulate."""
    session = loading.session
    basis = loading.city.judgements.committee.format(year=days.approved.year, number=12)
    row = round_row(session, round_id)
    freeze(session, write.OFFICE, row, approved_on=days.approved, basis=basis, today=days.approved)
    _record(loading, plan, round_id, Act.CIRCULATED, days.circulated)
