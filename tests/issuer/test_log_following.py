"""What an act on a filing makes is in the public log at once, or the page says that it waits."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from issuer.log_custody import ensure_log
from issuer.log_publishing import log_is_settled
from registry.home import Home
from tests.accounts.desk_app import working_as
from tests.conftest import PASSPHRASE
from tests.issuer.authority_desk import CLERK, DAY, DIRECTOR, AuthorityDesk, send
from tests.issuer.procedures import MONDAY, PREFIX


@pytest.fixture
def desk(home: Home, tmp_path: Path) -> AuthorityDesk:
    """A body that is filed, and a log that holds its filing."""
    desk = AuthorityDesk(home, tmp_path / "in")
    desk.procedure.filed()
    desk.today = MONDAY + 10 * DAY
    ensure_log(home, desk.office.engine, "yz.example.cn", PASSPHRASE)
    return desk


def propose(desk: AuthorityDesk, kind: str, day: date) -> None:
    desk.post(CLERK, f"/filing/bodies/{PREFIX}/acts/{kind}", day=day, reason="质量检查不合格")


def approve(desk: AuthorityDesk) -> Any:
    with working_as(desk.app, DIRECTOR) as client:
        done = send(client, "/filing/proposals/1/approve", {"seen": "yes"})
        assert done.status_code == 303
        return client.get(done.headers["Location"]).text


def test_an_approved_act_and_its_list_are_in_the_log_at_once(desk: AuthorityDesk) -> None:
    propose(desk, "withdraw", desk.today)

    page = approve(desk)

    assert "信任列表已公布" in page and "公开日志暂未载入" not in page
    assert log_is_settled(desk.office.engine)


def test_a_log_that_cannot_go_on_undoes_no_act_and_is_named(desk: AuthorityDesk) -> None:
    checkpoint = desk.home.log_folder / "checkpoint"
    checkpoint.write_text("damaged\n", encoding="utf-8")
    propose(desk, "suspend", desk.today)

    page = approve(desk)

    assert "公开日志暂未载入" in page and "yanzhen tend" in page
    assert "备案暂停" in desk.get(CLERK, f"/filing/bodies/{PREFIX}").text
    checkpoint.unlink()
    desk.post(DIRECTOR, "/filing/trust/compose", sure="yes")
    assert log_is_settled(desk.office.engine)
