"""What a batch may be called."""

from __future__ import annotations

import unicodedata

from codes.wording import Text
from issuer.errors import IssuerError

MAX_BATCH_NAME = 60


def parse_batch_name(typed: str) -> str:
    """Return the name of a batch as it is kept.

    Raises:
        IssuerError: it cannot be one (`batch_name`).
    """
    name = unicodedata.normalize("NFKC", typed).strip()
    if not 1 <= len(name) <= MAX_BATCH_NAME or not name.isprintable():
        raise IssuerError(
            "batch_name",
            Text(
                f"批次名称应为 1–{MAX_BATCH_NAME} 个可见字符。",
                f"the name of a batch has 1–{MAX_BATCH_NAME} printable characters.",
            ),
        )
    return name
