"""Routes for API keys: `@keyed(Scope.READ)` lets a request through only with a key that may."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Final, TypeVar

from flask import current_app, g, request
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from codes.wording import Text
from registry.errors import RegistryError
from registry.public_database import open_public_engine
from registry.session import transaction
from verifier.api.problems import Problem, ProblemCode, Refused, refuse
from verifier.api_keys import ApiKey, QuotaSpent, Scope, count_request, open_key

View = TypeVar("View", bound=Callable[..., Any])
URL_EXTENSION: Final = "yanzhen_api_keys_url"
ENGINE_EXTENSION: Final = "yanzhen_api_keys"
_LONGEST: Final = 200
_RETRY_SECONDS: Final = 15


def keyed(scope: Scope) -> Callable[[View], View]:
    """Let a request through with a key that may do `scope`, and count it."""

    def mark(view: View) -> View:
        @wraps(view)
        def asked(*args: Any, **kwargs: Any) -> Any:
            g.api_key = _arrive(scope)
            return view(*args, **kwargs)

        return asked  # type: ignore[return-value]  # same parameters, same answers or a refusal

    return mark


def the_key() -> ApiKey:
    """Return the key of this request, in a route that asks for one."""
    key: ApiKey = g.api_key
    return key


def public_engine() -> Engine:
    """Return the public side's database of this application, opened when it is first asked.

    Raises:
        RegistryError, SQLAlchemyError: it does not answer; it may later.
    """
    extensions = current_app.extensions
    if ENGINE_EXTENSION not in extensions:
        extensions[ENGINE_EXTENSION] = open_public_engine(extensions[URL_EXTENSION])
    engine: Engine = extensions[ENGINE_EXTENSION]
    return engine


def now() -> datetime:
    """Return the present time, aware UTC."""
    return datetime.now(UTC)


def unavailable() -> Refused:
    """Return the refusal where the database cannot be asked."""
    return Refused(
        Problem(
            code=ProblemCode.KEYS_UNAVAILABLE,
            detail=Text("请稍后再试", "try again later"),
            retry_after_seconds=_RETRY_SECONDS,
        )
    )


def quota_spent(spent: QuotaSpent, rows: int = 0) -> Refused:
    """Return the refusal of a key that has used what a day allows.

    Args:
        rows: of the list that is refused; 0 where it is not about a list.
    """
    left = spent.rows_left
    said = (
        Text(
            f"今日还可提交 {left} 行，这份名单有 {rows} 行；",
            f"rows that may still be handed in today: {left}, rows of this list: {rows}; ",
        )
        if rows
        else Text("", "")
    )
    return Refused(
        Problem(
            code=ProblemCode.QUOTA_SPENT,
            detail=Text(
                f"{said.zh}按北京时间计日，次日零时恢复；可在工作台查看用量",
                f"{said.en}days are counted in Beijing time and begin at midnight; the desk shows "
                "the usage",
            ),
            evidence={"rows_left": str(spent.rows_left)},
            retry_after_seconds=spent.seconds,
        )
    )


def _arrive(scope: Scope) -> ApiKey:
    try:
        with transaction(public_engine()) as session:
            key = open_key(session, _brought())
            if key is None:
                raise refuse(
                    ProblemCode.KEY_INVALID,
                    "密钥不存在或已停用",
                    "there is no such key, or it was revoked",
                )
            count_request(session, key, now=now())
    except QuotaSpent as spent:
        raise quota_spent(spent) from spent
    except (RegistryError, SQLAlchemyError) as error:
        raise unavailable() from error
    if scope not in key.scopes:
        raise refuse(
            ProblemCode.SCOPE_MISSING,
            f"需要权限 {scope.value}（{scope.text.zh}）",
            f"the scope {scope.value} is needed ({scope.text.en})",
            scope=scope.value,
        )
    return key


def _brought() -> str:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not secret.strip() or len(secret) > _LONGEST:
        raise refuse(
            ProblemCode.KEY_MISSING,
            "请在请求头 Authorization 中以 Bearer 方式提供密钥",
            "bring the key in the header Authorization, as Bearer",
        )
    return secret.strip()
