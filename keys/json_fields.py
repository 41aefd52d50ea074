"""Reading a JSON object field by field, so that every refusal says where it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import TypeVar

from codes.errors import CodesError
from codes.wording import Text
from keys.errors import KeysError

T = TypeVar("T")

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


class Fields:
    """One JSON object of the key document and its place in it.

    Args:
        value: untrusted; must be an object.
        where: path such as `bodies[0].keys[1]`, empty for the document itself.
        names: exactly the fields the object has, no more and no fewer.

    Raises:
        KeysError: `key_document_invalid`; the evidence holds `where`.
    """

    __slots__ = ("_members", "_where")

    def __init__(self, value: object, where: str, names: frozenset[str]) -> None:
        if not isinstance(value, dict):
            raise invalid(where, Text("应为对象", "must be an object"))
        self._members: dict[str, object] = value
        self._where = where
        for name in sorted(set(value) ^ names):
            reason = (
                Text("缺少该字段", "is missing")
                if name in names
                else Text("无法识别的字段", "is not a known field")
            )
            raise invalid(self.path(name), reason)

    def path(self, name: str) -> str:
        """Return where the field `name` stands."""
        return f"{self._where}.{name}" if self._where else name

    def text(self, name: str) -> str:
        """Return a string."""
        value = self._members[name]
        if not isinstance(value, str):
            raise invalid(self.path(name), Text("应为字符串", "must be a string"))
        return value

    def integer(self, name: str) -> int:
        """Return a whole number."""
        value = self._members[name]
        if type(value) is not int:
            raise invalid(self.path(name), Text("应为整数", "must be a whole number"))
        return value

    def flag(self, name: str) -> bool:
        """Return true or false."""
        value = self._members[name]
        if not isinstance(value, bool):
            raise invalid(self.path(name), Text("应为 true 或 false", "must be true or false"))
        return value

    def day(self, name: str) -> date:
        """Return a date written YYYY-MM-DD."""
        return self.read(name, lambda: _parse_day(self.text(name)))

    def open_day(self, name: str) -> date | None:
        """Return a date, or None for null."""
        return None if self._members[name] is None else self.day(name)

    def moment(self, name: str) -> datetime:
        """Return a UTC time written YYYY-MM-DDThh:mm:ssZ."""
        return self.read(name, lambda: _parse_moment(self.text(name)))

    def open_moment(self, name: str) -> datetime | None:
        """Return a UTC time, or None for null."""
        return None if self._members[name] is None else self.moment(name)

    def item(self, name: str) -> object:
        """Return the field as it stands."""
        return self._members[name]

    def items(self, name: str, read_item: Callable[[object, str], T]) -> tuple[T, ...]:
        """Return a list, each item read by `read_item(item, where)`."""
        value = self._members[name]
        if not isinstance(value, list):
            raise invalid(self.path(name), Text("应为数组", "must be a list"))
        path = self.path(name)
        return tuple(read_item(item, f"{path}[{place}]") for place, item in enumerate(value))

    def refuse(self, name: str, reason: Text) -> KeysError:
        """Return the refusal of a field, saying why."""
        return invalid(self.path(name), reason)

    def read(self, name: str, make: Callable[[], T]) -> T:
        """Return what `make` makes of a field, its refusal said to stand at that field."""
        return read_at(self.path(name), make)


def read_at(where: str, make: Callable[[], T]) -> T:
    """Return what `make` makes, its refusal said to stand at `where`."""
    try:
        return make()
    except KeysError as error:
        if "where" in error.evidence:
            raise
        inner = error.evidence.get("field")
        place = ".".join(part for part in (where, inner) if part)
        raise _placed(error.code, place, error.text, error.evidence) from error
    except CodesError as error:
        raise invalid(where, error.text) from error
    except ValueError as error:
        raise invalid(where, Text("取值不正确", "has a value that is not allowed")) from error


def invalid(where: str, reason: Text) -> KeysError:
    """Return the refusal of a key document, saying where and why."""
    return _placed("key_document_invalid", where, reason, {})


def _placed(code: str, where: str, reason: Text, evidence: Mapping[str, str]) -> KeysError:
    place = where or "/"
    return KeysError(
        code,
        Text(f"公钥文件有误（{place}）：{reason.zh}", f"The key document at {place}: {reason.en}"),
        evidence={**evidence, "where": place},
    )


def write_moment(moment: datetime) -> str:
    """Return a UTC time as `Fields.moment` reads it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def write_window(valid_from: date, valid_to: date | None) -> dict[str, str | None]:
    """Return the two days of a window as fields."""
    return {
        "valid_from": valid_from.isoformat(),
        "valid_to": None if valid_to is None else valid_to.isoformat(),
    }


def _parse_day(text: str) -> date:
    if _DAY.fullmatch(text) is None:
        raise ValueError("not YYYY-MM-DD")
    return date.fromisoformat(text)


def _parse_moment(text: str) -> datetime:
    if _MOMENT.fullmatch(text) is None:
        raise ValueError("not YYYY-MM-DDThh:mm:ssZ")
    return datetime.fromisoformat(text).astimezone(UTC)
