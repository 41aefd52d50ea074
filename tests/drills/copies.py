"""Copies of the code, for defects to be planted in."""

from __future__ import annotations

import compileall
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.drills.results import ROOT

DEFECTS = Path(__file__).parent / "defects"
_COPIED = (
    "accounts",
    "audit",
    "codes",
    "keys",
    "log",
    "registry",
    "templates",
    "issuer",
    "sealer",
    "verifier",
    "tests",
    "police_opening.py",
    "serving.py",
    "wsgi.py",
    "yanzhen.py",
)
_LEFT_OUT = shutil.ignore_patterns("*-pytest-*.pyc")
_SECONDS = 300.0


def copy_code(folder: Path, source: Path = ROOT) -> Path:
    """Copy the product and its tests to a new folder, compiled, and return it.

    A drill starts many processes, and none of them is to compile every module anew. What a defect
    changes is newer than what was compiled, and read from its source.
    """
    folder.mkdir()
    for name in _COPIED:
        if (source / name).is_dir():
            shutil.copytree(source / name, folder / name, ignore=_LEFT_OUT)
        else:
            shutil.copy2(source / name, folder / name)
    compileall.compile_dir(folder, quiet=1)
    return folder


def defect_path(drill: str) -> Path:
    """Return the patch that plants the defect of a drill."""
    return DEFECTS / f"{drill}.patch"


def plant(code: Path, drill: str, *, only_try: bool = False) -> str:
    """Apply the defect of a drill to a copy of the code; return what is wrong, if it does not fit.

    Args:
        code: the copy.
        drill: whose defect.
        only_try: change nothing.
    """
    command = ["git", "apply", "-C1", *(["--check"] if only_try else []), str(defect_path(drill))]
    # No repository above the copy may have a say.
    environment = os.environ | {"GIT_CEILING_DIRECTORIES": str(code.parent)}
    run = subprocess.run(
        command, cwd=code, env=environment, capture_output=True, text=True, check=False
    )
    return run.stderr if run.returncode else ""


def run_short(code: Path, drill: str, part: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a drill at its short figure on the code of a folder, in a process of its own."""
    command = [sys.executable, "-m", "tests.drills", drill, "--short"]
    return subprocess.run(
        [*command, "--part", part] if part else command,
        cwd=code,
        env=os.environ | {"PYTHONPATH": str(code), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
