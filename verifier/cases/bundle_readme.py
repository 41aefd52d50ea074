"""The README of an evidence bundle: what is in it, and the commands that check it.

Its commands stand indented by four blanks, one a line; tests run exactly these. What PowerShell on
Windows needs otherwise stands below, indented by a tab.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from codes.wording import Language, Text
from keys.report_document import report_key_name
from verifier.cases.custody import Gap

_BEIJING: Final = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrary:
    """An outcome that is not what the verdicts say.

    Args:
        outcome: of the case.
        verdicts: that it contradicts, by the place of the paper.
        reason: that the officer gave.
    """

    outcome: Text
    verdicts: Mapping[int, Text]
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleFacts:
    """What the README of one bundle says.

    Args:
        reference: the case number.
        made_at: aware.
        demo: made by demonstration keys.
        reports: paths of the reports in it.
        revoked: whether a list of revoked certificates is in it.
        folders: the folders in it.
        gaps: of custody, each stated and confirmed.
        lacking: of papers by place: what each lacks, such as a verdict.
        contrary: where the case was closed otherwise than its verdicts say.
    """

    reference: str
    made_at: datetime
    demo: bool
    reports: tuple[str, ...]
    revoked: bool
    folders: frozenset[str]
    gaps: Sequence[Gap] = ()
    lacking: Mapping[int, Sequence[Text]] = field(default_factory=dict)
    contrary: Contrary | None = None


def write_readme(facts: BundleFacts) -> bytes:
    """Return the README, Chinese first."""
    return (_chinese(facts) + "\n" + "-" * 60 + "\n\n" + _english(facts)).encode()


def commands(readme: str) -> list[str]:
    """Return the commands of a README in their order, each once."""
    return _indented(readme, 4)


def windows_commands(readme: str) -> list[str]:
    """Return the commands of a README that are for PowerShell, in their order, each once."""
    return _indented(readme, len(_AT_WINDOWS))


_AT_WINDOWS: Final = " " * 6  # no tab: pasted at a prompt, it completes names


def _indented(readme: str, by: int) -> list[str]:
    """Return the lines that are indented by so many blanks and no more."""
    lines = (line for line in readme.splitlines() if len(line) - len(line.lstrip(" ")) == by)
    return list(dict.fromkeys(line.strip() for line in lines))


_CONTENTS_ZH: Final = {
    "originals": "送检原件，与收到时逐字节相同",
    "pictures": "送检材料首页，与登记不符之处有红框",
    "verdicts": "核验结论（JSON）",
    "reports": "查验报告，PDF 加盖电子印章；JSON 内容相同",
}
_CONTENTS_EN: Final = {
    "originals": "what was handed in, byte for byte as received",
    "pictures": "its first page, red boxes around what differs from the record",
    "verdicts": "the verifier's answers (JSON)",
    "reports": "verification reports: a sealed PDF, and the same as JSON",
}


def _contents(facts: BundleFacts, told: Mapping[str, str]) -> str:
    """Return a line for each folder of papers that is in the bundle."""
    there = ((name, words) for name, words in told.items() if name in facts.folders)
    return "".join(f"{name + '/':<15}{words}\n" for name, words in there)


def _gaps(facts: BundleFacts, language: Language) -> str:
    """Return the lines that custody lacks, with a heading; empty for none."""
    lines = "".join(_gap(one, language) for one in facts.gaps)
    heading = Text(
        "保管记录缺漏、与审计记录不符的条目：",
        "Lines that custody lacks, or has otherwise than the audit trail says:",
    )
    return f"\n{heading.say(language)}\n{lines}" if lines else ""


def _gap(gap: Gap, language: Language) -> str:
    stated, confirmed = gap.statement, gap.confirmation
    assert stated is not None and confirmed is not None
    reason = " ".join(stated.details["reason"].split())
    at = f"{gap.at.astimezone(_BEIJING):%Y-%m-%d %H:%M:%S}"
    told = Text(
        f"- 第 {gap.place} 条，摘要 {gap.sha256}\n"
        f"  {gap.why.zh}。\n"
        f"  审计记录所载：北京时间 {at} {gap.actor} {gap.act.zh}\n"
        f"  说明（保管记录第 {stated.place} 条，{stated.actor}）：{reason}\n"
        f"  确认（保管记录第 {confirmed.place} 条）：{confirmed.actor}\n",
        f"- Line {gap.place}, hash {gap.sha256}\n"
        f"  {gap.why.en}.\n"
        f"  By the audit trail: {at} Beijing time {gap.actor}: {gap.act.en}\n"
        f"  Stated (line {stated.place} of custody) by {stated.actor}: {reason}\n"
        f"  Confirmed (line {confirmed.place} of custody) by {confirmed.actor}\n",
    )
    return told.say(language)


def _lacking(facts: BundleFacts, language: Language) -> str:
    """Return the papers that were not verified to the end, with a heading; empty for none."""
    if not facts.lacking:
        return ""
    heading = Text("没有核验完的材料：", "Papers that were not verified to the end:")
    paper, stop = Text("第 {} 件：", "No. {}: "), Text("；", "; ")
    lines = "".join(
        f"- {paper.say(language).format(place)}"
        f"{stop.say(language).join(one.say(language) for one in lacks)}\n"
        for place, lacks in facts.lacking.items()
    )
    return f"\n{heading.say(language)}\n{lines}"


def _contrary(facts: BundleFacts, language: Language) -> str:
    """Return that the outcome is not what the verdicts say, and why; empty where it is."""
    told = facts.contrary
    if told is None:
        return ""
    outcome, reason = told.outcome.say(language), " ".join(told.reason.split())
    heading = Text("处理结果与核验结论不一致：", "The outcome is not what the verdicts say:")
    paper = Text("- 第 {} 件的核验结论：{}", "- Verdict on No. {}: {}")
    lines = "".join(
        f"{paper.say(language).format(place, said.say(language))}\n"
        for place, said in told.verdicts.items()
    )
    last = Text(
        f"- 处理结果：{outcome}\n- 办案民警说明的原因：{reason}",
        f"- Outcome: {outcome}\n- The reason that the officer gave: {reason}",
    )
    return f"\n{heading.say(language)}\n{lines}{last.say(language)}\n"


_WINDOWS: Final = "   Windows PowerShell:\n"


_LISTED: Final = "Get-Content -LiteralPath SHA256SUMS -Encoding UTF8 | ForEach-Object "


def _sums() -> str:
    return f"    sha256sum --strict -c SHA256SUMS\n{_WINDOWS}" + (
        f"{_AT_WINDOWS}{_LISTED}{{ $h, $n = $_ -split '  ', 2; "
        'if ((Get-FileHash -LiteralPath $n -Algorithm SHA256).Hash -eq $h) { "OK $n" } '
        'else { "FAILED $n" } }\n'
    )


_NOT_LISTED: Final = ("SHA256SUMS", "SHA256SUMS.p7s", "signer.pem")
"""What the list of files cannot name: itself, its signature, and what the step after writes."""


def _others() -> str:
    known = " = ".join(f'k["{name}"]' for name in _NOT_LISTED)
    names = ", ".join(f"'{name}'" for name in _NOT_LISTED)
    return (
        '    find . ! -type d | cut -c3- | awk \'BEGIN { while ((getline l < "SHA256SUMS") > 0) '
        f"k[substr(l, 67)] = 1; {known} = 1 }} "
        '!($0 in k) { print "ADDED " $0; n = 1 } END { exit n }\'\n'
        f"{_WINDOWS}"
        # A set compares byte by byte: -contains passes over characters nobody sees.
        f"{_AT_WINDOWS}$k = New-Object 'Collections.Generic.HashSet[string]'; "
        f"{_LISTED}{{ $null = $k.Add(($_ -split '  ', 2)[1]) }}; "
        f"{names} | ForEach-Object {{ $null = $k.Add($_) }}; "
        "$d = (Get-Item -LiteralPath .).FullName.TrimEnd('\\').Length + 1; "
        "Get-ChildItem -LiteralPath . -Recurse -File -Force | ForEach-Object "
        "{ $n = $_.FullName.Substring($d).Replace('\\', '/'); "
        'if (-not $k.Contains($n)) { "ADDED $n" } }\n'
    )


def _signature(facts: BundleFacts) -> str:
    at = int(facts.made_at.timestamp())
    command = (
        f"openssl cms -verify -binary -inform DER -attime {at} -in SHA256SUMS.p7s "
        "-content SHA256SUMS -CAfile certificates/root.pem -signer signer.pem -out"
    )
    return f"    {command} /dev/null\n{_WINDOWS}{_AT_WINDOWS}{command} NUL\n"


def _named(facts: BundleFacts) -> str:
    return report_key_name(demo=facts.demo)


def _certificate(file: str) -> str:
    return (
        f"    openssl x509 -in {file} -noout -subject -serial -nameopt utf8 -fingerprint -sha256\n"
    )


def _revoked(facts: BundleFacts) -> str:
    if not facts.revoked:
        return ""
    return (
        "    openssl crl -inform DER -in certificates/revoked.crl "
        "-CAfile certificates/root.pem -noout -text\n"
    )


def _reports(facts: BundleFacts) -> str:
    return "".join(f"    pdfsig -nocert {name}\n" for name in facts.reports)


def _custody() -> str:
    return (
        "    h=$(printf '%064d' 0); while IFS= read -r l; do h=$(printf '%s\\n%s' \"$h\" \"$l\" | "
        "sha256sum | cut -d' ' -f1); echo $h; done < custody.jsonl | diff - custody-hashes.txt\n"
        f"{_WINDOWS}"
        f"{_AT_WINDOWS}$u = New-Object Text.UTF8Encoding $false; "
        "$s = [Security.Cryptography.SHA256]::Create(); "
        '$g = [IO.File]::ReadAllLines("$($pwd.ProviderPath)\\custody-hashes.txt"); '
        "$h = '0' * 64; $i = 0; "
        'foreach ($l in [IO.File]::ReadAllLines("$($pwd.ProviderPath)\\custody.jsonl", $u)) '
        '{ $h = -join ($s.ComputeHash($u.GetBytes("$h`n$l")) | '
        "ForEach-Object { $_.ToString('x2') }); "
        'if ($h -ne $g[$i]) { "line $($i + 1) differs" }; $i++ }; '
        'if ($i -ne $g.Count) { "lines: $i, hashes: $($g.Count)" }\n'
    )


def _chinese(facts: BundleFacts) -> str:
    when = f"{facts.made_at.astimezone(_BEIJING):%Y年%m月%d日 %H:%M:%S}"
    demo = "【演示 样本：使用演示密钥制作，没有证明效力】\n\n" if facts.demo else ""
    return f"""{demo}证据包：案件 {facts.reference}
