"""The example city as data: what `data/example/city.toml` holds, read and validated."""

import random
import tomllib
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from xczg.rules.values import FindingKind
from xczg.store.settings import PROJECT

CITY_FILE = PROJECT / "data" / "example" / "city.toml"
Words = tuple[str, ...]


class Part(BaseModel):
    """A part of the file: unknown keys are mistakes, nothing changes after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RoundSpec(Part):
    """One round: its name, and how large it is."""

    name: str
    organizations: int
    average_findings: int


class Special(Part):
    """Who is behind the example accounts and the special cases."""

    account: str
    account_department: str
    team: int
    exempted: str
    exemption_basis: str
    low_satisfaction: str
    later_feedback: str
    without_findings: str
    long_name: str
    extreme_texts: str
    few_ballots: str
    triple: tuple[Decimal, Decimal, Decimal]


class Kind(Part):
    """A kind of organisation: the posts of its leaders and its departments by task."""

    chief: str
    deputies: Words
    units: dict[str, str]


class OrganizationSpec(Part):
    """An organisation, what its work is about, and how well it puts things right (percent)."""

    name: str
    matters: Words
    quality: int | None = None


class FindingSpec(NamedTuple):
    """A finding with the measure made for it and what came of it; places are filled in later."""

    text: str
    measure: str
    measure_type: str
    outcome: str


class Subcategory(Part):
    """A subcategory with its findings, its target, and measures (text and type) that fit any of them."""

    category: str
    name: str
    kind: FindingKind = FindingKind.INSPECTION
    unit: str
    findings: tuple[FindingSpec, ...]
    target: str
    measures: tuple[tuple[str, str], ...]


class ProgressWords(Part):
    """Sentences for findings on their way."""

    imported: Words
    started: Words
    stalled: Words
    basic: Words
    remarks: Words
    evidence: Words


class MarkWords(Part):
    """Why findings are key matters, and why some are not to be published."""

    circumstances: Words
    withheld: Words


class JudgementWords(Part):
    """Reasons for judgements, and the meetings decisions rest on."""

    prominent: Words
    leading_group: str
    committee: str
    summary: str
    office_meeting: str
    circular: str


class FlowWords(Part):
    """Sentences of close-outs, extensions and papers handed in."""

    no_evidence: str
    closes: Words
    returns: Words
    extensions: Words
    grants: Words
    refusals: Words
    paper_note: str
    paper_returns: Words


class SeenWords(Part):
    """What supervision saw of one content, where rectification goes well and where it does not."""

    good: Words
    weak: Words


class SupervisionWords(Part):
    """What routine supervision saw by content, and why a report was returned."""

    returned: str
    seen: dict[str, SeenWords]


class DirectoryWords(Part):
    """Surnames of fictional principals, who changes them in mid-rectification, and who was renamed."""

    term: str
    surnames: Words
    handover: str
    handover_note: str
    renamed: str
    former_name: str
    rename_reason: str
    contact: str
    phone: str
    exempted_by: str


class AssessmentWords(Part):
    """The concentrated assessment: groups, members in the order of groups and units, and what was found."""

    groups: Words
    members: Words
    posts: tuple[str, str, str]
    methods: Words
    place: str
    participants: str
    recusal_reason: str
    substitute: str
    bases: dict[str, Words]
    problems: Words
    suggestions: Words


class Extreme(Part):
    """A finding that tries the layout and the escaping."""

    serial: str
    text: str


class City(Part):
    """The whole file."""

    name: str
    rounds: tuple[RoundSpec, RoundSpec, RoundSpec, RoundSpec]
    special: Special
    kinds: dict[str, Kind]
    organizations: dict[str, tuple[OrganizationSpec, ...]]
    subcategories: tuple[Subcategory, ...]
    progress: ProgressWords
    marks: MarkWords
    deductions: dict[str, Words]
    judgements: JudgementWords
    supervision: SupervisionWords
    directory: DirectoryWords
    assessment: AssessmentWords
    extremes: tuple[Extreme, ...]
    flows: FlowWords


class Member(Part):
    """An organisation of the city with its kind; `quality` from 0 to 1 runs through all its rounds."""

    name: str
    kind: Kind
    matters: Words
    quality: float = Field(ge=0, le=1)


@lru_cache(maxsize=1)
def read_city() -> City:
    """The example city."""
    return City.model_validate(tomllib.loads(Path(CITY_FILE).read_text("utf-8")))


def members(city: City) -> tuple[Member, ...]:
    """The organisations in the order of the file."""
    return tuple(
        Member(name=spec.name, kind=city.kinds[kind], matters=spec.matters, quality=_quality(spec))
        for kind, specs in city.organizations.items()
        for spec in specs
    )


def _quality(spec: OrganizationSpec) -> float:
    if spec.quality is not None:
        return spec.quality / 100
    return 0.55 + 0.44 * seeded("quality", spec.name).random()


def seeded(*parts: object) -> random.Random:
    """A generator that depends on its purpose alone: the same on any machine, on any day."""
    return random.Random("|".join(str(part) for part in ("崤陵市", *parts)))  # noqa: S311  no secret
