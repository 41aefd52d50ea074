"""The trust list as the verifier takes it: in force, or why nothing can be judged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from codes.wording import Text
from keys.document import KeyDocument
from keys.errors import KeysError
from keys.root import check_pin
from keys.trust_list import TrustList
from log.notes import VerifierKey, parse_vkey
from registry.errors import HomeError
from registry.home import Home
from registry.log_reader import ListedLogs
from registry.trust_file import TrustListFile, root_pin
from registry.trust_memory import TrustMemory
from verifier.conclusion import local_day
from verifier.errors import KeyDocumentUnavailable
from verifier.finding_codes import Code

TrustSource = Callable[[], TrustList]

_UNSIGNED = frozenset({"trust_list_unsigned", "root_unknown", "root_skipped"})
_FORKED = frozenset({"trust_list_forked", "root_changed"})


def home_source(home: Home, pin: str | None = None) -> TrustSource:
    """Return what gives the trust list of a home.

    Args:
        home: whose list and memory.
        pin: SHA-256 in hex of a root document that the asker knows; that of the home unless given.

    Raises:
        KeysError: the given pin is none (`root_pin_invalid`).
    """
    asked = None if pin is None else check_pin(pin)
    memory = TrustMemory(home.trust_memory_path)
    made: list[TrustListFile] = []

    def read() -> TrustList:
        # The home's own pin is read when it is needed: a home may still get its root.
        if not made:
            made.append(TrustListFile(home.key_document_path, asked or root_pin(home), memory))
        return made[0]()

    return trusted(read)


def file_source(path: Path, pin: str, memory_folder: Path) -> TrustSource:
    """Return what gives the trust list of a file, wherever it came from.

    Args:
        path: the file.
        pin: SHA-256 in hex of a root document that the asker knows.
        memory_folder: where the newest list seen under this pin is remembered.

    Raises:
        KeysError: `root_pin_invalid`.
    """
    checked = check_pin(pin)
    memory = TrustMemory(memory_folder / f"{checked}.json")
    return trusted(TrustListFile(path, checked, memory))


def trusted(read: TrustSource) -> TrustSource:
    """Return the same source, its refusals said as what the verifier makes of them.

    What it returns raises KeyDocumentUnavailable; its code is that of the finding.
    """

    def source() -> TrustList:
        try:
            return read()
        except (OSError, KeysError, HomeError) as error:
            code = _finding_code(getattr(error, "code", ""))
            text = getattr(error, "text", Text("信任列表无法读取", "the trust list is unreadable"))
            raise KeyDocumentUnavailable(code.value, text) from error

    return source


def log_keys(document: KeyDocument, day: date) -> frozenset[VerifierKey]:
    """Return the keys of the logs that a trust list names for a day."""
    return frozenset(parse_vkey(log.vkey) for log in document.logs if log.covers(day))


def listed_logs(source: TrustSource, clock: Callable[[], datetime]) -> Callable[[], ListedLogs]:
    """Return what gives the logs and witnesses that the trust list names today.

    Without a trust list no log is believed.
    """
    kept: list[tuple[KeyDocument, date, ListedLogs]] = []

    def listed() -> ListedLogs:
        try:
            document = source().document
        except KeyDocumentUnavailable:
            return ListedLogs(keys=frozenset())
        today = local_day(clock())
        for of, day, logs in kept:
            if of is document and day == today:
                return logs
        logs = ListedLogs(
            keys=log_keys(document, today),
            witnesses=frozenset(map(parse_vkey, document.witnesses)),
            quorum=document.witness_quorum,
        )
        kept[:] = [(document, today, logs)]
        return logs

    return listed


def _finding_code(code: str) -> Code:
    if code in _UNSIGNED:
        return Code.TRUST_LIST_UNSIGNED
    if code in _FORKED:
        return Code.TRUST_LIST_FORKED
    if code == Code.TRUST_LIST_OLDER:
        return Code.TRUST_LIST_OLDER
    return Code.KEY_DOCUMENT_UNAVAILABLE
