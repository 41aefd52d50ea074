"""Decides of each field whether a picture shows what was issued; a part of `picture_child`.

A character counts as another only where both witnesses say so: the model reads something else, and
the drawing is not that of the expected one. Where they contradict each other, or there is nothing
to go by, the answer is that it cannot be told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import Final

from codes.typed import half_width
from verifier.picture_match import CellMatch, LineMatch
from verifier.picture_portrait import PortraitMatch
from verifier.picture_reference import Box

READ: Final = 0.4  # how likely the expected character must be to count as read
READ_SURELY: Final = 0.9  # and an ideograph: less, and a similar one may stand there
READ_OTHER: Final = 0.8  # and another, to count as another; as surely as that in a worn picture
STILL_LIKELY: Final = 0.3  # the expected character is likelier than this: reading it wrong is noise
LIKE: Final = 0.85  # drawings as alike as this show the same character, where nothing is read
LIKE_ENOUGH: Final = 0.5  # and less than this no longer the one that is read
LIKE_THE_REST: Final = 0.94  # as alike as this, where no other is read for sure
READ_PLAINLY: Final = 0.97  # how likely letters and digits are that nobody added a stroke to
LESS_LIKE: Final = 0.09  # than usual: less plainly read as well, a stroke may be added
UNLIKE: Final = 0.88  # less alike than this, and read as another: another
THAN_USUAL: Final = 0.06  # less alike by this than characters of a sharp picture mostly are
CLEAR: Final = 0.95  # how alike those of a sharp picture are; the less, the more they scatter
SCATTER: Final = 0.5  # of what is missing to that, by which one must be less alike besides
NOTHING_LIKE: Final = 0.6  # less alike than this, and unreadable: covered, or gone
HARDLY_READ: Final = "-·."  # characters that the model often passes over
THIN: Final = "-·.一/"  # little ink: in grain neither drawing nor model tells them well
ONE_STROKE: Final = ("一-—–―ー", "/,.，、丿ノ")  # read for one another; none says another fact
LEANS: Final = 0.3  # nearer than this to one of two drawings (1 and -1): that one
SURPLUS: Final = 0.85  # how likely a character must be where there should be none
SURPLUS_MAYBE: Final = 0.7  # from here on it cannot be told; less is noise of the pattern
SURPLUS_LIKE: Final = 0.5
SHARP: Final = 0.85  # how alike most characters must be before an unread one can be another

PHOTO_LINES: Final = 0.9  # edges all over, at least, for the same photo
PHOTO_WORST: Final = 0.95  # and in the least alike block
PHOTO_HUES: Final = 0.55  # of its colours, where it has any
PHOTO_OTHER_HUES: Final = 0.3  # less alike than this: coloured otherwise
PHOTO_OTHER: Final = 0.75  # less alike in a block than this: another photo
PHOTO_OTHER_LINES: Final = 0.8  # or less alike than this all over
PHOTO_FLAT: Final = 0.25  # contrast below this: too faint, or under glare


class Decision(StrEnum):
    """What comparing one field came to."""

    AGREES = "agrees"
    DIFFERS = "differs"
    UNCLEAR = "unclear"


class Why(StrEnum):
    """Why it cannot be told."""

    BLURRED = "blurred"
    COVERED = "covered"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What one field came to.

    Args:
        read: what is read in its place.
        confidence: from 0 to 1, in a decision that it differs or agrees.
        boxes: of the characters that differ or cannot be told, on the page.
    """

    decision: Decision
    read: str
    confidence: float
    why: Why | None = None
    boxes: tuple[Box, ...] = ()


def judge_lines(lines: Sequence[LineMatch], usual: float) -> Judged:
    """Return what a value's lines come to.

    Args:
        usual: how alike characters of this picture mostly are to those of the page.
    """
    judged = [(cell, judge_cell(cell, usual)) for line in lines for cell in line.cells]
    read = "".join(cell.sign.text for cell, _ in judged if cell.sign is not None)
    differing = [cell for cell, decision in judged if decision is Decision.DIFFERS]
    unclear = [cell for cell, decision in judged if decision is Decision.UNCLEAR]
    if differing:
        sure = max(_sure_of(cell) for cell in differing)
        boxes = tuple(cell.box for cell in (*differing, *unclear))
        return Judged(decision=Decision.DIFFERS, read=read, confidence=sure, boxes=boxes)
    if unclear:
        gone = all(cell.sign is None and cell.likeness < NOTHING_LIKE for cell in unclear)
        return Judged(
            decision=Decision.UNCLEAR,
            read=read,
            confidence=0.0,
            why=Why.COVERED if gone else Why.BLURRED,
            boxes=tuple(cell.box for cell in unclear),
        )
    expected = [cell for cell, _ in judged if cell.cell is not None]
    least = min((cell.likeness for cell in expected), default=0.0)
    return Judged(decision=Decision.AGREES, read=read, confidence=max(0.0, least))


def _sure_of(match: CellMatch) -> float:
    """Return how sure it is that a character is another, from 0 to 1; drawings may be opposite."""
    return match.sign.likely if match.sign else 1 - max(0.0, match.likeness)


def usual_likeness(lines: Sequence[LineMatch]) -> float:
    """Return how alike those characters mostly are that are read as expected."""
    alike = [cell.likeness for line in lines for cell in line.cells if cell.is_read]
    return median(alike) if alike else 0.0


