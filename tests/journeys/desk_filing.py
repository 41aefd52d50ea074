"""From an application to the first certificate of a new body, through every hand it takes."""

from __future__ import annotations

import zipfile
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Page, expect

from accounts.roles import Role
from issuer.body_settings import Step
from issuer.cli_seal import subject_of
from issuer.columns import Column
from issuer.publishing import publish
from issuer.root_custody import open_root_keys
from issuer.seal_custody import ensure_seal
from issuer.template import write_roster
from keys.algorithms import Algorithm
from registry.models import Site
from registry.session import database, transaction
from tests.accounts.sign_in_ways import PASSWORD
from tests.conftest import PASSPHRASE
from tests.issuer.body_keys import make_body_key
from tests.journeys.desk_batch import ROWS, person, photo
from tests.journeys.desk_walk import Walk

NAME = "津城新设职业技能评价中心（虚构）"
PREFIX = "S000012000456"
_NOTICE = timedelta(days=14)
_SLOW_MS = 120_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _New:
    """Somebody who sets their account up."""

    page: Page
    username: str


def file_and_issue(walk: Walk, folder: Path) -> bytes:
    """Go from the application to a ZIP with the first certificate of the body; return the ZIP."""
    _apply(walk, folder)
    _select(walk)
    _start_notice(walk)
    walk.clock.ahead += _NOTICE
    _propose(walk)
    _approve(walk)
    with ExitStack() as stack:
        link = _first_account(walk)
        custodian = _arrive(walk, stack, link, "new.custodian")
        link = _add(custodian, "新经办", "机构经办人", "new.clerk")
        clerk = _arrive(walk, stack, link, "new.clerk")
        link = _add(custodian, "新审批", "机构审批人", "new.approver")
        approver = _arrive(walk, stack, link, "new.approver")
        link = _add(custodian, "另审批", "机构审批人", "other.approver")
        other = _arrive(walk, stack, link, "other.approver")
        _examine_elsewhere(walk, approver.page)
        _confirm(walk, other.page)
        _make_key(walk)
        with walk.runner():
            return _issue(clerk.page, approver.page, folder)


def _apply(walk: Walk, folder: Path) -> None:
    licence = folder / "营业执照.pdf"
    licence.write_bytes("营业执照（样本）".encode())
    with walk.signed_in(Role.AUTHORITY_CLERK) as page:
        walk.see(page, "authority-clerk-front")
        page.locator(".places").get_by_role("link", name="备案申请").click()
        walk.see(page, "applications-none")
        page.get_by_role("button", name="录入新申请").click()
        walk.see(page, "application-entry")
        page.get_by_role("button", name="受理申请").click()
        expect(page.locator("#troubles")).to_be_visible()
        walk.see(page, "application-entry-troubles", again=False)
        page.get_by_label("单位名称").fill(NAME)
        page.get_by_label("统一社会信用代码").fill("91120000MA0000000M")
        page.get_by_role("radio", name="社会培训评价组织").check()
        page.get_by_label("职业 1", exact=True).select_option(value="3-02-02-00")
        page.get_by_role("group", name="职业 1 的级别").get_by_label("三级").check()
        page.get_by_label("站点 1 地址").fill("天津市虚构区样本路 4 号")
        page.get_by_label("站点 1 申请的机构序列码").fill(PREFIX[-6:])
        page.get_by_label("考评员人数").fill("12")
        page.get_by_label("督导员人数").fill("2")
        page.get_by_label("选择文件").set_input_files(licence)
        page.get_by_role("button", name="受理申请").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(NAME)
        walk.see(page, "application")
        _opinion(page)


def _opinion(page: Page) -> None:
    page.locator("input[name=step][value=accept]").check()
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.locator("input[name=step][value=accept]")).to_have_count(0)


def _open_application(page: Page) -> None:
    page.locator(".waiting a", has_text="件备案申请待办理").click()
    page.get_by_role("row", name=NAME).get_by_role("link").first.click()


def _select(walk: Walk) -> None:
    with walk.signed_in(Role.AUTHORITY_DIRECTOR) as page:
        _open_application(page)
        _opinion(page)


def _start_notice(walk: Walk) -> None:
    with walk.signed_in(Role.AUTHORITY_CLERK) as page:
        _open_application(page)
        page.get_by_role("link", name="确定公示期").click()
        walk.see(page, "notice-days")
        page.get_by_role("button", name="开始公示").click()
        expect(page.get_by_text("公示和异议")).to_be_visible()
        walk.see(page, "application-on-notice")


def _propose(walk: Walk) -> None:
    with walk.signed_in(Role.AUTHORITY_CLERK) as page:
        _open_application(page)
        page.get_by_role("link", name="提出备案").click()
        expect(page.get_by_label("站点 1：")).to_have_value(PREFIX)
        walk.see(page, "filing-terms")
        page.get_by_label("理由").fill("公示期满，无异议，符合条件")
        page.get_by_role("button", name="提交审批").click()
        expect(page.get_by_role("button", name="撤回")).to_be_visible()


def _approve(walk: Walk) -> None:
    with walk.signed_in(Role.AUTHORITY_DIRECTOR) as page:
        page.locator(".waiting a", has_text="项提出的事项待批准").click()
        page.get_by_role("row", name="备案").get_by_role("link").first.click()
        walk.see(page, "proposal")
        page.get_by_label("我已核对变更前后的内容").check()
        page.get_by_role("button", name="批准并发布").click()
        page.get_by_role("link", name=f"机构 {PREFIX}").click()
        expect(page.get_by_text("备案有效").first).to_be_visible()
        walk.see(page, "body-filed")


