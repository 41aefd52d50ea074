"""Step 6 for a PDF: what its seal says, and how its page looks beside the issued one.

A seal never outweighs the record: it makes nothing valid. But a file that claims to be sealed, and
whose seal does not hold, is not the file that was issued.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import assert_never

from codes.wording import Text
from templates.labels import LABELS, PHOTO_ALT, SEAL_ALT, SYMBOL_ALT, Field
from verifier.catalogue_seal import KIND_NAMES
from verifier.finding_codes import Code
from verifier.findings import find
from verifier.seal import PageChange, PageComparison, SealReading
from verifier.seal_states import (
    MANY_ROWS,
    PHOTO,
    SEAL,
    SWITCHED,
    SYMBOL,
    Change,
    Coverage,
    Kind,
    SealState,
)
from verifier.seal_trust import Signer, SignerStanding
from verifier.verdict import Finding, format_instant, say_instant

_PLACES = {
    **{field.value: label for field, label in LABELS.items()},
    PHOTO: PHOTO_ALT,
    SYMBOL: SYMBOL_ALT,
    SEAL: SEAL_ALT,
}
_FEW_PLACES = 2  # that were altered on a page which otherwise lies dot for dot on the issued one
_UNCLEAR = frozenset({Code.PHOTO_UNCLEAR, Code.PICTURE_FIELD_UNCLEAR})
_ELSEWHERE = Text("其他位置", "elsewhere on the page")
_THE_PAGE = Text("页面所显示的内容", "What the page shows")
_BUT_THE_SEAL = Text("除印章外，页面所显示的内容", "Apart from the seal, what the page shows")


def inspect_seal(
    seal: SealReading, signer: Signer | None, *, identical: bool, body_name: str
) -> tuple[Finding, ...]:
    """Return what to say of a seal.

    Args:
        signer: whose it is; None where that cannot be told.
        identical: the file is byte for byte the one issued; what its seal looks like was the
            issuer's doing then.
        body_name: of the body that issued the certificate.
    """
    whole = seal.state is SealState.ONE and seal.intact and seal.coverage is Coverage.WHOLE
    if identical:
        return (find(Code.SEAL_WHOLE), *_inspect_signer(seal, signer, body_name)) if whole else ()
    found = [*_inspect_state(seal)]
    if seal.state is SealState.ONE and seal.intact:
        found += _inspect_signer(seal, signer, body_name)
    if seal.held:
        named = _listed(KIND_NAMES[kind] for kind in seal.held)
        found.append(find(Code.FILE_HOLDS_MORE, {"what": named}, {"what": " ".join(seal.held)}))
    return tuple(found)


def _inspect_state(seal: SealReading) -> Iterable[Finding]:
    match seal.state:
        case SealState.NONE:
            yield find(Code.SEAL_MISSING)
        case SealState.HOLLOW:
            yield find(Code.SEAL_HOLLOW)
        case SealState.SEVERAL:
            yield find(Code.SEAL_SEVERAL)
        case SealState.UNREADABLE:
            yield find(Code.SEAL_UNREADABLE)
        case SealState.ONE:
            yield from _inspect_coverage(seal)
        case _:
            assert_never(seal.state)


def _inspect_coverage(seal: SealReading) -> Iterable[Finding]:
    match seal.coverage:
        case Coverage.GAP:
            yield find(Code.SEAL_GAP)
            return
        case Coverage.MISPLACED:
            yield find(Code.SEAL_RESAVED)
            return
        case Coverage.EXTENDED if set(seal.appended) == {Kind.BLANKS}:
            yield find(Code.SEAL_BLANKS_AFTER)
        case Coverage.EXTENDED:
            kinds = seal.appended or (Kind.BYTES,)
            named = _listed(KIND_NAMES[kind] for kind in kinds)
            yield find(Code.SEAL_EXTENDED, {"what": named}, {"what": " ".join(kinds)})
        case Coverage.WHOLE:
            pass
        case _:
            assert_never(seal.coverage)
    if not seal.intact:
        yield find(Code.SEAL_DAMAGED)
        return
    if seal.padded:
        yield find(Code.SEAL_PADDED)
    if seal.revisions != 1:
        count = str(seal.revisions)
        yield find(Code.SEAL_REVISIONS, {"count": count}, {"count": count})
    if seal.coverage is Coverage.WHOLE and not seal.padded:
        yield find(Code.SEAL_OF_ANOTHER_FILE)


def _inspect_signer(seal: SealReading, signer: Signer | None, body_name: str) -> Iterable[Finding]:
    if signer is None:
        yield find(Code.SEAL_SIGNER_UNKNOWN, {"signer": "?", "issuer": "?"})
        return
    shown = {"signer": signer.name, "issuer": signer.issuer}
    match signer.standing:
        case SignerStanding.KNOWN:
            at = seal.sealed_at
            assert at is not None  # a certificate is known to be valid only at some time
            said = {**shown, "sealed_at": format_instant(at)}
            yield find(Code.SEAL_SIGNER_KNOWN, {**shown, "sealed_at": say_instant(at)}, said)
        case SignerStanding.UNKNOWN:
            yield find(Code.SEAL_SIGNER_UNKNOWN, shown, shown)
        case SignerStanding.OUT_OF_TIME:
            yield find(Code.SEAL_OUT_OF_TIME, shown, shown)
        case SignerStanding.REVOKED:
            at = signer.revoked_at
            assert at is not None  # or it were not revoked
            said = {**shown, "revoked_at": format_instant(at)}
            yield find(Code.SEAL_REVOKED, {**shown, "revoked_at": say_instant(at)}, said)
        case _:
            assert_never(signer.standing)
    if body_name not in (signer.name, signer.organization):
        yield find(Code.SEAL_OTHER_NAME, {**shown, "body": body_name}, shown)


def inspect_pages(count: int) -> tuple[Finding, ...]:
    """Return what to say of how many pages a file has."""
    if count == 1:
        return ()
    return (find(Code.PAGES_ADDED, {"count": str(count)}, {"count": str(count)}),)


def inspect_page(
    page: PageComparison,
    others: Sequence[Finding],
    held: Collection[Kind] | None,
    records: Mapping[Field, str],
) -> tuple[Finding, ...]:
    """Return what to say of how a page looks.

    Args:
        others: what was found of its text; a field is not named twice for the same thing.
        held: what else the file holds, as `SealReading` tells it: where something may lie on the
            page that only some readers draw, it is not said to agree everywhere.
        records: what is on record for each field, as it may be shown.
    """
    said = {(one.code, one.evidence.get("field")) for one in others}
    found = [find(Code.FILE_SAVED_ANEW)]
    for change in page.changes:
        if change.change is Change.DIFFERS and (Code.FIELD_DIFFERS, change.place) not in said:
            found.append(_changed(Code.PAGE_DIFFERS, change, records))
        if change.change is Change.COVERED and (Code.FIELD_COVERED, change.place) not in said:
            found.append(_changed(Code.PAGE_COVERED, change, records))
    if marked := _without_many_rows([one for one in page.changes if one.change is Change.MARKED]):
        places = _listed(dict.fromkeys(_place(one) for one in marked))
        spots = " ".join(dict.fromkeys(one.place or one.near or "page" for one in marked))
        found.append(find(Code.PAGE_MARKED, {"places": places}, {"places": spots}))
    absent = any(one.change is Change.ABSENT for one in page.changes)
    if absent:
        found.append(find(Code.PAGE_SEAL_ABSENT))
    if page.other_files:
        names = ", ".join(page.other_files)
        found.append(find(Code.ATTACHED_OTHER, {"names": names}, {"names": names}))
    found += inspect_pages(page.pages)
    bare = held is not None and not SWITCHED & set(held)
    changed = any(one.change is not Change.ABSENT for one in page.changes)
    if bare and page.pages == 1 and not changed and not page.other_files:
        found.append(find(Code.PAGE_AGREES, {"what": _BUT_THE_SEAL if absent else _THE_PAGE}))
    return tuple(found)


def settle_unclear(
    seen: tuple[Finding, ...], page: PageComparison | None, records: Mapping[Field, str]
) -> tuple[Finding, ...]:
    """Return what is seen of a picture, where it is unclear by a comparison dot for dot.

    A picture that lies on the issued page dot for dot, as one that was made of it does, differs in
    hardly any place; a scan differs in nearly all, and then that tells nothing.

    Args:
        page: how the page that holds the picture looks beside the issued one; None if not compared.
    """
    changes = () if page is None else page.changes
    differing = {one.place: one for one in changes if one.change is Change.DIFFERS}
    if len(differing) > _FEW_PLACES:
        return seen
    return tuple(
        _changed(Code.PAGE_DIFFERS, differing[one.evidence["field"]], records)
        if one.code in _UNCLEAR and one.evidence["field"] in differing
        else one
        for one in seen
    )


def _without_many_rows(marked: Sequence[PageChange]) -> list[PageChange]:
    """Return marks, those beside many rows as marks of the page."""
    many = len({one.near for one in marked if not one.place and one.near}) >= MANY_ROWS
    return [replace(one, near="") if many else one for one in marked]


def _changed(code: Code, change: PageChange, records: Mapping[Field, str]) -> Finding:
    box = " ".join(f"{side:g}" for side in change.box_mm)
    evidence = {"field": change.place, "box_mm": box}
    if change.place in records:
        evidence["record"] = records[Field(change.place)]
    return find(code, {"field": _PLACES.get(change.place, _ELSEWHERE)}, evidence)


def _place(change: PageChange) -> Text:
    if change.place in _PLACES:
        return _PLACES[change.place]
    if change.near in set(Field):
        label = LABELS[Field(change.near)]
        return Text(f"“{label.zh}”一行的旁边", f"beside {label.en.lower()}")
    return _ELSEWHERE


def _listed(names: Iterable[Text]) -> Text:
    names = list(names)
    return Text("、".join(one.zh for one in names), ", ".join(one.en for one in names))
