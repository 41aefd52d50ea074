"""The sealer beside a site of samples, whose passphrase lies in the demo's folder.

`python -m sealer.beside` is started by the site, ends with it, and is started again if it dies.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from threading import Event

from registry.home import Home
from sealer.running import seal_until

_BESIDE_HOME = "passphrase.txt"  # issuer.demo writes it


def passphrase_beside(home: Home) -> bytes | None:
    """Return the passphrase of a demo's home; None for any other: those run their own sealer."""
    file = home.path.parent / _BESIDE_HOME
    return file.read_bytes() if home.demo and file.is_file() else None


def _main() -> None:
    ended = Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    order = json.loads(sys.stdin.readline())
    home, parent = Home.open(Path(order["home"])), order["parent"]
    seal_until(
        home,
        order["passphrase"].encode(),
        lambda seconds: ended.wait(seconds) or os.getppid() != parent,
    )


if __name__ == "__main__":
    _main()
