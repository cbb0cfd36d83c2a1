"""The command line is a contract: names, options, JSON keys and exit codes as in the design."""

import io
import json
import re
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest

from tests.exchange.ledgers import SHARED, build, faulty, measures_below, real_ledgers, titled
from tests.factories import (
    FEEDBACK,
    ROUND,
    TODAY,
    all_of,
    confirm,
    everything,
    make_finding,
    make_inspection,
    make_round,
    make_scored,
    rulebook,
)
from xczg.cli import main
from xczg.cli.chinese import in_chinese
from xczg.cli.commands import BY_NAME
from xczg.store.clock import today
from xczg.store.engine import open_engine
from xczg.store.settings import PROJECT, load_settings
from xczg.store.tables import AuditEntry, Finding, Inspection

FEEDBACK_TEXT = FEEDBACK.isoformat()
IMPORT_KEYS = {
    "findings_written",
    "findings_updated",
    "findings_skipped",
    "measures_written",
    "organizations",
    "faults",
}
FAULT_KEYS = {"row", "column", "fault", "message"}
RESULT_KEYS = [
    "organization",
    "findings",
    "completed",
    "basically_completed",
    "not_completed",
    "closed_out",
    "overdue",
    "basis",
    "strict_rate",
    "lenient_rate",
    "scores",
    "final_score",
    "rank",
    "bottom_share",
    "provisional",
    "satisfaction",
    "talk",
]


class CommandLine:
    """`python -m xczg`, called in this process."""

    def __init__(self, capsys, url=None):
        self.capsys, self.url = capsys, url

    def __call__(self, *arguments, code=0):
        """Run, and give back what stdout and stderr said."""
        self.capsys.readouterr()
        words = [str(argument) for argument in arguments]
        try:
            found = main(["--database", self.url, *words] if self.url else words)
        except SystemExit as end:
            found = end.code
        out, err = self.capsys.readouterr()
        assert found == code, (found, out, err)
        return out, err

    def json(self, *arguments, code=0):
        """Run with --json: stdout must be that JSON and nothing else."""
        out, _ = self(*arguments, "--json", code=code)
        assert out.endswith("\n")
        return json.loads(out)


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch):
    for name in ("XCZG_DATABASE_URL", "XCZG_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def bare(capsys) -> CommandLine:
    """Without a database named."""
    return CommandLine(capsys)


@pytest.fixture
def cli(capsys, sqlite_url) -> CommandLine:
    """With an initialised, empty database."""
    return CommandLine(capsys, sqlite_url)


@pytest.fixture
def round_id(sqlite_engine) -> int:
    """A round in it."""
    return make_round(sqlite_engine)


@pytest.fixture
def ledger(tmp_path) -> Path:
    """A ledger that names its organisation."""
    file = tmp_path / "台账 甲.xlsx"
    file.write_bytes(titled())
    return file


def saved(tmp_path, content, name="a.xlsx"):
    file = tmp_path / name
    file.write_bytes(content)
    return file


# Commands


def test_every_command_of_the_contract_is_there():
    assert set(BY_NAME) >= {
        "init",
        "account add",
        "round add",
        "round list",
        "import ledger",
        "import scores",
        "template ledger",
        "template scores",
        "export ledger",
        "export results",
        "results",
        "confirm",
        "freeze",
        "serve",
    }


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        ["nonsense"],
        ["round"],
        ["round", "add", "甲"],
        ["round", "add", "甲", "--feedback-date", "2024-13-01"],
        ["round", "add", "甲", "--feedback-date", "28.6.2024"],
        ["import", "ledger", "a.xlsx"],
        ["import", "ledger", "a.xlsx", "--round", "x", "--mode", "overwrite"],
        ["import", "ledger", "a.xlsx", "--round", "x", "--column", "没有等号"],
        ["import", "scores", "a.xlsx"],
        ["results"],
        ["freeze", "--round", "x"],
        ["confirm", "--round", "x"],
        ["confirm", "--round", "x", "--list", "--basis", "y"],
        ["confirm", "--round", "x", "--basis", "y", "--on", "昨天"],
        ["account", "add", "ab", "--name", "某"],
        ["account", "add", "ab", "--name", "某", "--role", "mayor"],
        ["account", "add", "ab", "--name", "某", "--role", "team", "--team", "0"],
        ["account", "add", "ab", "--name", "某", "--role", "team", "--team", "1", "--department", "x"],
        ["template", "results", "a.xlsx", "--round", "x"],
        ["init", "--nonsense"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_2_and_leaves_stdout_empty(cli, wrong):
    out, err = cli(*wrong, code=2)
    assert out == ""
    assert err


ENGLISH_OF_ARGPARSE = re.compile(
    r"\b(usage|error|argument|arguments|required|invalid|choice|choose|unrecognized|expected|not allowed"
    r"|options|positional|show this help|COMMAND|ACTION|WHAT)\b"
)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ([], "缺少必填的命令"),
        (["nonsense"], "命令不能是'nonsense'，可选："),
        (["freeze", "--round", "x"], "缺少必填的--approved-on"),
        (["init", "--nonsense"], "无法识别--nonsense"),
        (["serve", "--port"], "--port后面缺少内容"),
        (["serve", "--port", "x"], "--port的值'x'写法有误"),
        (["round", "add", "甲", "--feedback-date", "28"], "“28”不是日期，应为YYYY-MM-DD"),
        (["account", "add", "ab", "--name", "某", "--role", "mayor"], "--role不能是'mayor'，可选："),
        (
            ["account", "add", "a", "--role", "team", "--team", "1", "--department", "x"],
            "不能与--team同时使用",
        ),
        (["confirm", "--round", "x"], "--list --basis须填写其中一项"),
    ],
    ids=str,
)
def test_wrong_usage_is_told_in_chinese(cli, wrong, said):
    _, err = cli(*wrong, code=2)
    assert err.startswith("用法：python -m xczg")
    assert said in err
    assert err.endswith("。\n")
    assert not ENGLISH_OF_ARGPARSE.search(err), err


