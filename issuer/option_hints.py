"""What a command's user is told beside a refusal that pages show too: the option that mends it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from codes.wording import Text

HINTS: Mapping[str, str] = MappingProxyType(
    {
        "application_open": "yanzhen filing apply --supplements",
        "application_step": "yanzhen filing show",
        "application_unknown": "yanzhen filing list",
        "approver_missing": "--approver",
        "credit_code_taken": "yanzhen filing change --name",
        "decider_missing": "--as",
        "objection_unknown": "yanzhen filing show",
        "reason_missing": "--reason",
        "scope_filed_already": "yanzhen filing renew",
    }
)
"""By code of the refusal."""


def hinted(code: str, text: Text) -> Text:
    """Return a refusal as a command says it."""
    hint = HINTS.get(code)
    return text if hint is None else Text(f"{text.zh}（{hint}）", f"{text.en} ({hint})")
