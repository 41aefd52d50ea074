"""People who sign in to the desks in a real browser, do what the pages show, and are pictured."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from accounts.demo_people import DemoPeople
from accounts.roles import Role
from issuer.batch_room import BatchRoom
from issuer.batch_runner import run_waiting
from issuer.console.office import OFFICE_EXTENSION, Office
from issuer.demo import Demo
from issuer.demo_desks import people_of
from issuer.publishing import PUBLIC_URL_VARIABLE
from registry.home import Home
from tests.accounts.sign_in_ways import app_code
from tests.conftest import NOW, PASSPHRASE
from tests.issuer.batch_desk import filed_home
from tests.issuer.desks import PUBLIC_URL
from tests.journeys.axe import check_accessible
from tests.journeys.conftest import serving
from tests.journeys.keyboard import press, write
from tests.journeys.unbroken import broken_numbers
from wsgi import create_private_app

PICTURES = Path("build/desk-pictures/journeys")
MAX_PAGE_BYTES = 200_000
WIDE, OFFICE, PHONE = 1920, 1366, 390
_NEXT_CODE = timedelta(seconds=31)  # each code of an app is taken once
_LOOK_SECONDS = 0.1
_PATIENCE_MS = 30_000
expect.set_options(timeout=_PATIENCE_MS)


@dataclass
class WalkClock:
    """A clock that goes on from a day, the tests' own unless told, and further when told to."""

    start: datetime = NOW
    ahead: timedelta = timedelta()
    began: float = field(default_factory=time.monotonic)

    def __call__(self) -> datetime:
        return self.start + timedelta(seconds=time.monotonic() - self.began) + self.ahead


