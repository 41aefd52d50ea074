"""Shows how far a long run is, on one line of the terminal or as a few plain lines."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from codes.wording import Language, Text
from issuer.errors import Interrupted
from issuer.issuing import Phase

PHASE_NAMES = {
    Phase.LINT: Text("检查名册", "checking the roster"),
    Phase.RESERVE: Text("赋予证书编号", "assigning numbers"),
    Phase.SIGN: Text("签名并登记", "signing and recording"),
    Phase.DRAW: Text("制作证书", "drawing certificates"),
    Phase.EXPORT: Text("写出文件", "writing files"),
    Phase.SEAL: Text("重新加密", "sealing anew"),
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
        self._open = False  # the cursor stands at the end of a line that may be rewritten
        self._last: tuple[Phase, int, int] | None = None

    def __call__(self, phase: Phase, done: int, total: int) -> None:
        """Show that `done` of `total` are done; a total of 0 means it is not known."""
        self._last = (phase, done, total)
        if self._quiet:
            return
        finished = total > 0 and done >= total
        line = _line(phase, done, total).say(self._language)
        if self._terminal:
            sys.stderr.write(f"\r\x1b[K{line}" + ("\n" if finished else ""))
            self._open = not finished
        elif finished:
            sys.stderr.write(line + "\n")
        sys.stderr.flush()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch over a run that can be gone on with, so that Ctrl-C says how far it came.

        Raises:
            Interrupted: the operator stopped it (`run_interrupted`).
        """
        try:
            yield
        except KeyboardInterrupt as stop:
            self._leave_line()
            far = self._how_far()
            raise Interrupted(
                "run_interrupted",
                Text(
                    f"已停止{far.zh}。已登记的内容不受影响，重新运行同一条命令即可续办",
                    f"stopped{far.en}. What is on record is safe; run the same command again "
                    "to go on",
                ),
            ) from stop
        except BaseException:
            self._leave_line()
            raise

    def _leave_line(self) -> None:
        if self._open:
            sys.stderr.write("\n")
            sys.stderr.flush()
            self._open = False

    def _how_far(self) -> Text:
        if self._last is None:
            return Text("", "")
        far = _line(*self._last)
        return Text(f"（{far.zh}）", f" ({far.en})")


def _line(phase: Phase, done: int, total: int) -> Text:
    count = f"{done}" + (f"/{total}" if total else "")
    return Text(f"{PHASE_NAMES[phase].zh} {count}", f"{PHASE_NAMES[phase].en} {count}")
