"""What to know where a body has several keys that may sign on one day."""

from __future__ import annotations

from datetime import date

from accounts.spoken import spoken_day
from codes.notices import Notice
from codes.wording import Text
from keys.algorithms import Algorithm
from keys.ring import PublicKey, Ring, Standing
from registry.models import SigningKey


def other_keys(
    ring: Ring, new: SigningKey, prefix: str, day: date, preferred: Algorithm | None
) -> list[Notice]:
    """Return what to know once a new key stands beside others.

    Args:
        ring: the published keys.
        new: the key just made.
        prefix: of the body.
        day: the first on which the new key and the others meet.
        preferred: the algorithm the body chose for its QR codes.
    """
    active = [
        key for key in ring.keys_of(prefix) if key.standing is Standing.ACTIVE and key.covers(day)
    ]
    signing = ring.signing_keys(prefix, day, preferred)
    if not signing or [key.key_id for key in active] in ([], [new.key_id]):
        return []
    spare = [key for key in active if key not in signing]
    notices = [_spare(active, spare, signing[0], day)] if spare else []
    return [*notices, *([_beside(signing[0], signing[1], day)] if len(signing) > 1 else [])]


def _spare(
    active: list[PublicKey], spare: list[PublicKey], signing: PublicKey, day: date
) -> Notice:
    retire = [f"yanzhen keys retire --body {key.prefix} --key {key.key_id:04x}" for key in spare]
    since = spoken_day(day)
    return Notice(
        code="key_second_active",
        text=Text(
            f"该机构现有 {len(active)} 个在用密钥，自{since.zh}起由 {signing.key_id:04x} 签发。"
            f"不再需要的请停用：{'；'.join(retire)}",
            f"this body now has {len(active)} active keys; from {since.en} on, "
            f"{signing.key_id:04x} signs. Retire what is not needed: {'; '.join(retire)}",
        ),
    )


def _beside(first: PublicKey, second: PublicKey, day: date) -> Notice:
    since = spoken_day(day)
    return Notice(
        code="key_signs_beside",
        text=Text(
            f"自{since.zh}起，二维码由 {first.key_id:04x}（{first.algorithm.label}）签名，"
            f"{second.key_id:04x}（{second.algorithm.label}）的第二签名存入 PDF 附件和登记库；"
            "可用 yanzhen keys prefer 更改",
            f"from {since.en} on, {first.key_id:04x} ({first.algorithm.label}) signs the QR codes, "
            "and "
            f"{second.key_id:04x} ({second.algorithm.label}) signs beside it in the PDF's "
            "attachment and the register; yanzhen keys prefer changes which",
        ),
    )
