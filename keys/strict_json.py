"""JSON as RFC 8259 says and nothing more: no repeated names, no NaN, no deep nesting.

A number beyond the range of a double is refused as well: Python would read it as infinity.
"""

from __future__ import annotations

import json
import re
from math import isfinite
from typing import NoReturn

from codes.wording import Text
from keys.errors import KeysError

MAX_DEPTH = 32

_HALF = re.compile("[\ud800-\udfff]")


def load_strict_json(data: bytes, *, max_bytes: int) -> object:
    """Return the value that `data` holds, as plain Python objects.

    Args:
        data: untrusted; UTF-8 without a byte order mark.
        max_bytes: longer documents are refused unread.

    Raises:
        KeysError: `json_invalid`; the evidence says what is wrong and, where known, the line.
    """
    if len(data) > max_bytes:
        raise _error(Text("文件过大", "the document is too long"))
    try:
        text = data.decode("utf-8")
        value = _DECODER.decode(text)
    except UnicodeDecodeError as error:
        raise _error(Text("不是 UTF-8 编码", "the document is not UTF-8")) from error
    except json.JSONDecodeError as error:
        where = {"line": str(error.lineno), "column": str(error.colno)}
        raise _error(Text("不符合 JSON 语法", "the document is not JSON"), **where) from error
    except RecursionError as error:
        raise _error(Text("嵌套过深", "the document is nested too deeply")) from error
    except ValueError as error:
        # Python refuses integers of more than 4300 digits with a plain ValueError.
        if isinstance(error, KeysError):
            raise
        raise _error(Text("数字过长", "a number is too long")) from error
    _check_plain(value, depth=0)
    return value


def _unique_members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return the members of an object in which no name occurs twice."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _error(Text("同一对象内字段名重复", "a name occurs twice in one object"))
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise _error(Text("不允许 NaN 或 Infinity", "NaN and Infinity are not JSON"))


def _finite_float(digits: str) -> float:
    number = float(digits)
    if not isfinite(number):
        raise _error(Text("数字过大", "a number is too large"))
    return number


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique_members, parse_constant=_refuse_constant, parse_float=_finite_float
)


def _check_plain(value: object, *, depth: int) -> None:
    """Refuse nesting beyond `MAX_DEPTH`, and strings that no UTF-8 text can hold."""
    if depth > MAX_DEPTH:
        raise _error(Text("嵌套过深", "the document is nested too deeply"))
    if isinstance(value, str):
        if not value.isascii() and _HALF.search(value):
            raise _error(Text("含有不成对的代理字符", "a string holds half a character"))
    elif isinstance(value, list):
        for item in value:
            _check_plain(item, depth=depth + 1)
    elif isinstance(value, dict):
        for name, item in value.items():
            _check_plain(name, depth=depth + 1)
            _check_plain(item, depth=depth + 1)


def _error(reason: Text, **evidence: str) -> KeysError:
    return KeysError(
        "json_invalid",
        Text(f"JSON 数据无法读取：{reason.zh}", f"The JSON data cannot be read: {reason.en}"),
        evidence=evidence,
    )
