"""Files at the records they prove: put there with the record, fetched with a check each time."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from xczg.access.permissions import Actor, UseCase, demand
from xczg.exchange.file_types import media_type
from xczg.exchange.wrong_file import WrongFileError
from xczg.rules.supervision import is_confidential
from xczg.rules.values import AttachmentKind
from xczg.services.files import keep_file, stored_path
from xczg.services.scoped import NOT_FOUND, inspection_ref
from xczg.services.unit_of_work import RefusedError
from xczg.store import audit
from xczg.store.engine import writing
from xczg.store.tables import Attachment, Evidence, SupervisionEntry

MOST_FILES = 10

# Who may fetch a file of a kind: whoever may see the record it belongs to.
_READ_BY = {
    AttachmentKind.PROGRESS: UseCase.VIEW_LEDGER,
    AttachmentKind.CLOSE_OUT: UseCase.VIEW_LEDGER,
    AttachmentKind.EXTENSION: UseCase.VIEW_LEDGER,
    AttachmentKind.SUBMISSION: UseCase.VIEW_ORGANIZATION,
    AttachmentKind.SUPERVISION: UseCase.VIEW_SUPERVISION,
    AttachmentKind.VISIT: UseCase.VIEW_ASSESSMENT,
}


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file as it was uploaded."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as it is handed out."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    """A file in the list of a record."""

    id: int
    owner_id: int
    name: str
    size: int
    added_by: str


def attach(
    session: Session,
    actor: Actor,
    uploads: Path,
    files: Sequence[NewFile],
    *,
    kind: AttachmentKind,
    owner_id: int,
    inspection_id: int | None,
) -> None:
    """Keep files at a record, within the transaction of the use case that writes the record.

    Raises:
        RefusedError: naming the file that is not accepted and why; the caller's transaction is then lost.
    """
    if len(files) > MOST_FILES:
        msg = f"一次最多上传{MOST_FILES}个文件，请分次上传。"
        raise RefusedError(msg)
    for file in files:
        name = Path(file.name.replace("\\", "/")).name[:255]
        try:
            found = media_type(file.content, name)
        except WrongFileError as error:
            raise RefusedError(str(error)) from error
        evidence = keep_file(session, uploads, file.content, name, found)
        session.add(
            Attachment(
                evidence_id=evidence,
                name=name,
                kind=kind,
                owner_id=owner_id,
                inspection_id=inspection_id,
                added_by=actor.username,
            )
        )
    session.flush()


def attachments(
    session: Session, kind: AttachmentKind, owners: Sequence[int]
) -> dict[int, list[AttachmentRow]]:
    """The files at some records of a kind, by record. One statement."""
    found: dict[int, list[AttachmentRow]] = {}
    if not owners:
        return found
    query = (
        sql_select(
            col(Attachment.id),
            col(Attachment.owner_id),
            col(Attachment.name),
            col(Evidence.size),
            col(Attachment.added_by),
        )
        .join(Evidence, col(Evidence.id) == Attachment.evidence_id)
        .where(col(Attachment.kind) == kind, col(Attachment.owner_id).in_(owners))
        .order_by(col(Attachment.id))
    )
    for row in session.execute(query):
        found.setdefault(row.owner_id, []).append(AttachmentRow(*row))
    return found


def fetch_attachment(engine: Engine, actor: Actor, uploads: Path, attachment_id: int) -> StoredFile:
    """One file, for somebody who may see its record now; fetching is audited.

    Raises:
        PermissionRefusedError: when the kind is not for this role.
        RefusedError: when there is none in the scope, or its content is gone from the disk.
    """
    with writing(engine) as session:
        found = session.exec(
            select(Attachment, Evidence)
            .join(Evidence, col(Evidence.id) == Attachment.evidence_id)
            .where(col(Attachment.id) == attachment_id)
        ).first()
        if found is None:
            raise RefusedError(NOT_FOUND)
        attachment, evidence = found
        demand(actor, _READ_BY.get(attachment.kind, UseCase.IMPORT_SCORES))
        if attachment.kind is AttachmentKind.SUPERVISION and _about_leads(session, attachment.owner_id):
            demand(actor, UseCase.VIEW_LEADS)
        if attachment.inspection_id is not None:
            inspection_ref(session, actor, attachment.inspection_id)
        path = stored_path(uploads, evidence.checksum)
        if not path.exists():
            msg = f"文件“{attachment.name}”在服务器上已不存在，请联系系统管理员。"
            raise RefusedError(msg)
        audit.record(session, actor.username, "下载佐证材料", attachment.name, 编号=attachment_id)
        return StoredFile(attachment.name, evidence.media_type, path.read_bytes())


def _about_leads(session: Session, entry_id: int) -> bool:
    """Whether an entry of routine supervision is about leads or complaints: its files are too."""
    entry = session.get(SupervisionEntry, entry_id)
    return entry is not None and is_confidential(entry.content)
