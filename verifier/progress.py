"""Shows how far a run over many rows or files is, on one line of the terminal."""

from __future__ import annotations

import sys

from codes.wording import Language, Text


class ProgressLine:
    """Told how many of how many are done; rewrites one line of a terminal, else writes nothing."""

    def __init__(self, language: Language, *, quiet: bool) -> None:
        self._language = language
        self._shown = sys.stderr.isatty() and not quiet
        self._open = False

    def __call__(self, done: int, total: int) -> None:
        """Show how far the run is."""
        if self._shown:
            words = Text(f"已核验 {done}/{total}", f"checked {done}/{total}")
            sys.stderr.write(f"\r\x1b[K{words.say(self._language)}")
            sys.stderr.flush()
            self._open = True

    def close(self) -> None:
        """Leave the line, however the run ended."""
        if self._open:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._open = False
