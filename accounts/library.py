"""Flask-Security as these desks use it: it keeps credentials; the pages and their order are ours.

Of the library come the hashing of passwords (argon2id over a keyed hash, hashed anew when the
parameters grow), their rules, the keys and codes of authenticator apps, recovery codes, and who is
signed in. Its own pages are not mounted (docs/decisions/0025).
"""

from __future__ import annotations

import base64
import hashlib
import logging
from functools import partial
from typing import Any, Final

from flask import Flask, current_app
from flask_security import RoleMixin, Security, UserDatastore, UserMixin
from flask_security.datastore import Datastore
from flask_security.totp import Totp
from sqlalchemy import select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import joinedload

from accounts.bureau import Bureau
from accounts.easy_passwords import is_easy
from accounts.role_standing import counting_roles, needs_no_factor, waiting_roles
from accounts.roles import Role
from codes.wording import Text
from registry.account_models import AccountRow
from registry.session import reading, transaction

ISSUER: Final = "验真 Yanzhen"
SHORTEST_PASSWORD: Final = 12
LONGEST_PASSWORD: Final = 128
RECOVERY_CODES: Final = 10
# Every request reads its account: one query for all that is few, not one for each table.
_AT_ONCE: Final = (
    joinedload(AccountRow.roles),
    joinedload(AccountRow.confirmations),
    joinedload(AccountRow.handover),
    joinedload(AccountRow.passkeys),
)


class AccountRole(RoleMixin):
    """A role, as the library knows one."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.permissions = None


class Account(UserMixin):
    """An account as it was when read, in the library's shape; the row is the record."""

    fs_uniquifier: str = ""  # the library looks for it on the class

    def __init__(self, row: AccountRow) -> None:
        self.id = row.id
        self.username = row.username
        self.handle: str = row.username
        self.name = row.name
        self.body = row.body
        self.active = row.active
        self.password = row.password
        self.fs_uniquifier = row.uniquifier
        self.tf_totp_secret = row.totp_secret
        self.totp_counter = row.totp_counter
        self.roles = [AccountRole(role) for role in sorted(counting_roles(row))]
        self.waiting_roles = waiting_roles(row)
        self.passkey_count = len(row.passkeys)
        self.recovery_count = len(row.recovery_codes)

    @property
    def desk_roles(self) -> frozenset[Role]:
        """Their roles, as far as they count."""
        return frozenset(Role(role.name) for role in self.roles)

    @property
    def needs_factor(self) -> bool:
        """Whether a password alone lets them in nowhere: everybody but employers."""
        return not needs_no_factor(self.desk_roles)

    @property
    def has_factor(self) -> bool:
        """Whether they have set a second factor up."""
        return self.tf_totp_secret is not None or self.passkey_count > 0


class AccountStore(Datastore, UserDatastore):
    """Finds accounts for the library, each time in a transaction of its own."""

    def __init__(self, bureau: Bureau) -> None:
        self.bureau = bureau
        Datastore.__init__(self, None)  # type: ignore[no-untyped-call]  # it has no types
        UserDatastore.__init__(self, Account, AccountRole)

    def find_user(self, case_insensitive: bool = False, **known: Any) -> Account | None:
        """Return the account with this `fs_uniquifier` or `username`, or None."""
        columns = {"fs_uniquifier": AccountRow.uniquifier, "username": AccountRow.username}
        query = select(AccountRow).options(*_AT_ONCE)
        for name, value in known.items():
            query = query.where(columns[name] == value)
        with reading(self.bureau.desks) as session:
            row = session.scalars(query).unique().one_or_none()
            return None if row is None else Account(row)

    def put(self, model: Account) -> Account:
        """Keep a password that the library hashed anew; all else is changed by our own acts."""
        with transaction(self.bureau.desks) as session:
            changed = update(AccountRow).where(AccountRow.id == model.id)
            session.execute(changed.values(password=model.password))
        return model

    def commit(self) -> None:
        """Every change was committed when it was made."""


