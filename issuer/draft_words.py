"""What a person reads before he signs a draft: all that it says, what is new in it, its digest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from codes.wording import Text
from issuer.ceremony import Draft, Signers
from issuer.draft_entries import Changes, Entry, compare, entries_of
from issuer.filing_view import join_lines
from keys.document import KeyDocument
from keys.jws import Kind
from keys.root import RootDocument


def describe_draft(
    found: Draft, counted: Sequence[Signers], former: RootDocument | KeyDocument | None
) -> dict[str, Any]:
    """Return all that a draft says as an object of a JSON answer.

    Args:
        found: the draft.
        counted: who signed it, by each root document that counts.
        former: what it is to replace; None where that is not known here.
    """
    document = found.document
    answer: dict[str, Any] = {
        "kind": found.kind.value,
        "version": document.version,
        "published_at": document.published_at.isoformat(),
        "sha256": found.sha256,
        "digest": found.digest,
        "signatures_missing": [one.missing for one in counted],
        "signed": [list(one.signed) for one in counted],
        "entries": [entry.as_dict() for entry in entries_of(document)],
        "changes": None if former is None else _changes_as_dict(compare(former, document)),
    }
    if isinstance(document, KeyDocument):
        answer["expires_at"] = document.expires_at.isoformat()
        answer["root_version"] = found.roots[-1].document.version if found.roots else None
        answer["root_pins"] = [root.pin for root in found.roots]
    return answer


def draft_text(
    found: Draft,
    counted: Sequence[Signers],
    former: RootDocument | KeyDocument | None,
    *,
    whole: bool = True,
) -> Text:
    """Return the same as lines.

    Args:
        found, counted, former: as `describe_draft`.
        whole: every entry; else only what is new.
    """
    lines = [*_head(found)]
    if whole:
        lines += _entry_lines(entries_of(found.document))
    if former is not None:
        lines += _change_lines(compare(former, found.document))
    elif whole:
        lines.append(
            Text(
                "此处没有现行的文件可比，请逐项核对",
                "nothing in force here to compare it with: go through every line",
            )
        )
    lines += [
        Text(
            f"按第 {one.root_version} 版根文件：已签 {len(one.signed)} 个"
            f"（{'、'.join(one.signed) or '无'}），还差 {one.missing} 个",
            f"by root document {one.root_version}: {len(one.signed)} signed "
            f"({', '.join(one.signed) or 'none'}), {one.missing} more needed",
        )
        for one in counted
    ]
    lines.append(digest_text(found))
    return join_lines(lines)


def digest_text(found: Draft) -> Text:
    """Return the line with the digest, the same for all holders, before and after signing."""
    return Text(
        f"文件摘要（各持有人互相念对，签署前后不变）：\n  {found.digest}",
        f"digest (holders read it to each other; signing does not change it):\n  {found.digest}",
    )


def _head(found: Draft) -> Iterator[Text]:
    document = found.document
    when = f"{document.published_at:%Y-%m-%d %H:%M} UTC"
    if found.kind is Kind.ROOT:
        yield Text(
            f"根文件第 {document.version} 版（{when} 编制），指纹：{found.root.pin}",
            f"root document {document.version} (composed {when}), pin: {found.root.pin}",
        )
        return
    until = found.trust.document.expires_at
    yield Text(
        f"信任列表第 {document.version} 版（{when} 编制，有效期至 {until:%Y-%m-%d}）",
        f"trust list {document.version} (composed {when}, valid until {until:%Y-%m-%d})",
    )
    if found.roots:
        first, last = found.roots[0], found.roots[-1]
        version = last.document.version
        yield Text(
            f"由第 {version} 版根文件的根密钥签署，该版指纹：{last.pin}",
            f"to be signed by the keys of root document {version}, pin: {last.pin}",
        )
        if first is not last:
            yield Text(f"第 1 版根文件指纹：{first.pin}", f"pin of root document 1: {first.pin}")


def _entry_lines(entries: Sequence[Entry]) -> Iterator[Text]:
    """Yield a line for each entry, those of a body below its prefix."""
    for prefix, group in groupby(entries, key=lambda entry: entry.body):
        if prefix:
            yield Text(f"  {prefix}", f"  {prefix}")
        indent = "    " if prefix else "  "
        for entry in group:
            yield Text(f"{indent}{entry.text.zh}", f"{indent}{entry.text.en}")


def _change_lines(changes: Changes) -> Iterator[Text]:
    number = changes.version
    if not (changes.added or changes.removed or changes.changed):
        yield Text(
            f"与现行第 {number} 版相比，各项内容没有变化",
            f"compared with {number}, which is in force, no entry differs",
        )
        return
    yield Text(f"与现行第 {number} 版相比：", f"compared with {number}, which is in force:")
    for entry in changes.added:
        yield _marked(Text("+ 新增", "+ added  "), entry)
    for entry in changes.removed:
        yield _marked(Text("- 删去", "- removed"), entry)
    for old, new in changes.changed:
        yield _marked(Text("* 原为", "* changed from"), old)
        yield _marked(Text("  改为", "            to"), new)


def _marked(mark: Text, entry: Entry) -> Text:
    of = f"  {entry.body}" if entry.body else ""
    return Text(f"  {mark.zh}{of}  {entry.text.zh}", f"  {mark.en}{of}  {entry.text.en}")


def _changes_as_dict(changes: Changes) -> dict[str, Any]:
    return {
        "version": changes.version,
        "added": [entry.as_dict() for entry in changes.added],
        "removed": [entry.as_dict() for entry in changes.removed],
        "changed": [
            {"before": old.as_dict(), "after": new.as_dict()} for old, new in changes.changed
        ],
    }
