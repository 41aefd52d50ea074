"""A forged photo at the police desk: from signing in to a bundle that public tools verify."""

from __future__ import annotations

import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from accounts.asking_again import GOOD_FOR
from accounts.roles import Role
from tests.issuer.seal_homes import real_now
from tests.journeys.desk_walk import Camera, Walk, WalkClock, walking
from tests.journeys.keyboard import fetch, hand_over, press, reach, tick, write
from tests.verifier.police_homes import REFERENCE, PoliceHome, open_police_home
from verifier.cases.bundle_readme import commands

_CERTIFICATES = 6
_GROUND = "核对持证人身份"
_QUESTION = "该编号的证书是否由你机构签发？登记的等级是几级？"
_RESULT = "等级系涂改，行政处罚"
_SLOW_MS = 120_000  # a file is read, compared and sealed


@dataclass(frozen=True, slots=True)
class OutsideWalk:
    """Walks of those who judge certificates that others issued, and the home that has them."""

    walk: Walk
    desk: PoliceHome


@contextmanager
def outside_desks_to_walk(
    browser: Browser, folder: Path, camera: Camera | None = None
) -> Iterator[OutsideWalk]:
    """Serve the desks of a home with certificates on record, at the time that it is.

    Lists are checked by a process that has its own clock.
    """
    clock = WalkClock(start=real_now())
    with (
        open_police_home(folder, certificates=_CERTIFICATES, clock=clock) as desk,
        walking(browser, desk.home, desk.app, clock, camera) as walk,
    ):
        yield OutsideWalk(walk, desk)


def investigate(walk: Walk, desk: PoliceHome, folder: Path) -> str:
    """Go through a case of a forged photo; return its custody list as the last page shows it."""
    with walk.signed_in(Role.POLICE) as page:
        walk.see(page, "police-front")
        at = _open(walk, page)
        _hand_in(walk, page, desk.forged)
        page.goto(at)
        _read_record(walk, page, desk)
        page.goto(at)
        _ask(page)
        _answer(walk)
        page.goto(at)
        expect(page.get_by_text("是本机构签发，登记与询问所述不一致")).to_be_visible()
        walk.see(page, "police-case")
        verify_bundle(_bundle(walk, page), folder, original=desk.forged)
        page.goto(at)
        press(page.get_by_role("link", name="查看并核对保管记录"))
        walk.see(page, "police-custody")
        page.goto(at)
        _end(walk, page)
        press(page.get_by_role("link", name="查看并核对保管记录"))
        expect(page.get_by_text("逐条相连，与审计记录一致")).to_be_visible()
        return page.locator("table.custody").inner_text()


def _open(walk: Walk, page: Page) -> str:
    press(page.locator(".places").get_by_role("link", name="案件", exact=True))
    walk.see(page, "police-cases")
    press(page.get_by_role("link", name="案件登记"))
    write(page.get_by_label("案件编号"), REFERENCE)
    write(page.get_by_label("案由和简要情况"), "招聘时提交的证书可疑")
    walk.see(page, "police-new", again=False)
    press(page.get_by_role("button", name="登记，下一步提交材料"))
    expect(page.get_by_role("heading", name=REFERENCE)).to_be_visible()
    return page.url


def _hand_in(walk: Walk, page: Page, photo: bytes) -> None:
    press(page.get_by_role("link", name="提交文件"))
    file: FilePayload = {"name": "照片.jpg", "mimeType": "image/jpeg", "buffer": photo}
    hand_over(page.get_by_label("可疑证书的照片"), file)
    write(page.get_by_label("提交人或来源"), "某公司人事部")
    walk.see(page, "police-paper-new", again=False)
    press(page.get_by_role("button", name="提交并核验"))
    expect(page.get_by_role("heading", name="与登记不符之处")).to_be_visible(timeout=_SLOW_MS)
    expect(page.locator(".differences")).to_contain_text("一级/高级技师")
    walk.see(page, "police-paper")
    report = fetch(page.get_by_role("button", name="下载报告"))
    assert report.read_bytes().startswith(b"%PDF-")


