"""The tables of the look-up budgets: when each is empty again, and which proofs were used.

Nothing in them is personal: an address stands here as a keyed hash of its network, for as long as
its budget is not full again, a question not at all.
"""

from __future__ import annotations

from sqlalchemy import Double, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from registry.public_database import PublicBase

KEY_BYTES = 16


class BudgetLevel(PublicBase):
    """One budget of failed look-ups: that of an address, or the one of all together.

    `empty_at` (seconds since 1970) is when everything spent will have flowed off at the budget's
    own rate, so one number says how much is spent at any moment; a row whose time has passed says
    nothing and is deleted.
    """

    __tablename__ = "budget_levels"

    bucket: Mapped[bytes] = mapped_column(LargeBinary(KEY_BYTES), primary_key=True)
    empty_at: Mapped[float] = mapped_column(Double, index=True)


class UsedProof(PublicBase):
    """A proof of work that was accepted, or the last turn that an address had by waiting.

    `used_at` and `expires_at` are seconds since 1970.
    """

    __tablename__ = "budget_used_proofs"

    mark: Mapped[bytes] = mapped_column(LargeBinary(KEY_BYTES), primary_key=True)
    used_at: Mapped[float] = mapped_column(Double)
    expires_at: Mapped[float] = mapped_column(Double, index=True)
