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
