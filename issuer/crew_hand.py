"""Does steps 3 to 7 for the copies it is dealt, in the run's own process or in a worker's."""

from __future__ import annotations

from functools import cached_property
from typing import assert_never

from issuer.awarding import record_copies
from issuer.copy_rows import ChosenCopies
from issuer.crew_messages import Task
from issuer.desk import Desk
from issuer.faces import draw_copies
from issuer.printing import make_printer
from templates.certificate import CertificatePrinter
from templates.fonts import FontChain


class Hand:
    """One of those who work at a desk.

    Args:
        desk: the body's place of work.
        fonts: what pages are set in.
    """

    def __init__(self, desk: Desk, fonts: FontChain) -> None:
        self._desk = desk
        self._fonts = fonts

    def do(self, task: Task, copies: ChosenCopies) -> int:
        """Do a task for some copies; return how many they were, done by this hand or another.

        Raises:
            IssuerError, KeysError, RegistryError, TemplatesError, OSError: as `record_copies`,
                `draw_copies`.
        """
        match task:
            case Task.RECORD:
                record_copies(self._desk, copies, _silent)
            case Task.DRAW:
                draw_copies(self._desk, copies, self._printer, _silent)
            case unknown:
                assert_never(unknown)
        return len(copies.ids)

    @cached_property
    def _printer(self) -> CertificatePrinter:
        return make_printer(self._desk, self._fonts)


def _silent(_: int) -> None:
    """Tell nobody; the count is returned."""