Camera = Callable[[Page, str], None]
"""Takes the picture of a page by a name, instead of what tests do with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """The desks of a home, served; and what walks through them needs.

    Args:
        browser: of the tests.
        address: of the desks.
        home: behind them.
        app: that serves them.
        clock: theirs; a walk may let days pass.
        people: who may sign in.
        camera: of who walks for pictures; a test holds each page to what it must hold.
    """

    browser: Browser
    address: str
    home: Home
    app: Flask
    clock: WalkClock
    people: DemoPeople
    camera: Camera | None = None

    @contextmanager
    def a_person(self) -> Iterator[Page]:
        """Open the browser of somebody who was never here."""
        context = self.browser.new_context(
            base_url=self.address,
            viewport={"width": OFFICE, "height": 768},
            accept_downloads=True,
        )
        page = context.new_page()
        page.set_default_timeout(_PATIENCE_MS)
        yield page
        context.close()

    @contextmanager
    def signed_in(self, role: Role, *, second: bool = False) -> Iterator[Page]:
        """Sign somebody of a role in by the keyboard, as the pages say; or the second of them."""
        with self.a_person() as page:
            page.goto("/")
            names = self.people.seconds if second else self.people.usernames
            write(page.get_by_label("用户名"), names[role])
            write(page.get_by_label("密码"), self.people.password)
            press(page.get_by_role("button", name="下一步"))
            write(page.get_by_label("验证码"), self.code())
            press(page.get_by_role("button", name="登录"))
            expect(page.get_by_role("heading", name="待办")).to_be_visible()
            yield page

    def show_again(self, page: Page, key: str = "") -> None:
        """Show the second factor once more where the page asks for it."""
        asked = page.get_by_role("heading", name="请再次验证")
        page.wait_for_load_state()
        if asked.count():
            write(page.get_by_label("验证码"), self.code(key))
            press(page.get_by_role("button", name="验证并继续"))

    def code(self, key: str = "") -> str:
        """Return the next code of somebody's app; the demo people's where no key is given."""
        self.clock.ahead += _NEXT_CODE
        return app_code(key or self.people.app_key, self.clock())

    def see(self, page: Page, name: str, *, again: bool = True) -> None:
        """Picture a page at three widths and hold it to what every page holds.

        In Chinese on an office screen and on paper; in English and large type on a phone.

        Args:
            page: as it stands.
            name: of its pictures.
            again: whether it can be loaded again; the answer to a form is pictured as it stands.
        """
        page.wait_for_load_state()
        if self.camera is not None:
            self.camera(page, name)
            return
        PICTURES.mkdir(parents=True, exist_ok=True)
        _hold(page, name)
        _prints(page, name)
        page.screenshot(path=PICTURES / f"{name}-{OFFICE}-zh.png", full_page=True)
        page.set_viewport_size({"width": WIDE, "height": 1080})
        page.screenshot(path=PICTURES / f"{name}-{WIDE}-zh.png")
        page.set_viewport_size({"width": PHONE, "height": 844})
        _fits(page, name)
        assert not (broken := broken_numbers(page)), (name, broken)
        if again:
            _show_as(page, language="en", view="elder")
            _hold(page, name)
            _fits(page, name)
            assert not (broken := broken_numbers(page)), (name, "elder", broken)
        view = "en-elder" if again else "zh"
        page.screenshot(path=PICTURES / f"{name}-{PHONE}-{view}.png", full_page=True)
        page.set_viewport_size({"width": OFFICE, "height": 768})
        if again:
            _show_as(page, language="zh", view="standard")

    @contextmanager
    def runner(self) -> Iterator[None]:
        """Have what waits for a runner done beside the server, at its time."""
        office: Office = self.app.extensions[OFFICE_EXTENSION]
        room = BatchRoom(
            home=office.home,
            passphrase=office.passphrase,
            vault=office.vault(),
            desks=office.desks,
            register=office.engine,
            public_url=office.public_url,
            clock=self.clock,
        )
        ending = threading.Event()

        def work() -> None:
            while not ending.is_set():
                if not run_waiting(room):
                    ending.wait(_LOOK_SECONDS)

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield
        finally:
            ending.set()
            thread.join()


def _hold(page: Page, name: str) -> None:
    assert len(page.content().encode()) < MAX_PAGE_BYTES, name
    assert page.locator("h1").count() == 1, name
    check_accessible(page, name)


def _fits(page: Page, name: str) -> None:
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE, (name, width)


def _prints(page: Page, name: str) -> None:
    page.emulate_media(media="print")
    assert page.locator("h1").is_visible(), name
    for away in page.locator(".places, .head-tools, .crumbs, .skip").all():
        assert not away.is_visible(), (name, away)
    page.emulate_media(media="screen")


def _show_as(page: Page, *, language: str, view: str) -> None:
    said = {"lang": language, "view": view}
    page.context.add_cookies([{"name": n, "value": v, "url": page.url} for n, v in said.items()])
    page.reload()


@contextmanager
def desks_to_walk(browser: Browser, folder: Path, camera: Camera | None = None) -> Iterator[Walk]:
    """Serve the desks of a new home whose body has a key and a seal, with demo people."""
    demo = Demo(folder=folder)
    folder.mkdir(parents=True, exist_ok=True)
    home = filed_home(
        Home.create(demo.home, demo=True, passphrase=PASSPHRASE, now=NOW, environment={})
    )
    clock = WalkClock()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PUBLIC_URL_VARIABLE, PUBLIC_URL)
        app = create_private_app(home, PASSPHRASE, clock=clock)
    with walking(browser, home, app, clock, camera) as walk:
        yield walk


@contextmanager
def walking(
    browser: Browser, home: Home, app: Flask, clock: WalkClock, camera: Camera | None = None
) -> Iterator[Walk]:
    """Serve the desks of a demo's home, with demo people."""
    demo = Demo(folder=home.path.parent)
    demo.passphrase_file.write_bytes(PASSPHRASE)
    with serving(app) as address:
        yield Walk(
            browser=browser,
            address=address,
            home=home,
            app=app,
            clock=clock,
            people=people_of(demo),
            camera=camera,
        )
