"""A correction, by Tab from the top of each page, and a reissue by the mouse, to their PDFs."""

from __future__ import annotations

from functools import partial

from playwright.sync_api import Page, expect

from accounts.roles import Role
from tests.journeys.desk_walk import Walk
from tests.journeys.keyboard import by_tab, enter, press, tick, write

RIGHT_NAME = "欧阳改正"

_press = partial(press, come=by_tab)
_write = partial(write, come=by_tab)


def correct(walk: Walk, number: str) -> bytes:
    """Correct the name on a certificate without a mouse; return the new PDF."""
    with walk.signed_in(Role.BODY_CLERK) as page:
        page.wait_for_load_state()
        page.keyboard.type("gc")
        page.wait_for_url("**/certificates/")
        walk.see(page, "certificates")
        _find(page, number)
        walk.see(page, "certificate")
        _press(page.get_by_role("link", name="更正", exact=True))
        walk.see(page, "correction")
        _write(page.get_by_label("正确的姓名"), RIGHT_NAME)
        _write(page.get_by_label("事由", exact=True), "名册录入有误，已核对身份证原件")
        _write(page.get_by_label("文号", exact=True), "津技鉴〔2026〕15号")
        enter(page)
        expect(page.get_by_text("变更前后", exact=True).first).to_be_visible()
        walk.see(page, "correction-before-after", again=False)
        _press(page.get_by_role("button", name="提出，交另一人审批"))
        expect(page.get_by_role("button", name="撤回")).to_be_visible()
    return _approved(walk, keyboard=True)


def reissue(walk: Walk, number: str) -> bytes:
    """Reissue a lost certificate; return the new PDF."""
    with walk.signed_in(Role.BODY_CLERK) as page:
        page.locator(".places").get_by_role("link", name="证书", exact=True).click()
        page.get_by_label("证书编号").fill(number)
        page.get_by_role("button", name="查找").click()
        page.get_by_role("link", name="补发", exact=True).click()
        page.get_by_label("遗失").check()
        page.get_by_label("情况说明").fill("持证人遗失，已登报声明")
        page.get_by_label("文号").fill("津技鉴〔2026〕16号")
        page.get_by_role("button", name="下一步").click()
        page.get_by_role("button", name="提出，交另一人审批").click()
        expect(page.get_by_role("button", name="撤回")).to_be_visible()
        walk.see(page, "act-waiting")
    return _approved(walk, keyboard=False)


def look_on(walk: Walk, number: str) -> None:
    """Look at a certificate as an auditor, who may do nothing to it."""
    with walk.signed_in(Role.AUDITOR) as page:
        walk.see(page, "auditor-front")
        page.locator(".places").get_by_role("link", name="证书", exact=True).click()
        page.get_by_label("证书编号").fill(number)
        page.get_by_role("button", name="查找").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(number)
        expect(page.get_by_role("link", name="更正", exact=True)).to_have_count(0)


def _find(page: Page, number: str) -> None:
    _write(page.get_by_label("证书编号"), number)
    enter(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text(number)


def _approved(walk: Walk, *, keyboard: bool) -> bytes:
    with walk.signed_in(Role.APPROVER) as page:
        waits = page.locator(".waiting a", has_text="项证书变更待审批")
        if keyboard:
            walk.see(page, "approver-front")
            _press(waits)
        else:
            waits.click()
        ground = page.get_by_role("button", name="查看完整内容")
        if keyboard:
            _press(ground)
        elif ground.count():
            ground.click()
        approve = page.get_by_role("button", name="批准并生效")
        expect(approve).to_be_visible()
        if keyboard:
            walk.see(page, "act-to-approve")
            tick(page.get_by_label("我已核对所提事项和变更前后"))
            _press(approve)
        else:
            page.get_by_label("我已核对所提事项和变更前后").check()
            approve.click()
        link = page.get_by_role("link", name="到证书页下载")
        expect(link).to_be_visible(timeout=40_000)
        if keyboard:
            walk.see(page, "act-done")
            _press(link)
        else:
            link.click()
        button = page.get_by_role("button", name="下载 PDF")
        if not button.count():
            page.get_by_role("button", name="查看完整个人信息").click()
        with page.expect_download() as sent:
            if keyboard:
                by_tab(button.first)
                page.keyboard.press("Enter")
            else:
                button.first.click()
        return sent.value.path().read_bytes()
