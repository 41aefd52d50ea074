"""The `yanzhen` command, from its first line: Ctrl-C ends it, also while it is still loading."""

from __future__ import annotations

import os
import signal

_EXIT_INTERRUPTED = 130


def main() -> None:
    """Load the program and run it."""
    heard = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if heard:  # else whoever started it told it not to listen
        signal.signal(signal.SIGINT, lambda *_: os._exit(_EXIT_INTERRUPTED))
    from wsgi import main as run

    if heard:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    run()
