"""`yanzhen backup` and `yanzhen restore` say where the root key is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.issuer.shells import Shell

LACKING = "没有根文件所要求的任何一个根密钥"


@pytest.fixture
def backup_shell(filed_shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setenv("YANZHEN_BACKUP_PASSPHRASE", "a passphrase of the backup")
    return filed_shell


def restored(shell: Shell, backup: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Restore a backup and make the new home the one that commands work on."""
    to = backup.with_name("restored")
    answer = shell("restore", backup, "--to", to)
    assert answer.code == 0, answer.err
    monkeypatch.setenv("YANZHEN_HOME", str(to))
    return to


def test_a_backup_says_that_the_root_key_is_not_in_it_and_what_to_do(
    backup_shell: Shell, tmp_path: Path
) -> None:
    said = backup_shell("backup", tmp_path / "a").out
    assert "根密钥不在此备份中" in said
    assert str(tmp_path / "home" / "secrets" / "root") in said
    said = backup_shell("--lang", "en", "backup", tmp_path / "b").out
    assert "the root key is NOT in this backup" in said
    assert "--with-root" in said
    assert backup_shell("backup", tmp_path / "c", "--json").json["root_key"] == "left_out"


def test_a_backup_with_the_root_key_says_so_and_a_home_restored_from_it_signs(
    backup_shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup = tmp_path / "backup"
    answer = backup_shell("backup", backup, "--with-root", "--json").json
    assert answer["root_key"] == "included"
    restored(backup_shell, backup, monkeypatch)
    assert backup_shell("trust", "status", "--json").json["root_keys_here"] is True
    assert backup_shell("keys", "publish", "--json").json["signatures_missing"] == 0


def test_without_it_restore_and_status_and_publishing_say_what_is_lacking_until_it_is_back(
    backup_shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = [(path.name, path.read_bytes()) for path in (tmp_path / "home/secrets/root").iterdir()]
    backup = tmp_path / "backup"
    assert backup_shell("backup", backup).code == 0
    to = tmp_path / "plain"
    answer = backup_shell("restore", backup, "--to", to, "--json").json
    assert answer["root_keys_here"] is False
    home = restored(backup_shell, backup, monkeypatch)
    status = backup_shell("trust", "status").out
    assert LACKING in status
    assert str(home / "secrets" / "root") in status
    answer = backup_shell("keys", "publish", "--json").json
    assert (answer["signatures_missing"], answer["root_keys_here"]) == (1, False)
    assert LACKING in backup_shell("keys", "publish").out
    (home / "secrets" / "root").mkdir(mode=0o700)
    for name, data in kept:
        (home / "secrets" / "root" / name).write_bytes(data)
    assert LACKING not in backup_shell("trust", "status").out
    assert backup_shell("keys", "publish", "--json").json["signatures_missing"] == 0


def test_restore_says_that_the_root_key_is_not_in_the_backup(
    backup_shell: Shell, tmp_path: Path
) -> None:
    assert backup_shell("backup", tmp_path / "backup").code == 0
    said = backup_shell("restore", tmp_path / "backup", "--to", tmp_path / "new").out
    assert "根密钥不在此备份中" in said
    assert str(tmp_path / "new" / "secrets" / "root") in said


def test_where_holders_keep_the_keys_no_backup_holds_them(
    backup_shell: Shell, tmp_path: Path
) -> None:
    for path in (tmp_path / "home/secrets/root").iterdir():
        path.unlink()
    answer = backup_shell("backup", tmp_path / "backup", "--with-root", "--json").json
    assert answer["root_key"] == "not_in_home"
    assert "持有人" in backup_shell("backup", tmp_path / "again").out
