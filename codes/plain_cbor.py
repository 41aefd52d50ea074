"""CBOR as our own files use it: no tags, no indefinite lengths. The one way in for CBOR.

A tag tells the decoder to build something else of what follows: to repeat what was said before
(28, 29), to compile a pattern (35), and so on; a short text can then cost without measure. What we
write has none, so each is refused where it stands, before anything in it is read.

Source: RFC 8949, 3.4.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

import cbor2


class _NoTags(Mapping[int, Any]):
    """Has an answer for every tag, so that none is left to the decoder: that it is refused."""

    def __getitem__(self, tag: int) -> NoReturn:
        raise cbor2.CBORDecodeError("a tag")

    def __iter__(self) -> Iterator[int]:
        return iter(())

    def __len__(self) -> int:
        return 1  # an empty mapping might be taken for none


_NO_TAGS = _NoTags()


def load_plain_cbor(data: bytes, *, max_depth: int) -> Any:
    """Return the value that `data` holds.

    Args:
        data: untrusted.
        max_depth: arrays and maps within each other.

    Raises:
        cbor2.CBORDecodeError: it holds a tag, or cannot be read.
    """
    return cbor2.loads(
        data, max_depth=max_depth, allow_indefinite=False, semantic_decoders=_NO_TAGS
    )
