"""Reads the part of JSON Schema that the API's document uses: checks values, and makes some."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from hypothesis import strategies as st

Schema = Mapping[str, Any]
_TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "boolean": bool,
    "null": type(None),
}
_KNOWN = {
    *("$ref", "type", "enum", "const", "properties", "required", "additionalProperties", "items"),
    *("anyOf", "allOf", "propertyNames", "minItems", "maxItems", "minLength", "maxLength"),
    *("minimum", "maximum", "pattern", "format", "description", "default"),
    *("contentMediaType", "contentEncoding"),
}
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


class Schemas:
    """The schemas of one document.

    Args:
        document: an OpenAPI document.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._named: Mapping[str, Schema] = document["components"]["schemas"]

    def faults(self, schema: Schema, value: Any, at: str = "$") -> list[str]:
        """Return where a value is not as a schema says."""
        assert set(schema) <= _KNOWN, sorted(set(schema) - _KNOWN)
        if "$ref" in schema:
            return self.faults(self.named(schema["$ref"]), value, at)
        found = [fault for one in schema.get("allOf", ()) for fault in self.faults(one, value, at)]
        if "anyOf" in schema and all(self.faults(one, value, at) for one in schema["anyOf"]):
            found.append(f"{at}: none of anyOf")
        if "enum" in schema and value not in schema["enum"]:
            found.append(f"{at}: {value!r} not in enum")
        if "const" in schema and value != schema["const"]:
            found.append(f"{at}: {value!r} is not {schema['const']!r}")
        kind = schema.get("type")
        if kind is not None and not isinstance(value, _TYPES[kind]):
            return [*found, f"{at}: {type(value).__name__} is no {kind}"]
        if kind == "integer" and isinstance(value, bool):
            found.append(f"{at}: a truth value is no integer")
        return [*found, *self._inner(schema, value, at)]

    def _inner(self, schema: Schema, value: Any, at: str) -> list[str]:
        found: list[str] = []
        if isinstance(value, dict):
            members, rest = schema.get("properties", {}), schema.get("additionalProperties", True)
            found += [
                f"{at}: lacks {name}" for name in schema.get("required", ()) if name not in value
            ]
            for name, member in value.items():
                if "propertyNames" in schema:
                    found += self.faults(schema["propertyNames"], name, f"{at}.{name}")
                if name in members:
                    found += self.faults(members[name], member, f"{at}.{name}")
                elif rest is False:
                    found.append(f"{at}: has {name}")
                elif rest is not True:
                    found += self.faults(rest, member, f"{at}.{name}")
        if isinstance(value, list):
            for place, one in enumerate(value):
                found += self.faults(schema.get("items", {}), one, f"{at}[{place}]")
        if isinstance(value, str):
            found += [] if _fits(schema.get("format"), value) else [f"{at}: no {schema['format']}"]
        if isinstance(value, int) and value < schema.get("minimum", value):
            found.append(f"{at}: too small")
        return found

    def named(self, reference: str) -> Schema:
        """Return the schema of a reference."""
        return self._named[reference.removeprefix("#/components/schemas/")]

    def values(self, schema: Schema) -> st.SearchStrategy[Any]:
        """Return values that a schema allows."""
        if "$ref" in schema:
            return self.values(self.named(schema["$ref"]))
        if "enum" in schema:
            return st.sampled_from(list(schema["enum"]))
        match schema.get("type"):
            case "object":
                members, required = schema.get("properties", {}), schema.get("required", ())
                return st.fixed_dictionaries(
                    {name: self.values(members[name]) for name in required},
                    optional={
                        name: self.values(one)
                        for name, one in members.items()
                        if name not in required
                    },
                )
            case "array":
                inner = self.values(schema["items"])
                return st.lists(inner, min_size=schema.get("minItems", 0), max_size=3)
            case "boolean":
                return st.booleans()
            case "integer":
                return st.integers(schema.get("minimum", -5), schema.get("maximum", 10**6))
            case "string":
                return _texts(schema)
        raise AssertionError(schema)


def _texts(schema: Schema) -> st.SearchStrategy[str]:
    if schema.get("format") == "date":
        return st.dates(date(2020, 1, 1), date(2030, 1, 1)).map(date.isoformat)
    if "pattern" in schema:
        return st.from_regex(re.compile(schema["pattern"]), fullmatch=True)
    most = min(schema.get("maxLength", 40), 210)
    return st.text(min_size=schema.get("minLength", 0), max_size=most)


def _fits(form: str | None, value: str) -> bool:
    try:
        if form == "date":
            date.fromisoformat(value)
        if form == "date-time":
            datetime.fromisoformat(value)
    except ValueError:
        return False
    return True