制作时间（北京时间）：{when}

一、内容
{_contents(facts, _CONTENTS_ZH)}case.txt       案件、材料、机构答复、保管记录，供阅读打印
case.json      案件、送检人、机构答复（供软件读取）
custody.jsonl  保管记录，一行一条，时间为 UTC（Z）；custody-hashes.txt 为各条摘要
trust/         制作时的信任列表和根公钥摘要
certificates/  查验报告印章的证书、根证书、撤销列表
SHA256SUMS     以上各文件的 SHA-256；SHA256SUMS.p7s 为其电子签名
{_lacking(facts, Language.ZH)}{_contrary(facts, Language.ZH)}{_gaps(facts, Language.ZH)}
二、核对办法
解压后，在本文件所在的文件夹中逐条运行。Linux 或 macOS 在终端中运行，需要 coreutils、openssl、
poppler-utils。Windows 在 PowerShell 中运行：标有 Windows PowerShell 的用其下一行，没有标的相同；
第 1、7 步不用安装软件，其余需要 openssl（Git for Windows 的 usr\\bin 中有）和 Poppler 的
pdfsig；没有 pdfsig 的，用 PDF 阅读器打开报告查看电子印章。

1. 文件齐全、未被改动（每个文件都应显示 OK 或“成功”）
{_sums()}
   没有清单以外的文件（没有任何输出；显示 ADDED 的是后来放进来的，不属于本证据包）
{_others()}
2. 文件清单带有电子签名（应显示 CMS Verification successful），签名证书另存为 signer.pem。
   这一步只说明签名有效，由谁签署见第 3 步
{_signature(facts)}
3. 签署人：CN（名称）须以“{_named(facts)}”开头，不是的即为他人签署；
   SHA-256 指纹须与核验网站“核对查验报告”页所列的查验报告印章证书指纹一致，或由主管部门当面提供
   （此后换过密钥的，该页按使用期间列出此前的指纹）
{_certificate("signer.pem")}
4. 根证书：下面显示的指纹须与核验网站“核对查验报告”页所列、或由主管部门当面提供的一致。
   只与本证据包内的文件比对不能证明来源。
{_certificate("certificates/root.pem")}
5. 印章未被撤销（列出已撤销证书的编号，其中不得有第 3 步的 serial；应显示 verify OK）
{_revoked(facts)}
6. 查验报告（应显示 Signature is Valid 和 Total document signed；证书颁发者未被软件预置时，
   另显示 Certificate Validation 之外的提示，以第 2、3、4 步为准）
{_reports(facts)}
7. 保管记录：每条摘要等于 SHA-256（上一条摘要 + 换行 + 本条文字），第一条之前为 64 个 0。
   没有任何输出即为一致
{_custody()}
三、说明
本证据包证明：文件自制作之时起未被改动，以及系统当时核验得出的结论。不证明送检材料从何而来，
送检人、时间以保管记录所登记的为准。查验报告也可在核验网站凭编号和查询码核对。
"""


def _english(facts: BundleFacts) -> str:
    when = f"{facts.made_at.astimezone(_BEIJING):%Y-%m-%d %H:%M:%S}"
    demo = "[DEMO SAMPLE: made with demonstration keys, proves nothing]\n\n" if facts.demo else ""
    return f"""{demo}Evidence bundle: case {facts.reference}