@pytest.mark.parametrize("command", ["", *BY_NAME])
def test_help_is_in_chinese(bare, command):
    out, err = bare(*command.split(), "--help")
    assert err == ""
    assert "选项：\n" in out
    assert not ENGLISH_OF_ARGPARSE.search(out), out


def test_what_argparse_may_say_one_day_is_not_shown_in_english():
    assert in_chinese("something nobody foresaw") == "写法有误"
    assert in_chinese("argument --x: something nobody foresaw") == "写法有误"


@pytest.mark.parametrize("file", ["README.md", "README.zh-CN.md", "docs/deployment.md"])
def test_every_command_the_documents_name_exists(file):
    text = (PROJECT / file).read_text("utf-8")
    named = {found[1] for found in re.finditer(r"python -m xczg(?: --?\w+ \S+)* ([a-z]+(?: [a-z]+)?)", text)}
    assert named
    for words in named:
        first = words.split()[0]
        assert words in BY_NAME or first in BY_NAME, words
    lists = re.findall(r"lists the commands \(([^)]*)\)", text)
    for name in [name.strip() for found in lists for name in found.split(",") if name.strip() != "…"]:
        assert name in {command.split()[0] for command in BY_NAME}, name


def test_it_runs_as_a_module(tmp_path):
    url = f"sqlite:///{tmp_path / 'a b' / 'xczg.db'}"
    command = [sys.executable, "-m", "xczg", "--database", url]
    refused = subprocess.run(
        [*command, "round", "list", "--json"], cwd=PROJECT, capture_output=True, check=False
    )
    assert refused.returncode == 1
    assert "init" in json.loads(refused.stdout.decode("utf-8"))["error"]
    assert not (tmp_path / "a b").exists()


# init and accounts


def test_init_makes_database_keys_and_one_administrator(bare, tmp_path):
    folder = tmp_path / "new folder"
    url = f"sqlite:///{folder / 'xczg.db'}"
    out, err = bare("--database", url, "init")
    assert re.fullmatch(r"账号 admin +一次性密码 \S+ +系统管理员.*\n", out)
    assert "数据库已就绪" in err
    assert (folder / "xczg.db").exists()
    keys = list((folder / "keys").iterdir())
    assert keys
    assert all(key.stat().st_mode & 0o077 == 0 for key in keys)


