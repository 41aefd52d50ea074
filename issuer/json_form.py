"""Reads the JSON files that clerks write: filings, applications, objections."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from codes.documents import inspect_credit_code
from codes.errors import CodesError
from codes.levels import Level, parse_level
from codes.occupations import Occupation, occupation_by_code
from codes.wording import Text
from issuer.errors import FieldError, IssuerError


def read_json_form(path: Path) -> object:
    """Return what a JSON file holds.

    Raises:
        IssuerError: `filing_unreadable`.
    """
    try:
        if not path.is_file():  # a pipe or a device would be waited for without end
            raise OSError(f"{path.name} is not a regular file")
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise IssuerError(
            "filing_unreadable",
            Text(f"{path.name} 不是可读取的 JSON 文件", f"{path.name} is not a readable JSON file"),
        ) from error


@dataclass(frozen=True, slots=True)
class FormFields:
    """One JSON object of such a file; every reading refuses with the place it stands at.

    Args:
        entry: its members, untrusted.
        where: such as `scopes[0]`, empty for the file itself.
    """

    entry: Mapping[str, Any]
    where: str

    @classmethod
    def of(cls, value: object, names: set[str], where: str = "") -> FormFields:
        """Return the fields of an object that has no others than `names`."""
        if not isinstance(value, dict):
            raise field_error(where or "$", "应为一个对象", "must be an object")
        fields = cls(value, where)
        unknown = sorted(set(value) - names)
        if unknown:
            raise fields.error(str(unknown[0]), "无法识别的字段", "is not a known field")
        return fields

    def error(self, name: str, zh: str, en: str, *, missing: bool = False) -> FieldError:
        """Return the refusal of one field."""
        return field_error(f"{self.where}.{name}" if self.where else name, zh, en, missing=missing)

    def _missing(self, name: str) -> FieldError:
        return self.error(name, "未填写", "is not filled in", missing=True)

    def text(self, name: str, most: int, *, lines: bool = False) -> str:
        """Return a text of 1 to `most` printable characters, of several lines where allowed."""
        value = self.entry.get(name)
        if value is None or value == "":
            raise self._missing(name)
        if not isinstance(value, str) or not 1 <= len(value.strip()) <= most:
            raise self.error(name, f"应为 1–{most} 个字符", f"must have 1–{most} characters")
        if not (value.replace("\n", "") if lines else value.strip()).isprintable():
            raise self.error(name, "含有不可见字符", "holds characters that cannot be shown")
        return value.strip()

    def open_text(self, name: str, most: int) -> str | None:
        """Return a text, or None where it is missing or null."""
        return None if self.entry.get(name) is None else self.text(name, most)

    def count(self, name: str, most: int) -> int:
        """Return a whole number from 0 to `most`."""
        value = self.entry.get(name)
        if value is None or value == "":
            raise self._missing(name)
        if type(value) is not int or not 0 <= value <= most:
            raise self.error(
                name, f"应为 0–{most} 的整数", f"must be a whole number from 0 to {most}"
            )
        return value

    def day(self, name: str) -> date:
        """Return a date."""
        try:
            return date.fromisoformat(self.entry[name])
        except (KeyError, TypeError, ValueError) as error:
            raise self.error(name, "应为日期 2026-01-31", "must be a date, 2026-01-31") from error

    def open_day(self, name: str) -> date | None:
        """Return a date, or None where it is missing or null."""
        return None if self.entry.get(name) is None else self.day(name)

    def items(self, name: str) -> list[object]:
        """Return a list of at least one entry."""
        value = self.entry.get(name)
        if value is None:
            raise self._missing(name)
        if not isinstance(value, list) or not value:
            raise self.error(name, "至少一项", "needs at least one entry", missing=True)
        return value

    def credit_code(self) -> str:
        """Return the unified social credit code, checked (GB 32100)."""
        reading = inspect_credit_code(self.text("credit_code", 18))
        if reading.problems:
            problem = reading.problems[0].text
            raise self.error("credit_code", problem.zh, problem.en)
        return reading.number

    def occupation_and_levels(self) -> tuple[Occupation, tuple[Level, ...]]:
        """Return an occupation and the levels named with it, each one that its standard has."""
        entries = self.items("levels")
        try:
            occupation = occupation_by_code(self.text("occupation", 20))
            levels = tuple(parse_level(str(level)) for level in entries)
        except CodesError as error:
            raise field_error(self.where, error.text.zh, error.text.en) from error
        outside = [level for level in levels if level not in occupation.levels]
        if outside:
            has = occupation.levels
            raise self.error(
                "levels",
                f"{occupation.zh}没有{outside[0].zh}，只有{'、'.join(one.zh for one in has)}",
                f"{occupation.en} has no {outside[0].en}, only {', '.join(one.en for one in has)}",
            )
        if len(set(levels)) != len(levels):
            raise self.error("levels", "有重复的级别", "names a level twice")
        return occupation, levels


def field_error(name: str, zh: str, en: str, *, missing: bool = False) -> FieldError:
    """Return the refusal of a field of a form."""
    return FieldError(
        "filing_field",
        Text(f"备案文件字段 {name}：{zh}", f"filing, field {name}: {en}"),
        field=name,
        fault=Text(zh, en),
        missing=missing,
    )
