"""The tables of people who use the desks: accounts, what proves them, and where they signed in.

No password, code, link or session stands here so that a reader of the database could use it:
passwords and one-time secrets are hashed, the keys of second factors sealed by the desks' secret.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.desk_database import DeskBase
from registry.models import UtcDateTime

_OWNER = "accounts.id"


class AccountRow(DeskBase):
    """One person who may sign in.

    `uniquifier` is what a session names its account by; a new one ends every session at once.
    `totp_counter` is the last time step whose code was used, so that none is used twice.
    """

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    body: Mapped[str | None] = mapped_column(String(13), index=True)
    active: Mapped[bool] = mapped_column(default=True)
    password: Mapped[str | None] = mapped_column(String(255))
    uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    totp_secret: Mapped[str | None] = mapped_column(Text)
    totp_counter: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(String(60))

    roles: Mapped[list[AccountRoleRow]] = relationship(
        cascade="all, delete-orphan", order_by="AccountRoleRow.role", lazy="selectin"
    )
    passkeys: Mapped[list[PasskeyRow]] = relationship(
        cascade="all, delete-orphan", order_by="PasskeyRow.id", lazy="selectin"
    )
    recovery_codes: Mapped[list[RecoveryCodeRow]] = relationship(
        cascade="all, delete-orphan", lazy="selectin"
    )
    confirmations: Mapped[list[RoleConfirmationRow]] = relationship(
        cascade="all, delete-orphan",
        order_by="RoleConfirmationRow.role",
        foreign_keys="RoleConfirmationRow.account_id",
        lazy="selectin",
    )
    handover: Mapped[HandoverRow | None] = relationship(
        cascade="all, delete-orphan", foreign_keys="HandoverRow.account_id", lazy="selectin"
    )


class AccountRoleRow(DeskBase):
    """One role of one account."""

    __tablename__ = "account_roles"

    account_id: Mapped[int] = mapped_column(ForeignKey(_OWNER), primary_key=True)
    role: Mapped[str] = mapped_column(String(32), primary_key=True)


class RoleConfirmationRow(DeskBase):
    """A role of an account that was given on a page, or reset with it, and needs another person.

    It waits until `confirmed_by` says who confirmed it. A role without such a row counts: it was
    given by a command, or before there were confirmations.
    """

    __tablename__ = "account_role_confirmations"

    account_id: Mapped[int] = mapped_column(ForeignKey(_OWNER), primary_key=True)
    role: Mapped[str] = mapped_column(String(32), primary_key=True)
    given_by: Mapped[int] = mapped_column(ForeignKey(_OWNER))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey(_OWNER))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class HandoverRow(DeskBase):
    """Who was shown the last set-up link of an account on a page, and so could have used it."""

    __tablename__ = "account_handovers"

    account_id: Mapped[int] = mapped_column(ForeignKey(_OWNER), primary_key=True)
    made_by: Mapped[int] = mapped_column(ForeignKey(_OWNER))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PasskeyRow(DeskBase):
    """The public half of a passkey (WebAuthn)."""

    __tablename__ = "account_passkeys"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey(_OWNER), index=True)
    name: Mapped[str] = mapped_column(String(40))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RecoveryCodeRow(DeskBase):
    """One unused recovery code, hashed with the desks' secret."""

    __tablename__ = "account_recovery_codes"

    account_id: Mapped[int] = mapped_column(ForeignKey(_OWNER), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)


class SetupLinkRow(DeskBase):
    """The one link by which a person sets their account up; hashed, and gone once used."""

    __tablename__ = "account_setup_links"

    account_id: Mapped[int] = mapped_column(ForeignKey(_OWNER), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    until: Mapped[datetime] = mapped_column(UtcDateTime)


class SessionRow(DeskBase):
    """One browser: nobody's yet, or that of somebody who signed in.

    `data` is what pages keep between requests, as JSON. `factor_at` is when the second factor was
    last shown. `device` and `address` are for the list of devices: words, and a shortened address.
    """

    __tablename__ = "desk_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey(_OWNER), index=True)
    data: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    factor_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    device: Mapped[str] = mapped_column(String(60))
    address: Mapped[str] = mapped_column(String(45))


class EndedSessionRow(DeskBase):
    """A session that somebody had and that ended without their signing out; kept for a week.

    `digest` is that of `SessionRow`; `why` a value of `accounts.ended_sessions.Ending`.
    """

    __tablename__ = "desk_sessions_ended"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    why: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class FailureRow(DeskBase):
    """Failed attempts one after another at one name, whether or not there is such an account."""

    __tablename__ = "sign_in_failures"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
