"""How the API asks for work or patience once a budget of failed look-ups is spent."""

from __future__ import annotations

from codes.wording import Text
from verifier.api.problems import Problem, ProblemCode, Refused
from verifier.budgets_gate import Demand

_DETAIL = Text(
    "这不说明证书有问题。请解出 evidence 中的题目，连同 challenge 和 solution 重新提交；"
    "或等 wait_seconds 秒后只带 challenge 重新提交",
    "this says nothing about the certificate; solve the puzzle in evidence and send the same again "
    "with challenge and solution, or wait wait_seconds and send it with challenge alone",
)


def look_ups_spent(demand: Demand) -> Refused:
    """Return the exception that answers with the puzzle, and with how long to wait instead."""
    evidence = {
        "challenge": demand.challenge.text,
        "hash": "SHA-256",
        "zero_bits": str(demand.challenge.zero_bits),
        "wait_seconds": str(demand.wait_seconds),
    }
    return Refused(
        Problem(
            code=ProblemCode.LOOK_UPS_SPENT,
            detail=_DETAIL,
            evidence=evidence,
            retry_after_seconds=demand.wait_seconds,
        )
    )
