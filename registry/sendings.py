"""One sending of a public form: a page that is loaded anew sends nothing anew.

Each form that is shown carries a mark of its own. The code that answers it follows from the mark,
all that was typed and a key of this installation: the same sending gets the same answer, and
nobody else can tell which.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from typing import Final

from registry.spoken_codes import code_from, new_code

_MARK: Final = re.compile(r"[0-9a-f]{32}")


def new_mark() -> str:
    """Return the mark of a form about to be shown."""
    return secrets.token_hex(16)


def sending_of(mark: str, *typed: str) -> bytes:
    """Return what tells a sending from every other; nothing where the form brought no mark.

    Args:
        mark: as it came with the form, untrusted.
        typed: all that stood in the form.
    """
    return json.dumps([mark, *typed]).encode() if _MARK.fullmatch(mark) else b""


def code_of(key: bytes, sending: bytes, characters: int) -> str:
    """Return the code that answers a sending; a fresh one where nothing tells it from others.

    Args:
        key: of the kind of form, known to this installation alone.
        sending: as of `sending_of`.
    """
    if not sending:
        return new_code(characters)
    return code_from(hmac.digest(key, sending, hashlib.sha256), characters)
