"""What loses work, or ends what others rely on, is done only once its tick was set.

A page shows such an act with `parts.ticked_form`; the route asks `is_ticked` before it does
anything, and shows the page again with `UNTICKED` at the tick where it was not set.
"""

from __future__ import annotations

from typing import Final

from flask import request

from codes.wording import Text

SURE: Final = "sure"
UNTICKED: Final = Text(
    "请先勾选确认，再办理；现在没有任何改动", "Tick this first; nothing was changed"
)


def is_ticked() -> bool:
    """Return whether the form of this request came with its tick set."""
    return request.form.get(SURE) == "yes"
