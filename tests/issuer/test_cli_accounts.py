"""The commands for accounts say what goes on working for an account without signing in."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from registry.account_models import AccountRow
from registry.api_key_models import ApiKeyRow
from registry.desk_database import desk_database_url, open_desk_engine
from registry.employer_models import Webhook
from registry.home import Home
from registry.public_database import public_database, public_database_url
from registry.session import transaction
from tests.issuer.shells import Shell

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def give_machines(home: Home, username: str) -> None:
    """Give an account two keys, of which one was revoked, and a webhook."""
    desks = open_desk_engine(desk_database_url(home, environment={}))
    with transaction(desks) as session:
        account = session.scalars(
            select(AccountRow.id).where(AccountRow.username == username)
        ).one()
        session.add(
            Webhook(account_id=account, url="https://a.example", secret_sealed=b"x", made_at=NOW)
        )
    desks.dispose()
    url = public_database_url(home, environment={})
    with public_database(url) as public, transaction(public) as session:
        for digest, revoked in (("a", None), ("b", NOW)):
            session.add(
                ApiKeyRow(
                    employer=account,
                    name="人事系统",
                    digest=digest,
                    shown="yz_1",
                    scopes="",
                    rows_a_day=1,
                    made_at=NOW,
                    revoked_at=revoked,
                )
            )


@pytest.mark.parametrize("act", ["reset", "disable"])
def test_what_an_employers_account_leaves_working_is_told(
    shell: Shell, tmp_path: Path, act: str
) -> None:
    assert shell("init").code == 0
    added = ("accounts", "add", "boss", "--name", "某单位", "--role", "employer")
    assert shell(*added).code == 0
    silent = shell("accounts", act, "boss")
    assert silent.code == 0 and "接口密钥" not in silent.out
    if act == "disable":
        assert shell("accounts", "enable", "boss").code == 0
    give_machines(Home.open(tmp_path / "home", environment={}), "boss")
    told = shell("accounts", act, "boss")
    assert "仍有 1 个接口密钥、1 个回调地址可用" in told.out
    left = shell("accounts", act, "boss", "--json")
    assert left.json["still_working"] == {"api_keys": 1, "webhooks": 1}
