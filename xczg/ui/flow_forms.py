"""Close-out and extension of one finding: where they stand, what happened, the form for what comes next."""

from datetime import timedelta

import streamlit as st

from xczg.access.permissions import Actor
from xczg.access.runtime import runtime
from xczg.rules.flows import CLOSE_OUT, EXTENSION, FlowAct, extension_obstacle
from xczg.rules.values import AttachmentKind, CloseOutState, ExtensionState, FindingKind, FindingStatus
from xczg.services.close_outs import (
    NOBODY,
    Claim,
    Verdict,
    claim_close_out,
    close_at_once,
    reopen_finding,
    review_close_out,
)
from xczg.services.extensions import Decision, Request, ask_extension, decide_extension, standing
from xczg.services.flow_readings import FindingFlows
from xczg.store.clock import today as present_day
from xczg.store.tables import CloseOut, Extension
from xczg.ui.acting import day_of, fetcher, files_in, perform, refuse
from xczg.ui.forms import download_links, uploaded
from xczg.ui.page import section
from xczg.ui.words import long_day, plain


def named(found: FindingFlows) -> str:
    """The finding in a few words, for messages."""
    finding = found.finding
    serial = f"第{finding.serial}号" if finding.serial else ""
    return f"{found.detail.organization}{serial}问题"


def close_out_part(found: FindingFlows, account: Actor) -> None:
    """The close-out （销号） of one finding."""
    claim = found.claim
    state = _close_out_state(found)
    section("销号", state.value if state else "尚未申请")
    acts = CLOSE_OUT.acts(state, account.roles)
    older = list(found.detail.claims)
    if older:
        _claim_history(found, account, older.pop(0), newest=True)  # read first, then act
    if claim is not None and FlowAct.CLOSE in acts:
        _review(found, account, claim)
    elif FlowAct.CLAIM in acts:
        _claim(found, account, at_once=FlowAct.CLOSE_AT_ONCE in acts)
    elif state is CloseOutState.UNDER_REVIEW:
        st.info("已申请销号，等待市委巡察办审核。")
    for one in older:
        _claim_history(found, account, one, newest=False)
    if claim is not None and FlowAct.REOPEN in acts:
        _reopen(found, account, claim)


def _close_out_state(found: FindingFlows) -> CloseOutState | None:
    if found.claim is not None:
        return found.claim.state
    return CloseOutState.CLOSED if found.finding.closed_out_on else None


def _claim_history(found: FindingFlows, account: Actor, claim: CloseOut, *, newest: bool) -> None:
    """One claim with its evidence and what became of it."""
    with st.container(border=True):
        begun = "直接销号" if claim.claimed_by == NOBODY else "申请销号"
        who = found.name(claim.claimed_by or claim.reviewed_by)
        st.markdown(plain(f"{day_of(claim.claimed_at)}　{who}{begun}：{claim.summary}"))
        if claim.no_evidence_reason:
            st.caption(plain(f"无佐证材料的说明：{claim.no_evidence_reason}"))
        files = found.files(AttachmentKind.CLOSE_OUT, claim.id)
        if newest:
            files += found.files(AttachmentKind.PROGRESS)
        if files:
            st.caption(f"佐证材料{len(files)}份，点击下载：")
            download_links(files, fetcher(account), f"claim_{claim.id}_file")
        if claim.reviewed_by:
            outcome = "退回补充" if claim.state is CloseOutState.RETURNED else "同意销号"
            opinion = f"：{claim.opinion}" if claim.opinion else ""
            st.markdown(
                plain(f"{day_of(claim.reviewed_at)}　{found.name(claim.reviewed_by)}{outcome}{opinion}")
            )
        if claim.reopened_by:
            st.markdown(
                plain(
                    f"{day_of(claim.reopened_at)}　{found.name(claim.reopened_by)}重新整改："
                    f"{claim.reopened_reason}"
                )
            )


def _claim(found: FindingFlows, account: Actor, *, at_once: bool) -> None:
    finding = found.finding
    key = f"{finding.id}_{len(found.detail.claims)}"
    summary = f"field_claim_summary_{key}"
    if summary not in st.session_state:
        st.session_state[summary] = finding.outcome
    open_still = finding.status is not FindingStatus.COMPLETED
    with st.form(f"claim_{key}", enter_to_submit=False):
        st.text_area("整改情况和成效", key=summary, max_chars=4000, height=100)
        uploaded("佐证材料", f"claim_files_{key}")
        if kept := len(found.files(AttachmentKind.PROGRESS)) + len(found.files(AttachmentKind.CLOSE_OUT)):
            st.caption(f"该问题已有佐证材料{kept}份，不必重复上传。重新整改之前的材料不再计入。")
        st.text_input("没有佐证材料的，请说明原因", key=f"field_claim_reason_{key}", max_chars=500)
        if open_still:
            st.checkbox(f"同时登记为已完成（现为{finding.status.value}）", key=f"field_claim_complete_{key}")
        at_once = at_once and finding.kind is FindingKind.IMMEDIATE
        joint = _joint_field(found, f"field_claim_joint_{key}") if at_once else ""
        with st.container(horizontal=True):
            st.form_submit_button(
                "申请销号",
                type="secondary" if at_once else "primary",
                key=f"claim_send_{key}",
                on_click=_send_claim,
                args=(found, account, key),
            )
            if at_once:
                st.form_submit_button(
                    "直接销号（立行立改）",
                    type="primary",
                    key=f"claim_at_once_{key}",
                    on_click=_send_claim,
                    args=(found, account, key, joint),
                )


