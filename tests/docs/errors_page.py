"""Writes docs/errors.md from the source: `python -m tests.docs.errors_page`."""

from __future__ import annotations

from issuer.roster_faults import refuse_format
from registry.child import ChildFailed, FailureReason
from registry.sheet_format import SheetFormat
from tests.arch.sources import ROOT
from tests.docs.coded_texts import CodedText, coded_texts
from verifier import bulk_faults

PAGE = ROOT / "docs" / "errors.md"
ROOMS = (
    "codes",
    "keys",
    "log",
    "registry",
    "templates",
    "accounts",
    "issuer",
    "verifier",
    "sealer",
    "audit",
)

# Codes that are put together at run time, by the f-string that does it.
COMPOSED = {
    "f'child_{reason}'": [
        CodedText("registry", error.code, error.text.zh, error.text.en)
        for error in map(ChildFailed, FailureReason)
    ],
    "f'bulk_is_{kind.value}'": [
        CodedText("verifier", error.code, error.text.zh, error.text.en)
        for error in map(
            bulk_faults.refuse_format, set(SheetFormat) - {SheetFormat.XLSX, SheetFormat.TEXT}
        )
    ],
    "f'roster_is_{kind.value}'": [
        CodedText("issuer", problem.code, problem.text.zh, problem.text.en)
        for problem in map(refuse_format, set(SheetFormat) - {SheetFormat.XLSX, SheetFormat.TEXT})
    ],
}

# Codes whose sentence comes from another room or from a table: what it says.
DESCRIBED = {
    "account_name": (
        "该姓名不能使用；逐字说明原因。",
        "The name cannot be used; says of which character, and why.",
    ),
    "cell_empty": (
        "必填的单元格为空；逐列说明应填什么。",
        "A required cell is empty; says what to write.",
    ),
    "character_unprintable": (
        "现有字体打印不出某字；写明该字、码位和可用的字体包。",
        "No font at hand holds a character; names it, its code point and a package that helps.",
    ),
    "page_fit": (
        "某项内容在证书上印不下；写明是哪一项。",
        "A field does not fit the certificate; says which.",
    ),
}

_HEAD = """\
# Errors, problems and notices

Everything the program can refuse or remark on has a stable `code`; a code is never used for
another meaning. Commands print the sentence, and with `--json` the code too: as `error` where a
command failed, as `problems` and `notices` of each row where a roster was checked. `…` stands for
what is filled in. No sentence repeats a name or a document number.

What a verdict says is listed in [findings.md](findings.md), what the API refuses in
[api.md](api.md). A few codes that a person never sees by themselves, such as the rules of
certificate numbers, reach the verdict as the reason inside a finding.

This page is generated: `python -m tests.docs.errors_page`.
"""
_ABOUT = {
    "accounts": "Signing in to the desks, and the people who may.",
    "codes": "What was typed, scanned or stored is not what the rule asks for.",
    "sealer": "Sealing verification reports.",
    "keys": "A key, a signature's envelope, the key document or the passphrase.",
    "log": "The public log: leaves, tiles, signed notes, checkpoints and proofs.",
    "registry": "The home folder, the database, the vault and the stored files.",
    "templates": "The certificate page and its fonts.",
    "issuer": "Filings, keys in custody, rosters, photos and issuing.",
    "verifier": "Questions that cannot be put, as opposed to verdicts.",
    "audit": "What keeps an audit from being made, and what a witness refuses.",
}


def all_texts(room: str) -> list[CodedText]:
    """Return what a room can say, the codes put together at run time included."""
    composed = [one for texts in COMPOSED.values() for one in texts if one.room == room]
    return sorted([*coded_texts(room), *composed])


def render_page() -> str:
    """Return the page, the same for the same source."""
    return _HEAD + "".join(_section(room) for room in ROOMS)


def _section(room: str) -> str:
    rows: dict[str, list[CodedText]] = {}
    for one in all_texts(room):
        rows.setdefault(one.code, []).append(one)
    table = "".join(_row(code, texts) for code, texts in rows.items())
    head = f"\n## {room}\n\n{_ABOUT[room]}\n\n| code | 中文 | English |\n|---|---|---|\n"
    return head + table


def _row(code: str, texts: list[CodedText]) -> str:
    said = [(one.zh, one.en) if one.zh else DESCRIBED[code] for one in texts]
    zh = "<br>".join(_cell(zh) for zh, _ in said)
    en = "<br>".join(_cell(en) for _, en in said)
    return f"| `{code}` | {zh} | {en} |\n"


def _cell(sentence: str) -> str:
    return sentence.replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    PAGE.write_text(render_page(), encoding="utf-8")
