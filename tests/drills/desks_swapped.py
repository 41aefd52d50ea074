"""Requests of one body's people over every route that takes an id, with ids of the other's things.

The ids stand for what is really there: each page is shown to its own people first. Nothing but
sessions and the audit trail may change in any table while the other's ids are sent.
"""

from __future__ import annotations

import hashlib
import random
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from accounts.roles import Role, declared_roles
from registry.home import Home
from tests.accounts.desk_app import FORM_SECRET, DeskClient, signed_token
from tests.drills.desks_things import HOST, PARTIES, fill_other, own_batch
from tests.drills.desks_world import MARK, OTHER, World, open_world
from tests.drills.drill import Facts, require, require_none

_SHOWN_ONCE = "/made"  # the end of an address
_LIVE = frozenset({"desk_sessions", "desk_sessions_ended", "trail"})
"""Tables that any request may write to: who came, and what was asked of whom."""
_SEES_ALL = frozenset({Role.AUTHORITY_CLERK, Role.AUTHORITY_DIRECTOR, Role.POLICE, Role.AUDITOR})
_TYPED_SHARE = 8  # one request in so many asks for the other's things in a field or a query
_FORM: Mapping[str, str] = {
    "revision": "1",
    "seen": "yes",
    "reason": "经查属实",
    "ground": "核对持证人身份",
    "reference": "津技鉴〔2026〕15号",
    "answer": "已核实",
    "outcome": "accepted",
    "step": "propose",
    "hits": "1",
    "lived": "0",
    "held": "",
    "words": "已核实",
    "row": "2",
    "NAME": "改名某",
    "roles": "examiner",
    "received": "2026-11-25",
    "sender": "某群众",
    "sure": "yes",
    "text": "请核查",
}
"""Fields of all the forms of the desks; each route takes its own."""
_OF_ROUTE: Mapping[str, Mapping[str, str]] = {
    "batches.settle_one": {"outcome": "dismissed", "row": ""},
}
"""Where a field of the same name takes something else."""


