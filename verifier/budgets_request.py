"""One look-up that came over the web, before the gate: whose it is, and what is asked."""

from __future__ import annotations

from dataclasses import replace

from flask import Request, current_app

from verifier.budgets_gate import Demand, LookUpGate, Paid
from verifier.finding_codes import UNREAD, Code
from verifier.findings import find
from verifier.service import Verifier
from verifier.verdict import Verdict

GATE_EXTENSION = "yanzhen_look_up_gate"


def network_of_request(request: Request) -> str:
    """Return whose budget a request is counted against; empty where nothing is counted."""
    gate: LookUpGate | None = current_app.extensions.get(GATE_EXTENSION)
    if gate is None:
        return ""
    return gate.network(request.remote_addr, request.headers.getlist("X-Forwarded-For"))


def may_have_report(request: Request) -> bool:
    """Return whether one more report may be asked for by who asks this, and count it."""
    gate: LookUpGate | None = current_app.extensions.get(GATE_EXTENSION)
    return gate is None or gate.budgets.take_report(network_of_request(request))


def may_write(request: Request, kind: str) -> bool:
    """Return whether one more letter may be sent by who asks this, and count it.

    Args:
        kind: `complaint` or `objection`.
    """
    gate: LookUpGate | None = current_app.extensions.get(GATE_EXTENSION)
    return gate is None or gate.budgets.take_letter(kind, network_of_request(request))


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
        self._network = network_of_request(request)

    def demand(self, challenge: str, solution: str) -> Demand | None:
        """Return what the question costs yet; None lets it through."""
        if self._gate is None:
            return None
        paid = Paid(challenge=challenge.strip(), solution=solution.strip())
        return self._gate.demand(self._network, self._facts, paid)

    def fail(self) -> None:
        """Count the question as one that failed."""
        if self._gate is not None:
            self._gate.budgets.spend(self._network)

    def settle(self, verdict: Verdict) -> None:
        """Count the question if it failed."""
        if self._gate is not None:
            self._gate.settle(self._network, verdict)


def verify_file(
    request: Request, verifier: Verifier, data: bytes, filename: str, *, on: str | None = None
) -> Verdict:
    """Return the verdict on an uploaded file, its look-ups by holder within the same budget.

    A file takes its time to be read, so no puzzle is asked for one. But an address that spent its
    own budget could go on guessing by files: for it they are judged by the signed record alone.
    """
    gate: LookUpGate | None = current_app.extensions.get(GATE_EXTENSION)
    if gate is None:
        return verifier.verify_file(data, filename, on=on)
    network = network_of_request(request)
    if gate.budgets.is_spent_by(network):
        verdict = verifier.sparing().verify_file(data, filename, on=on)
        if any(one.code in UNREAD for one in verdict.findings):
            return verdict
        return replace(verdict, findings=(*verdict.findings, find(Code.HOLDER_NOT_ASKED)))
    verdict = verifier.verify_file(data, filename, on=on)
    gate.settle_file(network, verdict)
    return verdict
