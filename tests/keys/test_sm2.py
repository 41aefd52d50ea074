"""SM2 signatures: ours hold elsewhere, theirs hold here, and nothing else holds."""

from __future__ import annotations

import copy
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.algorithms import (
    Algorithm,
    PublicJwk,
    decode_coordinate,
    encode_coordinate,
    parse_jwk,
    verify_signature,
)
from keys.document import dump_key_document
from keys.envelope import decode_envelope, encode_envelope, to_be_signed
from keys.errors import KeysError
from keys.libcrypto import LIBCRYPTO_VARIABLE
from keys.passphrase import stretch
from keys.ring import Ring, SignatureState, verify_envelope
from keys.signing import generate, open_private_key, seal_private_key
from keys.sm2 import SM2_ORDER, SM2_PRIME, SPKI_HEAD, USER_ID, verify_sm2
from keys.sm2_private import generate_sm2, open_sm2
from tests.arch.sources import ROOT
from tests.keys.key_samples import PASSPHRASE, fixed_key, make_document, public_entry, signed
from tests.keys.seal_samples import need_openssl, openssl
from tests.keys.sm2_arithmetic import SM2_CURVE, sign_by_hand, verify_by_hand

DISTID = ("-pkeyopt", f"distid:{USER_ID.decode()}")
SECRET, NONCE = 0x1234567890ABCDEF, 0xFEDCBA0987654321
POINT = b"".join(number.to_bytes(32) for number in SM2_CURVE.public(SECRET))