def test_init_again_changes_nothing_and_prints_no_account(bare, tmp_path):
    url = f"sqlite:///{tmp_path / 'xczg.db'}"
    bare("--database", url, "init")
    engine = open_engine(url)
    before = everything(engine)
    keys = {file: file.read_bytes() for file in (tmp_path / "keys").iterdir()}
    out, _ = bare("--database", url, "init")
    assert out == ""
    assert everything(engine) == before
    assert {file: file.read_bytes() for file in (tmp_path / "keys").iterdir()} == keys
    engine.dispose()


def test_init_on_postgresql(bare, postgres_server, tmp_path, monkeypatch, capsys):
    import uuid

    from sqlalchemy import make_url, text

    name = f"cli_{uuid.uuid4().hex}"
    engine = open_engine(postgres_server)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    monkeypatch.setenv("XCZG_DATA_DIR", str(tmp_path / "data"))
    url = make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
    cli = CommandLine(capsys, url)
    assert "尚未建立" in cli("round", "list", code=1)[1]
    assert "admin" in cli("init")[0]
    assert cli.json("round", "list") == []
    assert (tmp_path / "data" / "keys").is_dir()


def test_the_example_city_is_loaded_into_an_empty_database_only(cli, sqlite_engine):
    out, _ = cli("init", "--example")
    found = cli.json("round", "list")
    assert len(found) == 4
    assert {one["frozen"] for one in found} == {True, False}
    roles = ("市领导", "市委巡察办", "市纪委监委", "市委组织部", "市委巡察组", "被巡察党组织", "职能部门")
    assert all(role in out for role in (*roles, "系统管理员"))
    assert len(re.findall(r"一次性密码 \S+", out)) == len(out.splitlines()) >= 8
    before = everything(sqlite_engine)
    out, err = cli("init", "--example")
    assert out == ""
    assert "已有数据" in err
    assert everything(sqlite_engine) == before


def test_an_account_gets_a_one_time_password_on_stdout(cli, sqlite_engine, round_id):
    make_inspection(sqlite_engine, round_id)
    for arguments in (
        ["leader1", "--name", "某领导", "--role", "leader"],
        ["team3", "--name", "三组", "--role", "team", "--team", "3"],
        ["org1", "--name", "甲", "--role", "organization", "--organization", "甲局党组"],
        ["dep1", "--name", "财政", "--role", "department", "--department", "市财政局"],
    ):
        out, _ = cli("account", "add", *arguments)
        assert re.fullmatch(r"\S{8,}\n", out)


@pytest.mark.parametrize(
    "arguments",
    [
        ["org1", "--name", "甲", "--role", "organization", "--organization", "没有的党组"],
        ["org1", "--name", "甲", "--role", "organization"],
        ["team1", "--name", "甲", "--role", "team"],
    ],
)
def test_an_account_without_its_scope_is_refused(cli, sqlite_engine, arguments):
    before = everything(sqlite_engine)
    out, err = cli("account", "add", *arguments, code=1)
    assert out == ""
    assert "。" in err
    assert everything(sqlite_engine) == before


def test_an_account_is_made_once(cli):
    cli("account", "add", "leader1", "--name", "某", "--role", "leader")
    cli("account", "add", "leader1", "--name", "某", "--role", "leader", code=1)


# Rounds


def test_rounds_are_listed_newest_first_with_these_keys(cli, sqlite_engine):
    cli("round", "add", "旧", "--feedback-date", "2023-01-01")
    cli("round", "add", "新", "--feedback-date", "2024-06-28", "--rulebook", "sanmenxia-2024-trial")
    make_inspection(sqlite_engine, 2)
    assert cli.json("round", "list") == [
        {
            "name": "新",
            "feedback_date": "2024-06-28",
            "rulebook": "sanmenxia-2024-trial",
            "organizations": 1,
            "provisional": True,
            "frozen": False,
        },
        {
            "name": "旧",
            "feedback_date": "2023-01-01",
            "rulebook": "sanmenxia-2024-trial",
            "organizations": 0,
            "provisional": False,
            "frozen": False,
        },
    ]
    assert [line.split()[0] for line in cli("round", "list")[0].splitlines()] == ["新", "旧"]


