"""What a key custodian's first page says: what the body still lacks, and what it has."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for

from accounts.bureau import the_bureau
from accounts.confirming_pages import spoken_roles
from accounts.person import Person
from accounts.roles import Role
from accounts.spoken import spoken_day
from accounts.waiting import Waiting
from codes.wording import Text
from issuer.body_readiness import KeyInUse, Readiness, readiness_of
from issuer.console.office import the_office
from issuer.desk import shanghai_day

HERE = "keys"
"""Where on the first page the commands stand."""


def readiness_for(person: Person) -> Readiness | None:
    """Return what the body of a key custodian has; None for anybody else."""
    if person.body is None or not person.is_one_of(Role.KEY_CUSTODIAN):
        return None
    office = the_office()
    return readiness_of(office.home, office.engine, the_bureau(), person.body, now=office.clock())


def lacking(has: Readiness) -> Iterator[Waiting]:
    """Yield what a custodian has to see to before the body can issue."""
    here = url_for("front.front", _anchor=HERE)
    if not has.keys:
        text = Text(
            "个签名密钥待制作，命令见下", "signing {key|keys} to make, by the command below"
        )
        yield Waiting(text=text, count=1, link=here)
    if has.seal is None:
        text = Text(
            "个电子印章待制作或导入，命令见下",
            "electronic {seal|seals} to make or import, by the command below",
        )
        yield Waiting(text=text, count=1, link=here)
    if has.missing:
        roles = spoken_roles(has.missing)
        text = Text(
            f"类人员还没有，待添加：{roles.zh}",
            f"{{role|roles}} that nobody of the body has yet: {roles.en}",
        )
        yield Waiting(text=text, count=len(has.missing), link=url_for("people.add"))


def told(has: Readiness) -> list[tuple[Text, Text | str, Text | str]]:
    """Return what a body has, as the facts of a card, each with the command that sees to it."""
    keys: list[tuple[Text, Text | str, Text | str]] = [
        (Text("签名密钥", "Signing key"), *_key_told(key)) for key in has.keys
    ]
    make = f"yanzhen keys new --body {has.prefix}"
    if not keys:
        way = Text(f"制作（同时制作电子印章）：{make}", f"To make one, and a seal with it: {make}")
        keys = [(Text("签名密钥", "Signing key"), Text("还没有", "none yet"), way)]
    return [*keys, (Text("电子印章", "Electronic seal"), *_seal_told(has))]


def _key_told(key: KeyInUse) -> tuple[Text, str]:
    first = spoken_day(key.first)
    zh, en = f"编号 {key.name}，自{first.zh}起", f"No. {key.name}, from {first.en} on"
    if key.last is not None:
        last = spoken_day(key.last)
        zh, en = f"{zh}至{last.zh}", f"{en} to {last.en}"
    return Text(zh, en), ""


def _seal_told(has: Readiness) -> tuple[Text, Text | str]:
    bring = f"yanzhen seal import --body {has.prefix}"
    if has.seal is None:
        said = has.seal_fault or Text("还没有可用的", "none that can be used")
        return said, Text(f"导入单位印章：{bring}", f"To bring the unit's own in: {bring}")
    chain = has.seal.chain
    first, last = (spoken_day(shanghai_day(one)) for one in (chain.not_before, chain.not_after))
    return (
        Text(
            f"{chain.signer_name}，{first.zh}至{last.zh}",
            f"{chain.signer_name}, {first.en} to {last.en}",
        ),
        "",
    )
