"""One look-up that came over the web, before the gate: whose it is, and what is asked."""

from __future__ import annotations

from flask import Request, current_app

from verifier.budgets_gate import Demand, LookUpGate, Paid
from verifier.verdict import Verdict

GATE_EXTENSION = "yanzhen_look_up_gate"


class LookUp:
    """A question by number and holder, from a request.

    Args:
        request: tells whose budget it is.
        number, name, document_number: as they were sent.
    """

    def __init__(
        self, request: Request, number: str, name: str | None, document_number: str | None
    ) -> None:
        self._gate: LookUpGate | None = current_app.extensions.get(GATE_EXTENSION)
        self._facts = (number, name, document_number)
        self._network = ""
        if self._gate is not None:
            forwarded = request.headers.getlist("X-Forwarded-For")
            self._network = self._gate.network(request.remote_addr, forwarded)

    def demand(self, challenge: str, solution: str) -> Demand | None:
        """Return what the question costs yet; None lets it through."""
        if self._gate is None:
            return None
        paid = Paid(challenge=challenge.strip(), solution=solution.strip())
        return self._gate.demand(self._network, self._facts, paid)

    def settle(self, verdict: Verdict) -> None:
        """Count the question if it failed."""
        if self._gate is not None:
            self._gate.settle(self._network, verdict)
