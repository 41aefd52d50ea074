"""Passkeys (WebAuthn): made for an account, and shown as its second factor.

A challenge is used once: the page takes it out of the browser's session with the answer. Passkeys
belong to a host name; where the desks are opened by a bare address there are none.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import webauthn
from sqlalchemy import delete, select, update
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from accounts.bureau import Bureau
from accounts.errors import AccountError
from accounts.library import ISSUER, Account
from codes.wording import Text
from registry.account_models import PasskeyRow
from registry.session import reading, transaction

MOST_PASSKEYS: Final = 8
_LONGEST_NAME: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where the desks are open: what passkeys are bound to.

    Args:
        host: name without port, as the browser sent it.
        origin: scheme, host and port.
    """

    host: str
    origin: str

    @property
    def can_hold_passkeys(self) -> bool:
        """Whether browsers make passkeys here: a host name, by https or on this machine."""
        try:
            ipaddress.ip_address(self.host.strip("[]"))
        except ValueError:
            return self.origin.startswith("https://") or self.host == "localhost"
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a page asks a browser for.

    Args:
        options: JSON for its script.
        challenge: to be remembered in the session, base64url.
    """

    options: str
    challenge: str


def passkeys_of(bureau: Bureau, account: Account) -> Sequence[PasskeyRow]:
    """Return the passkeys of an account, the oldest first."""
    query = select(PasskeyRow).where(PasskeyRow.account_id == account.id).order_by(PasskeyRow.id)
    with reading(bureau.desks) as session:
        return session.scalars(query).all()


def ask_to_make(bureau: Bureau, account: Account, site: Site) -> Asked:
    """Return what a browser needs to make a passkey for an account."""
    handle = bytes.fromhex(bureau.digest("passkey owner", str(account.id)))
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=ISSUER,
        user_id=handle,
        user_name=account.handle,
        user_display_name=account.name,
        exclude_credentials=_described(passkeys_of(bureau, account)),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
    )
    return Asked(
        options=webauthn.options_to_json(options), challenge=bytes_to_base64url(options.challenge)
    )


def keep_passkey(
    bureau: Bureau,
    account: Account,
    site: Site,
    *,
    challenge: str | None,
    answer: str,
    name: str,
    noted: Callable[[], None],
) -> None:
    """Keep a passkey that a browser made.

    Args:
        bureau: where.
        account: whose.
        site: the desks' address.
        challenge: as the session remembers it.
        answer: the browser's.
        name: as typed.
        noted: notes the act, once nothing is left to refuse and before it is done.

    Raises:
        AccountError: the answer is not one to this challenge (`passkey_refused`), or the account
            has as many as it may (`passkey_many`).
    """
    if len(passkeys_of(bureau, account)) >= MOST_PASSKEYS:
        raise AccountError(
            "passkey_many",
            Text(
                f"每个账号最多 {MOST_PASSKEYS} 个通行密钥，请先删除不用的",
                f"An account has at most {MOST_PASSKEYS} passkeys; remove one first",
            ),
        )
    if challenge is None:
        raise refused()
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_origin=site.origin,
            expected_rp_id=site.host,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise refused() from error
    called = " ".join(name.split())[:_LONGEST_NAME]
    with transaction(bureau.desks) as session:
        found = select(PasskeyRow.id).where(PasskeyRow.credential_id == made.credential_id)
        if session.scalars(found).first() is not None:
            raise refused()
        noted()
        session.add(
            PasskeyRow(
                account_id=account.id,
                name=called or "通行密钥",
                credential_id=made.credential_id,
                public_key=made.credential_public_key,
                sign_count=made.sign_count,
                made_at=bureau.clock(),
            )
        )


def ask_to_show(bureau: Bureau, account: Account, site: Site) -> Asked | None:
    """Return what a browser needs to show one of an account's passkeys; None where it has none."""
    held = passkeys_of(bureau, account)
    if not held or not site.can_hold_passkeys:
        return None
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        allow_credentials=_described(held),
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return Asked(
        options=webauthn.options_to_json(options), challenge=bytes_to_base64url(options.challenge)
    )


def is_shown(
    bureau: Bureau, account: Account, site: Site, *, challenge: str | None, answer: str
) -> bool:
    """Return whether a browser's answer shows one of an account's passkeys for this challenge."""
    if challenge is None:
        return False
    try:
        credential = webauthn.helpers.parse_authentication_credential_json(answer)
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return False
    held = {one.credential_id: one for one in passkeys_of(bureau, account)}
    passkey = held.get(credential.raw_id)
    if passkey is None:
        return False
    try:
        shown = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_origin=site.origin,
            expected_rp_id=site.host,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return False
    with transaction(bureau.desks) as session:
        session.execute(
            update(PasskeyRow)
            .where(PasskeyRow.id == passkey.id)
            .values(sign_count=shown.new_sign_count, used_at=bureau.clock())
        )
    return True


def check_removable(account: Account) -> None:
    """Go on only where an account may lose a passkey: the last factor of who needs one stays.

    Raises:
        AccountError: it is the last (`factor_last`).
    """
    if account.needs_factor and account.tf_totp_secret is None and account.passkey_count < 2:
        raise AccountError(
            "factor_last",
            Text(
                "这是唯一的第二重验证方式，不能删除；请先添加另一种",
                "This is the only second factor; add another one before removing it",
            ),
        )


def remove_passkey(bureau: Bureau, account: Account, passkey_id: int) -> None:
    """Remove a passkey of an account; raises as `check_removable`."""
    check_removable(account)
    with transaction(bureau.desks) as session:
        session.execute(
            delete(PasskeyRow).where(
                PasskeyRow.id == passkey_id, PasskeyRow.account_id == account.id
            )
        )


def refused() -> AccountError:
    """Return the refusal of a passkey that could not be made."""
    return AccountError(
        "passkey_refused",
        Text("通行密钥未能创建，请重试", "The passkey could not be made; try again"),
    )


def _described(held: Sequence[PasskeyRow]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=one.credential_id) for one in held]
