"""台账导入 on screen: check, correct, write, and the way to the ledger."""

import pytest
from sqlalchemy.exc import IntegrityError
from streamlit.testing.v1 import AppTest

from tests.exchange.ledgers import build
from tests.factories import all_of, everything, make_inspection, make_round
from tests.office import Office, words
from tests.pages.looking import IMPORT, links, look, table
from xczg.rules.values import FindingStatus, Role
from xczg.services import ledger_import
from xczg.store.tables import Finding, Organization

HEADER = ["被巡察党组织", "序号", "反馈问题", "整改措施", "完成时限", "整改情况"]
GOOD = [
    HEADER,
    ["甲局党组", 1, "学习不深入", "制定计划", "2024年7月底前", "已完成整改"],
    ["甲局党组", 2, "=1+1", "开展检查", "长期坚持", "正在整改"],
]
ROUND = "测试轮"


@pytest.fixture
def page(app: Office) -> AppTest:
    """The page of the office, with one organisation in the round."""
    make_inspection(app.engine, make_round(app.engine, ROUND), "甲局党组")
    return look(app, Role.OFFICE, IMPORT)


def upload(test: AppTest, content: bytes, name: str = "台账.xlsx") -> AppTest:
    test.file_uploader[0].set_value((name, content, "application/octet-stream"))
    test.run()
    assert not test.exception
    return test


def write_button(test: AppTest) -> bool:
    return "write" in [button.key for button in test.button]


def test_before_an_upload_the_page_says_what_to_do(page: AppTest) -> None:
    assert "把整改台账文件拖到上面" in words(page)
    assert [one.label for one in page.get("download_button")] == ["下载空白台账模板"]


def test_check_then_write_then_the_ledger(app: Office, page: AppTest) -> None:
    before = everything(app.engine, "account")
    upload(page, build(GOOD))
    assert "检查通过，将写入：反馈问题新增2个、更新0个、跳过0个，整改措施2条，涉及1个党组织。" in words(page)
    preview = table(page, "长期坚持", "完成时限")
    assert [(row["反馈问题"], row["状态"], row["完成时限"], row["长期坚持"]) for row in preview] == [
        ("学习不深入", "已完成", "2024-07-31", ""),
        ("=1+1", "未完成", "", "是"),
    ]
    assert everything(app.engine, "account") == before, "a check writes nothing"

    page.button(key="write").click().run()
    assert not page.exception
    assert "已导入：反馈问题新增2个、更新0个、跳过0个，整改措施2条，涉及1个党组织。" in words(page)
    assert links(page) == [("查看问题台账", "ledger", {"round": [ROUND], "org": ["甲局党组"]})]
    assert [one.text for one in all_of(app.engine, Finding)] == ["学习不深入", "=1+1"]
    assert "把整改台账文件拖到上面" in words(page), "the form is empty again"


def test_the_same_file_again_is_told_and_may_be_skipped(app: Office, page: AppTest) -> None:
    upload(page, build(GOOD)).button(key="write").click().run()
    upload(page, build(GOOD))
    assert [row["问题"] for row in table(page, "说明", "栏目")] == ["已有", "已有"]
    assert not write_button(page)
    page.radio(key="import_mode").set_value("skip").run()
    assert "反馈问题新增0个、更新0个、跳过2个" in words(page)
    assert write_button(page)


def test_a_fault_names_its_place_and_nothing_can_be_written(app: Office, page: AppTest) -> None:
    before = everything(app.engine, "account")
    rows = [*GOOD, ["甲局党组", 3, "第三个问题", "措施", "某天", "完成了吧"]]
    upload(page, build(rows))
    assert not write_button(page)
    assert [(row["行"], row["栏目"]) for row in table(page, "说明", "栏目")] == [("4", "完成时限")]
    assert [row["行"] for row in table(page, "说明", "认定为")] == [4], "each fault stands in one list only"
    said = " ".join(one.value for one in page.get("html"))
    assert "1处；有一处未更正" in said
    assert everything(app.engine, "account") == before


