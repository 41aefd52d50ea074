"""Who got past the second factor by a recovery code is told so, and what to do now."""

from __future__ import annotations

from flask import url_for

from accounts.library import Account
from accounts.next_page_notice import Way, say_done
from accounts.spoken import spoken_things
from codes.wording import Text


def say_recovery_code_used(account: Account) -> None:
    """Have the next page say that a recovery code was used up, and how many are left.

    Args:
        account: as it was before.
    """
    left = account.recovery_count - 1
    count = spoken_things(left, "is", "are") if left else "none is"
    todo = (
        ("手机或密钥丢失的，请设置新的验证器或通行密钥", "set up a new app or passkey")
        if left
        else (
            "请设置新的验证器或通行密钥，并重新生成恢复码",
            "set up a new app or passkey, and make new codes",
        )
    )
    text = Text(
        f"本次用恢复码通过了验证，还剩 {left} 个恢复码。{todo[0]}；"
        "不是您本人所用的，请立即更改密码。",
        f"A recovery code was used up just now; {count} left. If the telephone or key is lost, "
        f"{todo[1]}; if it was not you, change the password at once.",
    )
    way = Way(
        Text("我的账号与设备", "My account and devices"), url_for("own.own", _anchor="passkeys")
    )
    say_done(text, warns=True, way=way)
