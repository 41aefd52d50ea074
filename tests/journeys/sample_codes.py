"""QR texts made from a seed: genuine ones, and ones tampered with in every way we know.

The browser agreement test runs a few, the drill a thousand of each.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

from codes.documents import DocumentType
from codes.levels import Level
from codes.number import CertificateNumber, NumberPrefix, parse_prefix
from codes.qr_text import encode_qr_text
from codes.record import Record, encode_record
from keys.algorithms import Algorithm
from keys.document import BodyEntry, Host, KeyDocument
from keys.envelope import to_be_signed
from keys.ring import PublicKey, Scope, Standing
from keys.signing import PrivateKey, generate

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
URL_PREFIX = "https://yz.example.cn/q#"
PREFIX = "S000012000123"
UNFILED_PREFIX = "S000012000999"
NAMES = (
    "王芳",
    "欧阳修远",
    "古丽娜尔·买买提江",
    "䶮小㛃",
    "𫖯𬭎",
    "Li Xiaolong",
    "阿·B",
    "李" * 40,
)

_FIRST_DAY = date(2024, 1, 1)
_MID_DAY = date(2025, 6, 30)
_LOST_SINCE = datetime(2026, 5, 4, 1, 2, 3, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A filed body with one key of each algorithm, one more that is compromised, and a stranger's.

    Args:
        lost: the compromised key.
        stranger: a key that nobody published.
    """

    document: KeyDocument
    keys: tuple[PrivateKey, PrivateKey]
    lost: PrivateKey
    stranger: PrivateKey


def make_world() -> World:
    """Return a world with new keys; everything else in it is fixed."""
    keys = (generate(Algorithm.ES256), generate(Algorithm.EDDSA))
    lost = generate(Algorithm.ES256)
    body = BodyEntry(
        prefix=PREFIX,
        name="津门（虚构）保安职业技能评价中心",
        scopes=(
            Scope(
                occupation=1,
                levels=(Level.THREE, Level.TWO),
                valid_from=_FIRST_DAY,
                valid_to=None,
            ),
        ),
        keys=(
            *(_public(key, valid_to) for key, valid_to in zip(keys, (None, _MID_DAY), strict=True)),
            replace(
                _public(lost, None), standing=Standing.COMPROMISED, compromised_since=_LOST_SINCE
            ),
        ),
    )
    document = KeyDocument(
        version=1,
        demo=True,
        published_at=NOW,
        expires_at=NOW + timedelta(days=180),
        hosts=(Host(host="yz.example.cn", valid_from=_FIRST_DAY, valid_to=None),),
        bodies=(body,),
    )
    return World(document=document, keys=keys, lost=lost, stranger=generate(Algorithm.ES256))


def genuine_texts(world: World, seed: int) -> Iterator[str]:
    """Yield without end QR texts whose signature, right to sign and address all hold."""
    chance = random.Random(seed)
    while True:
        key = chance.choice(world.keys)
        yield _text(key, encode_record(_record(key, chance)))


def tampered_texts(world: World, seed: int) -> Iterator[str]:
    """Yield without end QR texts with something wrong, one way after another."""
    chance = random.Random(seed)
    genuine = genuine_texts(world, seed + 1)
    while True:
        for way in _TEXT_WAYS:
            yield way(next(genuine), chance)
        for message_way in _MESSAGE_WAYS:
            yield _with_message(next(genuine), _bound(message_way, chance))
        for record_way in _RECORD_WAYS:
            key = chance.choice(world.keys)
            yield _text(key, encode_record(record_way(_record(key, chance), chance)))
        for payload_way in _PAYLOAD_WAYS:
            key = chance.choice(world.keys)
            yield _text(key, payload_way(encode_record(_record(key, chance)), chance))
        record = _record(world.keys[0], chance)
        yield _text(world.stranger, encode_record(record))
        yield _text(world.stranger, encode_record(replace(record, key_id=_id(world.stranger))))
        yield _text(world.lost, encode_record(replace(record, key_id=_id(world.lost))))