def test_openssl_accepts_what_we_sign(tmp_path: Path) -> None:
    need_openssl()
    key = fixed_key(Algorithm.SM2)
    _, envelope = signed(key)
    r, s = (int.from_bytes(part) for part in (envelope.signature[:32], envelope.signature[32:]))
    (tmp_path / "message").write_bytes(to_be_signed(Algorithm.SM2, envelope.payload))
    (tmp_path / "signature").write_bytes(encode_dss_signature(r, s))
    (tmp_path / "public.der").write_bytes(SPKI_HEAD + b"\x04" + point_of(key.public))

    said = openssl(
        tmp_path,
        *("pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "public.der", "-rawin"),
        *("-digest", "sm3", *DISTID, "-in", "message", "-sigfile", "signature"),
    )

    assert b"Signature Verified Successfully" in said


def test_we_accept_what_openssl_signs_with_a_key_of_its_own(tmp_path: Path) -> None:
    need_openssl()
    openssl(tmp_path, "genpkey", "-algorithm", "SM2", "-out", "key.pem")
    openssl(tmp_path, "pkey", "-in", "key.pem", "-pubout", "-outform", "DER", "-out", "public.der")
    (tmp_path / "message").write_bytes(b"a message of another program")
    openssl(
        tmp_path,
        *("pkeyutl", "-sign", "-inkey", "key.pem", "-rawin", "-digest", "sm3", *DISTID),
        *("-in", "message", "-out", "signature"),
    )
    r, s = decode_dss_signature((tmp_path / "signature").read_bytes())
    signature = r.to_bytes(32) + s.to_bytes(32)
    point = (tmp_path / "public.der").read_bytes()[-64:]

    assert verify_sm2(point, b"a message of another program", signature)
    assert not verify_sm2(point, b"another message", signature)


def test_a_sealed_key_is_pkcs8_that_openssl_opens(tmp_path: Path) -> None:
    need_openssl()
    key = generate(Algorithm.SM2)
    header, _, pem = seal_private_key(key, PASSPHRASE, salt=bytes(16)).partition(b"\n")
    (tmp_path / "key.pem").write_bytes(pem)
    password = stretch(PASSPHRASE, bytes(16)).hex()

    openssl(
        tmp_path,
        *("pkey", "-in", "key.pem", "-passin", f"pass:{password}"),
        *("-pubout", "-outform", "DER", "-out", "public.der"),
    )

    assert header.endswith(b"salt=" + bytes(16).hex().encode())
    assert (tmp_path / "public.der").read_bytes()[-64:] == point_of(key.public)
    assert open_private_key(header + b"\n" + pem, PASSPHRASE).public == key.public


@settings(max_examples=20, deadline=None)
@given(message=st.binary(max_size=500), secret=st.integers(1, SM2_ORDER - 2))
def test_engine_and_arithmetic_agree(message: bytes, secret: int) -> None:
    public = SM2_CURVE.public(secret)
    point = b"".join(number.to_bytes(32) for number in public)
    signature = sign_by_hand(SM2_CURVE, secret, NONCE, USER_ID, message)
    assert verify_sm2(point, message, signature)
    assert verify_by_hand(SM2_CURVE, public, USER_ID, message, signature)

    engine = generate_sm2()
    made = engine.sign(message)
    own = (int.from_bytes(engine.point[:32]), int.from_bytes(engine.point[32:]))
    assert verify_by_hand(SM2_CURVE, own, USER_ID, message, made)


@settings(max_examples=50, deadline=None)
@given(bit=st.integers(0, 511))
def test_no_flipped_bit_is_accepted(bit: int) -> None:
    signature = sign_by_hand(SM2_CURVE, SECRET, NONCE, USER_ID, b"record")
    flipped = int.from_bytes(signature) ^ 1 << bit
    assert verify_sm2(POINT, b"record", signature)
    assert not verify_sm2(POINT, b"record", flipped.to_bytes(64))


def test_a_signature_has_no_twin() -> None:
    signature = sign_by_hand(SM2_CURVE, SECRET, NONCE, USER_ID, b"record")
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    for other in ((r, SM2_ORDER - s), (SM2_ORDER - r, s), (SM2_ORDER - r, SM2_ORDER - s), (s, r)):
        assert not verify_sm2(POINT, b"record", b"".join(part.to_bytes(32) for part in other))


@pytest.mark.parametrize("bad", [0, SM2_ORDER, SM2_ORDER + 1, 2**256 - 1])
def test_r_and_s_out_of_range_are_refused(bad: int) -> None:
    signature = sign_by_hand(SM2_CURVE, SECRET, NONCE, USER_ID, b"record")
    value = bad.to_bytes(32)
    assert not verify_sm2(POINT, b"record", value + signature[32:])
    assert not verify_sm2(POINT, b"record", signature[:32] + value)


def test_the_same_number_beyond_the_order_is_refused() -> None:
    signature = sign_by_hand(SM2_CURVE, SECRET, NONCE, USER_ID, b"record")
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    shifted = [(r + SM2_ORDER, s), (r, s + SM2_ORDER)]
    for one in [(a, b) for a, b in shifted if max(a, b) < 2**256]:
        assert not verify_sm2(POINT, b"record", b"".join(part.to_bytes(32) for part in one))
    opposite = r.to_bytes(32) + (SM2_ORDER - r).to_bytes(32)  # r + s = n
    assert not verify_sm2(POINT, b"record", opposite)


@pytest.mark.parametrize("user_id", [b"", b"1234567812345679", b"ALICE123@YAHOO.COM"])
def test_a_signature_for_another_identifier_is_refused(user_id: bytes) -> None:
    signature = sign_by_hand(SM2_CURVE, SECRET, NONCE, user_id, b"record")
    assert verify_sm2(POINT, b"record", signature, user_id=user_id)
    assert not verify_sm2(POINT, b"record", signature)


def test_points_off_the_curve_are_no_keys() -> None:
    jwk = fixed_key(Algorithm.SM2).public.as_dict()
    on_p256 = {**fixed_key(Algorithm.ES256).public.as_dict(), "crv": "SM2"}
    beyond = encode_coordinate((2**256 - 1).to_bytes(32))
    no_y = {name: value for name, value in jwk.items() if name != "y"}
    for wrong in (on_p256, {**jwk, "x": beyond}, {**jwk, "y": jwk["x"]}, no_y):
        with pytest.raises(KeysError, match="jwk_invalid"):
            parse_jwk(wrong)
    assert SM2_PRIME < 2**256
    assert parse_jwk(jwk).algorithm is Algorithm.SM2


def test_an_sm2_key_answers_for_no_other_algorithm() -> None:
    key = fixed_key(Algorithm.SM2)
    _, envelope = signed(key)
    message = to_be_signed(Algorithm.SM2, envelope.payload)
    for other in (Algorithm.ES256, Algorithm.EDDSA):
        assert not verify_signature(other, key.public, message, envelope.signature)
        foreign = fixed_key(other).public
        assert not verify_signature(Algorithm.SM2, foreign, message, envelope.signature)


def test_an_envelope_signed_with_sm2_has_one_form() -> None:
    key = fixed_key(Algorithm.SM2)
    _, envelope = signed(key)
    data = encode_envelope(envelope)
    assert data.startswith(bytes.fromhex("8447a1013a00010000a0"))
    assert decode_envelope(data) == envelope
    assert verify_envelope(envelope, Ring([public_entry(key)])).signature is SignatureState.GENUINE


def test_the_engines_key_is_not_copied() -> None:
    with pytest.raises(TypeError, match="not copied"):
        copy.copy(generate_sm2())


def test_a_file_that_holds_no_sm2_key_opens_as_none() -> None:
    pem = generate_sm2().encrypted_pem(b"secret")
    assert open_sm2(pem, b"secret") is not None
    for file, password in ((pem, b"wrong"), (pem, b"secret\0"), (b"", b"secret"), (pem[:-60], b"")):
        assert open_sm2(file, password) is None


WITHOUT_SM2 = """
import sys
from keys.algorithms import Algorithm
from keys.document import parse_key_document
from keys.envelope import decode_envelope
from keys.errors import KeysError
from keys.ring import verify_envelope
from keys.signing import generate

document = parse_key_document(bytes.fromhex(sys.argv[1]))
print(verify_envelope(decode_envelope(bytes.fromhex(sys.argv[2])), document.ring).signature)
try:
    generate(Algorithm.SM2)
except KeysError as error:
    print(error.code, "apt install" in error.text.en)
"""


def test_where_no_engine_is_found_signatures_stay_unchecked_and_no_key_is_made(
    tmp_path: Path,
) -> None:
    key = fixed_key(Algorithm.SM2)
    _, envelope = signed(key)
    document = dump_key_document(make_document(public_entry(key)))
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_SM2, document.hex(), encode_envelope(envelope).hex()],
        cwd=ROOT,
        env={LIBCRYPTO_VARIABLE: str(tmp_path / "none.so")},
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stdout.splitlines() == ["unchecked", "algorithm_unavailable True"]


def point_of(jwk: PublicJwk) -> bytes:
    """Return x ‖ y."""
    assert jwk.y is not None
    return decode_coordinate(jwk.x) + decode_coordinate(jwk.y)
