"""Where keys in PKCS #11 tokens are, as the home keeps it: the PIN sealed by the vault.

So the one passphrase opens everything, in the run's process and in each of its workers.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

from keys.tokens import TokenAddress
from registry.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPlace:
    """Where a key in a PKCS #11 token is; the PIN is sealed by the vault."""

    module: str
    token: str
    key: str
    pin_sealed: bytes


def place_of(address: TokenAddress, vault: Vault, context: str) -> TokenPlace:
    """Return where a key is, its PIN sealed.

    Args:
        address: where it is, with the PIN.
        vault: seals the PIN.
        context: what it is sealed under.
    """
    return TokenPlace(
        module=address.module,
        token=address.token,
        key=address.key,
        pin_sealed=vault.seal(context, address.pin.encode()),
    )


def address_of(place: TokenPlace, vault: Vault, context: str) -> TokenAddress:
    """Undo `place_of`; raises VaultError where the file was altered."""
    return TokenAddress(
        module=place.module,
        token=place.token,
        key=place.key,
        pin=vault.unseal(context, place.pin_sealed).decode(),
    )


def place_as_dict(token: TokenPlace) -> dict[str, str]:
    """Return a place as it is written into a file."""
    return {
        "module": token.module,
        "token": token.token,
        "key": token.key,
        "pin_sealed": base64.b64encode(token.pin_sealed).decode(),
    }


def place_from_dict(entry: dict[str, str]) -> TokenPlace:
    """Undo `place_as_dict`; raises KeyError, TypeError or ValueError for anything else."""
    return TokenPlace(
        module=entry["module"],
        token=entry["token"],
        key=entry["key"],
        pin_sealed=base64.b64decode(entry["pin_sealed"]),
    )
