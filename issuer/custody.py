"""Keeps the private keys of assessment bodies: makes, opens, rotates, retires; sealed at rest.

A private key lies in `secrets/keys/PREFIX-KEYID.pem`, encrypted under the operator's passphrase, or
stays in a PKCS #11 token, which `PREFIX-KEYID.json` then names; its public half is a row of the
registry and, once published, an entry of the key document.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from codes.wording import Text
from issuer.errors import IssuerError
from issuer.token_places import (
    TokenPlace,
    address_of,
    place_as_dict,
    place_from_dict,
    place_of,
)
from keys.algorithms import Algorithm, PublicJwk, family_of
from keys.ring import Standing
from keys.signing import PrivateKey, generate, open_private_key, seal_private_key
from keys.token_record_key import (
    make_token_record_key,
    open_token_record_key,
    read_token_record_key,
)
from keys.tokens import TokenAddress
from registry.holder_keys import check_vault_in_force
from registry.home import Home
from registry.models import Award, Copy, SigningKey, Site
from registry.store import write_durably
from registry.vault import Vault, reseal


def make_key(
    session: Session,
    home: Home,
    site: Site,
    passphrase: bytes,
    *,
    algorithm: Algorithm,
    valid_from: date,
    valid_to: date | None,
) -> SigningKey:
    """Make a signing key for a site and put its public half on record.

    The sealed file is written before the row, so a key on record always has its private half.
    """
    taken = {key.key_id for key in site.keys}
    while True:
        key = generate(algorithm)
        key_id = key.public.key_id
        if key_id not in taken:
            break
    write_durably(_key_path(home, site.prefix, key_id), seal_private_key(key, passphrase))
    return _put_on_record(session, home, site, key.public, valid_from, valid_to)


def make_key_in_token(
    session: Session,
    home: Home,
    site: Site,
    passphrase: bytes,
    address: TokenAddress,
    *,
    algorithm: Algorithm,
    valid_from: date,
    valid_to: date | None,
) -> SigningKey:
    """Make a signing key that never leaves a token, and put its public half on record.

    Raises:
        IssuerError, KeysError: as `adopt_key`; `token_algorithm`; `token_key_exists`.
    """
    make_token_record_key(address, algorithm)
    return adopt_key(
        session, home, site, passphrase, address, valid_from=valid_from, valid_to=valid_to
    )


def adopt_key(
    session: Session,
    home: Home,
    site: Site,
    passphrase: bytes,
    address: TokenAddress,
    *,
    valid_from: date,
    valid_to: date | None,
) -> SigningKey:
    """Take a key pair that is in a token as a signing key of a site.

    Args:
        passphrase: opens the vault, which seals the PIN.
        address: where the pair is.

    Raises:
        IssuerError: another key of the site has its id (`key_id_taken`).
        KeysError: as `read_token_record_key`.
    """
    public = read_token_record_key(address)
    if public.key_id in {key.key_id for key in site.keys}:
        raise IssuerError(
            "key_id_taken",
            Text(
                f"该机构已有编号为 {public.key_id:04x} 的密钥（可能就是这个密钥），未作改动",
                f"the body already has a key {public.key_id:04x}, perhaps this very one; nothing "
                "was changed",
            ),
        )
    vault = home.vault(passphrase)
    check_vault_in_force(session, vault)
    place = place_of(address, vault, _pin_context(site.prefix))
    _write_place(_token_path(home, site.prefix, public.key_id), place)
    return _put_on_record(session, home, site, public, valid_from, valid_to)


def _put_on_record(
    session: Session,
    home: Home,
    site: Site,
    public: PublicJwk,
    valid_from: date,
    valid_to: date | None,
) -> SigningKey:
    row = SigningKey(
        key_id=public.key_id,
        algorithm=int(public.algorithm),
        public_jwk=json.dumps(public.as_dict(), sort_keys=True),
        valid_from=valid_from,
        valid_to=valid_to,
        standing=Standing.ACTIVE,
        demo=home.demo,
    )
    site.keys.append(row)
    session.flush()
    return row


def preferred_of(site: Site) -> Algorithm | None:
    """Return the algorithm a site chose for its QR codes."""
    chosen = site.preferred_algorithm
    return None if chosen is None else Algorithm(chosen)


def prefer_algorithm(session: Session, site: Site, algorithm: Algorithm | None) -> None:
    """Choose the algorithm of a site's QR codes from now on; None takes the choice back.

    Raises:
        IssuerError: the site has no active key of that algorithm (`algorithm_without_key`).
    """
    active = {key.algorithm for key in site.keys if key.standing == "active"}
    if algorithm is not None and int(algorithm) not in active:
        label = algorithm.label
        raise IssuerError(
            "algorithm_without_key",
            Text(
                f"该机构没有在用的 {label} 密钥，请先运行 "
                f"yanzhen keys new --body {site.prefix} --algorithm {label}",
                f"the body has no active {label} key; run "
                f"yanzhen keys new --body {site.prefix} --algorithm {label} first",
            ),
        )
    site.preferred_algorithm = None if algorithm is None else int(algorithm)
    session.flush()


def retire_key(session: Session, site: Site, key_id: int, *, last_day: date) -> SigningKey:
    """Let a key sign nothing after `last_day`; what it signed before stays good.

    Raises:
        IssuerError: the site has no such key (`key_unknown`), or the day is before its first.
    """
    row = _find_key(site, key_id)
    if row.standing == Standing.COMPROMISED:
        raise IssuerError(
            "key_compromised_already",
            Text(f"密钥 {key_id:04x} 已声明失密", f"key {key_id:04x} is compromised already"),
        )
    if last_day < row.valid_from:
        raise IssuerError(
            "key_window",
            Text("停用日期早于启用日期", "the last day is before the key's first day"),
        )
    row.valid_to, row.standing = last_day, Standing.RETIRED
    session.flush()
    return row


def rotate_key(
    session: Session,
    home: Home,
    site: Site,
    passphrase: bytes,
    *,
    algorithm: Algorithm,
    first_day: date,
    today: date,
) -> SigningKey:
    """Make the key that signs from a day on, in place of every other of its family; return it.

    From `first_day` on the new key signs. The others are retired: at once with today as their last
    day where the change is today, else on the day before it, until which they go on signing. Where
    certificates are reserved and not signed yet, the new key's days begin with the oldest of them.

    Args:
        first_day: today or later.
        today: in Asia/Shanghai.

    Raises:
        IssuerError: `first_day` is past (`rotation_past`).
    """
    if first_day < today:
        raise IssuerError(
            "rotation_past",
            Text("更换密钥的日期不能早于今天", "a key cannot be changed from a day that is past"),
        )
    family = family_of(algorithm)
    others = [
        row
        for row in site.keys
        if row.standing == Standing.ACTIVE and family_of(Algorithm(row.algorithm)) is family
    ]
    waiting = session.scalar(
        select(func.min(Award.issued_on))
        .join(Copy, Copy.award_id == Award.id)
        .where(Award.site_id == site.id, Copy.envelope_sealed.is_(None))
    )
    new = make_key(
        session,
        home,
        site,
        passphrase,
        algorithm=algorithm,
        valid_from=min(first_day, waiting) if waiting and first_day == today else first_day,
        valid_to=None,
    )
    for row in others:
        if first_day == today:
            retire_key(session, site, row.key_id, last_day=max(today, row.valid_from))
        elif row.valid_from < first_day:
            row.valid_to = first_day - timedelta(days=1)
    session.flush()
    return new


def compromise_key(
    session: Session, site: Site, key_id: int, *, since: datetime, reason: str, now: datetime
) -> SigningKey:
    """Declare that a key may have been in other hands from an instant on; return its row.

    Said again, the instant may only be earlier: what was disbelieved is not believed again.

    Args:
        since: aware; what was not in the public log by then is worthless.
        reason: for the record, 1 to 200 characters.
        now: aware.

    Raises:
        IssuerError: no such key (`key_unknown`), an instant to come (`compromise_future`), or a
            later one than declared before (`compromise_later`).
    """
    row = _find_key(site, key_id)
    since = since.replace(microsecond=0)
    if since > now:
        raise IssuerError(
            "compromise_future",
            Text("失密时间不能晚于现在", "a key cannot be compromised from an instant to come"),
        )
    if row.compromised_since is not None and since > row.compromised_since:
        raise IssuerError(
            "compromise_later",
            Text(
                "此前声明的失密时间更早，不能改晚",
                "an earlier instant was declared before; it cannot be made later",
            ),
        )
    row.standing, row.compromised_since, row.compromise_reason = (
        Standing.COMPROMISED,
        since,
        reason,
    )
    session.flush()
    return row


def _find_key(site: Site, key_id: int) -> SigningKey:
    for row in site.keys:
        if row.key_id == key_id:
            return row
    raise IssuerError(
        "key_unknown",
        Text(f"没有编号为 {key_id:04x} 的密钥", f"there is no key {key_id:04x}"),
    )


def open_key(home: Home, prefix: str, public: PublicJwk, passphrase: bytes) -> PrivateKey:
    """Open the private half of a key, in the home or in its token.

    Raises:
        IssuerError: the file is missing (`key_file_missing`), is another key
            (`key_file_mismatch`) or does not read (`key_file_damaged`).
        KeysError: the passphrase is wrong; the token's errors, as `open_token_record_key`.
    """
    key_id = public.key_id
    if _token_path(home, prefix, key_id).exists():
        return open_token_record_key(_read_address(home, prefix, key_id, passphrase), public)
    path = _key_path(home, prefix, key_id)
    try:
        pem = path.read_bytes()
    except OSError as error:
        raise IssuerError(
            "key_file_missing",
            Text(f"私钥文件 {path.name} 缺失", f"the private key file {path.name} is missing"),
        ) from error
    key = open_private_key(pem, passphrase)
    if key.public != public:
        raise IssuerError(
            "key_file_mismatch",
            Text(f"私钥文件 {path.name} 与登记不符", f"{path.name} is not the key on record"),
        )
    return key


def is_in_token(home: Home, prefix: str, key_id: int) -> bool:
    """Say whether a key's private half stays in a token."""
    return _token_path(home, prefix, key_id).exists()


