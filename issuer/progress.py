"""Shows how far a long run is, on one line of the terminal or as a few plain lines."""

from __future__ import annotations

import sys

from codes.wording import Language, Text
from issuer.issuing import Phase

_NAMES = {
    Phase.LINT: Text("检查花名册", "checking the roster"),
    Phase.RESERVE: Text("赋予证书编号", "assigning numbers"),
    Phase.SIGN: Text("签名并登记", "signing and recording"),
    Phase.DRAW: Text("制作证书", "drawing certificates"),
    Phase.EXPORT: Text("写出文件", "writing files"),
}


class ProgressLine:
    """Told how far each phase is; writes to standard error.

    On a terminal one line is rewritten; elsewhere each phase is named once, when it is done.

    Args:
        language: what to write in.
        quiet: write nothing.
    """

    def __init__(self, language: Language, *, quiet: bool) -> None:
        self._language = language
        self._quiet = quiet
        self._terminal = sys.stderr.isatty()

    def __call__(self, phase: Phase, done: int, total: int) -> None:
        """Show that `done` of `total` are done; a total of 0 means it is not known."""
        if self._quiet:
            return
        finished = total > 0 and done >= total
        line = f"{_NAMES[phase].say(self._language)} {done}" + (f"/{total}" if total else "")
        if self._terminal:
            sys.stderr.write(f"\r\x1b[K{line}" + ("\n" if finished else ""))
        elif finished:
            sys.stderr.write(line + "\n")
        sys.stderr.flush()