def test_a_round_is_added_once(cli):
    cli("round", "add", "甲", "--feedback-date", "2024-01-01")
    assert "已经存在" in cli("round", "add", "甲", "--feedback-date", "2024-01-01", code=1)[1]


@pytest.mark.parametrize("rulebook", ["nonesuch", "../../x"])
def test_an_unknown_rulebook_is_refused(cli, rulebook):
    out, err = cli("round", "add", "甲", "--feedback-date", "2024-01-01", "--rulebook", rulebook, code=1)
    assert out == ""
    assert "没有编号为" in err
    assert cli.json("round", "list") == []


# Ledgers


def test_importing_a_ledger_prints_these_keys(cli, round_id, ledger):
    found = cli.json("import", "ledger", ledger, "--round", ROUND, "--create-organizations")
    assert set(found) >= IMPORT_KEYS
    assert {key: found[key] for key in IMPORT_KEYS} == {
        "findings_written": 3,
        "findings_updated": 0,
        "findings_skipped": 0,
        "measures_written": 3,
        "organizations": ["甲县档案馆党组"],
        "faults": [],
    }


def test_without_json_stdout_stays_empty_and_stderr_tells(cli, round_id, ledger):
    out, err = cli("import", "ledger", ledger, "--round", ROUND, "--create-organizations")
    assert out == ""
    assert "已写入反馈问题3个" in err


def test_a_dry_run_writes_nothing(cli, sqlite_engine, round_id, ledger):
    before = everything(sqlite_engine)
    found = cli.json("import", "ledger", ledger, "--round", ROUND, "--create-organizations", "--dry-run")
    assert found["findings_written"] == 3
    assert everything(sqlite_engine) == before


def test_faults_are_exit_1_with_json_on_stdout_and_nothing_written(cli, sqlite_engine, round_id, tmp_path):
    before = everything(sqlite_engine)
    file = saved(tmp_path, faulty())
    found = cli.json(
        "import", "ledger", file, "--round", ROUND, "--organization", "甲", "--create-organizations", code=1
    )
    assert [(one["row"], one["column"], one["fault"]) for one in found["faults"]] == [
        (3, "反馈问题", "missing"),
        (4, "整改时限", "invalid date"),
        (5, "整改情况", "unknown status"),
        (6, "反馈问题", "duplicate"),
        (8, "整改情况", "ambiguous status"),
    ]
    assert all(set(one) == FAULT_KEYS and re.search("[一-龥]", one["message"]) for one in found["faults"])
    assert found["findings_written"] == found["measures_written"] == 0
    assert everything(sqlite_engine) == before


def test_modes_on_the_same_file(cli, round_id, ledger):
    arguments = ["import", "ledger", ledger, "--round", ROUND, "--create-organizations"]
    cli(*arguments)
    stopped = cli.json(*arguments, code=1)
    assert {one["fault"] for one in stopped["faults"]} == {"exists"}
    for mode in ("skip", "update"):
        found = cli.json(*arguments, "--mode", mode)
        assert (found["findings_written"], found["findings_updated"], found["findings_skipped"]) == (0, 0, 3)


def test_an_unknown_organisation_needs_leave(cli, round_id, ledger):
    found = cli.json("import", "ledger", ledger, "--round", ROUND, code=1)
    assert [one["fault"] for one in found["faults"]] == ["unknown organization"]


def test_a_ledger_without_organisation_and_one_that_contradicts(cli, round_id, ledger, tmp_path):
    nameless = saved(tmp_path, measures_below())
    arguments = ["--round", ROUND, "--create-organizations"]
    found = cli.json("import", "ledger", nameless, *arguments, code=1)
    assert [one["fault"] for one in found["faults"]] == ["missing organization"]
    found = cli.json("import", "ledger", ledger, *arguments, "--organization", "别的党组", code=1)
    assert [one["fault"] for one in found["faults"]] == ["contradictory organization"]
    found = cli.json("import", "ledger", nameless, *arguments, "--organization", "丙")
    assert (found["findings_written"], found["measures_written"]) == (2, 4)


