"""What the repository must not hold: others' work, secrets, addresses, traces of a machine."""

from __future__ import annotations

import re
from pathlib import Path

from tests.arch.sources import ROOT, files, shown, text_files

_VENDORED_FOLDERS = {"vendor", "vendored", "third_party", "node_modules", "bower_components"}
_VENDORED_NAMES = re.compile(
    r"\.min\.(js|css)$|\.(otf|ttf|ttc|woff2?|whl|jar|wasm|so|dll|exe|zip)$"
)
_LONGEST_LINE = 400
_FOREIGN_NOTICE = re.compile(r"copyright \(c\)|©\s*\d{4}|@license|all rights reserved", re.I)
_MACHINE_PATH = re.compile(r"(?<![\w.])/(work|root|home/\w+|Users/\w+|tmp/\w+)/")
_INDEX_ADDRESS = re.compile(
    r"py" r"pi\.org|python" r"hosted|index-" r"url\s*=|npm" r"js\.org", re.I
)
_CLEAR_KEY = re.compile(r"BEGIN (RSA |EC |OPENSSH )?PRIVATE KEY")
_PRIVATE_JWK = re.compile(r"\"d\"\s*:\s*\"[\w-]{40,}\"")

# Keys and passphrases that are published on purpose, so that vectors can be made again.
PUBLISHED_KEYS = ROOT / "tests" / "vectors" / "data"
_MAX_BYTES = 400 * 1024
_THIS = Path(__file__)


def own_text_files() -> list[tuple[Path, str]]:
    """Return all text but this file's own patterns and the licence."""
    return [(path, text) for path, text in text_files() if path not in (_THIS, ROOT / "LICENSE")]


def test_nothing_of_others_is_copied_into_the_repository() -> None:
    copied = [
        shown(path)
        for path in files()
        if _VENDORED_FOLDERS & set(path.parts) or _VENDORED_NAMES.search(path.name)
    ]
    noticed = [shown(path) for path, text in own_text_files() if _FOREIGN_NOTICE.search(text)]
    packed = [
        shown(path)
        for path, text in own_text_files()
        if path.suffix in {".js", ".css", ".py", ".html"}
        if max(map(len, text.splitlines()), default=0) > _LONGEST_LINE
    ]

    assert copied == []
    assert noticed == []
    assert packed == []


def test_no_file_is_large() -> None:
    large = {shown(path): path.stat().st_size for path in files()}

    assert {name: size for name, size in large.items() if size > _MAX_BYTES} == {}


def test_no_path_of_anybodys_machine_is_named() -> None:
    named = [
        f"{shown(path)}: {found[0]}"
        for path, text in own_text_files()
        if (found := _MACHINE_PATH.search(text))
    ]

    assert named == []


def test_no_address_of_a_package_index_is_named() -> None:
    named = [shown(path) for path, text in own_text_files() if _INDEX_ADDRESS.search(text)]

    assert named == []


def test_no_private_key_is_kept_but_the_published_ones_of_the_vectors() -> None:
    keys = [
        shown(path)
        for path, text in own_text_files()
        if _CLEAR_KEY.search(text) or _PRIVATE_JWK.search(text)
        if PUBLISHED_KEYS not in path.parents
    ]
    sealed = [
        shown(path)
        for path, text in own_text_files()
        if text.startswith("-----BEGIN ENCRYPTED") and PUBLISHED_KEYS not in path.parents
    ]

    assert keys == []
    assert sealed == []


def test_no_home_folder_is_kept() -> None:
    kept = [shown(path) for path in files() if path.name in {"home.json", "pepper", "vault.json"}]

    assert kept == []


def test_what_would_be_found_is_found() -> None:
    assert _MACHINE_PATH.search("see /root/notes/x")
    assert not _MACHINE_PATH.search("https://yz.example.cn/home/page/")
    assert _CLEAR_KEY.search("-----BEGIN PRIVATE KEY-----")
    assert _PRIVATE_JWK.search('{"d": "' + "A" * 43 + '"}')


def test_the_licence_is_the_whole_apache_licence() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")

    assert text.lstrip().startswith("Apache License\n                           Version 2.0")
    assert "END OF TERMS AND CONDITIONS" in text
    assert len(text) == 11358
