"""What an act on a filing makes is in the public log at once, or the page says that it waits."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from issuer.log_custody import ensure_log
from issuer.log_publishing import log_is_settled
from registry.home import Home
from registry.schema import open_registry
from tests.accounts.desk_app import working_as
from tests.conftest import PASSPHRASE
from tests.issuer.authority_desk import CLERK, DAY, DIRECTOR, AuthorityDesk, send
from tests.issuer.procedures import MONDAY, PREFIX
from tests.issuer.shells import Shell


@pytest.fixture
def desk(home: Home, tmp_path: Path) -> AuthorityDesk:
    """A body that is filed, and a log that holds its filing."""
    desk = AuthorityDesk(home, tmp_path / "in")
    desk.procedure.filed()
    desk.today = MONDAY + 10 * DAY
    ensure_log(home, desk.office.engine, "yz.example.cn", PASSPHRASE)
    return desk


PAPER = "样本〔2026〕3号"


def propose(desk: AuthorityDesk, kind: str, day: date) -> None:
    desk.post(
        CLERK,
        f"/filing/bodies/{PREFIX}/acts/{kind}",
        day=day,
        reason="质量检查不合格",
        reference=PAPER,
    )


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


@pytest.fixture
def logged_shell(filed_shell: Shell) -> Shell:
    """A shell on a home whose log holds all that is on record."""
    for words in (("log", "init"), ("log", "publish")):
        assert filed_shell(*words).code == 0
    return filed_shell


def is_settled(home: Path) -> bool:
    with open_registry(Home.open(home).database_url) as engine:
        return log_is_settled(engine)


SUSPEND = ("filing", "suspend", "--body", PREFIX, "--from", "2099-01-01", "--as", "张经办")
WHY = ("--reason", "质量检查不合格", "--reference", PAPER)
BY_TWO = ("--approver", "李审批", *WHY, "--json")


@pytest.mark.parametrize("words", [(*SUSPEND, *BY_TWO), ("keys", "publish", "--json")])
def test_a_command_logs_what_it_put_on_record(
    logged_shell: Shell, tmp_path: Path, words: tuple[str, ...]
) -> None:
    answer = logged_shell(*words)
    assert (answer.code, answer.json["log_waits"]) == (0, None), answer.err
    assert is_settled(tmp_path / "home")


def test_a_command_without_a_passphrase_says_that_the_log_waits(
    logged_shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Home.open(tmp_path / "home").root_key_folder.rename(tmp_path / "off-line")
    monkeypatch.delenv("YANZHEN_PASSPHRASE")
    answer = logged_shell(*SUSPEND, *BY_TWO)
    assert answer.code == 0, answer.err
    assert "yanzhen tend" in answer.json["log_waits"]["zh"]
    assert not is_settled(tmp_path / "home")
