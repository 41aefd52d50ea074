"""Finds every error, problem and notice in the source: its code and its sentences.

Reads syntax, runs nothing: a code is a lower-case name with underscores that stands in one call,
tuple or mapping with a sentence in both languages. Values filled in at run time show as `…`.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tests.arch.sources import python_files, tree

CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")
SLOT = "…"
# A lint is a rule and has an identifier of its own; what it finds carries the codes.
_NOT_A_REPORT = {"Lint"}
_REPORT = re.compile(r"(Error|Unavailable|Problem|Notice|Finding|Failed)$|^(problem|notice)$")
# Words of pages: named, but no reports.
_NO_REPORTS_IN = ("site",)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")

Sentences = tuple[str, str]


@dataclass(frozen=True, slots=True, order=True)
class CodedText:
    """One code with one pair of sentences; both empty where they come from elsewhere."""

    room: str
    code: str
    zh: str
    en: str


def coded_texts(room: str) -> list[CodedText]:
    """Return every coded text of a room, sorted, each once."""
    found: set[CodedText] = set()
    for path in python_files(room):
        if path.parent.name in _NO_REPORTS_IN:
            continue
        reader = _Reader(path)
        for code, (zh, en) in reader.read():
            found.add(CodedText(room, code, zh, en))
    worded = {one.code for one in found if one.zh}
    return sorted(one for one in found if one.zh or one.code not in worded)


def literal_codes(path: Path) -> Iterator[str]:
    """Yield what stands where a report of this file takes its code; f-strings as written."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and _is_report(_callee(node)):
            for value in _code_arguments(node):
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    if CODE.fullmatch(value.value):
                        yield value.value
                elif isinstance(value, ast.JoinedStr) and _is_composed_code(value):
                    yield ast.unparse(value)


def _is_report(callee: str) -> bool:
    ours = _REPORT.search(callee) or callee == "__init__"
    return bool(ours) and callee not in vars(builtins)


def _is_composed_code(value: ast.JoinedStr) -> bool:
    fixed = [part.value for part in value.values if isinstance(part, ast.Constant)]
    return bool(fixed) and all(re.fullmatch("[a-z0-9_]+", str(one)) for one in fixed)


def _callee(node: ast.Call) -> str:
    return ast.unparse(node.func).rpartition(".")[2]


def _code_arguments(node: ast.Call) -> list[ast.expr]:
    named = [keyword.value for keyword in node.keywords if keyword.arg == "code"]
    return named or node.args[:1]


class _Reader:
    """Reads one module; knows its constants and functions that are sentences."""

    def __init__(self, path: Path) -> None:
        self._tree = tree(path)
        self._constants: dict[str, ast.expr] = {}
        self._returned: dict[str, list[ast.expr]] = {}
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                self._constants.setdefault(node.targets[0].id, node.value)
            elif isinstance(node, ast.FunctionDef):
                self._returned[node.name] = [
                    one.value
                    for one in ast.walk(node)
                    if isinstance(one, ast.Return) and one.value is not None
                ]

    def read(self) -> Iterator[tuple[str, Sentences]]:
        """Yield every code with its sentences."""
        for node in ast.walk(self._tree):
            match node:
                case ast.Call() if _callee(node) not in _NOT_A_REPORT:
                    parts = [*node.args, *(keyword.value for keyword in node.keywords)]
                    yield from self._paired(parts, bare=bool(_REPORT.search(_callee(node))))
                case ast.Tuple():
                    yield from self._paired(node.elts, bare=False)
                case ast.Dict():
                    for key, value in zip(node.keys, node.values, strict=True):
                        if key is not None:
                            yield from self._paired([key, value], bare=False)

    def _paired(self, parts: list[ast.expr], *, bare: bool) -> Iterator[tuple[str, Sentences]]:
        codes = [
            part.value
            for part in parts
            if isinstance(part, ast.Constant)
            and isinstance(part.value, str)
            and CODE.fullmatch(part.value)
        ]
        if not codes:
            return
        sentences = self._sentences(parts)
        if sentences or bare:
            yield from ((codes[0], pair) for pair in sentences or [("", "")])

    def _sentences(self, parts: list[ast.expr]) -> list[Sentences]:
        for part in parts:
            if pairs := self._resolve(part):
                return pairs
        said = [self._say(part) for part in parts]
        for zh, en in pairwise(said):
            if zh and en and _CHINESE.search(zh) and not _CHINESE.search(en.replace(SLOT, "")):
                return [(zh, en)]
        return []

    def _resolve(self, part: ast.expr) -> list[Sentences]:
        """Return the sentences an expression stands for, as far as this module tells."""
        match part:
            case ast.Call(func=ast.Name(id="Text"), args=[zh, en]):
                return [(self._say(zh) or SLOT, self._say(en) or SLOT)]
            case ast.Call(func=ast.Name(id=name)):
                return [pair for one in self._returned.get(name, []) for pair in self._resolve(one)]
            case ast.Name(id=name) if name in self._constants:
                return self._resolve(self._constants[name])
            case ast.IfExp(body=body, orelse=other):
                return [*self._resolve(body), *self._resolve(other)]
        return []

    def _say(self, part: ast.expr) -> str:
        match part:
            case ast.Constant(value=str() | int() as value):
                return str(value)
            case ast.FormattedValue(value=value):
                return self._say(value)
            case ast.JoinedStr(values=values):
                return "".join(self._say(part) or SLOT for part in values)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return (self._say(left) or SLOT) + (self._say(right) or SLOT)
            case ast.Name(id=name) if name in self._constants:
                return self._say(self._constants[name])
        return ""
