"""The README of an evidence bundle: each step can be taken on Linux, macOS and Windows."""

from __future__ import annotations

from datetime import UTC, datetime

from verifier.cases.bundle_readme import BundleFacts, commands, windows_commands, write_readme

README = write_readme(
    BundleFacts(
        reference="甲〔2026〕1号",
        made_at=datetime(2026, 11, 23, tzinfo=UTC),
        demo=True,
        reports=("reports/01.pdf",),
        revoked=True,
        folders=frozenset({"originals", "reports"}),
    )
).decode()


def test_what_a_shell_does_powershell_can_do() -> None:
    shell = commands(README)
    sums, others, signature, custody = windows_commands(README)
    assert "Get-FileHash" in sums and "SHA256SUMS" in sums
    assert "Get-ChildItem" in others and "SHA256SUMS.p7s" in others
    assert signature == shell[2].replace("/dev/null", "NUL")
    assert "custody.jsonl" in custody and "custody-hashes.txt" in custody
    assert '"$h`n$l"' in custody and "'0' * 64" in custody
    only_unix = ("sha256sum", "/dev/null", "printf", "| diff", "awk")
    alike = [one for one in shell if not any(word in one for word in only_unix)]
    assert [one.split()[0] for one in alike] == ["openssl", "openssl", "openssl", "pdfsig"]
    for chapter in ("Windows 在 PowerShell 中运行", "Windows: in PowerShell"):
        assert chapter in README


def test_what_is_pasted_into_powershell_holds_no_key_of_its_own_and_no_pattern() -> None:
    sums, others, _, custody = windows_commands(README)
    assert "\t" not in README  # at a prompt it is the key that completes names
    for one in (sums, others):
        assert one.count("Get-Content -LiteralPath SHA256SUMS") == 1
    # Its own comparisons pass over characters nobody sees: an added file would be as one listed.
    assert "HashSet[string]" in others and "notcontains" not in others
    # Of a folder on a share the location itself is no path of the system's.
    assert custody.count("$($pwd.ProviderPath)\\custody") == 2 and "$pwd\\" not in custody
