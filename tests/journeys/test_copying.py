"""A key that is shown once can be copied by a button, with a clipboard and without one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.roles import Role
from tests.accounts.desk_app import person_of, working_as
from tests.journeys.axe import check_accessible
from tests.journeys.conftest import serving
from tests.journeys.test_desk_look import PICTURES, a_page
from tests.verifier.employer_desk import open_employer_desk

_NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', { value: undefined })"
_SELECTED = "window.getSelection().toString().trim()"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of desks, for an employer."""
    with (
        open_employer_desk(tmp_path_factory.mktemp("copying")) as desk,
        working_as(desk.desks.app, person_of(Role.EMPLOYER)),
        serving(desk.desks.app) as found,
    ):
        yield found


def make_key(page: Page, address: str) -> str:
    """Make a key as an employer does; return it as the page shows it."""
    page.goto(f"{address}/employer/keys")
    page.locator("#name").fill("人事系统")
    page.locator('[name="scopes"]').first.check()
    page.get_by_role("button", name="建立密钥").click()
    return page.locator("#secret").inner_text().strip()


def test_a_key_is_copied_where_the_browser_has_a_clipboard(browser: Browser, address: str) -> None:
    with a_page(browser, address) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        secret = make_key(page, address)
        page.get_by_role("button", name="复制").click()
        expect(page.get_by_role("status")).to_have_text("已复制")
        assert page.evaluate("navigator.clipboard.readText()") == secret


def test_without_a_clipboard_the_key_is_selected(browser: Browser, address: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with a_page(browser, address, width=390) as page:
        page.add_init_script(_NO_CLIPBOARD)
        secret = make_key(page, address)
        page.get_by_role("button", name="复制").press("Enter")
        expect(page.get_by_role("status")).to_contain_text("Ctrl+C")
        assert page.evaluate(_SELECTED) == secret
        check_accessible(page)
        page.screenshot(path=PICTURES / "key-made-390-zh.png", full_page=True)


def test_without_a_script_no_button_is_offered(browser: Browser, address: str) -> None:
    with a_page(browser, address, script=False) as page:
        make_key(page, address)
        assert page.get_by_role("button", name="复制").count() == 0
