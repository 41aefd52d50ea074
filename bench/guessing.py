"""Whether the time of an answer tells what is on record: a wrong name on each kind of number.

    python -m bench.guessing           20 000 calls for the API, as many for the site's form
    python -m bench.guessing --quick   1 000 each

The public application runs in this process, budgets included. A wrong name is asked on a valid, a
suspended, a revoked, an erased and an unknown number, in random order, each as often. For every
pair of cases the difference of the medians is given with its 99 % bootstrap interval in
microseconds, and beside it that of two halves of one case, which is what noise alone makes. On a
machine that is not idle look at the processor's time as well, which others do not disturb so much.
`--json` prints one object on the last line.
"""

from __future__ import annotations

import gc
import itertools
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click
import numpy as np
from flask import Flask
from flask.testing import FlaskClient

from bench.issue_font import WORKPLACE
from tests.journeys.site_apps import make_app
from tests.verifier.unlike import unlike_numbers
from tests.verifier.world import World
from verifier.budgets import Budgets, Sizes
from verifier.budgets_gate import LookUpGate
from verifier.budgets_request import GATE_EXTENSION

CALLS, QUICK_CALLS = 20_000, 1_000
PROMISED_MICROSECONDS: Final = 50.0
_RESAMPLES: Final = 2_000
_SEED: Final = 20261126
_SURNAMES: Final = "王李张刘陈杨赵黄周吴"
_GIVEN: Final = "小明国华建军秀英志强"

Ask = Callable[[FlaskClient, str, str], int]
Times = dict[str, Any]


def ask_api(client: FlaskClient, number: str, name: str) -> int:
    """Ask the API once; return the status."""
    return client.post("/api/v1/verify", json={"number": number, "name": name}).status_code


def ask_site(client: FlaskClient, number: str, name: str) -> int:
    """Send the form once; return the status."""
    return client.post("/verify", data={"number": number, "name": name}).status_code


FACES: Final[dict[str, Ask]] = {"api": ask_api, "site": ask_site}


def measure(folder: Path, calls: int) -> dict[str, Any]:
    """Time every case on every face and return the figures."""
    figures: dict[str, Any] = {
        "bench": "guessing",
        "calls": calls,
        "seed": _SEED,
        "promised_microseconds": PROMISED_MICROSECONDS,
    }
    with _application(folder) as (app, numbers):
        for face, ask in FACES.items():
            wall, processor = _time(app.test_client(), ask, numbers, calls)
            figures[face] = {"wall": compare(wall), "processor": compare(processor)}
    return figures


@contextmanager
def _application(folder: Path) -> Iterator[tuple[Flask, dict[str, str]]]:
    world = World.make(folder)
    numbers = unlike_numbers(world)
    verifier = world.verifier()
    app = make_app(verifier)
    sizes = Sizes(address=10**9, overall=10**9)  # counted as always, and never spent
    budgets = Budgets(f"sqlite:///{folder / 'public.sqlite3'}", b"b" * 32, sizes)
    app.extensions[GATE_EXTENSION] = LookUpGate(budgets, b"k" * 32, ())
    yield app, numbers
    budgets.close()
    verifier.close()
    world.engine.dispose()


def _time(
    client: FlaskClient, ask: Ask, numbers: dict[str, str], calls: int
) -> tuple[Times, Times]:
    """Return each call's microseconds by case, of the wall clock and the processor's.

    The cases are asked in random order.
    """
    chance = random.Random(_SEED)
    names = ["".join(one) for one in itertools.product(_SURNAMES, _GIVEN)]
    order = [case for case in numbers for _ in range(calls // len(numbers))]
    chance.shuffle(order)
    for case in itertools.islice(itertools.cycle(numbers), 200):
        ask(client, numbers[case], names[0])
    wall: dict[str, list[int]] = {case: [] for case in numbers}
    processor: dict[str, list[int]] = {case: [] for case in numbers}
    gc.collect()
    gc.disable()
    try:
        for case in order:
            name = chance.choice(names)
            start, start_processor = time.perf_counter_ns(), time.thread_time_ns()
            status = ask(client, numbers[case], name)
            processor[case].append(time.thread_time_ns() - start_processor)
            wall[case].append(time.perf_counter_ns() - start)
            if status != 200:
                raise click.ClickException(f"{case}: status {status}")
    finally:
        gc.enable()
    return _in_microseconds(wall), _in_microseconds(processor)


def _in_microseconds(took: dict[str, list[int]]) -> Times:
    return {case: np.array(one) / 1000 for case, one in took.items()}


def compare(times: Times) -> dict[str, Any]:
    """Return medians, and for each pair the difference with its interval, in microseconds."""
    chance = np.random.default_rng(_SEED)
    medians = {case: _resampled(one, chance) for case, one in times.items()}
    pairs = {
        f"{one}-{other}": _interval(times[one], times[other], medians[one] - medians[other])
        for one, other in itertools.combinations(times, 2)
    }
    halves = {}
    for case, every in times.items():
        first, second = every[::2], every[1::2]
        spread = _resampled(first, chance) - _resampled(second, chance)
        halves[case] = _interval(first, second, spread)
    return {
        "median_microseconds": {
            case: round(float(np.median(one)), 1) for case, one in times.items()
        },
        "pairs": pairs,
        "worst_microseconds": _worst(pairs),
        "noise_microseconds": _worst(halves),
    }


def _resampled(times: Any, chance: np.random.Generator) -> Any:
    """Return the medians of as many samples drawn again from `times`."""
    return np.array([np.median(chance.choice(times, size=len(times))) for _ in range(_RESAMPLES)])


def _interval(one: Any, other: Any, differences: Any) -> list[float]:
    """Return the difference of the medians and both ends of its 99 % interval."""
    low, high = np.percentile(differences, (0.5, 99.5))
    middle = np.median(one) - np.median(other)
    return [round(float(figure), 2) for figure in (middle, low, high)]


def _worst(intervals: dict[str, list[float]]) -> float:
    return max(abs(end) for _, *ends in intervals.values() for end in ends)


@click.command()
@click.option("--quick", is_flag=True, help="Measure less.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on the last line.")
def main(*, quick: bool, as_json: bool) -> None:
    """Measure what the time of an answer tells."""
    WORKPLACE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=WORKPLACE) as folder:
        figures = measure(Path(folder), QUICK_CALLS if quick else CALLS)
    for face, clock in itertools.product(FACES, ("wall", "processor")):
        told = figures[face][clock]
        worst, noise = told["worst_microseconds"], told["noise_microseconds"]
        kept = "kept  " if worst <= PROMISED_MICROSECONDS else "MISSED"
        click.echo(
            f"{kept} {face}, {clock}: every pair within ±{worst} µs at 99 % (promised ±"
            f"{PROMISED_MICROSECONDS:.0f}; two halves of one case: ±{noise} µs)"
        )
        for pair, (middle, low, high) in told["pairs"].items():
            click.echo(f"         {pair}: {middle} µs [{low}, {high}]")
    if as_json:
        click.echo(json.dumps(figures))


if __name__ == "__main__":
    main()
