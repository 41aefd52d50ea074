"""Tokens of SoftHSM2, made for the length of a test run."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.pdf.page_samples import need
from tests.tools import SOFTHSM

PIN = "135790"
# All that any test of a run needs: no process sees a token that is made after its first look.
LABELS = ("ec", "rsa", "never opened", "signing", "edwards", "crew", "command", "mixed", "closed")


@contextmanager
def soft_tokens(store: Path) -> Iterator[None]:
    """Offer empty tokens, one for each of `LABELS`.

    Skips the test where SoftHSM2 is absent; in CI fails.
    """
    need(SOFTHSM.exists() and shutil.which("softhsm2-util") is not None, "SoftHSM2")
    (store / "tokens").mkdir()
    configuration = store / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {store / 'tokens'}\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(configuration))
        for label in LABELS:
            softhsm(store, "--init-token", "--free", "--label", label, "--so-pin", "97531")
        yield


def softhsm(folder: Path, *arguments: str) -> None:
    """Have SoftHSM2's own tool do something, with the user's PIN."""
    subprocess.run(
        ["softhsm2-util", *arguments, "--pin", PIN], cwd=folder, check=True, capture_output=True
    )
