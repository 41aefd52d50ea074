"""Where our time goes, and the floor below which nobody gets: hash, signatures, disk."""

from __future__ import annotations

import cProfile
import hashlib
import pstats
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from bench.issue_awards import Award
from bench.issue_figures import DRAWN, HASHED, SEALED, SIGNED, STORED
from bench.issue_keys import Keys
from bench.issue_ours import Ours
from bench.issue_timing import Act, Timing, in_turn
from codes.qr_symbol import make_symbol
from registry.store import FileStore, Parcel
from templates.certificate import CertificateFace

_ROOT: Final = Path(__file__).parents[1]
_SHOWN: Final = 12


def step_costs(
    ours: Ours, keys: Keys, store: FileStore, lot: Sequence[Award], *, rounds: int
) -> Mapping[str, Timing]:
    """Return what each step of our pipeline costs by itself, and each part of the floor.

    Args:
        ours: the pipeline, warm.
        keys: whose seal key signs for the floor.
        store: where files go.
        lot: the awards of a round.
        rounds: how often.
    """
    faces = [ours.face(award) for award in lot]
    pages = [ours.seal(face)[0] for face in faces]
    fresh = count()

    def stored(_: int) -> Any:
        # Other bytes each time: a file that is there already is not written again.
        changed = [page + b"%d" % next(fresh) for page in pages]
        parcels = [
            Parcel(content=page, key=award.data_key)
            for page, award in zip(changed, lot, strict=True)
        ]
        return lambda: len(store.put_many(parcels))

    algorithm = ec.ECDSA(hashes.SHA256())
    acts: dict[str, Act] = {
        "record made and signed": _over(lot, ours.face),
        "QR symbol made": _over([face.qr_text for face in faces], make_symbol),
        DRAWN: _over(faces, ours.render),
        SEALED: _over(faces, ours.seal),
        STORED: stored,
        HASHED: _over(pages, lambda page: hashlib.sha256(page).digest()),
        SIGNED: _over(
            pages, lambda page: [keys.seal.sign(page[:256], algorithm) for _ in range(2)]
        ),
    }
    return in_turn(acts, rounds)


def profile(ours: Ours, faces: Sequence[CertificateFace]) -> list[tuple[str, float]]:
    """Return where the time of drawing and sealing goes: module or C function, and percent.

    Sampled apart from every timing, for the profiler slows Python code more than C code.
    """
    profiler = cProfile.Profile()
    profiler.enable()
    for face in faces:
        ours.seal(face)
    profiler.disable()
    spent: dict[str, float] = defaultdict(float)
    stats: Any = pstats.Stats(profiler)
    for (file, _, function), (_, _, own_seconds, _, _) in stats.stats.items():
        spent[_place(file, function)] += own_seconds
    total = sum(spent.values())
    ordered = sorted(spent.items(), key=lambda item: item[1], reverse=True)
    return [(place, round(100 * seconds / total, 1)) for place, seconds in ordered[:_SHOWN]]


def _over(things: Sequence[Any], act: Any) -> Act:
    def work() -> int:
        for thing in things:
            act(thing)
        return len(things)

    return lambda _: work


def _place(file: str, function: str) -> str:
    if file == "~":
        return function
    path = Path(file)
    if path.is_relative_to(_ROOT) and ".venv" not in path.parts:
        return str(path.relative_to(_ROOT))
    return "/".join(path.parts[-2:])