Made (Beijing time): {when}

A. What is in it
{_contents(facts, _CONTENTS_EN)}case.txt       case, papers, answers, custody, to read and print
case.json      the case, who handed things in, what bodies answered (for software)
custody.jsonl  the custody list, a line each, times in UTC (Z); custody-hashes.txt: their hashes
trust/         the trust list in force and the digest of its root keys
certificates/  the report seal certificates, their root, the list of revoked ones
SHA256SUMS     SHA-256 of every file above; SHA256SUMS.p7s signs it
{_lacking(facts, Language.EN)}{_contrary(facts, Language.EN)}{_gaps(facts, Language.EN)}
B. How to check it
Unpack it and run each command in the folder of this file. Linux and macOS: in a terminal; it takes
coreutils, openssl and poppler-utils. Windows: in PowerShell; take the line below "Windows
PowerShell" where there is one, else the same. Steps 1 and 7 need nothing installed, the others
openssl (Git for Windows has one in usr\\bin) and pdfsig of Poppler; without pdfsig look at the
seal of a report in a PDF reader.

1. Every file is there and unchanged (each says OK)
{_sums()}
   None is there that the list does not name (no output; what says ADDED was put in afterwards and
   is no part of this bundle)
{_others()}
2. The list of files is signed (CMS Verification successful); the certificate of who signed is
   written to signer.pem. That the signature is valid does not say whose it is: step 3 does
{_signature(facts)}
3. Who signed: its CN has to begin with "{_named(facts)}", or somebody else
   signed; its SHA-256 fingerprint has to be that of the report seal certificate on the
   public site's page "Check a verification report", or that the authority itself gives you (where
   the key was replaced since, that page lists the former ones with the time each was used)
{_certificate("signer.pem")}
4. The root certificate: its fingerprint has to be the one on the public site's page "Check a
   verification report", or that the authority itself gives you. Comparing files of this bundle
   with one another proves no origin.
{_certificate("certificates/root.pem")}
5. The seal was not revoked (lists serials of revoked certificates, that of step 3 not among them;
   verify OK)
{_revoked(facts)}
6. The reports (Signature is Valid, Total document signed; what else a reader says of an issuer it
   does not know is settled by 2, 3 and 4)
{_reports(facts)}
7. Custody: each hash is SHA-256 of (the hash before, a line feed, the line); 64 zeros come before
   the first. No output means that it agrees
{_custody()}
C. What it proves
That the files are unchanged since it was made, and what the system answered then. It does not prove
where a paper came from: who handed it in, and when, is as the custody list says. Reports can also
be looked up on the public site by number and code.
"""