def test_columns_may_be_given_by_hand(cli, sqlite_engine, round_id, tmp_path):
    file = saved(tmp_path, build([["序号", "反馈问题", "处室=意见"], [1, "学习不深入", "办公室"]]))
    cli(
        "import",
        "ledger",
        file,
        "--round",
        ROUND,
        "--organization",
        "甲",
        "--create-organizations",
        "--column",
        "处室=意见=unit",
    )
    assert [finding.unit for finding in all_of(sqlite_engine, Finding)] == ["办公室"]


@pytest.mark.parametrize("name", ["missing.xlsx", "."])
def test_a_file_that_is_not_there_is_told_in_chinese(cli, round_id, tmp_path, name):
    found = cli.json("import", "ledger", tmp_path / name, "--round", ROUND, code=1)
    assert re.search("没有找到|无法读写", found["error"])
    assert found["findings_written"] == 0
    assert [one["fault"] for one in found["faults"]] == ["refused"]


def test_an_unknown_round_is_told_in_json_too(cli, ledger):
    for arguments in (["import", "ledger", ledger], ["import", "scores", ledger], ["results"]):
        found = cli.json(*arguments, "--round", "没有的轮次", code=1)
        assert "没有的轮次" in found["error"]


# The real ledgers


def import_real(cli, file, about):
    arguments = ["--round", "真实", "--create-organizations", "--organization", about["organization"] or "甲"]
    cli("round", "add", "真实", "--feedback-date", about.get("feedback_date", FEEDBACK_TEXT))
    code = 1 if about.get("refused") else 0
    return cli.json("import", "ledger", file, *arguments, code=code)


@pytest.mark.parametrize(("file", "about"), real_ledgers())
def test_real_ledgers_give_the_counts_and_rates_expected_of_them(cli, sqlite_engine, file, about):
    if about.get("refused"):
        cli("round", "add", "x", "--feedback-date", FEEDBACK_TEXT)
        before = everything(sqlite_engine, "round", "audit_entry", "rulebook_version")
        found = import_real(cli, file, about)
        expected = [(one["row"], one["column"], one["fault"].split(" of ")[0]) for one in about["faults"]]
        assert [(one["row"], one["column"], one["fault"]) for one in found["faults"]] == expected
        assert found["findings_written"] == about["findings_written"] == 0
        assert everything(sqlite_engine, "round", "audit_entry", "rulebook_version") == before
        return
    found = import_real(cli, file, about)
    assert found["findings_written"] == about["findings"]
    assert found["measures_written"] == about.get("measures", found["measures_written"])
    (row,) = cli.json("results", "--round", "真实")
    for key in ("organization", "findings", "completed", "basically_completed", "not_completed"):
        assert row[key] == about[key], key
    assert float(row["strict_rate"]) == about["strict_rate"]
    assert float(row["lenient_rate"]) == about["lenient_rate"]


def test_the_real_ledgers_lie_beside_the_project():
    if not SHARED.is_dir():
        pytest.skip(f"no {SHARED}")
    assert (SHARED / "real" / "ledgers" / "expected.json").exists()


# Templates, exports, scores


def workbook(file):
    return openpyxl.load_workbook(io.BytesIO(file.read_bytes()))


def test_templates_and_exports_are_written_where_asked(cli, sqlite_engine, round_id, tmp_path):
    make_finding(sqlite_engine, make_inspection(sqlite_engine, round_id))
    for command, first in (
        (["template", "ledger"], "整改台账"),
        (["template", "scores"], "评分表"),
        (["export", "ledger"], "整改台账"),
        (["export", "results"], "集中督查结果统计表"),
    ):
        out_file = tmp_path / "出 表.xlsx"
        out, _ = cli(*command, out_file, "--round", ROUND)
        assert out == ""
        assert workbook(out_file).sheetnames[0] == first


def test_a_template_cannot_be_written_into_a_missing_folder(cli, round_id, tmp_path):
    out, err = cli("template", "ledger", tmp_path / "no" / "x.xlsx", "--round", ROUND, code=1)
    assert out == ""
    assert "没有找到" in err