def _send_claim(found: FindingFlows, account: Actor, key: str, joint: str | None = None) -> None:
    """Callback; with the key of the joint reviewers it closes at once."""
    shared, state, number = runtime(), st.session_state, found.finding.id
    assert number is not None
    claim = Claim(
        version=found.finding.version,
        summary=state.get(f"field_claim_summary_{key}") or "",
        files=files_in(f"claim_files_{key}"),
        no_evidence_reason=state.get(f"field_claim_reason_{key}") or "",
        complete=bool(state.get(f"field_claim_complete_{key}")),
    )
    today, uploads = present_day(), shared.settings.uploads
    if joint is None:
        words = f"已提交{named(found)}的销号申请，等待审核。"
        perform(
            account,
            lambda who: claim_close_out(shared.engine, who, uploads, number, claim, today=today),
            words,
            claim.summary,
        )
        return
    units = tuple(state.get(joint) or ())
    perform(
        account,
        lambda who: close_at_once(
            shared.engine, who, uploads, number, claim, today=today, jointly_with=units
        ),
        f"{named(found)}已销号。",
        claim.summary,
    )


def _joint_field(found: FindingFlows, key: str) -> str:
    """The field for who took part, where the rulebook says that the review is joint; returns its key."""
    if found.joint_review:
        st.caption("按本轮参数，销号由市委巡察办会同有关单位联合审核，共同审核的单位记入审核意见。")
        st.multiselect("共同审核的单位", found.joint_units, key=key, placeholder="请选择")
    return key


def _review(found: FindingFlows, account: Actor, claim: CloseOut) -> None:
    if claim.claimed_by == account.username:
        st.info("这是您本人提交的申请，请由市委巡察办其他同志审核。")
        return
    with st.form(f"review_{claim.id}", enter_to_submit=False):
        joint = _joint_field(found, f"field_review_joint_{claim.id}")
        opinion = f"field_review_opinion_{claim.id}"
        st.text_area("审核意见（退回补充的必须填写）", key=opinion, max_chars=800, height=80)
        with st.container(horizontal=True):
            for label, closed in (("同意销号", True), ("退回补充", False)):
                st.form_submit_button(
                    label,
                    type="primary" if closed else "secondary",
                    key=f"review_{claim.id}_{closed}",
                    on_click=_send_verdict,
                    args=(found, account, claim, closed, opinion, joint),
                )


def _send_verdict(
    found: FindingFlows, account: Actor, claim: CloseOut, closed: bool, opinion: str, joint: str
) -> None:
    """Callback."""
    typed, number = st.session_state.get(opinion) or "", claim.id
    assert number is not None
    verdict = Verdict(claim.version, closed, typed, tuple(st.session_state.get(joint) or ()))
    engine, today = runtime().engine, present_day()
    words = f"{named(found)}{'已销号' if closed else '已退回补充'}。"
    perform(account, lambda who: review_close_out(engine, who, number, verdict, today=today), words, typed)


def _reopen(found: FindingFlows, account: Actor, claim: CloseOut) -> None:
    with st.popover("重新整改"):
        st.write(plain(f"取消{named(found)}的销号，恢复为未完成？整改进展中将记一笔，原销号记录保留。"))
        with st.form(f"reopen_{claim.id}", enter_to_submit=False, border=False):
            reason = f"field_reopen_reason_{claim.id}"
            st.text_area("原因", key=reason, max_chars=1000, height=80)
            st.form_submit_button(
                "确认重新整改",
                type="primary",
                key=f"reopen_{claim.id}_send",
                on_click=_send_reopening,
                args=(found, account, claim, reason),
            )


def _send_reopening(found: FindingFlows, account: Actor, claim: CloseOut, reason: str) -> None:
    """Callback."""
    typed, number = st.session_state.get(reason) or "", claim.id
    assert number is not None
    engine, today, version = runtime().engine, present_day(), claim.version
    perform(
        account,
        lambda who: reopen_finding(engine, who, number, version=version, reason=typed, today=today),
        f"{named(found)}已转为重新整改，状态恢复为未完成。",
        typed,
    )


