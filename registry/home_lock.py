"""Acts that must not meet on one home: whoever replaces keys, and whoever copies the home."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from codes.wording import Text
from registry.errors import HomeError
from registry.home import Home

_LOCK = "secrets/.exclusive"


@contextmanager
def alone_with_keys(home: Home) -> Iterator[None]:
    """Be the only one who replaces or copies the keys of a home until the block ends.

    Raises:
        HomeError: another is at it (`home_keys_busy`).
    """
    descriptor = os.open(home.path / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise HomeError(
                "home_keys_busy",
                Text(
                    "正在更换密钥、口令或备份本数据目录，请等其完成",
                    "keys or passphrase of this home are being replaced, or it is being backed up; "
                    "wait until that is done",
                ),
            ) from error
        yield
    finally:
        os.close(descriptor)