def test_an_exported_ledger_changes_nothing_when_imported_again(
    cli, sqlite_engine, round_id, ledger, tmp_path
):
    cli("import", "ledger", ledger, "--round", ROUND, "--create-organizations")
    cli("export", "ledger", tmp_path / "out.xlsx", "--round", ROUND)
    before = everything(sqlite_engine, "audit_entry")
    found = cli.json("import", "ledger", tmp_path / "out.xlsx", "--round", ROUND, "--mode", "update")
    assert (found["findings_written"], found["findings_updated"], found["findings_skipped"]) == (0, 0, 3)
    assert everything(sqlite_engine, "audit_entry") == before


def fill(file, points, rows=None):
    book = workbook(file)
    for number, row in enumerate(book.worksheets[0].iter_rows(min_row=2)):
        if rows is None or number < rows:
            row[5].value = points(row)
    book.save(file)


def test_scores_from_template_to_results(cli, sqlite_engine, round_id, tmp_path):
    make_inspection(sqlite_engine, round_id, "甲局党组", team=3)
    file = tmp_path / "scores.xlsx"
    cli("template", "scores", file, "--round", ROUND)
    fill(file, lambda row: row[4].value, rows=20)
    found = cli.json("import", "scores", file, "--round", ROUND)
    assert found["incomplete"] == [{"organization": "甲局党组", "unit": "市委第三巡察组"}]
    assert (found["sheets_written"], found["faults"]) == (3, [])
    (row,) = cli.json("results", "--round", ROUND)
    assert row["scores"] == {"discipline": "100.00", "personnel": "100.00", "team": None}
    assert (row["final_score"], row["rank"], row["provisional"]) == (None, None, True)
    fill(file, lambda row: row[4].value)
    assert cli.json("import", "scores", file, "--round", ROUND)["sheets_written"] == 1
    (row,) = cli.json("results", "--round", ROUND)
    assert (row["final_score"], row["rank"], row["provisional"]) == ("100.00", 1, False)
    assert (load_settings(cli.url).uploads).is_dir()


def test_wrong_scores_are_faults_with_these_keys(cli, sqlite_engine, round_id, tmp_path):
    make_inspection(sqlite_engine, round_id, "甲局党组")
    file = tmp_path / "scores.xlsx"
    cli("template", "scores", file, "--round", ROUND)
    fill(file, lambda _: 99, rows=1)
    found = cli.json("import", "scores", file, "--round", ROUND, code=1)
    assert [(one["row"], one["column"], one["fault"]) for one in found["faults"]] == [
        (2, "得分", "out of range")
    ]
    assert set(found["faults"][0]) == FAULT_KEYS
    assert found["sheets_written"] == 0


# Results and freezing


def test_results_of_an_empty_round_are_an_empty_list(cli, round_id):
    assert cli.json("results", "--round", ROUND) == []


def test_results_have_exactly_these_keys_in_rank_order(cli, sqlite_engine, round_id):
    ids = make_scored(sqlite_engine, round_id, {"甲": ("77.28", "80.79", "93.99"), "乙": ("90", "90", "90")})
    yesterday = today() - timedelta(days=1)
    make_finding(sqlite_engine, ids["甲"], "一", due_date=yesterday)
    make_finding(sqlite_engine, ids["甲"], "二", due_date=today())
    make_finding(sqlite_engine, ids["甲"], "三", due_date=yesterday, long_term=True)
    found = cli.json("results", "--round", ROUND)
    assert [list(one) for one in found] == [RESULT_KEYS] * 2
    assert [(one["organization"], one["final_score"], one["rank"]) for one in found] == [
        ("乙", "90.00", 1),
        ("甲", "81.68", 2),
    ]
    assert found[1]["overdue"] == 1
    assert (found[1]["strict_rate"], found[0]["strict_rate"]) == ("0.00", None)
    assert (found[1]["basis"], found[1]["talk"], found[1]["bottom_share"]) == ("单位自报", [], True)


def test_results_in_words(cli, sqlite_engine, round_id):
    make_scored(sqlite_engine, round_id, {"甲": ("90", "90", "90")})
    make_inspection(sqlite_engine, round_id, "乙")
    out, err = cli("results", "--round", ROUND)
    assert "第1名  甲  90.00分" in out
    assert "—  乙  评分未齐" in out
    assert "暂计" in err


