"""The QR text carries the signed record through scanners, browsers and chat apps."""

from __future__ import annotations

import pytest

from codes.qr_text import MAX_DIGITS, QrTextError, decode_qr_text, encode_qr_text
from codes.record import MAX_RECORD_BYTES, encode_record
from tests.codes.record_samples import make_record

PREFIX = "https://yz.example.cn/#"
PAYLOAD = encode_record(make_record())
SIGNATURE = bytes(range(64))
TEXT = encode_qr_text(PREFIX, algorithm=-7, payload=PAYLOAD, signature=SIGNATURE)
DIGITS = TEXT.removeprefix(PREFIX)


def refusal_of(text: str) -> QrTextError:
    """Return the error with which decoding refuses `text`."""
    with pytest.raises(QrTextError) as caught:
        decode_qr_text(text)
    return caught.value


def test_the_text_is_the_prefix_and_plain_digits() -> None:
    assert DIGITS.isdecimal()
    assert str(int.from_bytes(b"\x01" + PAYLOAD + SIGNATURE)) == DIGITS


@pytest.mark.parametrize("algorithm", [-7, -8])
def test_decoding_returns_what_was_encoded(algorithm: int) -> None:
    text = encode_qr_text(PREFIX, algorithm=algorithm, payload=PAYLOAD, signature=SIGNATURE)
    reading = decode_qr_text(text)
    assert (reading.algorithm, reading.payload, reading.signature) == (
        algorithm,
        PAYLOAD,
        SIGNATURE,
    )
    assert reading.host == "yz.example.cn"


def test_leading_zero_bytes_of_the_payload_survive() -> None:
    text = encode_qr_text(PREFIX, algorithm=-7, payload=b"\0\0\1", signature=SIGNATURE)
    assert decode_qr_text(text).payload == b"\0\0\1"


def test_the_longest_record_fits_and_more_is_a_slip_of_the_program() -> None:
    payload = bytes([255]) * MAX_RECORD_BYTES
    text = encode_qr_text(PREFIX, algorithm=-8, payload=payload, signature=b"\xff" * 64)
    assert len(text) - len(PREFIX) <= MAX_DIGITS
    assert decode_qr_text(text).payload == payload
    with pytest.raises(ValueError, match="400"):
        encode_qr_text(PREFIX, algorithm=-8, payload=payload + b"\0", signature=SIGNATURE)


@pytest.mark.parametrize(
    "prefix", ["https://yz.example.cn/q", "https://yz.example.cn/#a#", "https://验真.example/#", ""]
)
def test_a_prefix_must_be_ascii_and_end_in_its_only_hash(prefix: str) -> None:
    with pytest.raises(ValueError, match="prefix"):
        encode_qr_text(prefix, algorithm=-7, payload=PAYLOAD, signature=SIGNATURE)


def test_bare_digits_are_read() -> None:
    reading = decode_qr_text(DIGITS)
    assert (reading.host, reading.payload) == (None, PAYLOAD)


@pytest.mark.parametrize(
    ("before", "after"), [(" ", "\n"), ("\ufeff", "\u200b"), ("\u3000\t", "\u3000")]
)
def test_blanks_around_a_text_are_tolerated(before: str, after: str) -> None:
    assert decode_qr_text(before + TEXT + after) == decode_qr_text(TEXT)


@pytest.mark.parametrize(
    "tail", ["&appinstall=0", "?from=singlemessage", "#", "/", " 点击查看", "）", "%20"]
)
def test_what_chat_apps_append_is_set_aside(tail: str) -> None:
    reading = decode_qr_text(TEXT + tail)
    assert reading.payload == PAYLOAD


@pytest.mark.parametrize("tail", ["a", "O", "１", "٣"])
def test_digits_that_run_into_letters_are_damaged(tail: str) -> None:
    assert refusal_of(TEXT + tail).code == "qr_damaged"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://yz.example.cn/q?a=b#", "yz.example.cn"),
        ("HTTPS://YZ.Example.CN/#", "yz.example.cn"),
        ("http://192.168.1.5:8000/q#", "192.168.1.5:8000"),
        ("http://[::1]:8000/q#", "[::1]:8000"),
        ("https://yz.example.cn:443/#", "yz.example.cn"),
        ("http://yz.example.cn:443/#", "yz.example.cn:443"),
        ("https://yz.example.cn@evil.example/#", "evil.example"),
        ("https://yz.example.cn:x@evil.example/#", "evil.example"),
        ("https://evil.example\\@yz.example.cn/#", "evil.example"),
        ("https://evil.example/@yz.example.cn/#", "evil.example"),
        ("https://evil.example?@yz.example.cn/#", "evil.example"),
        ("https:///evil.example/#", "evil.example"),
        ("https:\\\\evil.example/#", "evil.example"),
        ("https:evil.example/#", "evil.example"),
        ("https://yz.example.cn.evil.example/#", "yz.example.cn.evil.example"),
    ],
)
def test_the_host_is_the_one_a_browser_would_open(url: str, host: str) -> None:
    reading = decode_qr_text(url + DIGITS)
    assert reading.host == host


@pytest.mark.parametrize("gap", ["\t", "\n", "\r", " ", "\x00", "\u00a0"])
def test_a_url_that_a_browser_would_rewrite_is_refused(gap: str) -> None:
    error = refusal_of(f"https://evil.example{gap}.yz.example.cn/#{DIGITS}")
    assert error.code == "qr_not_a_certificate"


@pytest.mark.parametrize("text", ["", " ", "\n\u3000", "\ufeff"])
def test_nothing_is_named_as_nothing(text: str) -> None:
    assert refusal_of(text).code == "qr_empty"


@pytest.mark.parametrize("url", ["https://yz.example.cn/q", "https://yz.example.cn/q?x=1#"])
def test_a_lost_fragment_is_named_with_its_host(url: str) -> None:
    error = refusal_of(url)
    assert error.code == "qr_no_fragment"
    assert error.evidence == {"host": "yz.example.cn"}


@pytest.mark.parametrize(
    "text",
    [
        "6901234567892",
        "13800138000",
        "张三 三级/高级工",
        "weixin://dl/business/?t=abc",
        "https://yz.example.cn/#/route",
        "ftp://yz.example.cn/#" + DIGITS,
        "-" + DIGITS,
        "x" * 5000,
    ],
)
def test_another_code_is_not_called_a_damaged_certificate(text: str) -> None:
    assert refusal_of(text).code == "qr_not_a_certificate"


@pytest.mark.parametrize(
    "digits",
    [
        "0" + DIGITS,
        DIGITS[:64],
        "9" * MAX_DIGITS,
        "9" * (MAX_DIGITS + 1),
        str(int.from_bytes(b"\x04" + PAYLOAD + SIGNATURE)),
        str(int.from_bytes(b"\x01" + SIGNATURE)),
    ],
)
def test_digits_that_no_record_makes_are_damaged(digits: str) -> None:
    assert refusal_of(PREFIX + digits).code == "qr_damaged"
    assert refusal_of(digits).code == "qr_damaged"
