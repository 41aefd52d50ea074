"""Asks a timestamp authority over HTTP, and keeps which one is asked (RFC 3161, 3.4)."""

from __future__ import annotations

import base64
import ipaddress
import json
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPException
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from codes.wording import Text
from issuer.errors import IssuerError
from issuer.host_names import is_host
from keys.timestamps import CheckedToken, check_response, make_request, trust_of
from registry.home import Home
from registry.store import make_folder, write_durably

# Of one step of the exchange, and of all of it: a server that drips never exceeds the first.
TIMEOUT_SECONDS = 10
DEADLINE_SECONDS = 20.0
MAX_ANSWER_BYTES = 64 * 1024
ATTEMPTS = 3
# Tokens of one authority differ by a few octets in serial number, time and signature.
_TOKEN_SLACK = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampAuthority:
    """A timestamp authority in use.

    Args:
        url: where it is asked: https, or http on this machine.
        certificates: DER: its root, and what else was configured.
        chain: DER: of the certificate that signed the token of the trial, to its root.
        token_bytes: the longest token to be expected of it.
    """

    url: str
    certificates: tuple[bytes, ...]
    chain: tuple[bytes, ...]
    token_bytes: int

    def stamp(self, signature: bytes, *, now: datetime) -> CheckedToken:
        """Return a checked token over a signature.

        Raises:
            IssuerError: `timestamp_unreachable`; `timestamp_too_long` where it does not fit the
                place that was reserved for it.
            KeysError: the answer does not hold, as `check_response` says.
        """
        checked = ask(self.url, self.certificates, signature, now=now)
        if len(checked.token) > self.token_bytes:
            raise IssuerError(
                "timestamp_too_long",
                Text(
                    "时间戳超出预留长度，请重新运行 yanzhen seal timestamps",
                    "the timestamp is longer than the place reserved for it; "
                    "run yanzhen seal timestamps again",
                ),
            )
        return checked


def try_authority(
    url: str,
    certificates: Sequence[bytes],
    *,
    now: datetime,
    deadline_seconds: float = DEADLINE_SECONDS,
) -> TimestampAuthority:
    """Return a timestamp authority once it has answered a trial.

    Args:
        url: as typed.
        certificates: DER: its root, and what else is known.
        now: aware UTC.
        deadline_seconds: by when the whole answer must be here, every attempt included.

    Raises:
        IssuerError: `timestamp_url_wrong`; `timestamp_unreachable`.
        KeysError: `timestamp_root_missing`; the answer does not hold.
    """
    _check_url(url)
    checked = ask(url, certificates, b"trial", now=now, deadline_seconds=deadline_seconds)
    return TimestampAuthority(
        url=url,
        certificates=tuple(certificates),
        chain=checked.chain,
        token_bytes=len(checked.token) + _TOKEN_SLACK,
    )


def ask(
    url: str,
    certificates: Sequence[bytes],
    signature: bytes,
    *,
    now: datetime,
    deadline_seconds: float = DEADLINE_SECONDS,
) -> CheckedToken:
    """Return a checked token over a signature from the authority at `url`."""
    trust = trust_of(certificates)
    request = make_request(signature)
    answer = _post_in_time(url, request.as_bytes(), deadline_seconds)
    return check_response(request, answer, trust, now=now)


def read_timestamps(home: Home) -> TimestampAuthority | None:
    """Return the timestamp authority in use, or None.

    Raises:
        IssuerError: its file does not read (`timestamps_file_damaged`).
    """
    path = home.seal_folder / "timestamps.json"
    if not path.exists():
        return None
    try:
        document = json.loads(path.read_bytes())
        return TimestampAuthority(
            url=str(document["url"]),
            certificates=_decode(document["certificates"]),
            chain=_decode(document["chain"]),
            token_bytes=int(document["token_bytes"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IssuerError(
            "timestamps_file_damaged",
            Text(f"{path.name} 无法读取", f"{path.name} cannot be read"),
        ) from error


def write_timestamps(home: Home, authority: TimestampAuthority | None) -> None:
    """Use this timestamp authority from now on, or none."""
    path = home.seal_folder / "timestamps.json"
    make_folder(home.seal_folder)
    if authority is None:
        path.unlink(missing_ok=True)
        return
    document = {
        "format": 1,
        "url": authority.url,
        "certificates": _encode(authority.certificates),
        "chain": _encode(authority.chain),
        "token_bytes": authority.token_bytes,
    }
    write_durably(path, json.dumps(document, indent=2).encode() + b"\n")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: the configured address is the one that is asked."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _post_in_time(url: str, body: bytes, seconds: float) -> bytes:
    """Return the answer to a request, all of it here within `seconds`.

    A socket's timeout starts anew with every octet, and looking up the name has none at all. So
    the exchange runs in a thread that is left behind at the deadline, and ends with the process.
    """
    answer: Future[bytes] = Future()
    until = time.monotonic() + seconds

    def exchange() -> None:
        try:
            answer.set_result(_post(url, body, until))
        except Exception as error:  # noqa: BLE001 - raised again by result() in the waiting thread
            answer.set_exception(error)

    Thread(target=exchange, daemon=True).start()
    try:
        return answer.result(timeout=seconds)
    except TimeoutError as error:
        raise _unreachable(TimeoutError(f"no whole answer in {seconds:g} s")) from error


def _post(url: str, body: bytes, until: float) -> bytes:
    request = urllib.request.Request(  # noqa: S310 - the scheme was checked by _check_url
        url, data=body, headers={"Content-Type": "application/timestamp-query"}, method="POST"
    )
    proxies = urllib.request.ProxyHandler({} if _is_loopback(url) else None)
    opener = urllib.request.build_opener(_NoRedirect, proxies)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with opener.open(request, timeout=TIMEOUT_SECONDS) as response:
                answer: bytes = response.read(MAX_ANSWER_BYTES + 1)
        except (OSError, HTTPException) as error:
            refused = isinstance(error, urllib.error.HTTPError) and error.code < 500
            if isinstance(error, urllib.error.HTTPError):
                error.close()  # it is the answer as well, with its socket
            if attempt == ATTEMPTS or refused or time.monotonic() > until:
                raise _unreachable(error) from error
            time.sleep(0.25 * 2**attempt)
        else:
            if len(answer) > MAX_ANSWER_BYTES:
                raise _unreachable(ValueError("answer too long"))
            return answer
    raise AssertionError("the last attempt returns or raises")


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        allowed = parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(url))
        allowed = allowed and is_host(parts.hostname or "") and url.isascii() and url.isprintable()
    except ValueError:
        allowed = False
    if not allowed:
        raise IssuerError(
            "timestamp_url_wrong",
            Text(
                "时间戳机构的网址应以 https:// 开头（本机可用 http://）",
                "the timestamp authority's address must begin with https:// "
                "(http:// on this machine)",
            ),
        )


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _unreachable(error: Exception) -> IssuerError:
    reason = f"HTTP {error.code}" if isinstance(error, urllib.error.HTTPError) else str(error)
    return IssuerError(
        "timestamp_unreachable",
        Text(
            f"时间戳机构未作答复（{reason}），可稍后重试；已登记的内容不受影响",
            f"the timestamp authority did not answer ({reason}); try again later, what is on "
            "record is safe",
        ),
    )


def _encode(certificates: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(der).decode() for der in certificates]


def _decode(texts: Sequence[str]) -> tuple[bytes, ...]:
    return tuple(base64.b64decode(text) for text in texts)