def test_freezing(cli, sqlite_engine, round_id):
    make_scored(sqlite_engine, round_id, {"甲": ("90", "90", "90")})
    arguments = [
        "freeze",
        "--round",
        ROUND,
        "--approved-on",
        today().isoformat(),
        "--basis",
        "会议〔2024〕1号",
    ]
    out, err = cli(*arguments, code=1)
    assert (out, "待定事项" in err) == ("", True)
    confirm(sqlite_engine, round_id)
    out, _ = cli(*arguments)
    assert re.search("[0-9a-f]{64}", out)
    assert cli.json("round", "list")[0]["frozen"] is True
    assert "已经冻结" in cli(*arguments, code=1)[1]


def test_a_real_office_comes_from_an_import_to_a_frozen_round_on_the_command_line_alone(
    cli, sqlite_engine, ledger, tmp_path
):
    cli("round", "add", ROUND, "--feedback-date", FEEDBACK_TEXT)
    cli("import", "ledger", ledger, "--round", ROUND, "--create-organizations")
    file = tmp_path / "scores.xlsx"
    cli("template", "scores", file, "--round", ROUND)
    fill(file, lambda row: row[4].value)
    cli("import", "scores", file, "--round", ROUND)
    freezing = ["freeze", "--round", ROUND, "--approved-on", today().isoformat(), "--basis", "会议纪要"]
    assert f'python -m xczg confirm --round "{ROUND}" --basis' in cli(*freezing, code=1)[1]

    listed, _ = cli("confirm", "--round", ROUND, "--list")
    points = rulebook().open_points()
    assert [line.split()[0] for line in listed.splitlines() if not line.startswith(" ")] == list(points)
    for words in ("权重归属", "取值：市纪委监委、市委组织部、市委巡察组", "来源：推断", "状态：未确认"):
        assert words in listed

    first = next(iter(points))
    out, err = cli("confirm", "--round", ROUND, "--basis", "主任办公会〔2024〕3号", "--point", first)
    assert out == f"已确认：{points[first].title}\n"
    assert f"尚有{len(points) - 1}个待定事项未确认" in err
    assert "未经巡察办确认" in cli(*freezing, code=1)[1]

    out, err = cli("confirm", "--round", ROUND, "--basis", "主任办公会〔2024〕3号", "--on", TODAY.isoformat())
    assert len(out.splitlines()) == len(points) - 1
    assert "待定事项已全部确认" in err
    assert cli("confirm", "--round", ROUND, "--basis", "主任办公会〔2024〕3号")[0] == "", "once each"
    listed, _ = cli("confirm", "--round", ROUND, "--list")
    assert "未确认" not in listed
    assert f"{TODAY.isoformat()}由cli:" in listed
    actions = [(one.actor.partition(":")[0], one.action) for one in all_of(sqlite_engine, AuditEntry)]
    assert actions.count(("cli", "确认待定事项")) == 2
    cli(*freezing)
    assert cli.json("round", "list")[0]["frozen"] is True


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--basis", ""], "请填写确认的依据"),
        (["--basis", "  "], "请填写确认的依据"),
        (["--basis", "会议", "--on", (today() + timedelta(days=1)).isoformat()], "晚于今天"),
        (["--basis", "会议", "--point", "no.such"], "没有编号为“no.such”的待定事项"),
    ],
)
def test_a_confirmation_without_basis_in_the_future_or_of_nothing_is_refused(
    cli, sqlite_engine, round_id, arguments, said
):
    before = everything(sqlite_engine)
    out, err = cli("confirm", "--round", ROUND, *arguments, code=1)
    assert (out, said in err) == ("", True)
    assert everything(sqlite_engine) == before


def test_freezing_refuses_a_provisional_round_and_a_day_to_come(cli, sqlite_engine, round_id):
    make_inspection(sqlite_engine, round_id)
    confirm(sqlite_engine, round_id)
    assert "评分未齐" in cli("freeze", "--round", ROUND, "--approved-on", TODAY.isoformat(), code=1)[1]
    tomorrow = (today() + timedelta(days=1)).isoformat()
    assert "晚于今天" in cli("freeze", "--round", ROUND, "--approved-on", tomorrow, code=1)[1]


