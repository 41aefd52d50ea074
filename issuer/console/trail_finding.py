"""Finds entries of the audit trail by what their page shows of them, in either language.

What is stored is asked for first: numbers of certificates, prefixes, accounts. A body's name stands
for its prefix, and for the numbers that begin with it. Words that the page makes of a stored text
are looked for among the acts they are made for, and each hit is compared with what is shown of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from codes.wording import Text
from issuer.console.trail_words import acts_in_words, subject_text
from registry.models import Site
from registry.trail import TrailFilter, passing
from registry.trail_models import TrailEntry

_NUMBER: Final = re.compile(r"\d+")
_PREFIX: Final = re.compile(r"(?<![0-9A-Z])[A-Z]\d{12}(?!\d)")
_AT_ONCE: Final = 500


def body_names(session: Session) -> Mapping[str, str]:
    """Return the name of every filed body, by prefix."""
    return {site.prefix: site.body.name for site in session.scalars(select(Site))}


def shown_subject(entry: TrailEntry, names: Mapping[str, str]) -> Text:
    """Return what an entry is about, as its page shows it: a prefix with the body's name."""
    text = subject_text(entry)

    def named(found: re.Match[str], opens: str, closes: str) -> str:
        name = names.get(found[0])
        return found[0] if name is None else f"{found[0]}{opens}{name}{closes}"

    return Text(
        _PREFIX.sub(lambda found: named(found, "（", "）"), text.zh),
        _PREFIX.sub(lambda found: named(found, " (", ")"), text.en),
    )


def find_shown(
    session: Session, wanted: TrailFilter, about: str, names: Mapping[str, str], *, limit: int
) -> list[TrailEntry]:
    """Return the entries that pass and show this text of their subject, the newest first.

    Args:
        session: that reads.
        wanted: all that is asked for beside the subject.
        about: what was typed; all of it in one place, capitals or not.
        names: as `body_names`.
        limit: how many at most.
    """
    if not about:
        return list(session.scalars(passing(wanted).limit(limit)))
    folded = about.casefold()
    called = [prefix for prefix, name in names.items() if folded in name.casefold()]
    likely = or_(*_likely(about, called, names))
    found: list[TrailEntry] = []
    query = passing(wanted).where(likely).execution_options(yield_per=_AT_ONCE)
    for entry in session.scalars(query):
        if any(one in entry.subject for one in called) or _shows(entry, folded, names):
            found.append(entry)
            if len(found) == limit:
                break
    return found


def _shows(entry: TrailEntry, folded: str, names: Mapping[str, str]) -> bool:
    shown = shown_subject(entry, names)
    return any(folded in one.casefold() for one in (entry.subject, shown.zh, shown.en))


def _likely(
    about: str, called: Sequence[str], names: Mapping[str, str]
) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions of which one holds for whatever shows a text.

    Args:
        about: the text.
        called: prefixes of the bodies that it names.
        names: of all bodies.
    """
    subject = TrailEntry.subject
    yield subject.icontains(about, autoescape=True)
    typed = [prefix for prefix in names if prefix in about.upper()]
    for prefix in (*called, *typed):
        yield subject.contains(prefix, autoescape=True)
    runs = typed or _NUMBER.findall(about)
    for acts in acts_in_words():
        yield and_(
            TrailEntry.act.startswith(acts, autoescape=True),
            *(subject.contains(run, autoescape=True) for run in runs),
        )