def every_bit_flipped(world: World, seed: int) -> Iterator[str]:
    """Yield one genuine text with each single bit of its algorithm, record, signature flipped."""
    text = next(genuine_texts(world, seed))
    data = _message(text)
    for bit in range(8 * len(data)):
        yield _with_message(text, partial(_flip_bit, bit=bit))


def _public(key: PrivateKey, valid_to: date | None) -> PublicKey:
    return PublicKey(
        key_id=key.public.key_id,
        algorithm=key.algorithm,
        jwk=key.public,
        prefix=PREFIX,
        valid_from=_FIRST_DAY,
        valid_to=valid_to,
        standing=Standing.ACTIVE if valid_to is None else Standing.RETIRED,
    )


def _id(key: PrivateKey) -> int:
    return key.public.key_id


def _record(key: PrivateKey, chance: random.Random) -> Record:
    latest = NOW.date() if key.algorithm is Algorithm.ES256 else _MID_DAY
    issued_on = _FIRST_DAY + timedelta(days=chance.randrange((latest - _FIRST_DAY).days + 1))
    prefix: NumberPrefix = parse_prefix(PREFIX)
    return Record(
        number=prefix.number(
            year=issued_on.year,
            level=chance.choice((Level.THREE, Level.TWO)),
            serial=chance.randrange(1, 10**6),
        ),
        record_version=chance.choice((1, 2, 24, 65535)),
        holder_name=chance.choice(NAMES),
        document_type=chance.choice(tuple(DocumentType)),
        commitment=chance.randbytes(16),
        occupation=1,
        specialty=chance.choice((None, "安全检查", "--")),
        issued_on=issued_on,
        print_serial=chance.choice((1, 23, 24, 255, 256, 65536, 99_999_999)),
        status_index=chance.choice((0, 23, 24, 2**32 - 1, chance.randrange(2**32))),
        key_id=_id(key),
    )


def _text(key: PrivateKey, payload: bytes) -> str:
    """Sign any bytes at all, which the product's own `sign` refuses to do."""
    message = to_be_signed(key.algorithm, payload)
    return encode_qr_text(
        URL_PREFIX,
        algorithm=int(key.algorithm),
        payload=payload,
        signature=key._engine.sign(message),
    )


