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
from tests.journeys.keyboard import choose, fetch, hand_over, press, tick, write

NAME = "津城新设职业技能评价中心（虚构）"
PREFIX = "S000012000456"
_NOTICE = timedelta(days=14)
_SLOW_MS = 120_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _New:
    """Somebody who sets their account up."""

    page: Page
    username: str
    key: str


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
        walk.see(custodian.page, "front-role-waits")
        _confirm_roles(walk, custodian)
        link = _add(custodian, "新经办", "机构经办人", "new.clerk")
        clerk = _arrive(walk, stack, link, "new.clerk")
        link = _add(custodian, "新审批", "机构审批人", "new.approver")
        approver = _arrive(walk, stack, link, "new.approver")
        link = _add(custodian, "另审批", "机构审批人", "other.approver")
        other = _arrive(walk, stack, link, "other.approver")
        _confirm_roles(walk, clerk, approver, other)
        _examine_elsewhere(walk, approver.page)
        _confirm(walk, other.page)
        _make_key(walk)
        with walk.runner():
            return _issue(walk, clerk.page, approver, folder)


def _apply(walk: Walk, folder: Path) -> None:
    licence = folder / "营业执照.pdf"
    licence.write_bytes("营业执照（样本）".encode())
    with walk.signed_in(Role.AUTHORITY_CLERK) as page:
        walk.see(page, "authority-clerk-front")
        press(page.locator(".places").get_by_role("link", name="备案申请"))
        walk.see(page, "applications-none")
        press(page.get_by_role("button", name="录入新申请"))
        walk.see(page, "application-entry")
        press(page.get_by_role("button", name="受理申请"))
        expect(page.locator("#troubles")).to_be_visible()
        walk.see(page, "application-entry-troubles", again=False)
        write(page.get_by_label("单位名称"), NAME)
        write(page.get_by_label("统一社会信用代码"), "91120000MA0000000M")
        tick(page.get_by_role("radio", name="社会培训评价组织"))
        choose(page.get_by_label("职业 1", exact=True), "3-02-02-00")
        tick(page.get_by_role("group", name="职业 1 的级别").get_by_label("三级"))
        write(page.get_by_label("站点 1 地址"), "天津市虚构区样本路 4 号")
        write(page.get_by_label("站点 1 申请的机构序列码"), PREFIX[-6:])
        write(page.get_by_label("考评员人数"), "12")
        write(page.get_by_label("督导员人数"), "2")
        hand_over(page.get_by_label("材料文件"), licence)
        press(page.get_by_role("button", name="受理申请"))
        expect(page.get_by_role("heading", level=1)).to_contain_text(NAME)
        walk.see(page, "application")
        _opinion(page)


def _opinion(page: Page) -> None:
    tick(page.locator("input[name=step][value=accept]"))
    tick(page.get_by_label("已看过申报内容和材料"))
    press(page.get_by_role("button", name="提交", exact=True))
    expect(page.locator("input[name=step][value=accept]")).to_have_count(0)


def _open_application(page: Page) -> None:
    press(page.locator(".waiting a", has_text="件备案申请待办理"))
    press(page.get_by_role("row", name=NAME).get_by_role("link").first)


def _select(walk: Walk) -> None:
    with walk.signed_in(Role.AUTHORITY_DIRECTOR) as page:
        _open_application(page)
        _opinion(page)


def _start_notice(walk: Walk) -> None:
    with walk.signed_in(Role.AUTHORITY_CLERK) as page:
        _open_application(page)
        press(page.get_by_role("link", name="确定公示期"))
        walk.see(page, "notice-days")
        tick(page.get_by_label("已核对公示日期"))
        press(page.get_by_role("button", name="开始公示"))
        expect(page.get_by_text("公示和异议")).to_be_visible()
        walk.see(page, "application-on-notice")


def _propose(walk: Walk) -> None:
    with walk.signed_in(Role.AUTHORITY_CLERK) as page:
        _open_application(page)
        press(page.get_by_role("link", name="提出备案"))
        expect(page.get_by_label("站点 1：")).to_have_value(PREFIX)
        walk.see(page, "filing-terms")
        write(page.get_by_label("理由"), "公示期满，无异议，符合条件")
        press(page.get_by_role("button", name="提交审批"))
        expect(page.get_by_role("button", name="撤回")).to_be_visible()


def _approve(walk: Walk) -> None:
    with walk.signed_in(Role.AUTHORITY_DIRECTOR) as page:
        press(page.locator(".waiting a", has_text="项备案事项待审批"))
        press(page.get_by_role("row", name="备案").get_by_role("link").first)
        walk.see(page, "proposal")
        tick(page.get_by_label("我已核对变更前后的内容"))
        press(page.get_by_role("button", name="批准并发布"))
        press(page.get_by_role("link", name=f"机构 {PREFIX}"))
        expect(page.get_by_text("备案有效").first).to_be_visible()
        walk.see(page, "body-filed")


def _first_account(walk: Walk) -> str:
    with walk.signed_in(Role.AUTHORITY_DIRECTOR) as page:
        press(page.locator(".places").get_by_role("link", name="人员与账号"))
        walk.see(page, "people")
        press(page.get_by_role("link", name="添加人员"))
        walk.see(page, "person-add")
        choose(page.get_by_label("所属机构"), PREFIX)
        return _fill_in(page, "新保管", "密钥保管人", "new.custodian")


