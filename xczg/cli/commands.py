"""What each command does: call a service, print its answer."""

import json
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tqdm import tqdm

from xczg.access.accounts import add_account, list_accounts, reset_password
from xczg.access.keys import ensure_keys
from xczg.cli.context import Context
from xczg.rules.result import as_json
from xczg.rules.text import text_key
from xczg.rules.values import Role
from xczg.services.example import example_accounts, load_example
from xczg.services.exports import export_ledger, export_results, make_ledger_template
from xczg.services.freezing import freeze_round
from xczg.services.ledger_import import LedgerOrder, import_ledger
from xczg.services.ledger_plan import Mode
from xczg.services.open_points import OpenPoint, read_open_points
from xczg.services.results import read_round
from xczg.services.rounds import add_round, confirm_open_points
from xczg.services.score_import import import_scores, make_scores_template
from xczg.services.unit_of_work import RefusedError
from xczg.store.engine import reading, writing
from xczg.store.migrate import upgrade
from xczg.store.settings import RULEBOOKS
from xczg.store.views.ledger import LedgerFilter
from xczg.store.views.organizations import known_organizations
from xczg.store.views.rounds import rounds

Command = Callable[[Context, Namespace], int]


def init(context: Context, options: Namespace) -> int:
    """Create or upgrade the database; on a new one make an administrator or the example city."""
    context.settings.data_dir.mkdir(parents=True, exist_ok=True)
    if context.settings.database_path:
        context.settings.database_path.parent.mkdir(parents=True, exist_ok=True)
    upgrade(context.engine)
    ensure_keys(context.settings)
    with reading(context.engine) as session:
        fresh = not list_accounts(session)
        empty = not rounds(session)
    if options.example and empty:
        with _bar("载入示例城市") as tell:
            load_example(context.engine, today=context.today, rulebooks=RULEBOOKS, progress=tell)
        made = _make_accounts(context, example_accounts())
    elif fresh:
        made = _make_accounts(context, [("admin", "系统管理员", Role.ADMIN, {})])
    else:
        made = []
        if options.example:
            print("数据库中已有数据，未再载入示例城市。", file=sys.stderr)
    for name, label, password in made:
        print(f"账号 {name:<14} 一次性密码 {password:<20} {label}")
    print(f"数据库已就绪：{context.engine.url.render_as_string(hide_password=True)}", file=sys.stderr)
    return 0


def _make_accounts(context: Context, wanted: Any) -> list[tuple[str, str, str]]:
    made = []
    with writing(context.engine) as session:
        for username, name, role, scope in wanted:
            found = dict(scope)
            if "organization" in found:
                found["organization_id"] = _organization_id(session, found.pop("organization"))
            password = add_account(
                session, actor=context.actor.username, username=username, name=name, role=role, **found
            )
            made.append((username, f"{role.label}（{name}）", password))
    return made


def _organization_id(session: Any, name: str) -> int:
    """An organisation by any name it has or had."""
    key = text_key(name)
    found = known_organizations(session, [key]).get(key)
    if found is None:
        msg = f"没有名为“{name}”的党组织，请核对名称。"
        raise RefusedError(msg)
    return found.id


def account_add(context: Context, options: Namespace) -> int:
    """Make one account and print its one-time password."""
    scope = {
        key: value
        for key, value in vars(options).items()
        if key in ("organization", "team", "department") and value
    }
    made = _make_accounts(context, [(options.username, options.name, Role(options.role), scope)])
    print(made[0][2])
    return 0


def account_reset(context: Context, options: Namespace) -> int:
    """Give an account a new one-time password; whoever is signed in with it is signed out."""
    with writing(context.engine) as session:
        print(reset_password(session, actor=context.actor.username, username=options.username))
    return 0


def round_add(context: Context, options: Namespace) -> int:
    """Open a round."""
    add_round(
        context.engine,
        context.actor,
        options.name,
        options.feedback_date,
        rulebooks=RULEBOOKS,
        rulebook=options.rulebook,
    )
    print(f"已新建轮次：{options.name}", file=sys.stderr)
    return 0


