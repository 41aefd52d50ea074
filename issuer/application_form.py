"""The application file a unit hands in (自主申报), parsed.

It holds no person: examiners (考评员) and quality supervisors (督导员) are counts; lists of their
names are among the materials, whose bytes are sealed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from codes.filing_rules import RuleName, filing_rule
from codes.levels import Level
from codes.number import Category
from codes.occupations import Occupation
from issuer.body_name import RESERVED, is_reserved
from issuer.errors import FieldError
from issuer.filing import MAX_ADDRESS, MAX_NAME
from issuer.json_form import FormFields, read_json_form

_FIELDS = {"name", "credit_code", "category", "occupations", "sites", "staff", "materials"}
_MAX_STAFF = 9999
_SERIAL_LENGTH = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedSite:
    """A place the unit wants to award from.

    Args:
        address: where it is.
        serial: the six-digit serial it asks for (positions 8–13), or None to leave it open.
    """

    address: str
    serial: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedMaterial:
    """A file that goes with an application: its title, and its name beside the form."""

    title: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationForm:
    """What a unit applies for.

    Args:
        name: of the unit, exactly as on its licence.
        credit_code: its unified social credit code, checked.
        category: kind of assessment body.
        scopes: occupations with levels, at most as many as the rule allows.
        sites: at least one.
        examiners: how many.
        supervisors: how many.
        materials: at least one.
    """

    name: str
    credit_code: str
    category: Category
    scopes: tuple[tuple[Occupation, tuple[Level, ...]], ...]
    sites: tuple[RequestedSite, ...]
    examiners: int
    supervisors: int
    materials: tuple[NamedMaterial, ...]

    def dump(self) -> str:
        """Return the application as it is kept, in JSON; `parse_application` reads it back."""
        value = {
            "name": self.name,
            "credit_code": self.credit_code,
            "category": self.category.value,
            "occupations": [
                {"occupation": occupation.code, "levels": [int(level) for level in levels]}
                for occupation, levels in self.scopes
            ],
            "sites": [{"address": one.address, "serial": one.serial} for one in self.sites],
            "staff": {"examiners": self.examiners, "supervisors": self.supervisors},
            "materials": [{"title": one.title, "file": one.file} for one in self.materials],
        }
        return json.dumps(value, ensure_ascii=False, sort_keys=True)


def likely_prefix(form: ApplicationForm, site: RequestedSite) -> str:
    """Return the prefix that a site asks for, in the province its unit is registered in; or ""."""
    if site.serial is None:
        return ""
    return f"{form.category}0000{form.credit_code[2:4]}{site.serial}"


def read_application(path: Path, *, today: date) -> ApplicationForm:
    """Read and check an application file.

    Raises:
        IssuerError: `filing_unreadable`, or `filing_field` naming the field and the fault.
    """
    return parse_application(read_json_form(path), today=today)


def parse_application(entry: object, *, today: date) -> ApplicationForm:
    """Parse an application; raises IssuerError naming the first field that is at fault.

    Args:
        entry: untrusted.
        today: the day whose rules hold, Asia/Shanghai.
    """
    fields = FormFields.of(entry, _FIELDS)
    staff = FormFields.of(fields.entry.get("staff"), {"examiners", "supervisors"}, "staff")
    return ApplicationForm(
        name=fields.text("name", MAX_NAME),
        credit_code=fields.credit_code(),
        category=_category(fields),
        scopes=_scopes(fields, today),
        sites=tuple(_site(one, f"sites[{i}]") for i, one in enumerate(fields.items("sites"))),
        examiners=staff.count("examiners", _MAX_STAFF),
        supervisors=staff.count("supervisors", _MAX_STAFF),
        materials=tuple(
            _material(one, f"materials[{i}]") for i, one in enumerate(fields.items("materials"))
        ),
    )


def inspect_application(entry: object, *, today: date) -> tuple[FieldError, ...]:
    """Return everything that is wrong with an application, in the order of its fields.

    Args:
        entry: untrusted.
        today: the day whose rules hold, Asia/Shanghai.
    """
    try:
        fields = FormFields.of(entry, _FIELDS)
        staff = FormFields.of(fields.entry.get("staff"), {"examiners", "supervisors"}, "staff")
    except FieldError as error:
        return (error,)
    found = []
    for read in (
        lambda: _free_name(fields),
        lambda: fields.credit_code(),
        lambda: _category(fields),
        *_each(fields, "occupations", _scope),
        lambda: _scopes(fields, today),
        *_each(fields, "sites", _site_serial),
        *_each(fields, "sites", _site_address),
        lambda: staff.count("examiners", _MAX_STAFF),
        lambda: staff.count("supervisors", _MAX_STAFF),
        *_each(fields, "materials", _material),
    ):
        try:
            read()
        except FieldError as error:
            found.append(error)
    return tuple({error.field: error for error in reversed(found)}.values())[::-1]


def _each(
    fields: FormFields, name: str, read: Callable[[object, str], object]
) -> Iterator[Callable[[], object]]:
    """Yield the reading of each item of a list; of the list itself where it has none."""
    try:
        items = fields.items(name)
    except FieldError:
        yield lambda: fields.items(name)
        return
    for at, item in enumerate(items):
        yield partial(read, item, f"{name}[{at}]")


def sample_application() -> dict[str, Any]:
    """Return a fictional application, to be filled in."""
    return {
        "name": "津城样本职业技能评价中心（虚构）",
        "credit_code": "91120000MA0000000M",
        "category": "S",
        "occupations": [{"occupation": "3-02-02-00", "levels": [3, 2, 1]}],
        "sites": [{"address": "天津市虚构区样本路 1 号", "serial": "000123"}],
        "staff": {"examiners": 12, "supervisors": 2},
        "materials": [
            {"title": "营业执照", "file": "营业执照.pdf"},
            {"title": "考评员、督导员名册", "file": "人员名册.xlsx"},
            {"title": "场地和设施设备证明", "file": "场地证明.pdf"},
        ],
    }


def _free_name(fields: FormFields) -> str:
    """Return the name; refused where it is reserved, which only a new application asks."""
    name = fields.text("name", MAX_NAME)
    if is_reserved(name):
        raise fields.error("name", RESERVED.zh, RESERVED.en)
    return name


def _category(fields: FormFields) -> Category:
    typed = fields.text("category", 1)
    if typed not in tuple(Category):
        raise fields.error(
            "category",
            "应为 S（社会培训评价组织）或 Y（用人单位）",
            "must be S (social training assessment organisation) or Y (employer)",
        )
    return Category(typed)


def _scopes(fields: FormFields, today: date) -> tuple[tuple[Occupation, tuple[Level, ...]], ...]:
    entries = fields.items("occupations")
    most = filing_rule(RuleName.MOST_OCCUPATIONS, today).value
    if len(entries) > most:
        raise fields.error(
            "occupations",
            f"一次申报不得超过 {most} 个职业",
            f"one application names at most {most} occupations",
        )
    scopes = tuple(_scope(one, f"occupations[{i}]") for i, one in enumerate(entries))
    if len({occupation.index for occupation, _ in scopes}) != len(scopes):
        raise fields.error("occupations", "有重复的职业", "names an occupation twice")
    return scopes


def _scope(entry: object, where: str) -> tuple[Occupation, tuple[Level, ...]]:
    return FormFields.of(entry, {"occupation", "levels"}, where).occupation_and_levels()


def _site(entry: object, where: str) -> RequestedSite:
    serial = _site_serial(entry, where)
    return RequestedSite(address=_site_address(entry, where), serial=serial)


def _site_address(entry: object, where: str) -> str:
    return FormFields.of(entry, {"address", "serial"}, where).text("address", MAX_ADDRESS)


def _site_serial(entry: object, where: str) -> str | None:
    fields = FormFields.of(entry, {"address", "serial"}, where)
    serial = fields.open_text("serial", _SERIAL_LENGTH)
    fits = serial is None or (
        len(serial) == _SERIAL_LENGTH and serial.isascii() and serial.isdigit() and int(serial) > 0
    )
    if not fits:
        raise fields.error("serial", "应为六位数字", "must have six digits")
    return serial


def _material(entry: object, where: str) -> NamedMaterial:
    fields = FormFields.of(entry, {"title", "file"}, where)
    file = fields.text("file", 200)
    if Path(file).is_absolute() or ".." in Path(file).parts:
        raise fields.error(
            "file", "应为申报文件旁的文件名", "must be a file beside the application file"
        )
    return NamedMaterial(title=fields.text("title", 100), file=file)