def test_the_command_line_acts_and_is_audited_as_the_user_of_the_system(
    cli, sqlite_engine, round_id, ledger, monkeypatch
):
    monkeypatch.setenv("LOGNAME", "wang")
    cli("import", "ledger", ledger, "--round", ROUND, "--create-organizations")
    assert all_of(sqlite_engine, AuditEntry)[-1].actor == "cli:wang"
    assert len(all_of(sqlite_engine, Inspection)) == 1


# Which database


def test_the_option_goes_before_the_environment_and_that_before_the_data_folder(tmp_path, monkeypatch):
    def url(name):
        return f"sqlite:///{tmp_path / name / 'x.db'}"

    assert load_settings().database_url == f"sqlite:///{PROJECT / 'data' / 'xczg.db'}"
    monkeypatch.setenv("XCZG_DATA_DIR", str(tmp_path / "folder"))
    assert load_settings().database_url == f"sqlite:///{tmp_path / 'folder' / 'xczg.db'}"
    monkeypatch.setenv("XCZG_DATABASE_URL", url("environment"))
    assert load_settings().database_url == url("environment")
    assert load_settings(url("option")).database_url == url("option")
    assert load_settings(url("option")).data_dir == tmp_path / "folder"
    monkeypatch.delenv("XCZG_DATA_DIR")
    assert load_settings(url("option")).data_dir == tmp_path / "option"
    assert load_settings().data_dir == tmp_path / "environment"
    assert load_settings("postgresql://u@h/d").data_dir == PROJECT / "data"


def test_the_environment_names_the_database(bare, tmp_path, monkeypatch):
    monkeypatch.setenv("XCZG_DATABASE_URL", f"sqlite:///{tmp_path / 'one.db'}")
    bare("init")
    bare("round", "add", "甲", "--feedback-date", "2024-01-01")
    assert (tmp_path / "one.db").exists()
    monkeypatch.setenv("XCZG_DATABASE_URL", f"sqlite:///{tmp_path / 'two.db'}")
    bare("round", "list", code=1)
    assert bare.json("--database", f"sqlite:///{tmp_path / 'one.db'}", "round", "list")[0]["name"] == "甲"
    assert not (tmp_path / "two.db").exists()


def test_the_data_folder_holds_database_and_keys(bare, tmp_path, monkeypatch):
    monkeypatch.setenv("XCZG_DATA_DIR", str(tmp_path / "数据 文件夹"))
    bare("init")
    assert (tmp_path / "数据 文件夹" / "xczg.db").exists()
    assert (tmp_path / "数据 文件夹" / "keys").is_dir()
    assert bare.json("round", "list") == []


def test_a_database_that_was_never_made_is_told_and_not_made(capsys, tmp_path):
    cli = CommandLine(capsys, f"sqlite:///{tmp_path / 'no such folder' / 'xczg.db'}")
    for arguments in (
        ["round", "list"],
        ["results", "--round", "x"],
        ["import", "ledger", "x", "--round", "x"],
    ):
        found = cli.json(*arguments, code=1)
        assert "python -m xczg init" in found["error"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["nonsense", "nosuchdb://x", "sqlite:////proc/nowhere/x.db"])
def test_a_wrong_address_is_told_in_chinese(capsys, url):
    cli = CommandLine(capsys, url)
    out, err = cli("init", code=1)
    assert out == ""
    assert re.search("[一-龥]", err)


def test_a_file_that_is_no_database_is_told_in_chinese(capsys, tmp_path):
    file = saved(tmp_path, b"this is not a database " * 100, "x.db")
    cli = CommandLine(capsys, f"sqlite:///{file}")
    assert "数据库" in cli.json("round", "list", code=1)["error"]
    assert file.read_bytes() == b"this is not a database " * 100


def test_what_day_it_is_is_asked_in_shanghai(cli, sqlite_engine, round_id, monkeypatch):
    from xczg.cli import context

    make_finding(sqlite_engine, make_inspection(sqlite_engine, round_id), due_date=date(2024, 1, 1))
    for day, late in ((date(2024, 1, 1), 0), (date(2024, 1, 2), 1)):
        monkeypatch.setattr(context, "today", lambda day=day: day)
        assert cli.json("results", "--round", ROUND)[0]["overdue"] == late
