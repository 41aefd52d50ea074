"""Names that no assessment body is filed under: those of the keys that seal reports."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from codes.wording import Text
from issuer.errors import IssuerError
from keys.report_document import REPORT_PURPOSE

RESERVED: Final = Text(
    f"不能以“{REPORT_PURPOSE}”开头：该名称只用于封签查验报告的密钥，请填写登记的单位全称",
    f"must not begin with {REPORT_PURPOSE}: such names are those of the keys that seal "
    "verification reports; give the name the unit is registered under",
)
_RESERVED: Final = re.compile(f"(样本)?(sample)?(demo)?{REPORT_PURPOSE}", re.IGNORECASE)


def is_reserved(name: str) -> bool:
    """Say whether a name reads like that of a report key, however it is spaced."""
    return _RESERVED.match("".join(unicodedata.normalize("NFKC", name).split())) is not None


def check_body_name(name: str) -> None:
    """Go on only with a name that a body may have; raises IssuerError `body_name_reserved`."""
    if is_reserved(name):
        raise IssuerError(
            "body_name_reserved", Text(f"单位名称{RESERVED.zh}", f"the name {RESERVED.en}")
        )