def extension_part(found: FindingFlows, account: Actor) -> None:
    """The extensions （延期） of one finding."""
    newest, finding = found.extension, found.finding
    section("延期", newest.state.value if newest else "没有申请")
    acts = EXTENSION.acts(newest.state if newest else None, account.roles)
    older = list(found.detail.extensions)
    if older:
        _extension_history(found, account, older.pop(0))  # read first, then act
    if newest is not None and FlowAct.GRANT in acts:
        _decide(found, account, newest)
    elif FlowAct.ASK in acts:
        if obstacle := extension_obstacle(standing(finding)):
            st.caption(obstacle)
        else:
            _ask(found, account)
    elif newest is not None and newest.state is ExtensionState.ASKED:
        st.info("已申请延期，等待市委巡察办审批；同意之前仍按原时限。")
    for one in older:
        _extension_history(found, account, one)


def _extension_history(found: FindingFlows, account: Actor, one: Extension) -> None:
    with st.container(border=True):
        old = long_day(one.old_due_date) if one.old_due_date else "未定"
        asked = f"{day_of(one.asked_at)}　{found.name(one.asked_by)}申请延期"
        st.markdown(
            plain(f"{asked}：原时限{old}，申请延至{long_day(one.asked_due_date)}。理由：{one.reason}")
        )
        download_links(
            found.files(AttachmentKind.EXTENSION, one.id), fetcher(account), f"extension_{one.id}_file"
        )
        if one.decided_by:
            opinion = f"：{one.opinion}" if one.opinion else ""
            decided = f"{day_of(one.decided_at)}　{found.name(one.decided_by)}{one.state.value}{opinion}"
            st.markdown(plain(decided))


def _ask(found: FindingFlows, account: Actor) -> None:
    finding, today = found.finding, present_day()
    assert finding.due_date is not None
    key = f"{finding.id}_{len(found.detail.extensions)}"
    with st.form(f"ask_{key}", enter_to_submit=False):
        st.caption(f"现完成时限：{long_day(finding.due_date)}")
        earliest = max(finding.due_date + timedelta(days=1), today)
        st.date_input(
            "申请延至",
            value=None,
            min_value=earliest,
            max_value=today.replace(year=today.year + 5, day=1),
            format="YYYY-MM-DD",
            key=f"field_ask_date_{key}",
        )
        st.text_area("延期理由", key=f"field_ask_reason_{key}", max_chars=1000, height=80)
        uploaded("有关材料（可不传）", f"ask_files_{key}")
        st.form_submit_button(
            "申请延期", type="primary", key=f"ask_send_{key}", on_click=_send_ask, args=(found, account, key)
        )


def _send_ask(found: FindingFlows, account: Actor, key: str) -> None:
    """Callback."""
    shared, state, number = runtime(), st.session_state, found.finding.id
    assert number is not None
    day = state.get(f"field_ask_date_{key}")
    if day is None:
        refuse("请选择申请延至的日期。")
        return
    reason = state.get(f"field_ask_reason_{key}") or ""
    request = Request(found.finding.version, day, reason, files_in(f"ask_files_{key}"))
    today, uploads = present_day(), shared.settings.uploads
    perform(
        account,
        lambda who: ask_extension(shared.engine, who, uploads, number, request, today=today),
        f"已提交{named(found)}的延期申请，等待审批；同意之前仍按原时限。",
        reason,
    )


def _decide(found: FindingFlows, account: Actor, one: Extension) -> None:
    with st.form(f"decide_{one.id}", enter_to_submit=False):
        opinion = f"field_decide_opinion_{one.id}"
        st.text_area("审批意见（不同意的必须填写）", key=opinion, max_chars=1000, height=80)
        with st.container(horizontal=True):
            for label, granted in (("同意延期", True), ("不同意延期", False)):
                st.form_submit_button(
                    label,
                    type="primary" if granted else "secondary",
                    key=f"decide_{one.id}_{granted}",
                    on_click=_send_decision,
                    args=(found, account, one, granted, opinion),
                )


def _send_decision(found: FindingFlows, account: Actor, one: Extension, granted: bool, opinion: str) -> None:
    """Callback."""
    typed, number = st.session_state.get(opinion) or "", one.id
    assert number is not None
    decision = Decision(one.version, granted, typed)
    engine, today = runtime().engine, present_day()
    outcome = f"已同意延至{long_day(one.asked_due_date)}" if granted else "未同意延期，仍按原时限"
    perform(
        account,
        lambda who: decide_extension(engine, who, number, decision, today=today),
        f"{named(found)}{outcome}。",
        typed,
    )
