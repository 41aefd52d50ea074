"""Tries what the README promises of `make demo`: `python -m tests.smoke`.

Starts it, waits until verifier and desks answer, follows the links it printed, and stops it.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).parents[1]
PORT = 18000
LEAST_CERTIFICATES = 30
_START_SECONDS = 90
_LINK = re.compile(r"http://127\.0\.0\.1:\d+/\S*#\S+")
_FOLDER = re.compile(r"：(/.+)$", re.MULTILINE)


def main() -> int:
    """Return 0 when the demo is what the README says."""
    url = f"http://127.0.0.1:{PORT}"
    with TemporaryFile() as output:
        started = time.monotonic()
        demo = subprocess.Popen(
            ["make", "demo", f"PORT={PORT}", f"PYTHON={sys.executable}"],
            cwd=ROOT,
            stdout=output,
            start_new_session=True,
        )
        try:
            wait_for(f"{url}/healthz", demo)
            seconds = time.monotonic() - started
            wait_for(f"http://127.0.0.1:{PORT + 1}/sign-in", demo)
            problems = inspect(url, printed(output))
        finally:
            os.killpg(demo.pid, signal.SIGTERM)
            demo.wait(60)
    for problem in problems:
        print(f"make demo: {problem}", file=sys.stderr)
    print(f"make demo answered after {seconds:.0f} s: {'as promised' if not problems else 'NOT'}")
    return 1 if problems else 0


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    """Return once `address` answers 200; raises SystemExit when it never does."""
    for _ in range(_START_SECONDS * 2):
        if process.poll() is not None:
            raise SystemExit(f"make demo ended with {process.returncode}")
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.5)
    raise SystemExit(f"make demo did not answer within {_START_SECONDS} s")


def printed(output: IO[bytes]) -> str:
    """Return what the demo printed so far."""
    output.seek(0)
    return output.read().decode()


def inspect(url: str, text: str) -> list[str]:
    """Return what is not as the README says."""
    problems = []
    links = _LINK.findall(text)
    if len(links) != 3:
        return [f"{len(links)} links were printed instead of three:\n{text}"]
    outcomes = [outcome(url, link) for link in links]
    if outcomes != ["valid", "altered", "not_found"]:
        problems.append(f"the three links lead to {outcomes}")
    for link in links:
        with urllib.request.urlopen(link.partition("#")[0], timeout=10) as page:
            if page.status != 200:
                problems.append(f"{link} answers {page.status}")
    if f"http://localhost:{PORT + 1}" not in text or "demo.approver" not in text:
        problems.append("it does not say who may sign in to the desks")
    folder = _FOLDER.search(text)
    pdfs = list(Path(folder[1]).glob("*.pdf")) if folder else []
    if len(pdfs) < LEAST_CERTIFICATES:
        problems.append(f"only {len(pdfs)} certificates")
    return problems


def outcome(url: str, link: str) -> str:
    """Return what the API says to a link: to its QR text, or to the number it fills in."""
    asked = parse_qs(urlsplit(link).fragment)
    if "number" in asked:
        return ask(url, "verify", {"number": asked["number"][0], "name": asked["name"][0]})
    return ask(url, "verify/qr", {"text": link})


def ask(url: str, path: str, body: dict[str, str]) -> str:
    """Return the outcome the API gives."""
    request = urllib.request.Request(
        f"{url}/api/v1/{path}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        verdict = json.load(answer)
    said: str = verdict["outcome"]
    return said


if __name__ == "__main__":
    sys.exit(main())
