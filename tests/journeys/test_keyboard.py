"""What the walks by keyboard find wrong with a control that only a mouse, or nobody, can follow."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.journeys.keyboard import reach

_PAGE = """
<style>button { outline: none } button:focus-visible { outline: 3px solid blue }
.bare:focus-visible { outline: none }</style>
<button id="good">一</button><button id="skipped" tabindex="-1">二</button>
<button id="bare" class="bare">三</button>
<button id="away" style="position: fixed; left: -300px">四</button>
"""


def test_a_control_is_reached_only_where_tab_comes_to_it_and_its_focus_is_seen(
    browser: Browser,
) -> None:
    page = browser.new_page()
    page.set_content(_PAGE)
    reach(page.locator("#good"))
    for place, said in (
        ("#skipped", "the focus is at"),
        ("#bare", "nothing is drawn"),
        ("#away", "out of sight"),
    ):
        with pytest.raises(pytest.fail.Exception, match=said):
            reach(page.locator(place))
    page.close()
