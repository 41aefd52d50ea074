"""A timestamp counts only where it answers our request, now, signed by the configured authority."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from keys.errors import KeysError
from keys.timestamps import CheckedToken, check_response, make_request, trust_of
from tests.keys.seal_samples import fixed_authority
from tests.keys.timestamp_samples import Responder, make_responder

SIGNATURE = b"the value of a signature"


@pytest.fixture(scope="module")
def responder(tmp_path_factory: pytest.TempPathFactory) -> Responder:
    return make_responder(tmp_path_factory.mktemp("tsa"))


def refused(responder: Responder, response: bytes, *, now: datetime | None = None) -> str:
    """Return the code that a response to a new request is refused with."""
    with pytest.raises(KeysError) as caught:
        check_response(
            make_request(SIGNATURE),
            response,
            trust_of(responder.certificates),
            now=now or datetime.now(UTC),
        )
    return caught.value.code


def ask(responder: Responder, *certificates: bytes) -> CheckedToken:
    request = make_request(SIGNATURE)
    answer = responder.answer(request.as_bytes())
    return check_response(request, answer, trust_of(certificates), now=datetime.now(UTC))


def test_openssls_timestamp_is_accepted_with_its_chain(responder: Responder) -> None:
    checked = ask(responder, *responder.certificates)
    root, signer = responder.certificates

    assert abs(checked.at - datetime.now(UTC)) < timedelta(minutes=1)
    assert checked.chain == (signer, root)
    assert signer in checked.token


def test_the_root_alone_is_trust_enough(responder: Responder) -> None:
    assert ask(responder, responder.root).chain[-1] == responder.root


def test_an_answer_to_another_request_is_refused(responder: Responder) -> None:
    earlier = responder.answer(make_request(SIGNATURE).as_bytes())
    assert refused(responder, earlier) == "timestamp_wrong"  # the nonce is another
    other = responder.answer(make_request(b"another signature").as_bytes())
    assert refused(responder, other) == "timestamp_wrong"


def test_an_answer_for_another_signature_is_refused_whatever_its_nonce(
    responder: Responder,
) -> None:
    other = make_request(b"another signature")
    answer = responder.answer(other.as_bytes())

    class Mixed:
        """Our imprint with the other request's nonce."""

        nonce = other.nonce
        message_imprint = make_request(SIGNATURE).message_imprint

    with pytest.raises(KeysError) as caught:
        check_response(
            Mixed(),  # type: ignore[arg-type]
            answer,
            trust_of(responder.certificates),
            now=datetime.now(UTC),
        )
    assert caught.value.code == "timestamp_wrong"


def test_an_authority_that_was_not_configured_is_refused(
    responder: Responder, tmp_path: Path
) -> None:
    stranger = make_responder(tmp_path / "stranger")
    with pytest.raises(KeysError) as caught:
        ask(responder, *stranger.certificates)
    assert caught.value.code == "timestamp_wrong"
    with pytest.raises(KeysError) as caught:
        ask(responder, fixed_authority().certificate)
    assert caught.value.code == "timestamp_wrong"


def test_any_bit_of_the_token_that_matters_is_checked(responder: Responder) -> None:
    request = make_request(SIGNATURE)
    answer = responder.answer(request.as_bytes())
    trust = trust_of(responder.certificates)
    now = datetime.now(UTC)
    good = check_response(request, answer, trust, now=now)
    for place in range(0, len(answer), 7):
        damaged = bytearray(answer)
        damaged[place] ^= 1
        try:
            checked = check_response(request, bytes(damaged), trust, now=now)
        except KeysError as error:
            assert error.code in {"timestamp_wrong", "timestamp_unreadable", "timestamp_refused"}
        else:  # outside the token, or a certificate beside the one that is trusted
            assert checked.at == good.at
            assert checked.chain[-1] == responder.root


def test_a_time_far_from_ours_is_refused(responder: Responder) -> None:
    request = make_request(SIGNATURE)
    answer = responder.answer(request.as_bytes())
    for minutes in (-15, 15):
        with pytest.raises(KeysError) as caught:
            check_response(
                request,
                answer,
                trust_of(responder.certificates),
                now=datetime.now(UTC) + timedelta(minutes=minutes),
            )
        assert caught.value.code == "timestamp_clock"


@pytest.mark.parametrize("data", [b"", b"<html>", b"\x30\x00", bytes(300)])
def test_what_is_no_timestamp_is_refused(responder: Responder, data: bytes) -> None:
    assert refused(responder, data) == "timestamp_unreadable"


def test_a_refusal_is_named_as_one(responder: Responder) -> None:
    assert refused(responder, bytes.fromhex("30053003020102")) == "timestamp_refused"


def test_certificates_without_a_root_are_no_trust(responder: Responder) -> None:
    with pytest.raises(KeysError) as caught:
        trust_of(responder.certificates[1:])
    assert caught.value.code == "timestamp_root_missing"
