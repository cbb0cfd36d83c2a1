"""The old binary format (.xls, an OLE container): what it must not hold, and how far its cells reach."""

import struct
from collections.abc import Iterator

from xczg.exchange.wrong_file import CORRUPT, ENCRYPTED, MACROS, NOT_A_WORKBOOK, Limits, WrongFileError

SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
NO_SECTOR = 0xFFFFFFFA  # this and above are marks, not sectors
HEADER, ENTRY = 512, 128
SECTOR_SHIFTS = (b"\x09\0", b"\x0c\0")
BOF, DIMENSIONS, FILEPASS = 0x0809, 0x0200, 0x002F
# records that begin with row and column
CELLS = {0x0006, 0x0203, 0x0204, 0x0205, 0x027E, 0x00BD, 0x00BE, 0x00FD, 0x0201, 0x00D6}


def check_old_workbook(content: bytes, limits: Limits) -> None:
    """Refuse a container with a password, macros, no workbook, or cells far beyond the limits."""
    if len(content) < HEADER or content[30:32] not in SECTOR_SHIFTS:
        raise WrongFileError(CORRUPT)
    streams = _directory(content)
    if "EncryptedPackage" in streams:
        raise WrongFileError(ENCRYPTED)
    if {"_VBA_PROJECT_CUR", "_VBA_PROJECT", "VBA"} & streams.keys():
        raise WrongFileError(MACROS)
    book = streams.get("Workbook") or streams.get("Book")
    if not book:
        raise WrongFileError(NOT_A_WORKBOOK)
    for kind, data in _records(_stream(content, *book)):
        _check_record(kind, data, limits)


def _check_record(kind: int, data: bytes, limits: Limits) -> None:
    if kind == FILEPASS:
        raise WrongFileError(ENCRYPTED)
    if kind in CELLS and len(data) >= 4:
        row, column = struct.unpack_from("<HH", data)
        limits.check_grid(row + 1, column + 1)
    if kind == DIMENSIONS and len(data) >= 12:  # the reader reserves memory by it
        first_row, last_row, first_column, last_column = struct.unpack_from("<IIHH", data)
        if last_row > 0x10000 or last_column > 0x100 or first_row > last_row or first_column > last_column:
            raise WrongFileError(CORRUPT)


def _sector_size(content: bytes) -> int:
    return 1 << int.from_bytes(content[30:32], "little")


def _sector(content: bytes, number: int) -> bytes:
    size = _sector_size(content)
    return content[(number + 1) * size : (number + 2) * size]


def _longs(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])


def _long(data: bytes, offset: int) -> int:
    return int.from_bytes(data[offset : offset + 4], "little")


def _allocation(content: bytes) -> list[int]:
    """The table that chains sectors; sectors naming its parts stand in the header and in chained sectors."""
    parts = list(_longs(content[76:512]))
    following = _long(content, 68)
    seen = set()
    while following < NO_SECTOR and following not in seen:
        seen.add(following)
        *more, following = _longs(_sector(content, following)) or (NO_SECTOR,)
        parts += more
    parts = [part for part in parts if part < NO_SECTOR]
    if len(set(parts)) != len(parts):
        raise WrongFileError(CORRUPT)
    return [link for part in parts for link in _longs(_sector(content, part))]


def _chain(content: bytes, table: list[int], first: int) -> bytes:
    sectors, seen = [], set()
    while first < NO_SECTOR:
        if first in seen or first >= len(table):
            raise WrongFileError(CORRUPT)
        seen.add(first)
        sectors.append(_sector(content, first))
        first = table[first]
    return b"".join(sectors)


def _directory(content: bytes) -> dict[str, tuple[int, int]]:
    """Name → first sector and size of every entry; the root entry holds the stream of small streams."""
    table = _allocation(content)
    entries = _chain(content, table, _long(content, 48))
    found = {}
    for offset in range(0, len(entries) - ENTRY + 1, ENTRY):
        entry = entries[offset : offset + ENTRY]
        length = int.from_bytes(entry[64:66], "little")
        name = entry[: max(length - 2, 0)].decode("utf-16-le", "replace")
        if name:
            found[name] = (_long(entry, 116), _long(entry, 120))
    return found


def _stream(content: bytes, first: int, size: int) -> bytes:
    if size < _long(content, 56):  # kept among the small streams: too small for a workbook Excel writes
        raise WrongFileError(CORRUPT)
    return _chain(content, _allocation(content), first)[:size]


def _records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    offset = 0
    while offset + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, offset)
        yield kind, stream[offset + 4 : offset + 4 + length]
        offset += 4 + length
