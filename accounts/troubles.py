"""What is wrong with a form, beside the field that it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from codes.wording import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One thing to complete or correct.

    Args:
        field: id of the field, or empty for the form as a whole.
        text: what is wrong.
        link: address of what stands in the way, if it has a page.
    """

    field: str
    text: Text
    link: str = ""


def too_long(said: Mapping[str, str], **most: int) -> tuple[Trouble, ...]:
    """Return the texts of a form that are longer than they may be, each beside its field.

    Args:
        said: texts by field, whole as typed; untrusted.
        most: characters, by field; a line break is one.
    """
    lengths = {field: len(said.get(field, "").strip().replace("\r\n", "\n")) for field in most}
    return tuple(
        Trouble(
            field=field,
            text=Text(
                f"{length} 字，最多 {most[field]} 字",
                f"{length} characters; at most {most[field]}",
            ),
        )
        for field, length in lengths.items()
        if length > most[field]
    )
