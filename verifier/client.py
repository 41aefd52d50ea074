"""A client of the API for lists, in Python and nothing else: copy this file, or import it.

    client = Client("https://verify.example.com", "yz_…")
    batch = client.start_batch([Row(number="S0000…", name="张三")], watch=True)
    batch = client.wait(batch.id)
    for result in client.results(batch.id):
        print(result.index, result.outcome)

Types and addresses follow `/api/v1/openapi.json`; a test compares them with it.
"""

from __future__ import annotations

import http.client
import json
import secrets
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

_SECONDS: Final = 60.0
_ATTEMPTS: Final = 4
_LONGEST_WAIT: Final = 60.0
_PASSING: Final = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A certificate to check: its number, and a fact or two about its holder."""

    number: str
    name: str = ""
    document_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A list, and how far it is."""

    id: str
    state: str
    rows: int
    done: int
    watch: bool
    made_at: str
    keep_until: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The answer to one row; `index` is its place in what was handed in, from 0."""

    index: int
    outcome: str
    status: str
    error: Mapping[str, str] | None
    summary: Mapping[str, str]
    reason: Mapping[str, str]
    advice: Mapping[str, str]
    checked_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a key was used for."""

    rows_a_day: int
    rows_left_today: int
    days: Sequence[Mapping[str, Any]]


class ApiRefused(Exception):
    """The API refused a request; it says nothing about a certificate.

    Args:
        status: of HTTP.
        problem: its members, `code` among them; empty where it was no problem of the API's.
    """

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {problem.get('code', '')}: {problem.get('detail_en', '')}")
        self.status = status
        self.problem = problem

    @property
    def code(self) -> str:
        """The stable code of the refusal; empty where there is none."""
        return str(self.problem.get("code", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


Send = Callable[[str, str, Mapping[str, str], bytes | None], Answered]
"""Sends method, address, headers and body; raises OSError where nothing was answered."""


class Client:
    """Asks one server with one key.

    Args:
        base: its address, https but for this very machine.
        key: an API key.
        send: sends a request; over the network unless given.
        sleep: waits so many seconds.
    """

    def __init__(
        self,
        base: str,
        key: str,
        *,
        send: Send | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        parts = urlsplit(base)
        if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost"):
            raise ValueError("a key is sent over https only")
        self._base = base.rstrip("/")
        self._key = key
        self._send = send or send_over_network
        self._sleep = sleep

    def start_batch(
        self, rows: Sequence[Row], *, watch: bool = False, idempotency_key: str | None = None
    ) -> Batch:
        """Hand a list in; sent again where the connection breaks, but begun once.

        Raises:
            ApiRefused: it was not begun.
            OSError: nobody answered.
        """
        told = [{name: text for name, text in asdict(row).items() if text} for row in rows]
        body = {"rows": told, "watch": watch}
        word = idempotency_key or secrets.token_urlsafe(24)
        return Batch(**self._ask("POST", "/api/v1/batches", body, {"Idempotency-Key": word}))

    def batch(self, batch_id: str) -> Batch:
        """Return how far a list is; raises as `start_batch`."""
        return Batch(**self._ask("GET", f"/api/v1/batches/{quote(batch_id, safe='')}"))

    def batches(self) -> Iterator[Batch]:
        """Yield the lists of this key, the latest first; raises as `start_batch`."""
        for one in self._pages("/api/v1/batches", "batches"):
            yield Batch(**one)

    def results(self, batch_id: str) -> Iterator[Result]:
        """Yield the answer to each row of a list that is done; raises as `start_batch`."""
        address = f"/api/v1/batches/{quote(batch_id, safe='')}/results"
        for one in self._pages(address, "results"):
            yield Result(**one)

    def wait(self, batch_id: str, *, every_seconds: float = 2.0) -> Batch:
        """Return a list once it is done or failed; raises as `start_batch`."""
        while (found := self.batch(batch_id)).state == "running":
            self._sleep(every_seconds)
        return found

    def delete_batch(self, batch_id: str) -> None:
        """Delete a list and its results; raises as `start_batch`."""
        self._ask("DELETE", f"/api/v1/batches/{quote(batch_id, safe='')}")

    def usage(self) -> Usage:
        """Return what this key was used for; raises as `start_batch`."""
        return Usage(**self._ask("GET", "/api/v1/usage"))

    def _pages(self, address: str, member: str) -> Iterator[Any]:
        cursor: str | None = ""
        while cursor is not None:
            asked = {"limit": "500"} | ({"cursor": cursor} if cursor else {})
            page = self._ask("GET", f"{address}?{urlencode(asked)}")
            yield from page[member]
            cursor = page["next_cursor"]

    def _ask(
        self, method: str, address: str, body: Any = None, more: Mapping[str, str] | None = None
    ) -> Any:
        headers = {"Authorization": f"Bearer {self._key}", **(more or {})}
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        answer = self._patiently(method, self._base + address, headers, data)
        told = json.loads(answer.body) if answer.body.startswith(b"{") else {}
        if not 200 <= answer.status < 300:
            raise ApiRefused(answer.status, told)
        return told

    def _patiently(
        self, method: str, url: str, headers: Mapping[str, str], data: bytes | None
    ) -> Answered:
        """Send a request, again where that may help: each is safe to send twice."""
        for attempt in range(1, _ATTEMPTS + 1):
            wait = 2.0**attempt
            try:
                answer = self._send(method, url, headers, data)
            except OSError:
                if attempt == _ATTEMPTS:
                    raise
            else:
                asked = answer.headers.get("Retry-After", "")
                wait = float(asked) if asked.isdigit() else wait
                worth_it = answer.status in _PASSING and wait <= _LONGEST_WAIT
                if attempt == _ATTEMPTS or not worth_it:
                    return answer
            self._sleep(wait)
        raise AssertionError("the last attempt returns or raises")


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: it would carry the key elsewhere."""

    def redirect_request(self, *_: Any) -> None:
        return None


def send_over_network(
    method: str, url: str, headers: Mapping[str, str], body: bytes | None
) -> Answered:
    """Send a request over the network; raises OSError where nothing was answered."""
    opener = urllib.request.build_opener(_NoRedirects)
    request = urllib.request.Request(url, body, dict(headers), method=method)  # noqa: S310 - https, see Client
    try:
        with opener.open(request, timeout=_SECONDS) as answer:
            return Answered(status=answer.status, headers=dict(answer.headers), body=answer.read())
    except urllib.error.HTTPError as refused:
        with refused:
            said = dict(refused.headers)
            return Answered(status=refused.code, headers=said, body=refused.read())
    except http.client.HTTPException as error:
        raise OSError("the answer broke off") from error