def round_list(context: Context, options: Namespace) -> int:
    """All rounds, newest first."""
    with reading(context.engine) as session:
        found = [
            {
                "name": row.name,
                "feedback_date": row.feedback_date.isoformat(),
                "rulebook": row.rulebook_key,
                "organizations": row.organizations,
                "provisional": read_round(session, row, context.today).result.provisional,
                "frozen": row.frozen,
            }
            for row in rounds(session)
        ]
    if options.json:
        _print_json(found)
        return 0
    for one in found:
        state = "已冻结" if one["frozen"] else "暂计" if one["provisional"] else "评分已齐"
        print(f"{one['name']}  反馈 {one['feedback_date']}  党组织 {one['organizations']}个  {state}")
    return 0


def ledger_in(context: Context, options: Namespace) -> int:
    """Import a ledger, all or nothing."""
    order = LedgerOrder(
        content=Path(options.file).read_bytes(),
        name=Path(options.file).name,
        round_id=context.round(options.round).id,
        organization=options.organization,
        create_organizations=options.create_organizations,
        columns=dict(options.column),
        mode=Mode(options.mode),
    )
    with _bar("导入整改台账") as tell:
        report = import_ledger(context.engine, context.actor, order, dry_run=options.dry_run, progress=tell)
    if options.json:
        _print_json(report.as_json())
    for notice in report.notices:
        print(f"提示：{notice}", file=sys.stderr)
    for fault in report.faults:
        print(f"{fault.sheet} {fault.message}", file=sys.stderr)
    if report.faults:
        print(f"共{len(report.faults)}处需要更正，未写入任何内容。", file=sys.stderr)
        return 1
    verb = "检查通过，将" if options.dry_run else "已"
    print(
        f"{verb}写入反馈问题{report.findings_written}个、更新{report.findings_updated}个、"
        f"跳过{report.findings_skipped}个，整改措施{report.measures_written}条。",
        file=sys.stderr,
    )
    return 0


def scores_in(context: Context, options: Namespace) -> int:
    """Record filled score sheets."""
    path = Path(options.file)
    report = import_scores(
        context.engine,
        context.actor,
        context.round(options.round).id,
        content=path.read_bytes(),
        name=path.name,
        uploads=context.settings.uploads,
    )
    if options.json:
        _print_json(report.as_json())
    for fault in report.faults:
        print(fault.message, file=sys.stderr)
    if report.faults:
        print(f"共{len(report.faults)}处需要更正，未写入任何内容。", file=sys.stderr)
        return 1
    for organization, unit in report.incomplete:
        print(f"评分未齐：{organization}（{unit}）", file=sys.stderr)
    print(f"已记录评分表{report.sheets_written}份，未变动{report.sheets_unchanged}份。", file=sys.stderr)
    return 0


def ledger_template_out(context: Context, options: Namespace) -> int:
    """Write an empty ledger."""
    return _write(
        options.out, make_ledger_template(context.engine, context.actor, context.round(options.round).id)
    )


def scores_template_out(context: Context, options: Namespace) -> int:
    """Write empty score sheets."""
    return _write(
        options.out, make_scores_template(context.engine, context.actor, context.round(options.round).id)
    )


def ledger_out(context: Context, options: Namespace) -> int:
    """Write the whole ledger of a round."""
    wanted = LedgerFilter(context.round(options.round).id)
    return _write(options.out, export_ledger(context.engine, context.actor, wanted, today=context.today))


def results_out(context: Context, options: Namespace) -> int:
    """Write the two result tables of a round."""
    found = context.round(options.round).id
    return _write(options.out, export_results(context.engine, context.actor, found, today=context.today))


