"""Two-person acts: who decides is not who proposed, however either name is spelt."""

from __future__ import annotations

from accounts.errors import AccountError
from codes.person_skeleton import is_same_person
from codes.wording import Text


def not_the_same_person(proposer: str, decider: str) -> None:
    """Go on only where two names cannot be one person's.

    Raises:
        AccountError: they may be (`same_person`).
    """
    if is_same_person(proposer, decider):
        raise AccountError(
            "same_person",
            Text(
                "提出人不能审批自己提出的事项，请由另一人办理",
                "who proposed an act does not decide on it; another person must",
            ),
        )
