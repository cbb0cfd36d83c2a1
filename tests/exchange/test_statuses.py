"""Status words: the lists of the domain, and what must be asked instead of guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xczg.exchange.statuses import (
    STATUS_OF,
    AmbiguousStatus,
    UnknownStatus,
    own_words,
    parse_status,
    quoting,
    says_long_term,
)
from xczg.rules.values import FindingStatus

COMPLETED = "已完成 已完成整改 完成整改 整改完成 已整改 整改到位 已整改到位 全面完成 办结 已销号"
BASICALLY = "基本完成 基本完成整改 阶段性完成 取得阶段性成果 基本完成取得阶段性成果并持续整改"
NOT = "未完成 正在整改 整改中 正在推进 持续推进 未整改到位 未整改 待整改 未启动 申请延期"


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (COMPLETED, FindingStatus.COMPLETED),
        (BASICALLY, FindingStatus.BASICALLY_COMPLETED),
        (NOT, FindingStatus.NOT_COMPLETED),
    ],
)
def test_the_words_of_the_domain(words, status):
    assert {parse_status(word) for word in words.split()} == {status}


@pytest.mark.parametrize(
    ("sentence", "status"),
    [
        ("已完成整改。已制定制度并公示。", FindingStatus.COMPLETED),
        (" 已完成　制度已印发", FindingStatus.COMPLETED),
        ("整改到位，整改到位率100%", FindingStatus.COMPLETED),
        ("已完成（100%）", FindingStatus.COMPLETED),
        ("已完成\n已公示", FindingStatus.COMPLETED),
        ("正在整改，预计年底前完成。", FindingStatus.NOT_COMPLETED),
        ("正在整改，剩余2项", FindingStatus.NOT_COMPLETED),
        ("基本完成。阶段性完成台账", FindingStatus.BASICALLY_COMPLETED),
        ("已完成整改，长期坚持", FindingStatus.COMPLETED),
        ("已整改到位，并长期坚持", FindingStatus.COMPLETED),
        ("已完成，常态化坚持", FindingStatus.COMPLETED),
        ("基本完成，长期坚持", FindingStatus.BASICALLY_COMPLETED),
        ("正在整改，长期坚持", FindingStatus.NOT_COMPLETED),
    ],
)
def test_a_sentence_may_begin_with_a_status_word(sentence, status):
    assert parse_status(sentence) is status


@pytest.mark.parametrize(
    "sentence",
    [
        "已整改2项", "已完成80%", "已完成（80%）", "已整改2项，剩余1项正在整改", "完成整改方案制定",
        "整改到位率60%", "已完成，持续整改", "已完成，部分完成", "长期坚持，已完成",
        "已完成长期坚持", "已完成，长期坚持，剩余1项",
        "常态化坚持", "已完成，剩余2项", "未完成，未整改到位，其余已整改",
        "正在整改，部分已完成", "持续整改", "长期坚持", "部分完成", "部分完成整改", "持续整改，已完成",
        "基本完成，未启动第三项",
    ],
)  # fmt: skip
def test_a_word_that_may_not_be_taken_for_the_whole_is_ambiguous(sentence):
    with pytest.raises(AmbiguousStatus):
        parse_status(sentence)


@pytest.mark.parametrize("sentence", ["差不多了", "", "  ", "完成", "尚未整改", "100%", "详见已完成清单"])
def test_a_text_without_a_status_word_in_front_is_unknown(sentence):
    with pytest.raises(UnknownStatus):
        parse_status(sentence)


@given(st.one_of(st.text(), st.lists(st.sampled_from([*STATUS_OF, "，", "2项", "。", "率"])).map("".join)))
def test_completed_is_never_guessed(sentence):
    """Whatever is taken for 已完成 begins with such a word and holds no word of another value after it."""
    try:
        status = parse_status(sentence)
    except (UnknownStatus, AmbiguousStatus):
        return
    if status is FindingStatus.COMPLETED:
        assert sentence.strip().startswith(tuple(COMPLETED.split()))
        assert not any(word in sentence for word in ["正在", "未启动", "持续", "基本", "阶段性", "部分"])


@pytest.mark.parametrize(
    ("sentence", "flag"),
    [
        ("已完成整改，长期坚持", True),
        ("已整改到位，并长期坚持", True),
        ("已完成，常态化坚持", True),
        ("长期坚持", True),
        ("已完成整改", False),
        ("已完成，无需长期坚持", False),
        ("已完成，不再长期坚持", False),
        ("持续整改", False),
    ],
)
def test_a_status_cell_may_set_the_flag_beside_its_status(sentence, flag):
    assert says_long_term(sentence) is flag


@pytest.mark.parametrize(
    ("status", "words", "cell"),
    [
        (FindingStatus.NOT_COMPLETED, "", "未完成"),
        (FindingStatus.COMPLETED, "已完成整改。已制定制度。", "已完成整改。已制定制度。"),
        (FindingStatus.NOT_COMPLETED, "已完成；正在整改", "未完成（原文：已完成；正在整改）"),
        (FindingStatus.BASICALLY_COMPLETED, "持续整改", "基本完成（原文：持续整改）"),
        (FindingStatus.COMPLETED, "正在整改", "已完成（原文：正在整改）"),
    ],
)
def test_an_exported_status_shows_the_status_and_keeps_the_words(status, words, cell):
    assert quoting(status, words) == cell


@given(
    st.sampled_from(FindingStatus),
    st.one_of(st.text(), st.lists(st.sampled_from([*STATUS_OF, "，", "（原文：", "）", "\n"])).map("".join)),
)
def test_status_and_words_come_back_from_an_exported_cell(status, words):
    words = words.strip()
    cell = quoting(status, words)
    assert parse_status(cell) is status
    assert own_words(cell) == (words or status.value)
