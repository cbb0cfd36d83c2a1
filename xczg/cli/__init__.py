"""The command line: the office's tool on the server.

It acts as `cli:<user of the system>` with the rights of office and admin, and is audited as such.
Exit 0 done, 1 refused, 2 wrong usage. With `--json`, stdout is that JSON alone; all else goes to stderr.
"""

import io
import json
import sys
from collections.abc import Sequence
from typing import Any

from sqlalchemy.exc import ArgumentError, DatabaseError

from xczg.cli import commands
from xczg.cli.context import Context, open_context
from xczg.cli.parser import build_parser
from xczg.services.unit_of_work import RefusedError

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
    options = build_parser().parse_args(arguments)
    run = commands.BY_NAME[options.command]
    try:
        context = open_context(options.database)
        try:
            return _run(context, run, options)
        finally:
            context.engine.dispose()
    except ArgumentError:
        return refuse(options, "数据库地址的写法有误，应如 sqlite:////data/xczg.db 或 postgresql://…。")
    except DatabaseError as error:
        message = f"无法打开数据库，请检查地址和权限：{type(error.orig).__name__}"
        return refuse(options, message)
    except OSError as error:
        return refuse(options, _about_file(error))
    except (RefusedError, ValueError) as error:
        return refuse(options, str(error))


def _run(context: Context, run: Any, options: Any) -> int:
    if options.command not in commands.WITHOUT_DATABASE and not context.ready():
        return refuse(options, "数据库尚未建立或版本较旧，请先运行：python -m xczg init")
    code: int = run(context, options)
    return code


def _about_file(error: OSError) -> str:
    if error.filename is None:  # a refused permission of ours says all itself
        return str(error)
    if isinstance(error, FileNotFoundError):
        return f"没有找到“{error.filename}”，请检查路径。"
    return f"无法读写“{error.filename}”，请检查路径和权限。"


def refuse(options: Any, message: str) -> int:
    """Say why nothing was done; with `--json` in the form of the command's own answer."""
    if getattr(options, "json", False):
        fault = {"row": None, "column": None, "fault": "refused", "message": message}
        empty = commands.EMPTY_ANSWERS.get(options.command, {})
        print(json.dumps({**empty, "faults": [fault], "error": message}, ensure_ascii=False))
    print(message, file=sys.stderr)
    return 1