def _first_account(walk: Walk) -> str:
    with walk.signed_in(Role.AUTHORITY_DIRECTOR) as page:
        page.locator(".places").get_by_role("link", name="人员与账号").click()
        walk.see(page, "people")
        page.get_by_role("link", name="添加人员").click()
        walk.see(page, "person-add")
        page.get_by_label("所属机构编码").fill(PREFIX)
        return _fill_in(page, "新保管", "密钥保管人", "new.custodian")


def _fill_in(page: Page, name: str, role: str, username: str) -> str:
    page.get_by_label("姓名").fill(name)
    page.get_by_label("用户名").fill(username)
    page.get_by_label(role).check()
    page.get_by_role("button", name="添加", exact=True).click()
    return page.locator(".set-up-link").inner_text().strip()


def _add(custodian: _New, name: str, role: str, username: str) -> str:
    page = custodian.page
    page.locator(".places").get_by_role("link", name="人员与账号").click()
    page.get_by_role("link", name="添加人员").click()
    return _fill_in(page, name, role, username)


def _arrive(walk: Walk, stack: ExitStack, link: str, username: str) -> _New:
    page = stack.enter_context(walk.a_person())
    page.goto(link)
    first = username == "new.custodian"
    if first:
        walk.see(page, "set-up")
    page.get_by_label("新密码").fill(PASSWORD)
    page.get_by_label("再输入一次").fill(PASSWORD)
    page.get_by_role("button", name="下一步").click()
    key = page.locator(".code").first.inner_text()
    if first:
        walk.see(page, "set-up-factor")
    page.get_by_label("验证码").fill(walk.code(key))
    page.get_by_role("button", name="启用验证器").click()
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    if first:
        walk.see(page, "recovery-codes", again=False)
    page.get_by_role("link", name="已保存，继续").click()
    expect(page.get_by_role("heading", name="待办")).to_be_visible()
    return _New(page=page, username=username)


def _examine_elsewhere(walk: Walk, page: Page) -> None:
    page.locator(".places").get_by_role("link", name="批次签发").click()
    page.get_by_role("link", name="机构设置").click()
    walk.see(page, "body-settings")
    for step in Step:
        page.locator("#step").select_option(value=step.value)
        page.get_by_label("不在此办理").check()
        page.get_by_label("依据").first.fill("机构另有考务系统，见会议纪要")
        page.get_by_role("button", name="保存步骤设置").click()
        expect(page.locator("#waiting").get_by_text(step.text.zh)).to_be_visible()


def _confirm(walk: Walk, page: Page) -> None:
    """Confirm, as another approver, what the first one set."""
    page.locator(".places").get_by_role("link", name="批次签发").click()
    page.get_by_role("link", name="机构设置").click()
    waiting = page.locator("#waiting").get_by_role("button", name="确认")
    expect(waiting).to_have_count(len(Step))
    walk.see(page, "body-settings-waiting")
    for left in reversed(range(len(Step))):
        waiting.first.click()
        expect(waiting).to_have_count(left)
    for step in Step:
        row = page.get_by_role("listitem").filter(has_text=step.text.zh)
        expect(row.filter(has_text="不在此办理").first).to_be_visible()


def _make_key(walk: Walk) -> None:
    """Make the body's key and seal, as its custodian does by `yanzhen keys new`."""
    signers = open_root_keys(walk.home, PASSPHRASE)
    with database(walk.home.database_url) as engine, transaction(engine) as session:
        site = session.query(Site).filter_by(prefix=PREFIX).one()
        make_body_key(session, walk.home, site, PASSPHRASE, Algorithm.ES256)
        publish(session, walk.home, now=walk.clock(), signers=signers)
    subject = subject_of(walk.home, PREFIX)
    ensure_seal(walk.home, PREFIX, subject, PASSPHRASE, now=walk.clock(), crl_url=None)


def _issue(clerk: Page, approver: Page, folder: Path) -> bytes:
    cells = person(ROWS + 1) | {Column.LEVEL: "三级/高级工", Column.PHOTO: "1.jpg"}
    write_roster(folder / "一人.xlsx", [[cells.get(column, "") for column in Column]])
    (folder / "1.jpg").write_bytes(photo(1))
    clerk.locator(".places").get_by_role("link", name="批次签发").click()
    clerk.get_by_role("link", name="新建批次").click()
    clerk.get_by_label("名册文件").set_input_files(folder / "一人.xlsx")
    clerk.get_by_role("button", name="上传并检查").click()
    add = clerk.get_by_role("link", name="上传照片：1 人还没有合格照片")
    expect(add).to_be_visible(timeout=_SLOW_MS)
    add.click()
    clerk.get_by_label("照片或 ZIP").set_input_files(folder / "1.jpg")
    clerk.get_by_role("button", name="上传", exact=True).click()
    clerk.get_by_role("navigation", name="本批次").get_by_role("link", name="总览").click()
    submit = clerk.get_by_role("button", name="提交审批")
    expect(submit).to_be_visible(timeout=_SLOW_MS)
    submit.click()
    approver.goto("/")
    approver.locator(".waiting a").click()
    approver.get_by_role("link", name="去审批").click()
    approver.wait_for_load_state("networkidle", timeout=_SLOW_MS)  # the samples are drawn
    approver.get_by_label("人数、提示和样张已核对").check()
    approver.get_by_role("button", name="批准签发 1 张").click()
    expect(approver.get_by_text("领取文件")).to_be_visible(timeout=_SLOW_MS)
    with approver.expect_download() as sent:
        approver.get_by_role("link", name="证书 ZIP").click()
    assert zipfile.is_zipfile(sent.value.path())
    return sent.value.path().read_bytes()