def results(context: Context, options: Namespace) -> int:
    """The results of a round in rank order."""
    row = context.round(options.round)
    with reading(context.engine) as session:
        found = read_round(session, row, context.today)
    if options.json:
        _print_json([as_json(one) for one in found.result.rows])
        return 0
    for one in found.result.rows:
        score = f"{one.final_score}分" if one.final_score is not None else "评分未齐"
        bottom = "  排名最后比例之内" if one.bottom_share else ""
        print(f"{one.rank_text}  {one.organization}  {score}  完成率{one.counts.strict.text(2)}{bottom}")
    if found.result.provisional:
        print("评分未齐，以上均为暂计。", file=sys.stderr)
    return 0


def confirm(context: Context, options: Namespace) -> int:
    """Confirm what the text leaves open, or list it."""
    row = context.round(options.round)
    if options.list:
        for point in read_open_points(context.engine, context.actor, row.id):
            print(_about_point(point))
        return 0
    confirmed = confirm_open_points(
        context.engine,
        context.actor,
        row.id,
        confirmed_on=options.on or context.today,
        basis=options.basis or "",
        today=context.today,
        points=options.point or None,
    )
    for title in confirmed:
        print(f"已确认：{title}")
    left = sum(
        point.confirmed_on is None for point in read_open_points(context.engine, context.actor, row.id)
    )
    rest = f"尚有{left}个待定事项未确认。" if left else "待定事项已全部确认。"
    print(f"新确认{len(confirmed)}个，{rest}", file=sys.stderr)
    return 0


def _about_point(point: OpenPoint) -> str:
    state = "未确认"
    if point.confirmed_on:
        state = f"{point.confirmed_on.isoformat()}由{point.confirmed_by}确认，依据：{point.basis}"
    facts = [("取值", point.value), ("来源", point.source), ("说明", point.note), ("状态", state)]
    return "\n    ".join(
        [f"{point.key}  {point.title}", *(f"{name}：{value}" for name, value in facts if value)]
    )


def freeze(context: Context, options: Namespace) -> int:
    """Record the committee's consent."""
    digest = freeze_round(
        context.engine,
        context.actor,
        context.round(options.round).id,
        approved_on=options.approved_on,
        basis=options.basis,
        today=context.today,
    )
    print(f"评估结果已冻结，校验码 {digest}")
    return 0


def serve(context: Context, options: Namespace) -> int:
    """Serve the program until it is stopped."""
    from xczg.server import run  # noqa: PLC0415  Streamlit takes a second to import; no other command needs it

    context.engine.dispose()
    run(options.host, options.port, context.settings)
    return 0


class _bar:  # noqa: N801  used as a with-statement
    """A progress bar on stderr, silent where nobody watches."""

    def __init__(self, title: str) -> None:
        self._bar = tqdm(total=100, desc=title, disable=None, bar_format="{desc} {bar} {n:.0f}%", leave=False)

    def __enter__(self) -> Callable[[float, str], None]:
        def tell(share: float, step: str) -> None:
            self._bar.set_postfix_str(step)
            self._bar.update(share * 100 - self._bar.n)

        return tell

    def __exit__(self, *_: object) -> None:
        self._bar.close()


def _write(out: str, content: bytes) -> int:
    Path(out).write_bytes(content)
    print(f"已写出：{out}", file=sys.stderr)
    return 0


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


BY_NAME: Mapping[str, Command] = {
    "init": init,
    "account add": account_add,
    "account reset": account_reset,
    "round add": round_add,
    "round list": round_list,
    "import ledger": ledger_in,
    "import scores": scores_in,
    "template ledger": ledger_template_out,
    "template scores": scores_template_out,
    "export ledger": ledger_out,
    "export results": results_out,
    "results": results,
    "confirm": confirm,
    "freeze": freeze,
    "serve": serve,
}
WITHOUT_DATABASE = frozenset({"init"})
EMPTY_ANSWERS: Mapping[str, dict[str, Any]] = {
    "import ledger": {
        "findings_written": 0,
        "findings_updated": 0,
        "findings_skipped": 0,
        "measures_written": 0,
        "organizations": [],
    },
    "import scores": {"sheets_written": 0, "sheets_unchanged": 0, "incomplete": []},
}
