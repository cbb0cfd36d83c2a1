"""One sheet of a ledger: rows grouped into findings, each with its organisation, duplicates found."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from xczg.exchange.columns import Field
from xczg.exchange.headers import Header
from xczg.exchange.ledger_cells import known_category, without_numbering
from xczg.exchange.ledger_draft import Fault, FaultCode, FindingDraft, Notice
from xczg.exchange.ledger_findings import FindingReader
from xczg.exchange.ledger_grid import GridLine, Row, RowKind
from xczg.rules.text import text_key

UNIT_LINE = "填报单位"


@dataclass(slots=True)
class Group:
    """The rows of one finding, and the heading above it where that stands for the category."""

    rows: list[Row]
    heading: str


@dataclass(slots=True)
class SheetReader:
    """Turns the lines of one sheet into findings; `seen` is shared by all sheets of the file."""

    sheet: str
    header: Header
    reader: FindingReader
    organization: str | None
    categories: Sequence[str]
    seen: dict[tuple[str, str], tuple[str, int]]
    known_as: Mapping[str, str] = field(default_factory=dict)
    findings: list[FindingDraft] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    other_categories: dict[str, int] = field(default_factory=dict)
    nameless: list[int] = field(default_factory=list)
    read: int = 0

    def groups(self, lines: Iterator[GridLine]) -> Iterator[Group]:
        """Consecutive rows of one finding; notes and headings become notices."""
        group: Group | None = None
        heading = ""
        for line in lines:
            if line.kind is RowKind.DATA:
                if group and self._continues(line.row, group):
                    group.rows.append(line.row)
                    continue
                if group:
                    yield group
                group = Group([line.row], heading)
            else:
                heading = self._aside(line) or heading
        if group:
            yield group

    def _aside(self, line: GridLine) -> str:
        """A notice about a row that is no finding; the category where it is a heading."""
        wording = line.text if len(line.text) <= 30 else line.text[:30] + "…"
        if line.kind is RowKind.NOTE:
            self._notice(line.row.number, f"“{wording}”是说明或合计，未作为问题导入")
            return ""
        self._notice(line.row.number, f"“{wording}”是小标题，其下未填问题类别的问题归入此类")
        return without_numbering(line.text)

    def _notice(self, row: int, wording: str) -> None:
        self.notices.append(Notice(self.sheet, row, f"第{row}行{wording}。"))

    def _continues(self, row: Row, group: Group) -> bool:
        """Whether a row is a further measure of the finding above."""
        head, above = group.rows[0], group.rows[-1]
        if row.origin(Field.TEXT) <= above.number:
            return True
        if self._moves(row, head):
            return False
        serial, text = row.text(Field.SERIAL), row.own(Field.TEXT)
        same_serial = text_key(serial) == text_key(head.text(Field.SERIAL))
        if not text:
            return not row.own(Field.SERIAL) or same_serial
        return same_serial and text_key(text) == text_key(head.text(Field.TEXT))

    def _moves(self, row: Row, head: Row) -> bool:
        name = row.text(Field.ORGANIZATION)
        return bool(name) and self._key(name) != self._key(head.text(Field.ORGANIZATION))

    def _today(self, name: str) -> str:
        """The name an organisation has now: files may still use a former one, or another spelling."""
        return self.known_as.get(text_key(name), name)

    def _key(self, name: str) -> str:
        return text_key(self._today(name))

    def add(self, group: Group) -> None:
        """Read one finding and note what is wrong with it as a whole."""
        head = group.rows[0]
        self.read += 1
        organization = self._organization(group.rows)
        draft = self.reader.read(group.rows, organization, self._category(head, group.heading))
        if not draft.text:
            trouble = "为空，请补填问题内容；如是上一问题的其他措施，请同时清空序号"
            self.reader.fault(head.number, Field.TEXT, FaultCode.MISSING, trouble)
            return
        place = self.seen.setdefault((text_key(organization), text_key(draft.text)), (self.sheet, draft.row))
        if place != (self.sheet, draft.row):
            where = f"第{place[1]}行" if place[0] == self.sheet else f"工作表“{place[0]}”第{place[1]}行"
            trouble = f"与{where}的问题相同，请删除重复的一行或修改问题内容"
            self.reader.fault(draft.row, Field.TEXT, FaultCode.DUPLICATE, trouble)
            return
        self.findings.append(self._sorted_in(draft))

    def _sorted_in(self, draft: FindingDraft) -> FindingDraft:
        """The finding under the list's own name of its category; others stay as written, with a notice."""
        if not (draft.category and self.categories) or draft.category in self.categories:
            return draft
        if known := known_category(draft.category, self.categories):
            return replace(draft, category=known)
        self.other_categories.setdefault(draft.category, draft.row)
        return draft

    @staticmethod
    def _category(head: Row, heading: str) -> str:
        return "" if head.text(Field.CATEGORY) else heading

    def _organization(self, rows: Sequence[Row]) -> str:
        """The organisation of a finding: its column, else the one given, else the 填报单位 line."""
        named = rows[0].text(Field.ORGANIZATION)
        fallback = self.organization or self.header.organization or ""
        expected = fallback or named
        for row in rows:
            name = row.own(Field.ORGANIZATION)
            if name and self._key(name) != self._key(expected):
                trouble = f"填写的“{name}”与“{expected}”不一致，请核对被巡察党组织"
                self.reader.fault(
                    row.number, Field.ORGANIZATION, FaultCode.CONTRADICTORY_ORGANIZATION, trouble
                )
        if not expected:
            self.nameless.append(rows[0].number)
        return self._today(named or fallback)

    def ask_for_organizations(self) -> bool:
        """Note blank cells of a filled column as faults; True if the whole sheet names no organisation."""
        if len(self.nameless) == self.read:
            return bool(self.nameless)
        for row in self.nameless:
            self.reader.fault(row, Field.ORGANIZATION, FaultCode.MISSING, "为空，请补填被巡察党组织")
        return False

    def contradiction_above(self) -> Fault | None:
        """The 填报单位 line names another organisation than the one given."""
        named, given = self.header.organization, self.organization
        if not (named and given) or self._key(named) == self._key(given):
            return None
        row = self.header.organization_row or self.header.row
        message = f"第{row}行填报单位“{named}”与所选的“{given}”不一致，请核对被巡察党组织。"
        return Fault(self.sheet, row, UNIT_LINE, FaultCode.CONTRADICTORY_ORGANIZATION, message)
