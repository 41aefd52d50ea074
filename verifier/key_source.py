"""Reads the published key document, anew whenever the file changed."""

from __future__ import annotations

import threading
from pathlib import Path

from codes.wording import Text
from keys.document import KeyDocument, parse_key_document
from keys.errors import KeysError
from verifier.errors import KeyDocumentUnavailable

_Stamp = tuple[int, int, int]


class KeyDocumentFile:
    """Gives the key document in force; call it.

    Args:
        path: the published file; replaced as a whole by whoever publishes it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._read: tuple[_Stamp, KeyDocument] | None = None

    def __call__(self) -> KeyDocument:
        """Return the document, parsed again only when the file changed.

        Raises:
            KeyDocumentUnavailable: the file is missing or not a key document. An earlier reading
                is not used instead: a key withdrawn must not live on in memory.
        """
        try:
            stat = self._path.stat()
            stamp = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
            with self._lock:
                if self._read is None or self._read[0] != stamp:
                    self._read = (stamp, parse_key_document(self._path.read_bytes()))
                return self._read[1]
        except (OSError, KeysError) as error:
            raise KeyDocumentUnavailable(
                "key_document_unavailable",
                Text("评价机构公钥目录无法读取", "the published key document cannot be read"),
            ) from error
