"""The published vectors of SM3 and SM2, each judged as they ask.

The product knows one curve. The vectors of other curves are worked out by the tests' own
arithmetic, which the product's engine is held against on the curve that both know.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from keys.sm2 import verify_sm2
from tests.keys.sm2_arithmetic import SM2_CURVE, Curve, sign_by_hand, sm3, verify_by_hand
from tests.vectors.cases import published_text

_SM3_CASES, _SM2_CASES = 139, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Sm2Case:
    """A signature with everything it was made from."""

    curve: Curve
    user_id: bytes
    message: bytes
    secret: int
    nonce: int
    signature: bytes


def stanzas(name: str, last: str) -> Iterator[dict[str, str]]:
    """Yield what a vector file says at each `last` field; a field holds until it is given anew."""
    fields: dict[str, str] = {}
    for line in published_text(name).splitlines():
        key, separator, value = line.partition("=")
        if not separator or line.startswith("#"):
            continue
        fields[key.strip()] = value.strip()
        if key.strip() == last:
            yield dict(fields)


def sm2_cases() -> list[Sm2Case]:
    """Return the signatures whose hash is SM3."""
    return [
        Sm2Case(
            curve=Curve(
                p=int(one["P"], 16),
                a=int(one["A"], 16),
                b=int(one["B"], 16),
                generator=(int(one["xG"], 16), int(one["yG"], 16)),
                order=int(one["Order"], 16),
            ),
            user_id=one["Ident"].encode(),
            message=bytes.fromhex(one["Msg"]),
            secret=int(one["x"], 16),
            nonce=int(one["Nonce"], 16),
            signature=bytes.fromhex(one["Signature"]),
        )
        for one in stanzas("sm/sm2_sig.vec", "Signature")
        if one["Hash"] == "SM3"
    ]


def test_every_sm3_digest_is_as_published() -> None:
    cases = list(stanzas("sm/sm3.vec", "Out"))
    assert len(cases) == _SM3_CASES
    wrong = [one for one in cases if sm3(bytes.fromhex(one["In"])) != bytes.fromhex(one["Out"])]
    assert wrong == []


def test_every_sm2_signature_is_as_published() -> None:
    cases = sm2_cases()
    assert len(cases) == _SM2_CASES
    for one in cases:
        made = sign_by_hand(one.curve, one.secret, one.nonce, one.user_id, one.message)
        assert made == one.signature
        public = one.curve.public(one.secret)
        assert verify_by_hand(one.curve, public, one.user_id, one.message, one.signature)


def test_the_engine_accepts_the_published_signature_of_its_curve_and_no_changed_one() -> None:
    found = [one for one in sm2_cases() if one.curve == SM2_CURVE]
    assert len(found) == 1
    for one in found:
        point = b"".join(number.to_bytes(32) for number in one.curve.public(one.secret))
        assert verify_sm2(point, one.message, one.signature, user_id=one.user_id)
        assert not verify_sm2(point, one.message + b"\0", one.signature, user_id=one.user_id)
        assert not verify_sm2(point, one.message, one.signature, user_id=one.user_id + b"\0")
