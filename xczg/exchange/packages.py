"""A zipped workbook unpacked with care, before any reader of spreadsheets sees it.

The reader gets a package written anew from the parts looked at here, so that what was checked and what
is read are the same bytes, whatever a second zip reader would have made of the original.
"""

import io
import zipfile
import zlib

from xczg.exchange.sheet_xml import check_extent, readable
from xczg.exchange.wrong_file import CORRUPT, ENCRYPTED, MACROS, NOT_A_WORKBOOK, Limits, WrongFileError

CHUNK = 64 * 1024
ENCRYPTED_FLAG = 0x1
MANIFEST = "[Content_Types].xml"
BOMB = "文件解压后过大，不予接收，请删除无关内容后重新保存再导入。"
OTHER_FORMAT = "不支持这种表格格式，请另存为Excel工作簿（.xlsx）后再导入。"


def repacked(content: bytes, limits: Limits) -> bytes:
    """The same workbook, inflated and checked, as a package of its XML parts only."""
    parts = _checked(_unpacked(content, limits))
    for name, part in parts.items():
        if b"sheetData" in part:
            check_extent(part, limits)
            parts[name] = readable(part)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return target.getvalue()


def _unpacked(content: bytes, limits: Limits) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            members = package.infolist()
            _check_members(members)
            parts, total = {}, 0
            for member in members:
                kept = member.filename.endswith((".xml", ".rels"))
                part, size = _inflated(package, member, limits.max_unpacked - total, kept=kept)
                total += size
                if kept:
                    parts[member.filename.lstrip("/")] = part
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
        if isinstance(error, WrongFileError):
            raise
        raise WrongFileError(CORRUPT) from error
    return parts


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    names = [member.filename for member in members]
    if any(member.flag_bits & ENCRYPTED_FLAG for member in members):
        raise WrongFileError(ENCRYPTED)
    if any("vbaproject" in name.lower() or "macrosheets/" in name.lower() for name in names):
        raise WrongFileError(MACROS)
    if "mimetype" in names or any(name.endswith("workbook.bin") for name in names):
        raise WrongFileError(OTHER_FORMAT)
    if MANIFEST not in names or not any(name.endswith("workbook.xml") for name in names):
        raise WrongFileError(NOT_A_WORKBOOK)
    if len(set(names)) != len(names) or any(
        member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in members
    ):
        raise WrongFileError(CORRUPT)


def _inflated(
    package: zipfile.ZipFile, member: zipfile.ZipInfo, room: int, *, kept: bool
) -> tuple[bytes, int]:
    """One member, really inflated; sizes in the headers are not believed."""
    chunks, size = [], 0
    with package.open(member) as stream:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > room:
                raise WrongFileError(BOMB)
            if kept:
                chunks.append(chunk)
    return b"".join(chunks), size


def _checked(parts: dict[str, bytes]) -> dict[str, bytes]:
    manifest = parts[MANIFEST].lower()
    if b"macroenabled" in manifest or b"vbaproject" in manifest:
        raise WrongFileError(MACROS)
    # UTF-16 would escape the look at cell references, a DTD could blow up in the reader; Excel writes neither
    if any(b"\0" in part or b"<!DOCTYPE" in part or b"<!ENTITY" in part for part in parts.values()):
        raise WrongFileError(CORRUPT)
    return parts
