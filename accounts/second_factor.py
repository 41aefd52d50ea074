"""The second factor typed by hand: a code of an authenticator app, or a recovery code.

Either is taken once. Failures are counted by account as those of passwords are. That a recovery
code was used is on the audit trail, before it lets anybody in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from sqlalchemy import delete, update
from sqlalchemy.engine import CursorResult

from accounts.bureau import Bureau
from accounts.errors import AccountError
from accounts.library import Account, UsedUp, the_library
from accounts.lockout import check_not_waiting, clear_failures, count_failure, waiting
from codes.wording import Text
from registry.account_models import AccountRow, RecoveryCodeRow
from registry.session import transaction

_DRIFT_SECONDS: Final = 30  # a telephone's clock may be one step off
_CODE: Final = re.compile(r"\d{6}")
_KIND: Final = "recovery code"


def prove_code(bureau: Bureau, account: Account, typed: str) -> bool:
    """Take a code that an account's person typed; return whether it was a recovery code.

    Raises:
        AccountError: it is not right, or was used before (`factor_wrong`, `recovery_code_wrong`);
            too many were not (`sign_in_waits`).
    """
    code = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", typed[:64])).lower()
    of_app = account.tf_totp_secret is not None and _CODE.fullmatch(code) is not None
    check_not_waiting(bureau, failures_of(account))
    if of_app:
        prove(bureau, account, is_app_code(account, account.tf_totp_secret or "", code))
    else:
        right = _use_recovery_code(bureau, account, code)
        prove(bureau, account, right, _wrong_recovery_code())
    return not of_app


def prove(
    bureau: Bureau, account: Account, right: bool | None, refusal: AccountError | None = None
) -> None:
    """Count a second factor shown as failed or right; `None` where it was not looked at."""
    name = failures_of(account)
    if right is None:
        check_not_waiting(bureau, name)
        return
    if not right:
        wait = count_failure(bureau, name)
        raise (refusal or wrong()) if wait is None else waiting(wait)
    with transaction(bureau.desks) as session:
        clear_failures(session, bureau, name)


def failures_of(account: Account) -> str:
    """Return the name by which failed second factors of an account are counted."""
    return f"factor of {account.handle}"


def is_app_code(account: Account, secret: str, code: str) -> bool:
    """Return whether a code is that of an app with this sealed key now; it is used up."""
    try:
        return bool(
            the_library().totp_factory.verify_totp(code, secret, account, window=_DRIFT_SECONDS)
        )
    except UsedUp:
        return False


def new_app_key() -> str:
    """Return a fresh key for an authenticator app, sealed."""
    return str(the_library().totp_factory.generate_totp_secret())


def keep_app_key(bureau: Bureau, account: Account, secret: str) -> None:
    """Make a sealed key that an app has shown a code of the account's."""
    with transaction(bureau.desks) as session:
        changed = update(AccountRow).where(AccountRow.id == account.id)
        session.execute(changed.values(totp_secret=secret))


def make_recovery_codes(bureau: Bureau, account: Account) -> Sequence[str]:
    """Make an account's recovery codes anew and return them, to be shown once."""
    codes: list[str] = the_library().totp_factory.generate_recovery_codes(_count())
    with transaction(bureau.desks) as session:
        session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.account_id == account.id))
        session.add_all(
            RecoveryCodeRow(account_id=account.id, digest=_digest(bureau, code)) for code in codes
        )
    return codes


def _use_recovery_code(bureau: Bureau, account: Account, code: str) -> bool:
    with transaction(bureau.desks) as session:
        done = session.execute(
            delete(RecoveryCodeRow).where(
                RecoveryCodeRow.account_id == account.id,
                RecoveryCodeRow.digest == _digest(bureau, code),
            )
        )
        assert isinstance(done, CursorResult)
        if done.rowcount != 1:
            return False
        subject, ground = account.handle, "本人凭恢复码通过第二重验证"
        bureau.note(account.name, "accounts.recovery_code_used", subject, ground)
    return True


def _digest(bureau: Bureau, code: str) -> str:
    return bureau.digest(_KIND, code.replace("-", "").lower())


def _count() -> int:
    from accounts.library import RECOVERY_CODES

    return RECOVERY_CODES


def wrong() -> AccountError:
    """Return the refusal of a second factor."""
    return AccountError(
        "factor_wrong",
        Text(
            "验证码不正确或已用过；请等验证器显示下一个验证码后再试，并核对手机时间",
            "The code is not right, or was used before. Wait for the next one, and check the "
            "telephone's clock",
        ),
    )


def _wrong_recovery_code() -> AccountError:
    return AccountError(
        "recovery_code_wrong",
        Text(
            "这不是可用的恢复码：每个只能用一次，重新生成后原有的作废。请核对有无抄错，或用下一个；"
            "验证器的验证码是 6 位数字",
            "This is no recovery code that may be used: each works once, and new ones void the "
            "earlier. Check how it is written, or take the next; an app's code has 6 digits",
        ),
    )


def wrong_passkey() -> AccountError:
    """Return the refusal of a passkey's answer."""
    return AccountError(
        "passkey_wrong",
        Text(
            "通行密钥没有通过验证；请再试一次，或输入一个恢复码",
            "The passkey was not accepted; try again, or type a recovery code",
        ),
    )
