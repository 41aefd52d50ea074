"""A worker in a process of its own: issues so many certificates and says how long and how large.

    python -m bench.issue_child FOLDER --start 0 --count 500 --core 0

Says `ready` when warm, begins when a line comes in, and prints one JSON object.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from bench.issue_awards import awards
from bench.issue_keys import make_keys
from bench.issue_ours import Ours
from bench.issue_timing import stay_on_core
from registry.store import FileStore

LOT: Final = 50  # as the issuer commits pages


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--start", type=int, default=0, help="Place of the first award.")
@click.option("--count", type=int, required=True, help="Certificates to issue.")
@click.option("--core", type=int, required=True, help="Processor to stay on.")
def main(folder: Path, start: int, count: int, core: int) -> None:
    """Issue certificates and report."""
    stay_on_core(core)
    ours = Ours(make_keys(datetime.now(UTC)), FileStore(folder))
    ours.finish(awards(start + count, 2))
    click.echo("ready")
    sys.stdout.flush()
    sys.stdin.readline()
    begun = time.perf_counter()
    for first, size in _lots(start, count):
        ours.finish(awards(first, size))
    seconds = time.perf_counter() - begun
    click.echo(json.dumps({"seconds": seconds, "peak_kilobytes": _peak_kilobytes()}))


def _lots(start: int, count: int) -> Iterator[tuple[int, int]]:
    for first in range(0, count, LOT):
        yield start + first, min(LOT, count - first)


def _peak_kilobytes() -> int:
    """Return the largest resident size of this very program; getrusage gives its parent's too."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1])


if __name__ == "__main__":
    main()