def judge_cell(match: CellMatch, usual: float) -> Decision:
    """Return whether one character is the expected one."""
    if match.cell is None:
        return _judge_surplus(match)
    unread = match.sign is None or match.sign.likely < READ_OTHER
    if match.is_read and match.sign is not None and match.sign.likely >= READ:
        doubtful = (
            _may_be_similar(match)
            or _may_have_a_stroke_more(match, usual)
            or _may_be_its_like(match, usual)
        )
        enough = match.likeness >= LIKE_ENOUGH and not doubtful
        return Decision.AGREES if enough else Decision.UNCLEAR
    if match.blank and match.likeness < LIKE_ENOUGH and usual >= SHARP:
        return Decision.DIFFERS
    if match.expected_likely is None:
        return _judge_unknown(match, usual)
    if match.likeness >= (LIKE if match.cell.text in HARDLY_READ else UNLIKE) and unread:
        return Decision.AGREES
    if match.likeness >= min(LIKE_THE_REST, max(LIKE, usual - 0.03)):
        told = unread and match.likeness >= LIKE_THE_REST
        return Decision.AGREES if told else Decision.UNCLEAR
    if _is_the_same_stroke(match):
        return Decision.UNCLEAR
    if match.sign is None or match.is_read:
        return Decision.UNCLEAR
    thin, worn = match.cell.text in THIN, usual < SHARP
    least = READ_PLAINLY if thin else READ_SURELY if worn else READ_OTHER
    if match.sign.likely >= least and match.likeness < _unlike(usual):
        return Decision.DIFFERS
    gone = not worn and match.likeness < NOTHING_LIKE and match.inked
    if gone and match.sign.likely >= (READ_PLAINLY if thin else READ):
        return Decision.DIFFERS
    return Decision.UNCLEAR


def _unlike(usual: float) -> float:
    """Return how alike another character, at most, is to the expected one."""
    return min(UNLIKE, usual - THAN_USUAL - SCATTER * max(0.0, CLEAR - usual))


def _is_the_same_stroke(match: CellMatch) -> bool:
    """Return whether one stroke is read for another, as in the grain of a dark picture."""
    assert match.cell is not None
    signs = match.cell.text, match.sign.text if match.sign is not None else ""
    return any(all(sign and sign in one for sign in signs) for one in ONE_STROKE)


def _may_be_similar(match: CellMatch) -> bool:
    """Return whether a similar ideograph may stand there: too small to be read for sure."""
    assert match.cell is not None and match.sign is not None
    return "\u4e00" < match.cell.text < "\ufa6e" and match.sign.likely < READ_SURELY


def _may_have_a_stroke_more(match: CellMatch, usual: float) -> bool:
    """Return whether a stroke may be added: 0 to 8, 1 to 7; both witnesses are in doubt then."""
    assert match.cell is not None and match.sign is not None
    plain = match.sign.likely >= READ_PLAINLY or not match.cell.text.isalnum()
    return not plain and match.likeness < usual - LESS_LIKE


def _may_be_its_like(match: CellMatch, usual: float) -> bool:
    """Return whether a letter may stand for a digit or another letter: 0 for o, 1 for l."""
    assert match.cell is not None and match.sign is not None
    expected, read = half_width(match.cell.text), half_width(match.sign.text)
    both = expected.isalnum() and read.isalnum()
    return both and expected != read and match.likeness < usual - LESS_LIKE


def _judge_unknown(match: CellMatch, usual: float) -> Decision:
    """Judge a character that the model cannot read by its drawing and by what it is taken for."""
    taken = match.sign.likely if match.sign is not None else 0.0
    if match.lean is None:
        told = taken < READ_OTHER and match.likeness >= min(LIKE_THE_REST, usual - THAN_USUAL)
    else:
        told = match.lean >= LEANS
    if told and match.likeness >= LIKE - 0.1:
        return Decision.AGREES
    least = READ_SURELY if usual < SHARP else READ_OTHER
    leans_away = match.lean is not None and match.lean <= -LEANS and taken >= least
    if leans_away and match.likeness < _unlike(usual):
        return Decision.DIFFERS
    plain = usual >= SHARP and match.likeness < NOTHING_LIKE and match.inked
    return Decision.DIFFERS if plain and match.sign is not None else Decision.UNCLEAR


def _judge_surplus(match: CellMatch) -> Decision:
    assert match.sign is not None
    if not match.inked or match.likeness >= SURPLUS_LIKE or match.sign.likely < SURPLUS_MAYBE:
        return Decision.AGREES
    plain = match.sign.likely >= SURPLUS and not match.blank
    return Decision.DIFFERS if plain else Decision.UNCLEAR


def judge_portrait(match: PortraitMatch) -> Judged:
    """Return whether a photo is the one issued."""
    sure = max(0.0, match.worst)
    if match.contrast < PHOTO_FLAT:
        return Judged(decision=Decision.UNCLEAR, read="", confidence=0.0, why=Why.BLURRED)
    hues = 1.0 if match.hues is None else match.hues
    alike = match.lines >= PHOTO_LINES and match.worst >= PHOTO_WORST
    if alike and hues >= PHOTO_HUES:
        return Judged(decision=Decision.AGREES, read="", confidence=sure)
    other = match.worst < PHOTO_OTHER or match.lines < PHOTO_OTHER_LINES
    if other or hues < PHOTO_OTHER_HUES:
        return Judged(decision=Decision.DIFFERS, read="", confidence=1 - min(sure, max(0.0, hues)))
    return Judged(decision=Decision.UNCLEAR, read="", confidence=0.0, why=Why.BLURRED)
