"""ZIPs as other systems make them, and as an attacker would."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

_CENTRAL = b"PK\1\2"


def write_zip(
    path: Path, files: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED
) -> Path:
    """Write a ZIP with names as Python writes them: marked UTF-8 where they are not ASCII."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def write_unmarked_zip(path: Path, files: Mapping[bytes, bytes]) -> Path:
    """Write a ZIP with these very bytes as names and without the mark of UTF-8."""
    stand_ins = {name: chr(ord("A") + index) * len(name) for index, name in enumerate(files)}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(stand_ins[name], data)
    packed = out.getvalue()
    for name, stand_in in stand_ins.items():
        packed = packed.replace(stand_in.encode(), name)
    path.write_bytes(packed)
    return path


def patched(path: Path, offset: int, value: bytes) -> Path:
    """Overwrite bytes of the first entry's record in the directory of a ZIP."""
    data = bytearray(path.read_bytes())
    start = data.index(_CENTRAL) + offset
    data[start : start + len(value)] = value
    path.write_bytes(data)
    return path


FLAGS_AT, METHOD_AT, CRC_AT, LENGTH_AT, PLACE_AT = 8, 10, 16, 24, 42
