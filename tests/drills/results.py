"""Where drills keep what they found: parts while a drill runs, a page once it is through."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from registry.store import make_folder, write_durably
from tests.drills.drill import Drill, Facts, Figure

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "docs" / "drills"
WORK = ROOT / "build" / "drills"

_JUDGED = (
    "audit",
    "codes",
    "keys",
    "log",
    "registry",
    "templates",
    "issuer",
    "verifier",
    "wsgi.py",
    "yanzhen.py",
)
_JUDGES = (
    "tests/drills",
    "tests/forgery",
    "tests/property",
    "tests/pdf",
    "tests/journeys",
    "tests/verifier",
)
_PASSED = "passed"
_KEPT_SUFFIXES = {".py", ".json", ".js", ".html", ".css", ".patch"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What a result holds for: this code, this figure, this seed.

    Args:
        code: hash of everything the drills run, so that other files may change.
        commit: what people know the code by.
    """

    drill: str
    figure: Figure
    seed: int
    code: str
    commit: str

    @property
    def key(self) -> str:
        """Short enough for a file name."""
        return f"{self.drill}-{self.figure}-{self.seed}-{self.code[:12]}"


def code_hash() -> str:
    """Return a hash of the product and of the drills."""
    digest = hashlib.sha256()
    for top in (*_JUDGED, *_JUDGES):
        path = ROOT / top
        files = [path] if path.is_file() else sorted(path.rglob("*"))
        for file in files:
            if file.suffix in _KEPT_SUFFIXES and file.is_file():
                digest.update(f"{file.relative_to(ROOT)}\n".encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def commit_name() -> str:
    """Return the commit, and whether the code differs from it."""
    if not (ROOT / ".git").exists():
        return "unknown"
    commit = _git("rev-parse", "--short=12", "HEAD")
    changed = _git("status", "--porcelain", "--", *_JUDGED, *_JUDGES)
    return f"{commit} and changes not committed" if changed else commit


def _git(*arguments: str) -> str:
    run = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return run.stdout.strip() if run.returncode == 0 else "unknown"


class Journal:
    """The facts of the parts that are through, kept so that an interrupted drill goes on."""

    def __init__(self, occasion: Occasion) -> None:
        make_folder(WORK)
        self._path = WORK / f"{occasion.key}.json"
        self._parts: dict[str, tuple[Facts, float]] = {}
        if self._path.exists():
            self._parts = {
                name: (facts, seconds)
                for name, (facts, seconds) in json.loads(self._path.read_bytes()).items()
            }

    def find(self, part: str) -> tuple[Facts, float] | None:
        """Return facts and seconds of a part that is through."""
        return self._parts.get(part)

    def add(self, part: str, facts: Facts, seconds: float) -> None:
        """Keep the facts of a part."""
        self._parts[part] = (facts, seconds)
        write_durably(self._path, json.dumps(self._parts, ensure_ascii=False).encode())

    def close(self) -> None:
        """Forget the parts: the drill is through."""
        self._path.unlink(missing_ok=True)


def has_passed(occasion: Occasion) -> bool:
    """Return whether the page of the drill says that it passed on this very occasion."""
    path = RESULTS / f"{occasion.drill}.md"
    if not path.exists():
        return False
    found = dict(re.findall(r"^\| (\w+) \| (.*) \|$", path.read_text(encoding="utf-8"), re.M))
    wanted = {
        "Result": _PASSED,
        "Figure": occasion.figure.value,
        "Seed": str(occasion.seed),
        "Code": occasion.code,
    }
    return wanted.items() <= found.items()


def write_result(
    drill: Drill,
    occasion: Occasion,
    *,
    facts: Facts,
    seconds: float,
    broken: str | None,
    now: datetime,
) -> Path:
    """Write the page of a drill, and beside it the data of its report, if it makes one.

    Args:
        facts: of all parts together.
        seconds: what the parts took, added up.
        broken: how the product broke its promise, or None.
        now: when it was through.
    """
    make_folder(RESULTS)
    report = None if drill.report is None else drill.report(facts)
    about = {
        "Result": _PASSED if broken is None else "FAILED",
        "Figure": occasion.figure.value,
        "Seed": occasion.seed,
        "Commit": occasion.commit,
        "Code": occasion.code,
        "Finished": f"{now:%Y-%m-%d %H:%M} UTC",
        "Duration": str(timedelta(seconds=round(seconds))),
    }
    lines = [
        f"# Drill: {drill.name.replace('_', ' ')}",
        "",
        f"**{drill.promise}**",
        "",
        " ".join(drill.method.split()),
        "",
        *_table(("", ""), list(about.items())),
        "",
        "## Found",
        "",
        *(_table(("", "count"), list(facts.items())) if report is None else report.lines),
    ]
    if broken is not None:
        lines += ["", f"**Broken:** {broken}"]
    lines += [
        "",
        "## Planted defect",
        "",
        f"{drill.defect} Applied by a test to a copy of the code "
        f"(`tests/drills/defects/{drill.name}.patch`), it turns this drill red.",
        "",
        "Written by `make drills`.",
    ]
    if report is not None:
        data = {name.lower(): value for name, value in about.items()} | dict(report.data)
        text = json.dumps(data, ensure_ascii=False, indent=1)
        write_durably(RESULTS / f"{drill.name}.json", f"{text}\n".encode(), mode=0o644)
    path = RESULTS / f"{drill.name}.md"
    write_durably(path, ("\n".join(lines) + "\n").encode(), mode=0o644)
    return path


def _table(head: tuple[str, str], rows: list[tuple[str, object]]) -> list[str]:
    shown = [
        (
            name,
            f"{value:,}".replace(",", "\u202f") if type(value) is int and name != "Seed" else value,
        )
        for name, value in rows
    ]
    return [
        f"| {head[0]} | {head[1]} |",
        "| --- | --- |",
        *(f"| {name} | {value} |" for name, value in shown),
    ]
