"""Holders' names: what may stand in one, and when two spellings are the same name.

A stored name keeps every ideograph exactly as typed, compatibility ideographs included: no
Unicode normalisation touches Chinese characters. Only width, spaces, the dots inside names,
radical signs and composed Latin letters are brought into one form, and each is reported.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from codes.name_characters import (
    DOT,
    DOT_VARIANTS,
    STRAIGHT_MARKS,
    is_ideograph,
    is_ignorable,
    is_latin,
    is_latin_mark,
    radical_as_ideograph,
    refusal_reason,
)
from codes.notices import Notice, Problem
from codes.typed import LONGEST_TYPED, half_width
from codes.wording import Text

MAX_NAME_CHARACTERS = 40

# Most names: two or more of the commonest ideographs, none of which any step below changes.
_PLAIN = re.compile(f"[\u4e00-\u9fff]{{2,{MAX_NAME_CHARACTERS}}}")
_SPACES = re.compile("[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_COMPOSED_LETTER = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff][\u0300-\u036f]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class NameReading:
    """A name in the form it is stored and printed in, and what is wrong with it.

    Args:
        name: the normalised name; only to be used where there are no problems. Personal data.
        notices: what was changed or is worth knowing.
        problems: every fault found, the leftmost first; a fault names the one character.
    """

    name: str = field(repr=False)
    notices: tuple[Notice, ...]
    problems: tuple[Problem, ...]


def normalise_name(typed: str) -> NameReading:
    """Return the name that `typed` means, and every reason it cannot be used.

    Args:
        typed: as a person or a spreadsheet gave it; untrusted.
    """
    if _PLAIN.fullmatch(typed):
        return NameReading(name=typed, notices=(), problems=())
    notices: list[Notice] = []
    if len(typed) > LONGEST_TYPED:
        return NameReading(name="", notices=(), problems=(_too_long(len(typed)),))
    name = typed.strip()
    if name != typed:
        notices.append(_TRIMMED)
    for step, notice in _STEPS:
        changed = step(name)
        if changed != name:
            notices.append(notice)
        name = changed
    notices.extend(_notices(name))
    return NameReading(name=name, notices=tuple(notices), problems=tuple(_problems(name)))


def fold_name(name: str) -> str:
    """Return the form in which two spellings of one name are equal; for comparison only.

    Width, case, spaces, invisible characters, dots, composed Latin letters, radical signs in
    place of ideographs and compatibility ideographs no longer matter. Two different unified
    ideographs stay different.

    Args:
        name: anything; untrusted.
    """
    if _PLAIN.fullmatch(name):
        return name
    shown = "".join(map(_fold_character, half_width(name)))
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", shown).casefold())


def mask_name(name: str) -> str:
    """Return the first character and a mark; the length of the name is not shown."""
    return f"{name[:1]}＊"


@lru_cache(maxsize=4096)
def _fold_character(char: str) -> str:
    if char.isspace() or is_ignorable(char):
        return ""
    if char in DOT_VARIANTS or char == ".":
        return DOT
    return STRAIGHT_MARKS.get(char) or radical_as_ideograph(char) or char


def _narrow_latin(name: str) -> str:
    """Return `name` with full-width, curled and decomposed Latin in its ordinary form."""
    narrow = "".join(STRAIGHT_MARKS.get(char, char) for char in half_width(name))
    return _COMPOSED_LETTER.sub(lambda run: unicodedata.normalize("NFC", run.group()), narrow)


def _replace_radicals(name: str) -> str:
    """Return `name` with radical signs as the ideographs they stand for."""
    return "".join(radical_as_ideograph(char) or char for char in name)


def _unify_dots(name: str) -> str:
    """Return `name` with every dot inside it as U+00B7; a stop after a Latin letter stays."""
    return "".join(
        DOT if char in DOT_VARIANTS or (char == "." and _follows_ideograph(name, index)) else char
        for index, char in enumerate(name)
    )


def _follows_ideograph(name: str, index: int) -> bool:
    before = name[:index].rstrip()
    return bool(before) and is_ideograph(before[-1])


def _settle_spaces(name: str) -> str:
    """Return `name` with one space between Latin words and none anywhere else.

    One before a combining mark stays as well, to be refused: without it the mark would join a
    letter it was not typed on.
    """
    words = _SPACES.split(name)
    settled = words[0]
    for word in words[1:]:
        stays = _is_word_gap(settled[-1:], word[:1]) or unicodedata.combining(word[:1] or " ")
        settled += (" " if stays else "") + word
    return settled


def _is_word_gap(before: str, after: str) -> bool:
    return (before == "." or _is_latin_letter(before)) and _is_latin_letter(after)


def _notices(name: str) -> Iterator[Notice]:
    """Yield what is worth checking about a name in its stored form."""
    if len(name) == 1:
        yield _SINGLE
    ideographs = [char for char in name if is_ideograph(char)]
    if ideographs and any(is_latin(char) for char in name):
        yield _MIXED
    if any(unicodedata.decomposition(char) for char in ideographs):
        yield _COMPATIBILITY


def _problems(name: str) -> Iterator[Problem]:
    """Yield each reason why `name` cannot be stored and printed, the leftmost first."""
    if not name:
        yield Problem(code="name_empty", text=Text("姓名为空。", "The name is empty."))
        return
    seen_other_script = False
    for index, char in enumerate(name[:MAX_NAME_CHARACTERS]):
        if is_ideograph(char) or is_latin(char) or _in_place(name, index):
            continue
        problem = _character_problem(char, index + 1)
        other_script = problem.code == "name_script"
        # A name all in another script is said once: listing each letter would spell it out.
        if not (other_script and seen_other_script):
            yield problem
        seen_other_script = seen_other_script or other_script
    if len(name) > MAX_NAME_CHARACTERS:
        yield _too_long(len(name))


def _too_long(length: int) -> Problem:
    return Problem(
        code="name_too_long",
        position=MAX_NAME_CHARACTERS + 1,
        text=Text(
            f"姓名最多{MAX_NAME_CHARACTERS}个字符，现为{length}个。",
            f"A name has at most {MAX_NAME_CHARACTERS} characters; this has {length}.",
        ),
    )


def _in_place(name: str, index: int) -> bool:
    """Return whether the character at `index` is a dot, mark or space standing where one can."""
    before, after = name[max(index - 1, 0) : index], name[index + 1 : index + 2]
    match name[index]:
        case "\u00b7":
            return _is_letter(before) and _is_letter(after)
        case ".":
            return _is_latin_letter(before) and (after in ("", " ", "-") or is_latin(after))
        case "-":
            return (before == "." or _is_latin_letter(before)) and _is_latin_letter(after)
        case "'":
            return _is_latin_letter(before) and _is_latin_letter(after)
        case " ":
            return _is_word_gap(before, after)
        case _:
            return False


def _is_latin_letter(char: str) -> bool:
    return char != "" and is_latin(char)


def _is_letter(char: str) -> bool:
    return char != "" and (is_latin(char) or is_ideograph(char))


def _character_problem(char: str, position: int) -> Problem:
    """Return the problem that names the character, its code point and the reason."""
    code, reason = refusal_reason(char)
    if char == DOT or is_latin_mark(char):
        code, reason = "name_mark_misplaced", _MISPLACED
    shown = char.isprintable() and unicodedata.category(char)[0] not in ("M", "Z")
    quoted = f"“{char}”" if shown else ""
    return Problem(
        code=code,
        position=position,
        text=Text(
            f"姓名第{position}个字符{quoted}（U+{ord(char):04X}）不能使用：{reason.zh}。",
            f"Character {position} of the name, {quoted and quoted + ' '}(U+{ord(char):04X}),"
            f" cannot be used: {reason.en}.",
        ),
    )


_MISPLACED = Text(
    "间隔号“·”只能用在两个字之间；“.”“-”“'”只能用于拉丁字母姓名",
    "“·” stands only between two characters; “.”, “-” and “'” stand only in Latin names",
)
_TRIMMED = Notice(
    code="name_trimmed",
    text=Text(
        "姓名前后的空白已略去。",
        "Blanks around the name were left out.",
    ),
)
_SINGLE = Notice(
    code="name_single_character",
    text=Text(
        "姓名只有一个字，请与身份证件核对。",
        "The name is a single character; please compare with the identity document.",
    ),
)
_MIXED = Notice(
    code="name_mixed_scripts",
    text=Text(
        "姓名同时含有汉字和拉丁字母，请与身份证件核对。",
        "The name mixes Chinese and Latin characters; please compare with the identity document.",
    ),
)
_COMPATIBILITY = Notice(
    code="name_compatibility_ideograph",
    text=Text(
        "姓名含有兼容汉字，已按所填保留，请与身份证件核对。",
        "The name holds a compatibility ideograph, kept as typed; please compare with the identity"
        " document.",
    ),
)
_STEPS: tuple[tuple[Callable[[str], str], Notice], ...] = (
    (
        _narrow_latin,
        Notice(
            code="name_width",
            text=Text(
                "姓名中的全角或组合字符已转为通常形式。",
                "Full-width or composed characters were put in their ordinary form.",
            ),
        ),
    ),
    (
        _replace_radicals,
        Notice(
            code="name_radical_replaced",
            text=Text(
                "姓名中的部首符号已换为对应汉字，请核对。",
                "Radical signs were replaced by the characters they stand for; please check them.",
            ),
        ),
    ),
    (
        _unify_dots,
        Notice(
            code="name_dot",
            text=Text(
                "姓名中的间隔号已统一为“·”（U+00B7）。",
                "The dots inside the name were put as “·” (U+00B7).",
            ),
        ),
    ),
    (
        _settle_spaces,
        Notice(
            code="name_spaces",
            text=Text(
                "姓名中的空格已略去（拉丁字母姓名的词间保留一个）。",
                "Spaces were left out (one is kept between Latin words).",
            ),
        ),
    ),
)
