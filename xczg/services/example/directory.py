"""Principals, a handover in mid-rectification, a renamed organisation, contacts and kinds of inspection."""

from datetime import date, timedelta
from typing import Any

from sqlmodel import Session

from xczg.rules.text import text_key
from xczg.rules.values import InspectionKind
from xczg.services.example import writing as write
from xczg.services.example.city import City, Member, members, seeded
from xczg.services.example.days import after, moment, workday
from xczg.services.example.rounds import InspectionPlan
from xczg.store import audit
from xczg.store.tables import OrganizationName, Tenure

# Of so many inspections one is of this kind; all others are regular ones.
_KINDS = {InspectionKind.LOOK_BACK: 17, InspectionKind.RAISED: 13, InspectionKind.SPECIAL: 9}


def add_directory(
    session: Session, city: City, organizations: dict[str, int], feedback: date, today: date
) -> None:
    """Principals of all organisations and the former name of one; `feedback` is that of the newest round."""
    rows = [
        row
        for member in members(city)
        for row in _tenures(city, member, organizations[member.name], feedback, today)
    ]
    write.add_rows(session, Tenure, rows)
    words, renamed = city.directory, city.directory.renamed
    at = moment(after(feedback, -200), seeded("renamed"))
    former = {
        "organization_id": organizations[renamed],
        "name": words.former_name,
        "name_key": text_key(words.former_name),
        "reason": words.rename_reason,
        "recorded_by": write.OFFICE,
        "recorded_at": at,
    }
    write.add_rows(session, OrganizationName, [former])
    detail = {"原名": words.former_name, "新名": renamed, "原因": words.rename_reason}
    audit.record(session, write.OFFICE, "党组织更名", words.former_name, **detail)


def _tenures(
    city: City, member: Member, organization: int, feedback: date, today: date
) -> list[dict[str, Any]]:
    rng = seeded("principal", member.name)
    first, second = rng.sample(list(city.directory.surnames), 2)
    started = workday(feedback - timedelta(days=rng.randint(500, 1500)))
    row = {
        "organization_id": organization,
        "name": f"{first}某某",
        "post": member.kind.chief,
        "started_on": started,
        "ended_on": None,
        "handed_over_on": None,
        "handover_note": "",
        "recorded_by": write.OFFICE,
        "recorded_at": moment(after(feedback, -30), rng),
    }
    if member.name != city.directory.handover:
        return [row]
    change = min(after(feedback, 20), workday(today - timedelta(days=1)))
    handed = min(after(change, 7), workday(today - timedelta(days=1)))
    left = {"ended_on": change, "handed_over_on": handed, "handover_note": city.directory.handover_note}
    following = {"name": f"{second}某某", "started_on": change, "recorded_at": moment(change, rng)}
    return [row | left, row | following]


def inspection_details(city: City, plan: InspectionPlan) -> dict[str, Any]:
    """Kind and contact of one inspection, and who decided an exemption."""
    rng = seeded("details", *plan.seed)
    kind = next((one for one, share in _KINDS.items() if rng.randrange(share) == 0), InspectionKind.REGULAR)
    return {
        "kind": kind,
        "contact": city.directory.contact.format(unit=plan.member.kind.units["office"]),
        "contact_phone": city.directory.phone.format(number=rng.randint(1000, 9999)),
        "exempted_by": city.directory.exempted_by if plan.exempted else "",
    }
