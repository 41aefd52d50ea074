"""The folder of a witness: its sealed key, its name, the logs it watches, what it cosigned."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from audit.errors import AuditError
from audit.memory import replace_file
from audit.witness import Witness
from codes.wording import Text
from keys.errors import KeysError
from keys.signing import seal_private_key
from keys.strict_json import load_strict_json
from keys.witness_key import cosign_checkpoint, generate_witness_key, open_witness_key
from log.errors import LogError
from log.notes import VerifierKey, parse_vkey

_MAX_CONFIGURATION_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessHome:
    """A witness at rest.

    Args:
        folder: its own.
        vkey: its public key.
        logs: the key of each log it watches, by origin.
    """

    folder: Path
    vkey: VerifierKey
    logs: dict[str, VerifierKey]

    @classmethod
    def create(cls, folder: Path, name: str, passphrase: bytes) -> WitnessHome:
        """Make a witness with a new key.

        Raises:
            AuditError: `witness_exists`.
            LogError: `vkey_invalid` for a name that no key has.
        """
        if (folder / "witness.json").exists():
            raise AuditError(
                "witness_exists",
                Text("该文件夹中已有见证人，不予覆盖", "There is a witness in this folder already"),
            )
        key = generate_witness_key(name)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        replace_file(folder / "witness.pem", seal_private_key(key, passphrase))
        home = cls(folder=folder, vkey=key.vkey, logs={})
        home._save()
        return home

    @classmethod
    def open(cls, folder: Path) -> WitnessHome:
        """Return the witness in a folder.

        Raises:
            AuditError: `witness_home_damaged`.
        """
        try:
            data = (folder / "witness.json").read_bytes()
            value = load_strict_json(data, max_bytes=_MAX_CONFIGURATION_BYTES)
            if not isinstance(value, dict):
                raise TypeError("not an object")
            logs = {str(name): parse_vkey(key) for name, key in value["logs"].items()}
            return cls(folder=folder, vkey=parse_vkey(value["vkey"]), logs=logs)
        except (OSError, KeyError, TypeError, AttributeError, KeysError, LogError) as error:
            raise AuditError(
                "witness_home_damaged",
                Text(
                    "该文件夹中没有见证人，或其设置已损坏；新建请运行 yanzhen witness init",
                    "There is no witness in this folder, or its settings are damaged; "
                    "yanzhen witness init makes one",
                ),
            ) from error

    def watch(self, origin: str, key: VerifierKey) -> WitnessHome:
        """Return the witness watching one more log.

        Raises:
            AuditError: `witness_log_known` where that log is watched under another key.
        """
        if self.logs.get(origin, key) != key:
            raise AuditError(
                "witness_log_known",
                Text("已按另一公钥见证该日志", "That log is watched already, under another key"),
            )
        home = WitnessHome(folder=self.folder, vkey=self.vkey, logs={**self.logs, origin: key})
        home._save()
        return home

    def wake(self, passphrase: bytes, clock: Callable[[], datetime]) -> Witness:
        """Return the witness with its key opened; raises KeysError as `open_witness_key`."""
        pem = (self.folder / "witness.pem").read_bytes()
        key = open_witness_key(pem, passphrase, self.vkey.name)
        if key.vkey != self.vkey:
            raise AuditError(
                "witness_key_mismatch",
                Text("见证人私钥与其公钥不符", "The key of the witness is not that of its vkey"),
            )
        return Witness(
            self.folder / "state",
            self.logs,
            lambda text, now: cosign_checkpoint(key, text, now=now),
            clock,
        )

    def _save(self) -> None:
        value = {
            "vkey": str(self.vkey),
            "logs": {origin: str(key) for origin, key in sorted(self.logs.items())},
        }
        data = json.dumps(value, ensure_ascii=False, indent=2) + "\n"
        replace_file(self.folder / "witness.json", data.encode())
