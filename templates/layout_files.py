"""Reads layout files; whatever is wrong in one is said with its place in the file."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType, UnionType
from typing import Any, Final, get_args, get_origin, get_type_hints

from codes.wording import Text
from templates.drawing import colour
from templates.errors import TemplatesError
from templates.layout import Layout
from templates.layout_checks import inspect_layout

FORMAT: Final = 1
DEFAULT_LAYOUT: Final = "national-1"
_FOLDER: Final = "layouts"
_SUFFIX: Final = ".json"


def known_layouts() -> tuple[str, ...]:
    """Return the ids of all layouts, in order."""
    folder = files("templates") / _FOLDER
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(n.removesuffix(_SUFFIX) for n in names if n.endswith(_SUFFIX)))


@cache
def load_layout(layout_id: str) -> Layout:
    """Return a layout that comes with the product.

    Raises:
        TemplatesError: there is none of this id (`layout_unknown`).
    """
    if layout_id not in known_layouts():
        known = known_layouts()
        raise TemplatesError(
            "layout_unknown",
            Text(
                f"没有版式“{layout_id[:40]}”，可用：{'、'.join(known)}",
                f"there is no layout {layout_id[:40]}; there are: {', '.join(known)}",
            ),
        )
    file = files("templates") / _FOLDER / f"{layout_id}{_SUFFIX}"
    return read_layout(file.read_bytes(), layout_id)


def read_layout(file: bytes, layout_id: str) -> Layout:
    """Return the layout that a file describes.

    Args:
        file: JSON; every entry of `Layout` must be there and nothing else.
        layout_id: the file's name without its ending.

    Raises:
        TemplatesError: the file does not describe a layout (`layout_invalid`); names the place.
    """
    try:
        value = json.loads(file, object_pairs_hook=_read_pairs)
    except TemplatesError:
        raise
    except (ValueError, RecursionError) as error:
        raise _invalid("", "JSON") from error
    if not isinstance(value, dict):
        raise _invalid("", "{…}")
    number = value.pop("format", None)
    if type(number) is not int or number != FORMAT:
        raise _invalid("format", str(FORMAT))
    layout: Layout = _read_record(Layout, value, "")
    if layout.id != layout_id:
        raise _invalid("id", layout_id)
    for place, wanted in inspect_layout(layout):
        raise _invalid(place, wanted)
    return layout


def _read_pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Refuse a name that stands twice: which of the two is meant cannot be known."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _invalid(twice[:40], "1×")
    return found


def _read_record(kind: type[Any], value: object, place: str) -> Any:
    """Read a dataclass: each of its fields from the entry of the same name."""
    if not isinstance(value, dict):
        raise _invalid(place, "{…}")
    hints = get_type_hints(kind)
    known = {field.name: field for field in fields(kind)}
    for name in value:
        if name not in known:
            raise _invalid(_below(place, name[:40]), "—")
    entries: dict[str, Any] = {}
    for name, field in known.items():
        if name in value:
            entries[name] = _read(hints[name], name, value[name], _below(place, name))
        elif field.default is MISSING:
            raise _invalid(_below(place, name), _describe(hints[name]))
    return kind(**entries)


def _read(hint: Any, name: str, value: object, place: str) -> Any:
    if isinstance(hint, UnionType):
        hint = next(kind for kind in get_args(hint) if kind is not type(None))
    special: Mapping[Any, Callable[[object, str], Any]] = {
        float: _read_number,
        bool: _read_bool,
        str: _read_text,
        Text: lambda v, p: Text(**_read_both(v, p)),
    }
    if name == "ink":
        return _read_ink(value, place)
    if hint in special:
        return special[hint](value, place)
    if is_dataclass(hint):
        return _read_record(hint, value, place)  # type: ignore[arg-type]  # a class, not an object
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is tuple:
        return _read_row(arguments, value, place)
    return _read_mapping(arguments[1], value, place)


def _read_mapping(kind: Any, value: object, place: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _invalid(place, "{…}")
    return MappingProxyType(
        {key: _read(kind, key, item, _below(place, key)) for key, item in value.items()}
    )


def _read_row(kinds: tuple[Any, ...], value: object, place: str) -> tuple[Any, ...]:
    if not isinstance(value, list) or (kinds[-1] is not ... and len(value) != len(kinds)):
        raise _invalid(place, f"[{len(kinds)}]")
    return tuple(_read(kinds[0], "", item, _below(place, str(at))) for at, item in enumerate(value))


def _read_number(value: object, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1000 < value < 1000:
        raise _invalid(place, "0.0")
    return float(value)


def _read_bool(value: object, place: str) -> bool:
    if not isinstance(value, bool):
        raise _invalid(place, "true, false")
    return value


def _read_text(value: object, place: str) -> str:
    if not isinstance(value, str) or not value:
        raise _invalid(place, '"…"')
    return value


def _read_both(value: object, place: str) -> dict[str, str]:
    if not isinstance(value, dict) or set(value) != {"zh", "en"}:
        raise _invalid(place, "zh, en")
    return {name: _read_text(value[name], _below(place, name)) for name in ("zh", "en")}


def _read_ink(value: object, place: str) -> tuple[float, float, float]:
    try:
        return colour(_read_text(value, place))
    except ValueError as error:
        raise _invalid(place, "9E1F23") from error


def _below(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _describe(hint: Any) -> str:
    return getattr(hint, "__name__", str(hint))


def _invalid(place: str, wanted: str) -> TemplatesError:
    where = place or "JSON"
    return TemplatesError(
        "layout_invalid",
        Text(
            f"版式文件有误：{where}，应为 {wanted}",
            f"the layout file is wrong at {where}: expected {wanted}",
        ),
    )
