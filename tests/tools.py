"""Finds the tools the tests use beside Python packages, and installs them where it may.

`python -m tests.tools` names what is missing and which tests will not run for it. As root on a
Debian machine it installs them; Chromium may also be Playwright's own. With CI=true a tool that
stays missing is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HANAZONO = Path("/usr/share/fonts/truetype/hanazono/HanaMinB.ttf")
SOFTHSM = Path("/usr/lib/softhsm/libsofthsm2.so")
HEADLESS_SHELL = "chromium-headless-shell"


def system_chromium() -> str | None:
    """Return the system's Chromium; None where there is none, or only Playwright's own.

    The shell without a surface comes first: it takes some 40 % less processor time.
    """
    names = (HEADLESS_SHELL, "chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


def has_chromium() -> bool:
    """Whether there is a Chromium to drive, the system's or Playwright's own."""
    if system_chromium() is not None:
        return True
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A tool without a wheel, how to find it, and what does not run without it.

    Args:
        name: as people know it.
        package: Debian's.
        serves: the tests that do not run without it.
        found: whether there is one that will do.
        best: whether the one worth installing is there; None where any that is found is.
    """

    name: str
    package: str
    serves: str
    found: Callable[[], bool]
    best: Callable[[], bool] | None = None


TOOLS = (
    Tool(
        name="Chromium",
        package=HEADLESS_SHELL,
        serves="tests/journeys (real browser)",
        found=has_chromium,
        best=lambda: shutil.which(HEADLESS_SHELL) is not None,
    ),
    Tool(
        name="pdftotext, pdftoppm, pdfsig",
        package="poppler-utils",
        serves="tests/pdf (second text extractor), tests/keys and tests/issuer (seals)",
        found=lambda: all(map(shutil.which, ("pdftotext", "pdftoppm", "pdfsig"))),
    ),
    Tool(
        name="openssl",
        package="openssl",
        serves="tests/keys and tests/issuer (seals and timestamps of another implementation)",
        found=lambda: shutil.which("openssl") is not None,
    ),
    Tool(
        name="SoftHSM2",
        package="softhsm2",
        serves="tests/issuer (seal's key in a PKCS #11 token)",
        found=lambda: SOFTHSM.exists() and shutil.which("softhsm2-util") is not None,
    ),
    Tool(
        name="HanaMin fonts",
        package="fonts-hanazono",
        serves="tests/pdf (names of Ext. A–F)",
        found=HANAZONO.exists,
    ),
)


def missing_tools() -> list[Tool]:
    """Return the tools that are not on this machine."""
    return [tool for tool in TOOLS if not tool.found()]


def install(tools: list[Tool]) -> None:
    """Install what is missing, as far as this user may; says nothing of failures."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
            + ["-o", "DPkg::Lock::Timeout=300"]  # another installation may be at work
            + [tool.package for tool in tools],
            check=False,
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
            stdout=subprocess.DEVNULL,
        )
    if not has_chromium():
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def main() -> int:
    """Install what is missing; return 1 if CI asked for all and something stays missing."""
    if wanted := [tool for tool in TOOLS if not (tool.best or tool.found)()]:
        install(wanted)
    still = missing_tools()
    for tool in still:
        print(f"NOT RUN: {tool.serves}: no {tool.name} (package {tool.package})")
    return 1 if still and os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    sys.exit(main())
