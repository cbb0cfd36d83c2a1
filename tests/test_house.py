"""The house stands as designed: floors, pages behind their gate, a clock nobody below reads, pinned needs."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from xczg.store.settings import PROJECT

PAGES = sorted((PROJECT / "pages").rglob("*.py"))
CLOCKLESS = sorted(
    [
        *(PROJECT / "xczg" / "rules").rglob("*.py"),
        *(PROJECT / "xczg" / "services").rglob("*.py"),
        *(PROJECT / "xczg" / "store" / "views").rglob("*.py"),
    ]
)
CLOCKS = {"today", "utcnow", "localtime", "gmtime", "time_ns"}


def named(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def lint_imports(folder):
    return subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_imports_never_go_up():
    done = lint_imports(PROJECT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken" in done.stdout


@pytest.mark.parametrize(
    ("file", "line", "broken"),
    [
        ("xczg/ui/words.py", "import pages.office.ledger", "Nothing imports a page BROKEN"),
        ("xczg/cli/context.py", "import pages.system.due", "Nothing imports a page BROKEN"),
        ("xczg/services/files.py", "import app", "Nothing imports a page BROKEN"),
        ("pages/system/due.py", "import xczg.server", "Floors: an import never goes up BROKEN"),
        ("pages/office/ledger.py", "import xczg.cli.commands", "Floors: an import never goes up BROKEN"),
    ],
)
def test_the_top_floors_are_held_too(tmp_path, file, line, broken):
    """Page files are no package with an __init__.py; the contracts must see them all the same."""
    for part in ("xczg", "pages", "pyproject.toml", "app.py"):
        source, target = PROJECT / part, tmp_path / part
        shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    with (tmp_path / file).open("a") as code:
        code.write(f"\n{line}\n")
    done = lint_imports(tmp_path)
    assert done.returncode == 1
    assert broken in done.stdout, done.stdout + done.stderr


# Pages


def test_no_page_lies_directly_in_pages():
    """Streamlit discovers pages/*.py by itself and would show them without app.py ever running."""
    assert PAGES
    assert [named(page) for page in PAGES if page.parent == PROJECT / "pages"] == []
    assert {len(page.relative_to(PROJECT / "pages").parts) for page in PAGES} == {2}


def acts(statement: ast.stmt) -> bool:
    """Whether a statement does anything when the file is run, beyond naming things."""
    if isinstance(statement, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef):
        return False
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return False
    constant = isinstance(statement, ast.Assign) and all(
        isinstance(name, ast.Name) and name.id.isupper()
        for target in statement.targets
        for name in (target.elts if isinstance(target, ast.Tuple) else [target])
    )
    return not constant


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_a_page_asks_who_is_there_before_it_does_anything(page):
    first = next(one for one in ast.parse(page.read_text("utf-8")).body if acts(one))
    value = getattr(first, "value", None)
    assert isinstance(value, ast.Call), ast.unparse(first)
    assert ast.unparse(value.func) == "require"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_a_page_holds_no_sql(page):
    imported = {
        alias.name if isinstance(node, ast.Import) else f"{node.module}.{alias.name}"
        for node in ast.walk(ast.parse(page.read_text("utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert not [name for name in imported if name.startswith(("sqlalchemy", "sqlmodel"))]


# The clock


@pytest.mark.parametrize("module", CLOCKLESS, ids=named)
def test_what_day_it_is_is_a_parameter(module):
    """Rules, services and views are told the date. Only the moment of writing is taken from the clock."""
    tree = ast.parse(module.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.module not in ("time", "xczg.store.clock"), ast.unparse(node)
        if isinstance(node, ast.Import):
            assert "time" not in {alias.name for alias in node.names}
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            called = node.func.attr
            assert called not in CLOCKS, ast.unparse(node)
            assert called != "now", ast.unparse(node)


def test_the_rules_take_nothing_from_the_clock_at_all():
    for module in (PROJECT / "xczg" / "rules").rglob("*.py"):
        names = {
            node.id for node in ast.walk(ast.parse(module.read_text("utf-8"))) if isinstance(node, ast.Name)
        }
        assert not names & {"now", "today_in_shanghai"}, module


def test_nothing_but_the_rulebook_knows_the_weights_the_share_or_the_months():
    """5 : 3 : 2, 20 % and three months are data."""
    suspicious = re.compile(r"\b0\.20?\b|\[5, ?3, ?2\]|\(5, ?3, ?2\)|months=3\b")
    for module in (PROJECT / "xczg" / "rules").rglob("*.py"):
        code = ast.unparse(_without_docstrings(ast.parse(module.read_text("utf-8"))))
        assert not suspicious.search(code), module


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [
                one for one in body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
            ] or [ast.Pass()]
    return tree


# What it needs


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_exactly(name):
    lines = [line.partition("#")[0].strip() for line in (PROJECT / name).read_text("utf-8").splitlines()]
    needed = [line for line in lines if line and not line.startswith("-r ")]
    assert needed
    for line in needed:
        assert re.fullmatch(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==[0-9][0-9A-Za-z.]*( *;.*)?", line), line


def imported_by(module: Path) -> set[str]:
    """The packages a module imports, by their first name."""
    found = set()
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def test_what_is_imported_is_required():
    listed = re.findall(r"^[A-Za-z0-9._-]+", (PROJECT / "requirements.txt").read_text("utf-8"), re.MULTILINE)
    names = {"PyJWT": "jwt", "python-docx": "docx"}
    provided = {names.get(name, name.lower().replace("-", "_")) for name in listed}
    provided |= {"starlette"}  # Streamlit's own server
    imported = set().union(*map(imported_by, [*(PROJECT / "xczg").rglob("*.py"), *PAGES]))
    assert imported - set(sys.stdlib_module_names) - {"xczg"} <= provided
