"""A home and machines off line, for the ceremonies around root keys."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from keys.trust_list import parse_trust_list
from registry.home import Home
from registry.trust_file import root_pin
from tests.issuer.shells import Answer, Shell

OFFLINE = "a passphrase of this one key"


@dataclass(frozen=True, slots=True)
class Ceremony:
    """A home, and machines off line: a folder of root keys with a passphrase of their own."""

    shell: Shell
    folder: Path
    home: Home
    patch: pytest.MonkeyPatch

    def offline(self, *arguments: str | Path) -> Answer:
        """Run a command where there is no home."""
        with self.patch.context() as patch:
            patch.setenv("YANZHEN_HOME", str(self.folder / "nowhere"))
            patch.setenv("YANZHEN_PASSPHRASE", OFFLINE)
            return self.shell(*arguments)

    def key(self, name: str, algorithm: str = "ES256") -> Path:
        path = self.folder / name
        assert self.offline("trust", "key", path, "--algorithm", algorithm).code == 0
        return path

    def sign(self, draft: Path, key: Path) -> Path:
        out = draft.with_name(f"{draft.name}-{key.name}")
        answer = self.offline("trust", "sign", draft, out, "--key", key, "--yes")
        assert answer.code == 0, answer.err
        return out

    def root(self, name: str, keys: list[Path], threshold: int) -> Path:
        draft = self.folder / name
        named = [word for key in keys for word in ("--key", f"{key}.pub")]
        answer = self.shell("trust", "root", draft, *named, "--threshold", str(threshold))
        assert answer.code == 0, answer.err
        return draft

    def waiting(self, name: str) -> Path:
        draft = self.folder / name
        assert self.shell("trust", "draft", draft).code == 0
        return draft

    def version_in_force(self) -> int:
        data = self.home.key_document_path.read_bytes()
        return parse_trust_list(data, root_pin(self.home)).document.version

    def share_out(self) -> list[Path]:
        """Go from the one key in the home to 2 of 3 off line; the home's own is deleted."""
        keys = [self.key("甲"), self.key("乙", "EdDSA"), self.key("丙")]
        draft = self.root("root-2", keys, 2)
        signed = self.sign(self.sign(draft, keys[0]), keys[1])
        assert self.shell("trust", "publish", signed).code == 0
        waiting = self.waiting("list")
        assert (
            self.shell("trust", "publish", *(self.sign(waiting, key) for key in keys[1:])).code == 0
        )
        for path in self.home.root_key_folder.iterdir():
            path.unlink()
        return keys


def code_of(answer: Answer) -> str:
    assert answer.code != 0
    error: dict[str, str] = answer.json["error"]
    return error["code"]
