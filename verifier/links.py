"""Checks a link that somebody was sent: whose host it leads to, and what it carries.

The link is read, never followed. A signed record in it is verified here, whatever host stands
before it: the record speaks for itself, the host does not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from codes.wording import Language, Text
from keys.document import KeyDocument
from templates.labels import BODY_SITE, CERTIFICATE_SITE
from verifier.errors import KeyDocumentUnavailable, UsageError
from verifier.finding_codes import Code
from verifier.findings import find
from verifier.link_hosts import Likeness, likeness, plain_host
from verifier.link_parts import EDGES, LinkParts, split_link
from verifier.scan import Scan, find_disguised, read_qr, shown_host
from verifier.service import Verifier
from verifier.verdict import Finding, Verdict, finding_to_json, verdict_to_json

MAX_LINK_CHARACTERS = 4096
SHARE_PATH = "/shared"
NATIONAL_HOSTS = frozenset({CERTIFICATE_SITE, BODY_SITE})

_BEGINNING = re.compile(r"https?:[/\\]", re.IGNORECASE | re.ASCII)


class LinkKind(StrEnum):
    """Where a link leads."""

    OURS = "ours"
    NATIONAL = "national"
    LOOK_ALIKE = "look_alike"
    FOREIGN = "foreign"
    MALFORMED = "malformed"
    UNKNOWN = "unknown"

    @property
    def text(self) -> Text:
        """The answer in words."""
        return _KIND_TEXTS[self]

    @property
    def is_known(self) -> bool:
        """Whether the host is one of those that were made known."""
        return self in (LinkKind.OURS, LinkKind.NATIONAL)


_KIND_TEXTS: Mapping[LinkKind, Text] = MappingProxyType(
    {
        LinkKind.OURS: Text("是本系统的网址", "An address of this system"),
        LinkKind.NATIONAL: Text("是全国查询网站的网址", "An address of a national query site"),
        LinkKind.LOOK_ALIKE: Text(
            "不是官方网址，只是看起来像", "Not an official address: it only looks like one"
        ),
        LinkKind.FOREIGN: Text("不是本系统的网址", "Not an address of this system"),
        LinkKind.MALFORMED: Text("不是完整的网址", "Not a web address"),
        LinkKind.UNKNOWN: Text("现在无法判断", "Cannot be judged at present"),
    }
)

_LIKENESS_TEXTS: Mapping[Likeness, Text] = MappingProxyType(
    {
        Likeness.LETTERS: Text(
            "用了形状相近的字符（如 0 与 o、1 与 l、其他文字的字母）",
            "characters of the same look were put in (0 for o, 1 for l, letters of another script)",
        ),
        Likeness.POINTS: Text(
            "字母相同，但点“.”换成了连字符“-”，或者有增减",
            "the letters are the same, but a point was replaced by a hyphen, added or left out",
        ),
        Likeness.SUBDOMAIN: Text(
            "在他人的域名中写入了它的名称", "its name was put into somebody else's domain"
        ),
        Likeness.SIBLING: Text(
            "域名相同，但这个网址未列入名单", "the domain is the same, but this host is not listed"
        ),
        Likeness.SUFFIX: Text("名字相同，结尾不同", "the name is the same, the ending is another"),
        Likeness.SPELLING: Text("只差一两个字母", "a letter or two differ"),
        Likeness.PORT: Text("端口号不同", "the port is another"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkCheck:
    """What a link came to.

    Args:
        host: as a browser would ask for it, safe to show; None where there is none.
        verdict: of the signed record in the link, where there is one.
        share: the code by which a holder shares a certificate, in a link of ours that does so;
            untrusted and perhaps cut short. None in any other link.
    """

    kind: LinkKind
    host: str | None
    findings: tuple[Finding, ...]
    verdict: Verdict | None = None
    share: str | None = None


def check_link(verifier: Verifier, text: str) -> LinkCheck:
    """Return where the link `text` leads, and the verdict on a record in it; it is not followed.

    Args:
        text: untrusted.

    Raises:
        UsageError: it is empty (`link_empty`), too long (`text_too_long`), or several
            (`link_several`).
    """
    link = text.strip(EDGES)
    if not link:
        raise UsageError("link_empty", Text("请粘贴要检查的链接", "paste the link to check"))
    if len(link) > MAX_LINK_CHARACTERS:
        raise UsageError(
            "text_too_long",
            Text(
                f"链接过长，最多 {MAX_LINK_CHARACTERS} 个字符",
                f"a link has at most {MAX_LINK_CHARACTERS} characters",
            ),
        )
    link = _one_link(link)
    try:
        document = verifier.trust_list().document
    except KeyDocumentUnavailable as error:
        return LinkCheck(kind=LinkKind.UNKNOWN, host=None, findings=(find(Code(error.code)),))
    parts = split_link(link)
    if parts is None:
        return LinkCheck(kind=LinkKind.MALFORMED, host=None, findings=(find(Code.LINK_MALFORMED),))
    kind, findings = _judge_host(parts, document, verifier.today())
    carried = isinstance(read_qr(link, document), Scan)
    verdict = verifier.verify_qr(link) if carried else None
    findings += _judge_contents(kind, parts, carried)
    shares = kind is LinkKind.OURS and parts.path.rstrip("/") == SHARE_PATH
    return LinkCheck(
        kind=kind,
        host=shown_host(parts.host),
        findings=tuple(findings),
        verdict=verdict,
        share=parts.fragment.split("&")[0] if shares else None,
    )


def led_elsewhere(verifier: Verifier, text: str, verdict: Verdict) -> str | None:
    """Return the host, none of ours, that a code leads to which is no certificate's.

    None for a text that is no address of a site, or whose verdict says more than that.

    Args:
        text: what was read of the code, untrusted.
        verdict: on `text`.
    """
    if not any(one.code == Code.QR_NOT_A_CERTIFICATE for one in verdict.findings):
        return None
    parts, document = split_link(text.strip(EDGES)), verifier.trust_list().document
    ours = {one.host for one in document.hosts}
    return None if parts is None or parts.host in ours else shown_host(parts.host)


def _one_link(text: str) -> str:
    """Return the link in a message that was pasted whole; the text itself where it has none."""
    links = [run[found.start() :] for run in text.split() if (found := _BEGINNING.search(run))]
    if len(links) > 1:
        raise UsageError("link_several", Text("一次只能检查一个链接", "check one link at a time"))
    return links[0].strip(EDGES) if links else text


def _judge_host(
    parts: LinkParts, document: KeyDocument, today: date
) -> tuple[LinkKind, list[Finding]]:
    shown = {"host": shown_host(parts.host)}
    ours = {
        one.host
        for one in document.hosts
        if one.valid_from <= today and (one.valid_to is None or today <= one.valid_to)
    }
    known = ours | NATIONAL_HOSTS
    disguise = _inspect_disguise(parts, known)
    if parts.host in ours:
        findings = [find(Code.LINK_OURS, shown, shown)]
        if parts.scheme == "http" and not _is_loopback(parts.host):
            findings.append(find(Code.LINK_UNENCRYPTED))
        return LinkKind.OURS, findings + disguise
    if parts.host in NATIONAL_HOSTS:
        return LinkKind.NATIONAL, [find(Code.LINK_NATIONAL, shown, shown), *disguise]
    like = likeness(parts.host, known)
    if like is None:
        return LinkKind.FOREIGN, [find(Code.LINK_FOREIGN, shown, shown), *disguise]
    resembled, how = like
    slots: dict[str, str | Text] = {
        **shown,
        "known": shown_host(resembled),
        "how": _LIKENESS_TEXTS[how],
    }
    evidence = {**shown, "known": shown_host(resembled), "how": how.value}
    return LinkKind.LOOK_ALIKE, [find(Code.LINK_LOOK_ALIKE, slots, evidence), *disguise]


def _inspect_disguise(parts: LinkParts, known: set[str]) -> list[Finding]:
    """Return an alarm where a known host stands in the link at a place that leads nowhere.

    And a notice where a backslash makes the host hard to see.
    """
    hard_to_see = [find_disguised(parts.host)] if parts.backslash else []
    elsewhere = plain_host(parts.userinfo) + parts.path.casefold()
    named = sorted(one for one in known if one in elsewhere)
    if not parts.userinfo and (not named or parts.host in known):
        return hard_to_see
    slots = {"host": shown_host(parts.host)}
    return [find(Code.LINK_DISGUISED, slots, slots), *hard_to_see]


def _judge_contents(kind: LinkKind, parts: LinkParts, carried: bool) -> list[Finding]:
    if carried:
        return [find(Code.LINK_CARRIES_RECORD)]
    if kind is LinkKind.OURS and parts.path.rstrip("/") == "/q":
        return [find(Code.LINK_CARRIES_NOTHING)]
    return []


def _is_loopback(host: str) -> bool:
    return host.partition(":")[0] in ("127.0.0.1", "localhost")


def link_to_json(check: LinkCheck, language: Language) -> dict[str, Any]:
    """Return the check as the one JSON object every face gives."""
    return {
        "kind": check.kind.value,
        "known": check.kind.is_known,
        "summary": {"zh": check.kind.text.zh, "en": check.kind.text.en},
        "summary_text": check.kind.text.say(language),
        "host": check.host,
        "findings": [finding_to_json(one, language) for one in check.findings],
        "verdict": None if check.verdict is None else verdict_to_json(check.verdict, language),
    }