def run_swapped(folder: Path, *, count: int, seed: int) -> Facts:
    """Send so many requests with swapped ids; return what came of them.

    Args:
        folder: an empty one.
        count: how many.
        seed: of their order.
    """
    world = open_world(folder)
    things = {name: list(map(str, ids)) for name, ids in fill_other(world, folder).items()}
    own = str(world.ids["clerk"])
    batch = own_batch(world, folder)
    marks = _marks(world, things)
    shown = _show_to_own(world, things, marks)
    before = rows_of_home(world.home, batch)
    sent = _Sent(world=world, marks=marks)
    asked = list(_swapped(world, things, batch))
    random.Random(seed).shuffle(asked)
    asked.sort(key=lambda one: not one.allowed)  # first where the role alone would let it through
    typed = list(_typed(things, batch, own))
    for number in range(count):
        if number % _TYPED_SHARE == _TYPED_SHARE - 1:
            sent.typed(typed[number // _TYPED_SHARE % len(typed)])
        else:
            sent.swapped(asked[number % len(asked)])
    after = rows_of_home(world.home, batch)
    changed = sorted(name for name in before | after if before.get(name) != after.get(name))
    require_none(sent.faults, "requests with ids of another body's things")
    require_none(changed, "tables that requests with another body's ids changed")
    return {
        "requests with ids of another's things": count,
        "of them GET": sent.methods["GET"],
        "of them POST": sent.methods["POST"],
        "routes with ids": str(len({one.rule.endpoint for one in asked})),
        "roles that sent them": str(len(PARTIES)),
        "refused: no such page (404)": sent.refused[404],
        "refused: not in one's own batch (409, 422)": sent.refused[409] + sent.refused[422],
        "refused: not of that role (403)": sent.refused[403],
        "ids typed into fields and queries": sent.refused[200],
        "pages with the very ids that their own people were shown": str(shown),
        "answers with anything of another body": 0,
        "tables compared row by row, before and after": str(len(before)),
        "tables that changed": 0,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Swapped:
    """A request by somebody with an address that is another's.

    Args:
        rule: of the route.
        method: of HTTP.
        name: whose browser sends it.
        path: with the other's ids.
        allowed: whether somebody of that role may use the route.
        in_own: whether it names the other's thing in what is one's own.
    """

    rule: Rule
    method: str
    name: str
    path: str
    allowed: bool
    in_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Typed:
    """A request for one's own pages that names another's things in a field or the query."""

    name: str
    path: str
    form: Mapping[str, str] | None = None


class _Sent:
    """What was sent, and every answer that was not the refusal it had to be."""

    def __init__(self, *, world: World, marks: Sequence[bytes]) -> None:
        self._world = world
        self._marks = marks
        self._token = {"X-CSRFToken": signed_token(world.desks.app, FORM_SECRET)}
        self.faults: list[str] = []
        self.methods: Counter[str] = Counter()
        self.refused: Counter[int] = Counter()

    def swapped(self, one: _Swapped) -> None:
        """Send a request that must be refused."""
        form = {**_FORM, **_OF_ROUTE.get(one.rule.endpoint, {})}
        answer = self._send(one.name, one.method, one.path, form if one.method != "GET" else None)
        fits: tuple[int, ...] = (404,) if one.allowed else (403,)
        if one.allowed and one.in_own:  # the own batch has no such thing, and says so
            fits = (404, 409, 422)
        self.refused[answer.status_code] += 1
        said = f"{one.method} {one.rule.rule} by {one.name}"
        if answer.status_code not in fits:
            self.faults.append(f"{said}: {answer.status_code}")
        elif self._shows(answer, one.path):
            self.faults.append(f"{said}: shows another's data")

    def typed(self, one: _Typed) -> None:
        """Send a request that may be answered, with nothing of another's."""
        method = "GET" if one.form is None else "POST"
        answer = self._send(one.name, method, one.path, one.form)
        self.refused[200] += 1
        if answer.status_code >= 500 or self._shows(answer, f"{one.path} {one.form}"):
            self.faults.append(f"{method} {one.path.split('?')[0]} by {one.name}: {answer.status}")

    def _send(
        self, name: str, method: str, path: str, form: Mapping[str, str] | None
    ) -> TestResponse:
        self.methods[method] += 1
        browser: DeskClient = self._world.browsers[name]
        answer: TestResponse = browser.open(path, method=method, data=form, headers=self._token)
        return answer

    def _shows(self, answer: TestResponse, asked: str) -> bool:
        """Say whether an answer holds a mark that was not in the request itself."""
        data = answer.get_data() + str(answer.headers).encode()
        return any(mark in data for mark in self._marks if mark.decode() not in asked)


def _marks(world: World, things: Mapping[str, Sequence[str]]) -> list[bytes]:
    """Return what must stand in no answer: the planted mark and what only the other body has."""
    return [one.encode() for one in (MARK, HOST, OTHER, *things["number"])]


def routes_with_ids(world: World) -> list[tuple[Rule, str, frozenset[Role]]]:
    """Return every route that takes an id of something, its methods, and who may use it."""
    found = []
    for rule in world.desks.app.url_map.iter_rules():
        if rule.endpoint == "static" or not rule.arguments:
            continue
        roles = declared_roles(world.desks.app.view_functions[rule.endpoint])
        if roles is not None:  # a set-up link is a secret of its own
            methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
            found += [(rule, method, roles) for method in methods]
    require(len(found) > 80, f"only {len(found)} routes with ids were found")
    return found


def _ids(rule: Rule, argument: str, things: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """Return the other's ids that a route's argument stands for; none for an unknown argument."""
    by_place = (
        ("/certificates/requests", "number", "request"),
        ("/filing/", "number", "one"),
        ("/complaints/", "number", "tip"),
        ("/police/", "place", "one"),
        ("/filing/", "place", "one"),
        ("/filing/", "which", "one"),
    )
    for start, name, kind in by_place:
        if rule.rule.startswith(start) and argument == name:
            return ("1",) if kind == "one" else things[kind]
    plain = {
        "code": ("suspend", "reissue"),
        "form": ("pdf",),
        "part": ("1",),
        "kind": ("suspend",),
        "row_id": things["session"],
        "prefix": things["prefix"],
    }
    return plain.get(argument) or things.get(argument.removesuffix("_id"), ())


def _paths(
    rule: Rule, things: Mapping[str, Sequence[str]], first: Sequence[str] = ()
) -> Iterator[str]:
    """Yield addresses of a route with the other's ids; the first argument's own where given."""
    names = rule.rule.replace(">", "<").split("<")[1::2]
    arguments = [name.rpartition(":")[2] for name in names]
    choices = [_ids(rule, argument, things) for argument in arguments]
    if first:
        choices[0] = first
    require(all(choices), f"no ids are known for {rule.rule}")
    for ids in product(*choices):
        path = rule.rule
        for name, value in zip(names, ids, strict=True):
            path = path.replace(f"<{name}>", value)
        yield path


def _swapped(world: World, things: Mapping[str, Sequence[str]], own: int) -> Iterator[_Swapped]:
    """Yield every request that must be refused: route × role × the other's ids."""
    for rule, method, roles in routes_with_ids(world):
        paths, in_own = list(_paths(rule, things)), list[str]()
        if rule.rule.startswith("/batches/<int:draft_id>") and len(rule.arguments) > 1:
            in_own = list(_paths(rule, things, first=[str(own)]))
        for name, role, _ in PARTIES:
            allowed = role in roles
            if allowed and role in _SEES_ALL and not rule.rule.startswith("/account/"):
                if not (rule.rule.startswith("/complaints/") and role is not Role.AUDITOR):
                    continue  # they read what all bodies have
                here = things["complaint"] if role is Role.POLICE else things["tip"]
                paths = list(_paths(rule, {**things, "tip": here}))
            for path in (*paths, *in_own):
                yield _Swapped(
                    rule=rule,
                    method=method,
                    name=name,
                    path=path,
                    allowed=allowed,
                    in_own=path in in_own,
                )


def _typed(things: Mapping[str, Sequence[str]], batch: int, own: str) -> Iterator[_Typed]:
    """Yield requests for one's own lists and forms that name the other's things."""
    number, award, photo = things["number"][0], things["award"][0], things["photo"]
    for name in ("clerk", "approver"):
        yield _Typed(name=name, path=f"/certificates/?body={OTHER}")
        yield _Typed(name=name, path=f"/certificates/?after={award}&body={OTHER}")
        yield _Typed(name=name, path=f"/acts/?body={OTHER}&after=999999")
        for typed in ({"number": number}, {"number": number[:16]}, {"name": f"{MARK}王"}):
            yield _Typed(name=name, path="/certificates/find", form=typed)
        for path in ("/", "/batches", "/batches/settings", "/questions", "/certificates/requests"):
            yield _Typed(name=name, path=path)
    for path in ("rows", "photos", "scores", "eligibility", "plan", "notice"):
        yield _Typed(name="clerk", path=f"/batches/{batch}/{path}?row={things['row'][-1]}&page=2")
    dropped = {"photo": photo[0], "photos": photo[0], "revision": "999", "sure": "yes"}
    yield _Typed(name="clerk", path=f"/batches/{batch}/photos/drop", form=dropped)
    for path in ("/", "/people", f"/people/{own}"):
        yield _Typed(name="custodian", path=path)
    for path in ("/", "/employer/checks", "/employer/keys", "/employer/webhooks"):
        yield _Typed(name="employer", path=path)
    yield _Typed(name="examiner", path=f"/batches?body={OTHER}")
    for name in ("official", "police"):
        yield _Typed(name=name, path="/account")


def _show_to_own(world: World, things: Mapping[str, Sequence[str]], marks: Sequence[bytes]) -> int:
    """See that the ids are of what is there: their own people are shown pages with the mark."""
    shown, marked, wrong = 0, 0, []
    for award in things["award"]:  # what they read in full they have a ground for
        said = {"ground": "核对持证人身份"}
        world.browsers[f"{MARK}clerk"].post(f"/certificates/{award}/open", data=said)
    for rule, method, roles in routes_with_ids(world):
        own = [name for name, role, _ in PARTIES if role in roles and role not in _SEES_ALL]
        if method != "GET" or not own:
            continue
        told = []
        for path in list(_paths(rule, things))[:12]:
            answer = world.browsers[f"{MARK}{own[0]}"].get(path)
            told.append(answer.status_code)
            shown += answer.status_code == 200
            marked += answer.status_code == 200 and any(one in answer.get_data() for one in marks)
        well = {200, 409}  # 409: found, but a busy machine drew no sample in time
        if rule.rule.endswith(_SHOWN_ONCE):
            well.add(302)  # led on: what it showed once was another session's
        if not well & set(told):
            wrong.append(f"{rule.rule} by {own[0]}: {told}")
    require_none(wrong, "pages that not even their own people are shown")
    require(marked > 10, f"the mark stands on {marked} pages only")
    return shown


def rows_of_home(home: Home, own: int) -> dict[str, str]:
    """Return what stands in each table of a home's databases, as a hash of its rows.

    Args:
        home: at rest.
        own: the batch that its own people may well change.
    """
    found: dict[str, str] = {}
    for path in sorted(home.path.glob("*.sqlite3")):
        with closing(sqlite3.connect(path)) as connection:
            query = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
            names = [name for (name,) in connection.execute(query)]
            for name in names:
                if name not in _LIVE:
                    found[f"{path.stem}.{name}"] = _hash_of(connection, name, own)
    require(len(found) > 40, f"only {len(found)} tables were found")
    return found


def _hash_of(connection: sqlite3.Connection, table: str, own: int) -> str:
    """Return a hash of the rows of a table that are not of the own batch."""
    columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
    query = f'SELECT * FROM "{table}"'  # noqa: S608 - the name of one of our own tables
    if table == "batch_drafts" or "draft_id" in columns:
        query += f" WHERE {'id' if table == 'batch_drafts' else 'draft_id'} <> {own}"
    rows = sorted(map(repr, connection.execute(query)))
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()
