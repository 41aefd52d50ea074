"""Starts the sealer beside a site of samples, whose passphrase lies in the demo's folder.

This module loads no key: the sealer is a process of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from keys.passphrase import ENVIRONMENT_NAME
from registry.home import Home

_BESIDE_HOME = "passphrase.txt"  # issuer.demo writes it


@contextmanager
def sealing_beside(home: Home) -> Iterator[None]:
    """Have reports of a demo home sealed for as long as the block lasts; others run their own.

    The processes a server forks leave the block too: only the one that entered it ends the sealer.
    """
    passphrase = home.path.parent / _BESIDE_HOME
    if not home.demo or not passphrase.is_file():
        yield
        return
    secret = {ENVIRONMENT_NAME: passphrase.read_text(), "YANZHEN_HOME": str(home.path)}
    owner = os.getpid()
    running = subprocess.Popen(
        [sys.executable, "-c", "from yanzhen import main; main()", "sealer"],
        env=os.environ | secret,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        if os.getpid() == owner:
            running.terminate()
            running.wait()
