"""Whose host a link leads to, and which of the known hosts it may have been made to look like.

Works on the text alone: nothing is asked of the network. Hosts are compared as a browser would read
them, then as an eye would.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from urllib.parse import unquote

from codes.slips import count_slips

# What an eye takes for a Latin letter: Cyrillic, Greek and others, by code point.
_LOOK_ALIKES = str.maketrans(
    {
        "\u0430": "a",
        "\u03b1": "a",
        "\u0432": "b",
        "\u0441": "c",
        "\u03f2": "c",
        "\u0501": "d",
        "\u0435": "e",
        "\u0451": "e",
        "\u0455": "s",
        "\u0456": "i",
        "\u0457": "i",
        "\u0131": "i",
        "\u03b9": "i",
        "\u0458": "j",
        "\u043a": "k",
        "\u03ba": "k",
        "\u04cf": "l",
        "\u043c": "m",
        "\u043d": "h",
        "\u04bb": "h",
        "\u043e": "o",
        "\u03bf": "o",
        "\u0585": "o",
        "\u0440": "p",
        "\u03c1": "p",
        "\u051b": "q",
        "\u0433": "r",
        "\u0442": "t",
        "\u03c4": "t",
        "\u057d": "u",
        "\u03c5": "u",
        "\u03bd": "v",
        "\u0475": "v",
        "\u051d": "w",
        "\u0445": "x",
        "\u03c7": "x",
        "\u0443": "y",
        "\u03b3": "y",
        "\u0261": "g",
        "\u0578": "n",
        "\u03b7": "n",
        "0": "o",
        "1": "l",
        "i": "l",
        "5": "s",
        "2": "z",
        "8": "b",
    }
)
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("nn", "m"))
_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gov", "net", "org"})
_MAX_HOST = 253
_MAX_LABEL = 63  # of DNS; to encode thousands of characters takes a minute
_MAX_SLIPS = 2
_SHORT_NAME = 4  # of names up to this length a slip is as likely another name
_DOTS = re.compile("[\u3002\uff0e\uff61]")
_PORT = re.compile(r":[0-9]{1,5}$")


class Likeness(StrEnum):
    """How a host was made to look like a known one."""

    LETTERS = "letters"
    POINTS = "points"
    SUBDOMAIN = "subdomain"
    SIBLING = "sibling"
    SUFFIX = "suffix"
    SPELLING = "spelling"
    PORT = "port"


def plain_host(host: str) -> str:
    """Return a host as a browser asks for it: ASCII, lower case, other scripts as `xn--`.

    A label in another script that is too long for any host is left as it is.
    """
    text = unicodedata.normalize("NFKC", _DOTS.sub(".", unquote(host))).casefold()
    labels = text.removesuffix(".").split(".")
    return ".".join(
        label
        if label.isascii() or len(label) > _MAX_LABEL
        else "xn--" + label.encode("punycode").decode("ascii")
        for label in labels
    )


def likeness(host: str, known: Iterable[str]) -> tuple[str, Likeness] | None:
    """Return the known host that `host` is like but is not, and how.

    Args:
        host: as `plain_host` returns it; none of `known`.
        known: hosts, each with its port unless the scheme's own.
    """
    if len(host) > _MAX_HOST:
        return None
    names = sorted(known)
    for test in (_port, _letters, _points, _sibling, _suffix, _subdomain, _spelling):
        for one in names:
            found = test(host, one)
            if found is not None:
                return one, found
    return None


def _bare(host: str) -> str:
    return _PORT.sub("", host)


def _port(host: str, known: str) -> Likeness | None:
    return Likeness.PORT if _bare(host) == _bare(known) else None


def _letters(host: str, known: str) -> Likeness | None:
    alike = _skeleton(_bare(host)) == _skeleton(_bare(known))
    return Likeness.LETTERS if alike else None


def _points(host: str, known: str) -> Likeness | None:
    """The same letters, with a point replaced by a hyphen, added or left out."""
    same = _squeeze(_bare(host)) == _squeeze(_bare(known))
    return Likeness.POINTS if same and _is_name(known) else None


def _subdomain(host: str, known: str) -> Likeness | None:
    """The known name stands inside another host: before a stranger's domain, or hyphenated."""
    inner = _squeeze(_bare(known))
    name = "".join(_stem(_bare(known)))
    outer = _squeeze(_bare(host))
    if not _is_name(known):
        return None
    whole = inner in outer or (len(name) > _SHORT_NAME and outer.startswith(_squeeze(name)))
    return Likeness.SUBDOMAIN if whole else None


def _suffix(host: str, known: str) -> Likeness | None:
    same = _stem(_bare(host)) == _stem(_bare(known)) != ()
    return Likeness.SUFFIX if same and _is_name(known) else None


def _spelling(host: str, known: str) -> Likeness | None:
    if not _is_name(known) or not _is_name(host):
        return None
    pairs = (
        (_bare(host), _bare(known)),
        (_skeleton(".".join(_stem(_bare(host)))), _skeleton(".".join(_stem(_bare(known))))),
        (_skeleton(_stem(_bare(host))[-1]), _skeleton(_stem(_bare(known))[-1])),
    )
    for one, other in pairs:
        allowed = min(_MAX_SLIPS, max(0, len(other) - _SHORT_NAME))
        if one != other and count_slips(one, other, most=allowed, swaps=True) is not None:
            return Likeness.SPELLING
    return None


def _sibling(host: str, known: str) -> Likeness | None:
    """Another host of the same domain: perhaps the same owner's, but not on the list."""
    same = _is_name(known) and _domain(_bare(host)) == _domain(_bare(known))
    return Likeness.SIBLING if same else None


def _is_name(host: str) -> bool:
    bare = _bare(host)
    return "." in bare and any(char.isalpha() for char in bare) and not bare.startswith("[")


def _split(host: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the labels before the public suffix, and those of the suffix, roughly."""
    labels = tuple(host.split("."))
    second = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL
    at = max(1, len(labels) - (2 if second else 1))
    return labels[:at], labels[at:]


def _stem(host: str) -> tuple[str, ...]:
    return _split(host)[0]


def _domain(host: str) -> str:
    stem, suffix = _split(host)
    return ".".join((*stem[-1:], *suffix))


def _squeeze(host: str) -> str:
    return _skeleton(host).replace(".", "").replace("-", "").replace("_", "")


def _skeleton(host: str) -> str:
    """Return what an eye sees: punycode shown, accents off, look-alikes as one letter."""
    shown = ".".join(_shown(label) for label in host.split("."))
    plain = "".join(
        char for char in unicodedata.normalize("NFKD", shown) if not unicodedata.combining(char)
    )
    seen = plain.translate(_LOOK_ALIKES)
    for pair, one in _PAIRS:
        seen = seen.replace(pair, one)
    return seen


def _shown(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label