def _read_record(walk: Walk, page: Page, desk: PoliceHome) -> None:
    card = page.locator("#records")
    expect(card.get_by_label("证书编号")).to_have_value(desk.number)
    _unfold(card.get_by_text("查看完整登记信息，写明事由"))
    write(card.get_by_label("事由"), _GROUND)
    _wait_long(walk)
    press(card.get_by_role("button", name="查看完整登记信息"))
    press(_proof(walk, page))
    expect(page.get_by_text(desk.name).first).to_be_visible()
    expect(page.get_by_text(_GROUND).first).to_be_visible()
    walk.see(page, "police-record")


def _unfold(summary: Locator) -> None:
    """Open what is folded, by the keyboard."""
    reach(summary)
    summary.page.keyboard.press("Enter")


def _ask(page: Page) -> None:
    _unfold(page.get_by_text("填写询问", exact=True))
    write(page.get_by_label("另要确认的内容"), _QUESTION)
    press(page.get_by_role("button", name="发出询问"))
    expect(page.get_by_text("等候“").first).to_be_visible()


def _answer(walk: Walk) -> None:
    with walk.signed_in(Role.BODY_CLERK) as page:
        press(page.locator(".waiting a", has_text="项公安询问待答复"))
        press(page.locator("table.data a").first)
        expect(page.get_by_text(_QUESTION)).to_be_visible()
        walk.see(page, "police-question")
        tick(page.get_by_label("是本机构签发，登记与询问所述不一致"))
        write(page.get_by_label("说明"), "登记为三级/高级工")
        tick(page.get_by_label("已与登记和档案逐项核对"))
        press(page.get_by_role("button", name="提交答复"))
        expect(page.get_by_text("已答复").first).to_be_visible()


def _bundle(walk: Walk, page: Page) -> Path:
    _wait_long(walk)
    make = page.get_by_role("button", name="制作并下载证据包")
    press(make)
    press(_proof(walk, page))
    expect(page.get_by_text("已再次验证")).to_be_visible()
    return fetch(make)


def _wait_long(walk: Walk) -> None:
    """Let the time pass after which it is asked once more who acts."""
    walk.clock.ahead += GOOD_FOR + timedelta(minutes=1)


def _proof(walk: Walk, page: Page) -> Locator:
    """Type the next code where it is asked once more who acts; return what sends it."""
    expect(page.get_by_role("heading", name="请再次验证")).to_be_visible()
    write(page.get_by_label("验证码"), walk.code())
    return page.get_by_role("button", name="验证并继续")


def _end(walk: Walk, page: Page) -> None:
    write(page.get_by_label("接收单位和接收人"), "样本分局法制大队 吴警官")
    write(page.get_by_label("移交文书编号"), "津公移字〔2026〕7号")
    tick(page.locator("#unsettled_hand_over"))
    tick(page.get_by_label("移交后不能撤回"))
    _wait_long(walk)
    press(page.get_by_role("button", name="登记移交"))
    press(_proof(walk, page))
    expect(page.get_by_text("已移交").first).to_be_visible()
    tick(page.get_by_label("认定伪造、变造"))
    write(page.get_by_label("说明"), _RESULT)
    tick(page.locator("#unsettled_close"))
    tick(page.get_by_label("办结后不能更改"))
    _wait_long(walk)
    press(page.get_by_role("button", name="办结"))
    press(_proof(walk, page))
    expect(page.get_by_text(_RESULT)).to_be_visible()
    walk.see(page, "police-closed")


def verify_bundle(bundle: Path, folder: Path, *, original: bytes) -> None:
    """Run the commands of a bundle's README: sha256sum, openssl, pdfsig and the custody list."""
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(folder)
    assert (folder / "originals/01.jpg").read_bytes() == original
    ran = commands((folder / "README.txt").read_text(encoding="utf-8"))
    assert {"sha256sum", "openssl", "pdfsig"} <= {command.split()[0] for command in ran}
    for command in ran:
        done = subprocess.run(
            ["bash", "-c", command], cwd=folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (command, done.stdout, done.stderr)
