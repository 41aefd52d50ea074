"""The forger's workshop: forged papers and untouched ones, and what the verifier says of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from tests.drills.drill import Drill, Facts, Figure, Part, Report, require
from tests.forgery.asking import MakePiece, ask
from tests.forgery.judging import CAUGHT, Mark
from tests.forgery.pdf_pieces import pdf_piece
from tests.forgery.picture_pieces import picture_piece
from tests.forgery.raster_edits import Hand
from tests.forgery.tally import PDF, PICTURE, figures, read_tally, tables, to_json, total

LEAST_PHOTO_CAUGHT: Final = 99.0
MOST_FALSE_ALARMS: Final = 0.5
MOST_UNTOLD_AT_CHAT_QUALITY: Final = 5.0

PICTURES: Final = 1600
FILES: Final = 640
_PICTURES_A_PART, _FILES_A_PART = 100, 160
_PAPERS = 12
_ONE_FILE = "a forged file"
_SHORT_FILES = (1, 6, 12, 20, 24, 90, 98, 100)
_SHORT_PICTURES = (0, 1, 28, 58)
_SHORT_PAPERS = 4
_GOOD = frozenset({*CAUGHT, Mark.FINE})
_LOOK = "to look at: "


def _parts(figure: Figure, seed: int) -> Sequence[Part]:
    pictures = partial(picture_piece, hand=Hand.B, seed=seed)
    files = partial(pdf_piece, seed=seed)
    if figure is Figure.SHORT:
        return (
            _part(_ONE_FILE, files, [0], PDF, seed, _SHORT_PAPERS),
            _part("files", files, _SHORT_FILES, PDF, seed, _SHORT_PAPERS),
            _part("pictures", pictures, _SHORT_PICTURES, PICTURE, seed, _SHORT_PAPERS),
        )
    parts = []
    for start in range(0, FILES, _FILES_A_PART):
        indices = range(start, start + _FILES_A_PART)
        parts.append(_part(f"files from {start}", files, indices, PDF, seed + start, _PAPERS))
    for start in range(0, PICTURES, _PICTURES_A_PART):
        indices = range(start, start + _PICTURES_A_PART)
        name = f"pictures from {start}"
        parts.append(_part(name, pictures, indices, PICTURE, seed + start, _PAPERS))
    return parts


def _part(
    name: str, make: MakePiece, indices: Iterable[int], series: str, seed: int, papers: int
) -> Part:
    run = partial(
        _judge_pieces, make=make, indices=tuple(indices), series=series, seed=seed, papers=papers
    )
    return Part(name=name, run=run)


def _judge_pieces(
    folder: Path,
    *,
    make: MakePiece,
    indices: Sequence[int],
    series: str,
    seed: int,
    papers: int,
) -> Facts:
    """Return how many pieces of each kind there were, and which of them to look at."""
    counts: Counter[str] = Counter()
    bad: dict[str, list[str]] = {}
    for one in ask(folder, make, indices, series=series, seed=seed, papers=papers):
        counts[str(one.kind)] += 1
        if one.mark not in _GOOD and not (one.mark is Mark.UNTOLD and one.piece.right is None):
            bad.setdefault(one.mark, []).append(one.piece.name)
    return {**counts, **{f"{_LOOK}{mark}": "; ".join(names) for mark, names in bad.items()}}


def _check(facts: Facts, figure: Figure) -> None:
    """Hold the counts against what is promised; of a short run, that nothing is wrong."""
    tally = read_tally(facts)
    found = figures(tally)
    require(found["altered_called_valid"] == 0, "an altered piece was called valid")
    if total(tally, series=PDF):
        require(found["pdf_caught"] == 100, f"of altered files {found['pdf_caught']} % are caught")
    if figure is Figure.SHORT:
        require(total(tally, [Mark.ALARM]) == 0, "a genuine piece was called altered")
        require(total(tally, [Mark.MISSED]) == 0, "an altered field was said to agree")
        return
    if total(tally, series=PICTURE):
        _require_least(found, "photo_caught", LEAST_PHOTO_CAUGHT)
    _require_most(found, "false_alarms", MOST_FALSE_ALARMS)
    _require_most(found, "untold_at_chat_quality", MOST_UNTOLD_AT_CHAT_QUALITY)


def _require_least(found: Mapping[str, float], name: str, least: float) -> None:
    require(found[name] >= least, f"{name} is {found[name]} %, at least {least} % is promised")


def _require_most(found: Mapping[str, float], name: str, most: float) -> None:
    require(found[name] <= most, f"{name} is {found[name]} %, at most {most} % is promised")


def _report(facts: Facts) -> Report:
    tally = read_tally(facts)
    look = {
        name.removeprefix(_LOOK): str(value).split("; ")
        for name, value in facts.items()
        if name.startswith(_LOOK)
    }
    lines = tables(tally)
    lines += ["", *(f"- {mark}: {', '.join(names)}" for mark, names in look.items())]
    return Report(lines=lines, data={**to_json(tally), "to_look_at": look})


DRILL = Drill(
    name="forgery",
    promise=(
        "What was altered on a certificate is caught, in the file and in photographs of it, and "
        "the altered field is named; what is untouched is not accused, and nothing altered is "
        "called valid."
    ),
    method="""
        A small office issues genuine certificates in every layout. Each piece is one of them,
        forged, or untouched under the same wear: half of each. Files are forged by painting over,
        in the content stream, by comments, stamps, form fields, layers, pictures, whole pages, and
        fonts that draw another character than they say; written whole, as revisions with odd
        cross-references, printed again, or flattened.
        Pictures are forged by hand (technique set B; thresholds were set on set A, with other
        seeds): values written anew, single digits changed or copied from elsewhere, portraits, QR
        symbols of others, of foreign hosts, or none, numbers that cannot be; then scanned,
        photographed, folded, stamped, sent by chat. The verifier of the office's own home is asked
        about each file. Caught means an outcome that is right for the forgery, named that a finding
        says of the altered field that it differs; missed, that the altered field is said to agree
        or the outcome is another; could not tell, that it was not compared. Any piece is made again
        by `python -m tests.forgery`.
    """,
    parts=_parts,
    defect="What differs from the record is told, but no longer decides the outcome.",
    defect_part=_ONE_FILE,
    at_once=2,
    check=_check,
    report=_report,
)