def has_key_file(home: Home, prefix: str, key_id: int) -> bool:
    """Say whether the home has a key's private half, or knows the token it is in."""
    return _key_path(home, prefix, key_id).exists() or is_in_token(home, prefix, key_id)


def reseal_key_pins(home: Home, vault: Vault) -> None:
    """Seal the PINs of all signing keys in tokens anew, by the newest vault key.

    Args:
        home: the installation.
        vault: opens what was sealed by the newest key and by the one before.

    Raises:
        IssuerError: a file does not read (`key_file_damaged`).
        VaultError: a PIN does not open.
    """
    for path in sorted(home.key_folder.glob("*.json")):
        context, place = _pin_context(path.stem.rpartition("-")[0]), _read_place(path)
        _write_place(path, replace(place, pin_sealed=reseal(vault, context, place.pin_sealed)))


def _write_place(path: Path, place: TokenPlace) -> None:
    entry = {"format": 1, "token": place_as_dict(place)}
    write_durably(path, json.dumps(entry, ensure_ascii=False, indent=2).encode() + b"\n")


def _read_address(home: Home, prefix: str, key_id: int, passphrase: bytes) -> TokenAddress:
    place = _read_place(_token_path(home, prefix, key_id))
    return address_of(place, home.vault(passphrase), _pin_context(prefix))


def _read_place(path: Path) -> TokenPlace:
    try:
        entry = json.loads(path.read_bytes())
        if entry["format"] != 1:
            raise ValueError("unknown format")
        return place_from_dict(entry["token"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IssuerError(
            "key_file_damaged",
            Text(f"密钥文件 {path.name} 无法读取", f"the key's file {path.name} cannot be read"),
        ) from error


def _pin_context(prefix: str) -> str:
    """Return what the PIN of a body's token of signing keys is sealed under."""
    return f"key-token-pin:{prefix}"


def _token_path(home: Home, prefix: str, key_id: int) -> Path:
    return home.key_folder / f"{prefix}-{key_id:04x}.json"


def _key_path(home: Home, prefix: str, key_id: int) -> Path:
    return home.key_folder / f"{prefix}-{key_id:04x}.pem"
