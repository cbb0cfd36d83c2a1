"""Evidence: known by its content, kept once, handed out only to who may see its record."""

from pathlib import Path

import pytest
import xlsxwriter
from sqlalchemy import Engine

from tests.factories import OFFICE, actor, all_of, everything, make_finding, make_inspection, make_round
from xczg.access.permissions import PermissionRefusedError
from xczg.rules.values import AttachmentKind, Role
from xczg.services.attachments import NewFile, attach, attachments, fetch_attachment
from xczg.services.unit_of_work import RefusedError
from xczg.store.engine import reading, writing
from xczg.store.tables import AuditEntry, Evidence

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF"
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 504


def workbook(tmp_path: Path, *, macros: bool = False) -> bytes:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet()
        if macros:
            project = tmp_path / "vbaProject.bin"
            project.write_bytes(b"macros")
            book.add_vba_project(str(project))
    return path.read_bytes()


@pytest.fixture
def finding(engine: Engine) -> tuple[int, int]:
    """An inspection of team 1 and a finding of it."""
    inspection = make_inspection(engine, make_round(engine), team=1)
    return inspection, make_finding(engine, inspection)


def put(
    engine: Engine, uploads: Path, finding: tuple[int, int], *files: NewFile, kind=AttachmentKind.PROGRESS
):
    with writing(engine) as session:
        attach(session, OFFICE, uploads, files, kind=kind, owner_id=finding[1], inspection_id=finding[0])
    with reading(engine) as session:
        return attachments(session, kind, [finding[1]]).get(finding[1], [])


def test_a_file_is_known_by_its_content_and_kept_once(engine: Engine, finding, tmp_path: Path):
    uploads = tmp_path / "uploads"
    book = workbook(tmp_path)
    rows = put(engine, uploads, finding, NewFile("a.txt", PDF), NewFile("b.pdf", PDF), NewFile("c.doc", book))
    assert [row.name for row in rows] == ["a.txt", "b.pdf", "c.doc"]
    kept = all_of(engine, Evidence)
    assert [(one.media_type.rpartition(".")[2], one.size) for one in kept] == [
        ("application/pdf", len(PDF)),
        ("sheet", len(book)),
    ]
    assert sorted(path.name for path in uploads.rglob("*") if path.is_file()) == sorted(
        one.checksum for one in kept
    )
    assert fetch_attachment(engine, OFFICE, uploads, rows[1].id).content == PDF


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("空.pdf", b"", "是空的"),
        ("大.pdf", PDF + b"0" * (10 * 2**20), "超过10MB"),
        ("程序.pdf", b"MZ" + b"\0" * 200, "不是可接受的类型"),
        ("网页.pdf", b"<html><script>alert(1)</script></html>", "不是可接受的类型"),
        ("压缩.pdf", b"PK\x03\x04broken", "不是可接受的类型"),
        ("容器.doc", OLE, "不是可接受的类型"),
        ("旧表.xls", OLE + "Workbook_VBA_PROJECT".encode("utf-16-le"), "含有宏"),
        ("（秘密）材料.pdf", PDF, "严禁上传涉密材料"),
    ],
)
def test_what_is_no_evidence_is_refused_whole(
    engine: Engine, finding, tmp_path: Path, name, content, sentence
):
    before = everything(engine)
    with pytest.raises(RefusedError, match=sentence):
        put(engine, tmp_path / "uploads", finding, NewFile("好.png", PNG), NewFile(name, content))
    assert everything(engine) == before


def test_macros_in_a_new_workbook_are_refused(engine: Engine, finding, tmp_path: Path):
    with pytest.raises(RefusedError, match="含有宏"):
        put(engine, tmp_path, finding, NewFile("a.xlsx", workbook(tmp_path, macros=True)))


def test_a_name_is_for_display_only(engine: Engine, finding, tmp_path: Path):
    uploads = tmp_path / "uploads"
    (row,) = put(engine, uploads, finding, NewFile("..\\..\\etc/passwd.pdf", PDF))
    assert row.name == "passwd.pdf"
    assert not list(tmp_path.rglob("passwd*"))
    (kept,) = all_of(engine, Evidence)
    assert [path.name for path in uploads.rglob("*") if path.is_file()] == [kept.checksum]


def test_fetching_is_for_those_who_may_see_the_record(engine: Engine, finding, tmp_path: Path):
    rows = put(engine, tmp_path, finding, NewFile("a.pdf", PDF))
    for role, scope, allowed in (
        (Role.LEADER, {}, True),
        (Role.TEAM, {"team": 1}, True),
        (Role.TEAM, {"team": 2}, False),
        (Role.ORGANIZATION, {"organization_id": 1}, True),
        (Role.ORGANIZATION, {"organization_id": 99}, False),
        (Role.DEPARTMENT, {"department": "市财政局"}, False),
        (Role.ADMIN, {}, False),
    ):
        who = actor(role, **scope)
        if allowed:
            assert fetch_attachment(engine, who, tmp_path, rows[0].id).name == "a.pdf"
        else:
            with pytest.raises((PermissionRefusedError, RefusedError)):
                fetch_attachment(engine, who, tmp_path, rows[0].id)
    assert sum(one.action == "下载佐证材料" for one in all_of(engine, AuditEntry)) == 3


def test_what_supervision_keeps_no_organisation_fetches(engine: Engine, finding, tmp_path: Path):
    for kind in (AttachmentKind.SUPERVISION, AttachmentKind.VISIT, AttachmentKind.SCORE_SHEET):
        (row,) = put(engine, tmp_path, finding, NewFile("a.pdf", PDF), kind=kind)
        with pytest.raises(PermissionRefusedError):
            fetch_attachment(engine, actor(Role.ORGANIZATION, organization_id=1), tmp_path, row.id)


def test_a_file_gone_from_the_disk_is_said_to_be_gone(engine: Engine, finding, tmp_path: Path):
    (row,) = put(engine, tmp_path, finding, NewFile("a.pdf", PDF))
    for path in tmp_path.rglob("*"):
        if path.is_file():
            path.unlink()
    with pytest.raises(RefusedError, match="在服务器上已不存在"):
        fetch_attachment(engine, OFFICE, tmp_path, row.id)