def test_an_unclear_status_is_asked_for_and_never_guessed(app: Office, page: AppTest) -> None:
    rows = [HEADER, ["甲局党组", 1, "学习不深入", "制定计划", "2024年7月底前", "持续整改"]]
    upload(page, build(rows))
    said = " ".join(one.value for one in page.get("html"))
    assert "状态待核" in said
    assert "需要更正" not in said
    assert not page.table
    assert not write_button(page)
    page.session_state["review"] = {
        "edited_rows": {0: {"认定为": "基本完成"}},
        "added_rows": [],
        "deleted_rows": [],
    }
    page.run()
    page.button(key="recheck").click().run()
    assert not page.exception
    page.button(key="write").click().run()
    assert [one.status for one in all_of(app.engine, Finding)] == [FindingStatus.BASICALLY_COMPLETED]


def test_a_column_that_is_not_recognised_can_be_named(app: Office, page: AppTest) -> None:
    header = [*HEADER[:-1], "眼下怎样"]
    upload(page, build([header, ["甲局党组", 1, "学习不深入", "计划", "2024年7月底前", "已完成整改"]]))
    columns = table(page, "表头", "识别为")
    place = next(n for n, row in enumerate(columns) if row["表头"] == "眼下怎样")
    page.session_state["columns"] = {
        "edited_rows": {place: {"识别为": "整改情况"}},
        "added_rows": [],
        "deleted_rows": [],
    }
    page.run()
    assert not page.exception
    assert [row["状态"] for row in table(page, "长期坚持", "完成时限")] == ["已完成"]


def test_unknown_organisations_are_listed_and_made_on_request_only(app: Office, page: AppTest) -> None:
    rows = [HEADER, ["**新局**党组", 1, "学习不深入", "计划", "2024年7月底前", "已完成整改"]]
    upload(page, build(rows))
    assert "系统中没有以下党组织" in words(page)
    assert "**新局**" not in words(page), "a name is text"
    assert not write_button(page)
    page.checkbox(key="import_create").check().run()
    assert "将新建以下党组织" in words(page)
    page.button(key="write").click().run()
    assert [one.name for one in all_of(app.engine, Organization)] == ["甲局党组", "**新局**党组"]


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"", "台账.xlsx"), (b"not a workbook", "台账.xlsx"), (b"PK\x03\x04", "台账.xlsx"), (b"\x00", "a.docx")],
)
def test_a_wrong_file_gets_one_sentence(app: Office, page: AppTest, content: bytes, name: str) -> None:
    before = everything(app.engine, "account")
    upload(page, content, name)
    assert len(page.error) == 1
    assert page.error[0].value.endswith("。")
    assert not write_button(page)
    assert everything(app.engine, "account") == before


def test_names_in_a_fault_are_text(page: AppTest) -> None:
    upload(page, build([HEADER, ["甲局党组", 1, "学习不深入", "计划", "**某天**", "已完成整改"]]))
    (row,) = table(page, "说明", "栏目")
    assert "\\*\\*某天" in row["说明"]


def test_a_wrong_file_leaves_no_bar(page: AppTest) -> None:
    upload(page, b"not a workbook")
    assert not page.get("progress")


def test_a_refusal_while_writing_is_told_and_leaves_no_bar(app: Office, page: AppTest, monkeypatch) -> None:
    upload(page, build(GOOD))

    def refuse(*_given, **_more):
        raise IntegrityError("x", {}, Exception())

    monkeypatch.setattr(ledger_import, "_write", refuse)
    page.button(key="write").click().run()
    assert not page.exception
    assert len(page.error) == 1
    assert not page.get("progress")
    assert all_of(app.engine, Finding) == []


def test_a_right_taken_away_is_asked_for_again_at_writing(app: Office, page: AppTest) -> None:
    upload(page, build(GOOD))
    app.change("office", role=Role.LEADER)
    page.button(key="write").click().run()
    assert not page.exception
    assert all_of(app.engine, Finding) == []


def test_a_frozen_round_is_not_offered(city: Office) -> None:
    test = look(city, Role.OFFICE, IMPORT)
    assert test.selectbox(key="round").options == [f"三届市委第{n}轮" for n in "七六五"]
