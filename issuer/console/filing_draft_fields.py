"""The fields of an application's form: what they are called, and how a fault is said beside one."""

from __future__ import annotations

import re
from typing import Final

from codes.wording import Text
from issuer.errors import FieldError

FIELD_NAMES: Final = {
    "name": Text("单位名称", "Name"),
    "credit_code": Text("统一社会信用代码", "Unified social credit code"),
    "category": Text("机构类别", "Category"),
    "occupations-0": Text("职业 {}", "Occupation {}"),
    "occupations-0-levels": Text("职业 {} 的级别", "Levels of occupation {}"),
    "sites-0-address": Text("站点 {} 地址", "Site {}: address"),
    "sites-0-serial": Text("站点 {} 申请的机构序列码", "Site {}: serial requested"),
    "examiners": Text("考评员人数", "Examiners"),
    "supervisors": Text("督导员人数", "Quality supervisors"),
    "files": Text("材料文件", "Material files"),
}


def fault_text(field: str, error: FieldError) -> Text:
    """Return what is to be done about a field, or what is wrong with it."""
    name, fault = field_name(field), error.fault
    if name is None:
        return fault
    if not error.missing:
        if fault.zh.startswith(name.zh):
            return fault
        return Text(f"{name.zh}：{fault.zh}", f"{name.en}: {fault.en}")
    if field == "files":
        return Text("请至少上传一份材料", "Upload at least one material")
    if field == "category" or field.startswith("occupations"):
        return Text(f"请选择{name.zh}", f"Choose: {name.en}")
    return Text(f"请填写{name.zh}", f"Fill in: {name.en}")


def field_id(path: str) -> str:
    """Return the id of the field of a page that stands for a field of the file.

    Args:
        path: such as `sites[0].serial` or `staff.examiners`.
    """
    plain = re.sub(r"[\[\].]+", "-", path.removeprefix("staff.")).strip("-")
    if plain.startswith("materials"):
        return "files"
    return {"occupations": "occupations-0", "sites": "sites-0-address"}.get(plain, plain)


def field_name(field: str) -> Text | None:
    """Return what a field of the page is called, by its id; None of one without a name."""
    index = re.search(r"\d+", field)
    name = FIELD_NAMES.get(field.replace(index[0], "0") if index else field)
    if name is None or index is None:
        return name
    number = int(index[0]) + 1
    return Text(name.zh.format(number), name.en.format(number))
