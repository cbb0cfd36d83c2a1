"""argparse in Chinese: usage, headings and complaints. It knows English only, and its exit code 2 stays."""

import argparse
import re
from collections.abc import Iterable
from typing import Any, NoReturn

# What argparse says → what we say; groups are names of options and what was typed, the same in both.
_COMPLAINTS = (
    (r"the following arguments are required: (.+)", r"缺少必填的\1"),
    (r"one of the arguments (.+) is required", r"\1须填写其中一项"),
    (r"unrecognized arguments: (.+)", r"无法识别\1"),
    (r"ambiguous option: (.+) could match (.+)", r"选项\1写得不全，可能是\2"),
    (r"argument (.+?): expected (?:one|at least one) argument", r"\1后面缺少内容"),
    (r"argument (.+?): expected at most one argument", r"\1后面最多填一项"),
    (r"argument (.+?): not allowed with argument (.+)", r"\1不能与\2同时使用"),
    (r"argument (.+?): invalid choice: (.+?) \(choose from (.+)\)", r"\1不能是\2，可选：\3"),
    (r"argument (.+?): invalid \w+ value: (.+)", r"\1的值\2写法有误"),
    (r"argument (.+?): ignored explicit argument (.+)", r"\1后面不应有\2"),
    (r"argument (.+?): (.+)", r"\1：\2"),  # complaints of our own types, Chinese already
)
_PATTERNS = tuple((re.compile(pattern, re.DOTALL), ours) for pattern, ours in _COMPLAINTS)
_CHINESE = re.compile("[\u4e00-\u9fff]")
_HEADING = re.compile(r"^(参数|选项):$", re.MULTILINE)
_UNKNOWN = "写法有误"


class _Formatter(argparse.HelpFormatter):
    """Help with a Chinese word before the usage line."""

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        """As argparse does it, under our own prefix."""
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


class ChineseParser(argparse.ArgumentParser):
    """A parser that speaks Chinese; the parsers of its commands are of the same kind."""

    def __init__(self, **given: Any) -> None:
        given.setdefault("formatter_class", _Formatter)
        super().__init__(add_help=False, **given)
        self._positionals.title, self._optionals.title = "参数", "选项"
        self.add_argument("-h", "--help", action="help", help="显示帮助")

    def format_help(self) -> str:
        """As argparse does it, with our own colon after a heading."""
        return _HEADING.sub(r"\1：", super().format_help())

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and how the command is written; exit code 2."""
        self.exit(2, f"{self.format_usage()}{self.prog}：{in_chinese(message)}。\n")


def in_chinese(message: str) -> str:
    """A complaint of argparse in Chinese."""
    for pattern, ours in _PATTERNS:
        if match := pattern.fullmatch(message):
            said = match.expand(ours)
            return said if _CHINESE.search(said) else _UNKNOWN
    return message if _CHINESE.search(message) else _UNKNOWN