def _fill_in(page: Page, name: str, role: str, username: str) -> str:
    write(page.get_by_label("姓名"), name)
    write(page.get_by_label("用户名"), username)
    tick(page.get_by_label(role))
    press(page.get_by_role("button", name="添加", exact=True))
    return page.locator(".set-up-link").inner_text().strip()


def _add(custodian: _New, name: str, role: str, username: str) -> str:
    page = custodian.page
    press(page.locator(".places").get_by_role("link", name="人员与账号"))
    press(page.get_by_role("link", name="添加人员"))
    return _fill_in(page, name, role, username)


def _arrive(walk: Walk, stack: ExitStack, link: str, username: str) -> _New:
    page = stack.enter_context(walk.a_person())
    page.goto(link)
    first = username == "new.custodian"
    if first:
        walk.see(page, "set-up")
    write(page.get_by_label("新密码"), PASSWORD)
    write(page.get_by_label("再输入一次"), PASSWORD)
    press(page.get_by_role("button", name="下一步"))
    key = page.locator(".code").first.inner_text()
    if first:
        walk.see(page, "set-up-factor")
    write(page.get_by_label("验证码"), walk.code(key))
    press(page.get_by_role("button", name="启用验证器"))
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    if first:
        walk.see(page, "recovery-codes", again=False)
    press(page.get_by_role("link", name="已保存，继续"))
    expect(page.get_by_role("heading", name="待办")).to_be_visible()
    return _New(page=page, username=username, key=key)


def _confirm_roles(walk: Walk, *arrived: _New) -> None:
    """Confirm, as the other director, the roles of people who set their accounts up."""
    with walk.signed_in(Role.AUTHORITY_DIRECTOR, second=True) as page:
        press(page.locator(".waiting a", has_text="个账号的角色待确认"))
        for one in arrived:
            walk.see(page, "people-waiting")
            row = page.get_by_role("row").filter(has_text=one.username)
            press(row.get_by_role("link"))
            walk.see(page, "role-to-confirm")
            tick(page.get_by_label("我已与本人当面核实"))
            press(page.get_by_role("button", name="确认这些角色"))
            walk.show_again(page)
            expect(page.get_by_text("角色已确认，即时生效")).to_be_visible()
    for one in arrived:
        one.page.goto("/")


def _examine_elsewhere(walk: Walk, page: Page) -> None:
    press(page.locator(".places").get_by_role("link", name="批次签发"))
    press(page.get_by_role("link", name="机构设置"))
    walk.see(page, "body-settings")
    for step in Step:
        choose(page.locator("#step"), step.value)
        tick(page.get_by_label("不在此办理"))
        write(page.get_by_label("依据").first, "机构另有考务系统，见会议纪要")
        press(page.get_by_role("button", name="保存步骤设置"))
        expect(page.locator("#waiting").get_by_text(step.text.zh)).to_be_visible()


def _confirm(walk: Walk, page: Page) -> None:
    """Confirm, as another approver, what the first one set."""
    press(page.locator(".places").get_by_role("link", name="批次签发"))
    press(page.get_by_role("link", name="机构设置"))
    waiting = page.locator("#waiting").get_by_role("button", name="确认", exact=True)
    expect(waiting).to_have_count(len(Step))
    walk.see(page, "body-settings-waiting")
    for left in reversed(range(len(Step))):
        press(waiting.first)
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


def _issue(walk: Walk, clerk: Page, approver: _New, folder: Path) -> bytes:
    cells = person(ROWS + 1) | {Column.LEVEL: "三级/高级工", Column.PHOTO: "1.jpg"}
    write_roster(folder / "一人.xlsx", [[cells.get(column, "") for column in Column]])
    (folder / "1.jpg").write_bytes(photo(1))
    press(clerk.locator(".places").get_by_role("link", name="批次签发"))
    press(clerk.get_by_role("link", name="新建批次"))
    hand_over(clerk.get_by_label("名册文件"), folder / "一人.xlsx")
    press(clerk.get_by_role("button", name="上传并检查"))
    add = clerk.get_by_role("link", name="上传照片：1 人还没有合格照片")
    expect(add).to_be_visible(timeout=_SLOW_MS)
    press(add)
    hand_over(clerk.get_by_label("照片或 ZIP"), folder / "1.jpg")
    press(clerk.get_by_role("button", name="上传", exact=True))
    press(clerk.get_by_role("navigation", name="本批次").get_by_role("link", name="总览"))
    submit = clerk.get_by_role("button", name="提交审批")
    expect(submit).to_be_visible(timeout=_SLOW_MS)
    press(submit)
    approver.page.goto("/")
    press(approver.page.locator(".waiting a"))
    press(approver.page.get_by_role("link", name="进入审批"))
    expect(approver.page.locator("img.sample")).to_be_visible(timeout=_SLOW_MS)
    tick(approver.page.get_by_label("人数、考核、提示和样张已核对"))
    press(approver.page.get_by_role("button", name="批准签发 1 张"))
    walk.show_again(approver.page, approver.key)
    expect(approver.page.get_by_text("下载文件")).to_be_visible(timeout=_SLOW_MS)
    issued = fetch(approver.page.get_by_role("link", name="证书 ZIP"))
    assert zipfile.is_zipfile(issued)
    return issued.read_bytes()