class CodesOnce(Totp):
    """Codes of authenticator apps, each taken once: a time step is used up with the code."""

    def __init__(self, bureau: Bureau, secrets: dict[str, str], issuer: str) -> None:
        super().__init__(secrets, issuer)
        self._bureau = bureau
        self._totp = self._totp.using(now=lambda: bureau.clock().timestamp())

    def seal_key(self, key: str) -> str:
        """Return a base32 key that was chosen elsewhere, sealed as fresh ones are."""
        sealed: str = self._totp(key=key, format="base32").to_json(encrypt=True)
        return sealed

    def key_of(self, sealed: str) -> str:
        """Return the base32 key that was sealed."""
        key: str = self._totp.from_source(sealed).base32_key
        return key

    def code_now(self, key: str) -> str:
        """Return the code an app with this base32 key shows now."""
        code: str = self._totp(key=key, format="base32").generate().token
        return code

    def get_last_counter(self, user: UserMixin) -> int | None:
        """Return the last time step whose code was used."""
        assert isinstance(user, Account)
        return user.totp_counter or None

    def set_last_counter(self, user: UserMixin, tmatch: Any) -> None:
        """Use a time step up; of two requests with one code the second finds it used."""
        with transaction(self._bureau.desks) as session:
            done = session.execute(
                update(AccountRow)
                .where(AccountRow.id == user.id, AccountRow.totp_counter < tmatch.counter)
                .values(totp_counter=tmatch.counter)
            )
        assert isinstance(done, CursorResult)
        if done.rowcount != 1:
            raise UsedUp


class UsedUp(Exception):
    """A code was used by another request at the same time."""


def keep_credentials(app: Flask, bureau: Bureau) -> None:
    """Open the library for an application, without its pages, tokens or cookies."""
    secret = bureau.secret
    fernet = base64.urlsafe_b64encode(hashlib.sha256(secret.for_purpose("totp").encode()).digest())
    app.config.update(
        SECURITY_PASSWORD_SALT=secret.for_purpose("passwords"),
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 - the name of a way to hash
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_PASSWORD_LENGTH_MIN=SHORTEST_PASSWORD,
        SECURITY_PASSWORD_NORMALIZE_FORM="NFKC",  # noqa: S106 - a form of Unicode
        SECURITY_USER_IDENTITY_ATTRIBUTES=[{"username": {"mapper": str}}],
        SECURITY_TWO_FACTOR=True,
        SECURITY_TWO_FACTOR_ENABLED_METHODS=["authenticator"],
        SECURITY_MULTI_FACTOR_RECOVERY_CODES=True,
        SECURITY_MULTI_FACTOR_RECOVERY_CODES_N=RECOVERY_CODES,
        SECURITY_TOTP_SECRETS={"1": fernet.decode()},
        SECURITY_TOTP_ISSUER=ISSUER,
        SECURITY_CLI_USERS_NAME=None,
        SECURITY_CLI_ROLES_NAME=None,
    )
    logging.getLogger("passlib.registry").setLevel(logging.WARNING)
    codes: Any = partial(CodesOnce, bureau)
    security = Security(app, AccountStore(bureau), register_blueprint=False, totp_cls=codes)
    # Nobody is let in by a token in a header or a cookie that remembers them: by a session only.
    security.login_manager._request_callback = None
    app.config["REMEMBER_COOKIE_NAME"] = "never-set"


def the_library() -> Security:
    """Return the library of the application that answers this request."""
    found: Security = current_app.extensions["security"]
    return found


def inspect_password(password: str, account: Account) -> Text | None:
    """Return what is wrong with a password somebody chose, or None."""
    chosen = the_library().password_util.normalize(password)
    if len(chosen) > LONGEST_PASSWORD:
        return Text(
            f"密码不超过 {LONGEST_PASSWORD} 个字符",
            f"A password has at most {LONGEST_PASSWORD} characters",
        )
    complaints, chosen = the_library().password_util.validate(password, False, user=account)
    if complaints:
        return Text(
            f"密码至少 {SHORTEST_PASSWORD} 个字符，建议用几个不相干的词连起来",
            f"A password has at least {SHORTEST_PASSWORD} characters: a few unrelated words",
        )
    folded = chosen.casefold()
    if account.handle in folded or account.name.casefold() in folded:
        return Text(
            "密码中不要包含用户名或姓名", "A password does not contain the user name or the name"
        )
    if len(set(folded)) < 5 or is_easy(folded):
        return Text(
            "密码过于简单，容易被猜到；请用几个不相干的词连起来",
            "Too simple, and soon guessed: take a few unrelated words",
        )
    return None
