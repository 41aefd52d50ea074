"""Reads the published checkpoint of a log from a folder or a web address, unproven."""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path

from codes.wording import Text
from issuer.errors import IssuerError
from registry.log_reader import CHECKPOINT

_MOST_BYTES = 1 << 20
_SECONDS = 20


def read_checkpoint(place: str) -> bytes:
    """Return the bytes of the checkpoint in a folder or under an address.

    Args:
        place: a folder, or an address that begins with `https://` or `http://`.

    Raises:
        IssuerError: it cannot be read (`checkpoint_unreadable`).
    """
    try:
        if place.startswith(("https://", "http://")):
            address = f"{place.rstrip('/')}/{CHECKPOINT}"
            with urllib.request.urlopen(address, timeout=_SECONDS) as answer:  # noqa: S310 - http(s) only
                data: bytes = answer.read(_MOST_BYTES)
                return data
        return (Path(place) / CHECKPOINT).read_bytes()
    except (OSError, urllib.error.URLError, ValueError) as error:
        raise IssuerError(
            "checkpoint_unreadable",
            Text(
                f"无法读取 {place} 处已公布的检查点",
                f"the published checkpoint at {place} cannot be read",
            ),
        ) from error
