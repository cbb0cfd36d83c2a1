"""The words of the command line. Names and options are a contract."""

import argparse
from datetime import date
from typing import TypeAlias

from xczg.cli.chinese import ChineseParser
from xczg.rules.values import Role
from xczg.services.ledger_plan import Mode

Commands: TypeAlias = "argparse._SubParsersAction[ChineseParser]"  # noqa: SLF001  it has no public name


def build_parser() -> argparse.ArgumentParser:
    """All commands with their options."""
    parser = ChineseParser(prog="python -m xczg", description="巡察整改评估和问责系统")
    parser.add_argument("--database", metavar="URL", help="数据库地址，默认为数据文件夹中的SQLite")
    commands = parser.add_subparsers(required=True, metavar="命令")
    _init(commands)
    _account(commands)
    _round(commands)
    _imports(commands)
    _files(commands)
    _results(commands)
    _serve(commands)
    return parser


def _init(commands: Commands) -> None:
    init = commands.add_parser("init", help="建立或升级数据库，并列出新建的账号")
    init.add_argument("--example", action="store_true", help="载入示例城市")
    init.set_defaults(command="init")


def _account(commands: Commands) -> None:
    group = commands.add_parser("account", help="账号").add_subparsers(required=True, metavar="操作")
    add = group.add_parser("add", help="新增账号，输出一次性密码")
    add.add_argument("username")
    add.add_argument("--name", required=True, help="显示的名称")
    add.add_argument("--role", required=True, choices=[role.value for role in Role])
    scope = add.add_mutually_exclusive_group()
    scope.add_argument("--organization", help="被巡察党组织的名称")
    scope.add_argument("--team", type=_team, help="巡察组的序号")
    scope.add_argument("--department", help="职能部门的名称")
    add.set_defaults(command="account add")
    reset = group.add_parser("reset", help="重置密码，输出一次性密码，并使已有登录失效")
    reset.add_argument("username")
    reset.set_defaults(command="account reset")


def _round(commands: Commands) -> None:
    group = commands.add_parser("round", help="轮次").add_subparsers(required=True, metavar="操作")
    add = group.add_parser("add", help="新建轮次")
    add.add_argument("name")
    add.add_argument("--feedback-date", required=True, type=_day, metavar="YYYY-MM-DD")
    add.add_argument("--rulebook", help="制度编号，默认为最新印发的")
    add.set_defaults(command="round add")
    listing = group.add_parser("list", help="列出轮次，新的在前")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(command="round list")


def _imports(commands: Commands) -> None:
    group = commands.add_parser("import", help="导入").add_subparsers(required=True, metavar="内容")
    ledger = group.add_parser("ledger", help="导入整改台账")
    ledger.add_argument("file")
    ledger.add_argument("--round", required=True)
    ledger.add_argument("--organization", help="台账所属的被巡察党组织")
    ledger.add_argument("--create-organizations", action="store_true", help="新建系统中没有的党组织")
    ledger.add_argument("--column", action="append", default=[], type=_column, metavar="HEADER=field")
    ledger.add_argument("--mode", choices=[mode.value for mode in Mode], default=Mode.STOP.value)
    ledger.add_argument("--dry-run", action="store_true", help="只检查，不写入")
    ledger.add_argument("--json", action="store_true")
    ledger.set_defaults(command="import ledger")
    scores = group.add_parser("scores", help="代录评分表")
    scores.add_argument("file")
    scores.add_argument("--round", required=True)
    scores.add_argument("--json", action="store_true")
    scores.set_defaults(command="import scores")


_CONTENTS = {"ledger": "整改台账", "scores": "评分表", "results": "评估结果表"}


def _files(commands: Commands) -> None:
    for action, whats in (("template", ("ledger", "scores")), ("export", ("ledger", "results"))):
        words = {"template": "输出空白模板", "export": "导出"}
        group = commands.add_parser(action, help=words[action]).add_subparsers(required=True, metavar="内容")
        for what in whats:
            one = group.add_parser(what, help=_CONTENTS[what])
            one.add_argument("out", metavar="OUT.xlsx")
            one.add_argument("--round", required=True)
            one.set_defaults(command=f"{action} {what}")


def _results(commands: Commands) -> None:
    results = commands.add_parser("results", help="一轮的评估结果")
    results.add_argument("--round", required=True)
    results.add_argument("--json", action="store_true")
    results.set_defaults(command="results")
    confirm = commands.add_parser("confirm", help="确认办法原文没有写明、由巡察办确定的待定事项")
    confirm.add_argument("--round", required=True)
    what = confirm.add_mutually_exclusive_group(required=True)
    what.add_argument("--list", action="store_true", help="列出待定事项及其取值、来源，不作确认")
    what.add_argument("--basis", help="确认的依据：会议名称、日期和文号")
    confirm.add_argument("--on", type=_day, metavar="YYYY-MM-DD", help="确认日期，默认为今天")
    confirm.add_argument(
        "--point", action="append", metavar="KEY", help="只确认这一项，可重复填写；默认全部确认"
    )
    confirm.set_defaults(command="confirm")
    freeze = commands.add_parser("freeze", help="登记市委同意情况，冻结评估结果")
    freeze.add_argument("--round", required=True)
    freeze.add_argument("--approved-on", required=True, type=_day, metavar="YYYY-MM-DD")
    freeze.add_argument("--basis", default="", help="会议和文号")
    freeze.set_defaults(command="freeze")


def _serve(commands: Commands) -> None:
    serve = commands.add_parser("serve", help="启动服务")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8501)
    serve.set_defaults(command="serve")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        msg = f"“{text}”不是日期，应为YYYY-MM-DD"
        raise argparse.ArgumentTypeError(msg) from error


def _team(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 99:
        return int(text)
    msg = f"“{text}”不是巡察组的序号（1至99）"
    raise argparse.ArgumentTypeError(msg)


def _column(text: str) -> tuple[str, str]:
    header, separator, field = text.rpartition("=")
    if not separator or not header or not field:
        msg = f"“{text}”应写成 表头=字段"
        raise argparse.ArgumentTypeError(msg)
    return header, field
