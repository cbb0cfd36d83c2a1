"""What a file is, by its content and never by its name."""

import zipfile
from io import BytesIO

import puremagic

from xczg.exchange.wrong_file import WrongFileError

MAX_BYTES = 10 * 2**20

SECRET_MARKS = ("绝密", "机密", "秘密")

ALLOWED = {
    "application/pdf": "PDF",
    "image/png": "PNG图片",
    "image/jpeg": "JPEG图片",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word文档",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel工作簿",
    "application/msword": "旧版Word文档",
    "application/vnd.ms-excel": "旧版Excel工作簿",
}
_PARTS = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def media_type(content: bytes, name: str) -> str:
    """The type of an evidence file.

    Raises:
        WrongFileError: for an empty or too large file, one of another type, one with macros, or one whose
            name bears a mark of secrecy.
    """
    if any(mark in name for mark in SECRET_MARKS):
        raise WrongFileError(f"文件“{name}”的名称带有密级标志。本系统严禁上传涉密材料。")
    if not content:
        raise WrongFileError(f"文件“{name}”是空的（0字节），请重新选择。")
    if len(content) > MAX_BYTES:
        raise WrongFileError(f"文件“{name}”超过{MAX_BYTES // 2**20}MB，请压缩或拆分后上传。")
    found = _type(content)
    if found not in ALLOWED:
        raise WrongFileError(f"文件“{name}”的内容不是可接受的类型。可上传：{'、'.join(ALLOWED.values())}。")
    return found


def _type(content: bytes) -> str:
    if content[:4] == b"PK\x03\x04":
        return _office_package(content)
    if content[:8] == _OLE:
        return _old_office(content)
    try:
        return str(puremagic.from_string(content, mime=True))
    except puremagic.PureError:
        return ""


def _office_package(content: bytes) -> str:
    try:
        names = set(zipfile.ZipFile(BytesIO(content)).namelist())
    except zipfile.BadZipFile:
        return ""
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise WrongFileError("文件含有宏，不能上传。请另存为不含宏的文件。")
    return next((kind for part, kind in _PARTS.items() if part in names), "")


def _old_office(content: bytes) -> str:
    """Word and Excel before 2007 share one container; the names of its streams tell them apart."""
    if "_VBA_PROJECT".encode("utf-16-le") in content:
        raise WrongFileError("文件含有宏，不能上传。请另存为不含宏的文件。")
    if "WordDocument".encode("utf-16-le") in content:
        return "application/msword"
    if "Workbook".encode("utf-16-le") in content:
        return "application/vnd.ms-excel"
    return ""
