"""Entries of the audit trail that a program wrote for itself, as people read them."""

from __future__ import annotations

import re

from accounts.account_acts import STATE
from accounts.roles import Role
from codes.wording import Text
from registry.trail_models import TrailEntry

_ROLE = re.compile(r"([a-z_]+)(\?\d+)?(?:!\d+)?")


def subject_text(entry: TrailEntry) -> Text:
    """Return what an entry is about: the state of an account in words, all else as it stands."""
    parts = entry.subject.split(" ", 4)
    if entry.act != STATE or len(parts) != 5:
        return Text(entry.subject, entry.subject)
    username, use, roles, body, name = parts
    said = [text for one in roles.split(",") if (text := _role_text(one)) is not None]
    on = use.startswith("on")
    zh, en = "、".join(one.zh for one in said), ", ".join(one.en for one in said)
    of_zh, of_en = ("", "") if body == "-" else (f"，机构 {body}", f", body {body}")
    return Text(
        f"{username}（{name}）：{'使用中' if on else '已停用'}，角色：{zh or '无'}{of_zh}",
        f"{username} ({name}): {'in use' if on else 'disabled'}, roles: {en or 'none'}{of_en}",
    )


def _role_text(said: str) -> Text | None:
    found = _ROLE.fullmatch(said)
    if found is None or found[1] not in set(Role):
        return None
    text = Role(found[1]).text
    return Text(f"{text.zh}（待确认）", f"{text.en} (waits)") if found[2] else text
