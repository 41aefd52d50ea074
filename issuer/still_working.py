"""What goes on working for an employer whose account was reset or disabled by a command."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine, func, select

from codes.wording import Text
from registry.account_models import AccountRow
from registry.api_key_models import ApiKeyRow
from registry.employer_models import Webhook
from registry.home import Home
from registry.public_database import public_database, public_database_url
from registry.session import reading


@dataclass(frozen=True, slots=True, kw_only=True)
class StillWorking:
    """How many keys and webhooks of an account work without anybody signing in."""

    api_keys: int
    webhooks: int

    @property
    def text(self) -> Text:
        """What is left, and where it is ended; empty where nothing is."""
        if not (self.api_keys or self.webhooks):
            return Text("", "")
        return Text(
            f"\n该账号仍有 {self.api_keys} 个接口密钥、{self.webhooks} 个回调地址可用；不能确定"
            "没有泄露的，请账号管理人在工作台“人员与账号”该账号页勾选停用",
            f"\nAPI keys of this account that still work: {self.api_keys}; webhooks: "
            f"{self.webhooks}. Unless it is certain that nobody else has them, have them ended on "
            "the page of the account, under “People and accounts”",
        )


def still_working(home: Home, desks: Engine, username: str) -> StillWorking:
    """Return what works for the account of that name."""
    with reading(desks) as session:
        account = session.scalar(select(AccountRow.id).where(AccountRow.username == username))
        hooks = select(func.count(Webhook.id)).where(
            Webhook.account_id == account, Webhook.ended_at.is_(None)
        )
        webhooks = session.scalar(hooks) or 0
    keys = select(func.count(ApiKeyRow.id)).where(
        ApiKeyRow.employer == account, ApiKeyRow.revoked_at.is_(None)
    )
    with public_database(public_database_url(home)) as public, reading(public) as session:
        return StillWorking(api_keys=session.scalar(keys) or 0, webhooks=webhooks)