def _message(text: str) -> bytes:
    """The bytes behind the digits."""
    number = int(text.removeprefix(URL_PREFIX))
    return number.to_bytes((number.bit_length() + 7) // 8)


def _bound(
    way: Callable[[bytes, random.Random], bytes], chance: random.Random
) -> Callable[[bytes], bytes]:
    return lambda data: way(data, chance)


def _with_message(text: str, change: Callable[[bytes], bytes]) -> str:
    """Change the bytes behind the digits; digits cannot say leading zero bytes."""
    return URL_PREFIX + str(int.from_bytes(change(_message(text))))


def _flip(data: bytes, chance: random.Random) -> bytes:
    return _flip_bit(data, bit=chance.randrange(8 * len(data)))


def _flip_bit(data: bytes, bit: int) -> bytes:
    flipped = bytearray(data)
    flipped[bit // 8] ^= 1 << bit % 8
    return bytes(flipped)


def _other_digit(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(URL_PREFIX), len(text))
    return text[:at] + chance.choice("0123456789".replace(text[at], "")) + text[at + 1 :]


_ODD_HOSTS = (
    "yz.example.cn:8443",
    "yz.example.cn@evil.example",
    "evil.example\\@yz.example.cn",
    "anything@yz.example.cn",
    "yz.example.cn\\.evil.example",
    "\\yz.example.cn",
    "yz.example.cn/x?@\\",
    "YZ.EXAMPLE.CN:443",
    "yz.example.cn.evil.example",
    "ｙz.example.cn",
    "验真.中国",
    "",
)
_TAILS = (
    "&appinstall=0",
    "?from=timeline",
    " ",
    "\u3000",
    "\ufeff",
    "\x85",
    "x",
    "五",
    "½",
    "²",
    "①",
    "１",
    "٣",
    "#1",
)
_HEADS = (" ", "\n", "\u3000", "\ufeff", "\x1c", "x", "HTTP", "hTTps://yz.example.cn/q#")
_OTHER_TEXTS = (
    "",
    "   ",
    "https://yz.example.cn/q#",
    "https://yz.example.cn/q",
    "https://www.example.com/",
    "6901234567892",
    "9" * 64,
    "1" * 1200,
    "1" * 4097,
    "\U0001f600" * 2049,
    "weixin://dl/business",
)
_TEXT_WAYS: tuple[Callable[[str, random.Random], str], ...] = (
    _other_digit,
    lambda text, chance: text[: chance.randrange(len(text))],
    lambda text, _: text.replace("yz.example.cn", "yz.example.com"),
    lambda text, chance: text.replace("yz.example.cn", chance.choice(_ODD_HOSTS)),
    lambda text, chance: text + chance.choice(_TAILS),
    lambda text, chance: chance.choice(_HEADS) + text,
    lambda text, chance: chance.choice(_OTHER_TEXTS),
    lambda text, chance: text.replace("#", "#0"),
    lambda text, chance: text + str(chance.randrange(10)),
    lambda text, chance: text.replace("#", chance.choice(("", "##", "?", "\t#", "/x?y=1#"))),
    lambda text, chance: text.removeprefix(URL_PREFIX),
)
_MESSAGE_WAYS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    *[_flip] * 8,
    lambda data, chance: data[:-1],
    lambda data, chance: data + b"\x00",
    lambda data, chance: bytes([3]) + data[1:],
    lambda data, chance: bytes([data[0] ^ 3]) + data[1:],
    lambda data, chance: data[:-64] + chance.randbytes(64),
    lambda data, chance: data[:-64] + bytes(64),
    lambda data, chance: data[:-64] + b"\xff" * 64,
    lambda data, chance: data[:-32] + bytes(32),
)


def _with_part(record: Record, start: int, part: str) -> CertificateNumber:
    """Return a record's number with another part from a 0-based place on."""
    text = record.number.text
    return CertificateNumber(text[:start] + part + text[start + len(part) :])


_RECORD_WAYS: tuple[Callable[[Record, random.Random], Record], ...] = (
    lambda one, chance: replace(one, number=_with_part(one, 15, "1")),
    lambda one, chance: replace(one, number=_with_part(one, 7, "000999")),
    lambda one, chance: replace(one, number=_with_part(one, 13, "23"), issued_on=date(2023, 5, 1)),
    lambda one, chance: replace(
        one, number=_with_part(one, 13, "26"), issued_on=date(2026, 12, 31)
    ),
    lambda one, chance: replace(one, key_id=one.key_id ^ 1),
)
_PAYLOAD_WAYS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flip,
    _flip,
    lambda data, chance: data + b"\x00",
    lambda data, chance: data[:-1],
    lambda data, chance: b"\x98\x0c" + data[1:],
    lambda data, chance: b"\x9f" + data[1:] + b"\xff",
    lambda data, chance: data.replace(b"\x8c\x01", b"\x8c\x18\x01", 1),
    lambda data, chance: data.replace(b"\x8c\x01", b"\x8c\x02", 1),
    lambda data, chance: b"\x8d" + data[1:] + b"\xf6",
    lambda data, chance: chance.randbytes(len(data)),
    lambda data, chance: data.replace("王".encode(), b"\xed\xa0\x80"),
    lambda data, chance: data.replace("李".encode(), "\u200b".encode()),
    lambda data, chance: data.replace("欧".encode(), "\u3000".encode()),
    lambda data, chance: data.replace("王".encode(), "\ufeff".encode()),
)
