"""`yanzhen trust …`: the authority's root keys, the trust list, and the ceremonies around them.

trust key      off line: make a root key
trust root     compose the next root document: who, and how many of them must sign
trust draft    write out the trust list that waits for signatures
trust sign     off line: one file in, one file out
trust show     what a file says, and who signed it
trust publish  put it in force once enough signed
trust status   root, pin, list in force, what waits
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from accounts.spoken import spoken_day
from codes.wording import Text
from issuer.acts import privileged
from issuer.ceremony import (
    Draft,
    dump_draft,
    make_root_key,
    public_path,
    read_draft,
    read_public_key,
    sign_draft,
    spoken_digest,
    unite_drafts,
)
from issuer.cli_following import look_at_hand
from issuer.cli_key_acts import ALGORITHMS
from issuer.desk import shanghai_day
from issuer.draft_words import describe_draft, digest_text, draft_text
from issuer.errors import IssuerError
from issuer.filing_view import join_lines
from issuer.opening import trust_source
from issuer.publishing import Publication, keyless_text
from issuer.root_custody import (
    check_roots,
    compose_root,
    has_root_keys,
    lacks_root_keys,
    read_roots,
    sign_root,
)
from issuer.terminal import (
    ask_passphrase,
    json_option,
    open_home,
    read_new_file,
    root_signers,
    say,
    show,
)
from issuer.trust_publishing import counted_signers, draft_missing, in_force_before, publish_signed
from keys.errors import KeysError
from keys.jws import Kind, key_name
from keys.root import MAX_ROOT_KEYS, dump_signed_root
from keys.root_signing import open_root_key
from registry.home import Home, home_path
from registry.schema import open_registry
from registry.session import transaction
from registry.store import write_durably

_new_file = click.Path(dir_okay=False, path_type=Path)
_old_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def trust() -> None:
    """管理根密钥和信任列表。Manage root keys and the trust list.

    多人分持根密钥的步骤见 docs/trust.md。docs/trust.md has the ceremonies, step by step.
    """


@trust.command()
@click.argument("file", type=_new_file, callback=read_new_file)
@click.option("--algorithm", type=click.Choice(list(ALGORITHMS)), default="ES256")
@json_option
def key(file: Path, algorithm: str, as_json: bool) -> None:
    """在离线机器上生成根密钥：FILE 存私钥，FILE.pub 存公钥。Make a root key, off line."""
    public = make_root_key(file, ask_passphrase(new=True), ALGORITHMS[algorithm])
    name = key_name(public)[:16]
    show(
        {"file": str(file), "public": str(public_path(file)), "root_key": name},
        Text(
            f"已生成根密钥 {name}（{algorithm}）：私钥 {file} 离线保管，"
            f"公钥 {public_path(file)} 交给编制根文件的人",
            f"made root key {name} ({algorithm}): keep {file} off line, hand "
            f"{public_path(file)} to whoever composes the root document",
        ),
        as_json=as_json,
    )


@trust.command()
@click.argument("file", type=_new_file, callback=read_new_file)
@click.option(
    "--key",
    "keys",
    required=True,
    multiple=True,
    type=_old_file,
    help="公钥文件，每人一个 / a public half (FILE.pub); give one for each holder",
)
@click.option(
    "--threshold",
    required=True,
    type=click.IntRange(1, MAX_ROOT_KEYS),
    help="至少几人签署 / how many of them must sign",
)
@json_option
@privileged("trust.root", "threshold")
def root(file: Path, keys: tuple[Path, ...], threshold: int, as_json: bool) -> None:
    """编制下一版根文件（待签）。Compose the next root document, to be signed."""
    home = open_home()
    former = check_roots(home, read_roots(home)).last
    public = [read_public_key(path) for path in keys]
    composed = compose_root(former, public, threshold=threshold, now=datetime.now(UTC))
    here = [signer for signer in root_signers(home) if signer.public in former.keys]
    made = sign_root(composed, here)
    write_durably(file, dump_signed_root(made))
    _show_draft(home, read_draft(file), file, as_json=as_json)


@trust.command()
@click.argument("file", type=_new_file, callback=read_new_file)
@json_option
def draft(file: Path, as_json: bool) -> None:
    """取出待签的信任列表。Write out the trust list that waits for signatures."""
    home = open_home()
    if not home.trust_draft_path.exists():
        raise draft_missing()
    shutil.copyfile(home.trust_draft_path, file)
    _show_draft(home, read_draft(file), file, as_json=as_json)


@trust.command()
@click.argument("file", type=_old_file)
@click.argument("out", type=_new_file, callback=read_new_file)
@click.option(
    "--key", "key_file", required=True, type=_old_file, help="根密钥私钥文件 / private key"
)
@click.option("--yes", is_flag=True, help="不再询问 / do not ask")
@json_option
def sign(file: Path, out: Path, key_file: Path, yes: bool, as_json: bool) -> None:
    """在离线机器上签署：读入 FILE，签署后写到 OUT。Sign, off line: one file in, one file out.

    签署前先显示全部内容并请求确认。All of it is shown first, and you are asked.
    """
    found, home = read_draft(file), _home_here()
    former = in_force_before(home, found)
    if not (yes and as_json):
        say(draft_text(found, counted_signers(home, found), former), err=as_json)
    if not yes:
        click.confirm("确认签署？/ Sign it?", abort=True, err=True)
    opened = open_root_key(key_file.read_bytes(), ask_passphrase())
    signed = sign_draft(found, opened)
    write_durably(out, dump_draft(signed))
    name = key_name(opened.public)[:16]
    digest = digest_text(signed)
    described = describe_draft(signed, counted_signers(home, signed), former)
    show(
        {"file": str(out), "root_key": name, **described},
        Text(
            f"已用根密钥 {name} 签署，写入 {out}\n{digest.zh}",
            f"signed with root key {name}: {out}\n{digest.en}",
        ),
        as_json=as_json,
    )


@trust.command("show")
@click.argument("file", type=_old_file)
@json_option
def show_file(file: Path, as_json: bool) -> None:
    """显示待签文件的全部内容、与现行的不同和签署情况。Show all a file says and who signed it.

    离线亦可；文件摘要供各持有人互相核对。Also off line; holders compare the digest.
    """
    _show_draft(_home_here(), read_draft(file), file, as_json=as_json)


@trust.command("publish")
@click.argument("files", nargs=-1, required=True, type=_old_file)
@json_option
@privileged("trust.publish")
def publish_files(files: tuple[Path, ...], as_json: bool) -> None:
    """签齐后发布（同一文件分别签署的几份可一并给出）。Publish, once enough have signed.

    发布新一版根文件时，同时编制由新根密钥签署的信任列表。A new root document is followed by a
    trust list for the new root keys to sign.
    """
    home = open_home()
    found = unite_drafts([read_draft(file) for file in files])
    hand = look_at_hand(home)
    with (
        open_registry(home.database_url, memory=home.trail_memory) as engine,
        transaction(engine) as session,
    ):
        publication = publish_signed(
            session, home, found, now=datetime.now(UTC), signers=hand.signers
        )
    told = _published(home, found, publication)
    hand.show({"kind": found.kind.value, **publication.as_dict()}, told, as_json=as_json)


@trust.command()
@json_option
def status(as_json: bool) -> None:
    """显示根文件指纹、信任列表版本和待签文件。Show the root, the list in force, what waits."""
    home = open_home()
    chain = check_roots(home, read_roots(home))
    answer: dict[str, Any] = {
        "root_pin": chain.pins[0],
        "root_version": chain.last.version,
        "threshold": chain.last.threshold,
        "root_keys": [key_name(one)[:16] for one in chain.last.keys],
        "root_keys_here": not lacks_root_keys(home, chain.last),
    }
    lines = [
        Text(f"第 1 版根文件指纹：{chain.pins[0]}", f"pin of root document 1: {chain.pins[0]}"),
        Text(
            f"根文件第 {chain.last.version} 版：{len(chain.last.keys)} 个根密钥，"
            f"须 {chain.last.threshold} 个签署",
            f"root document {chain.last.version}: {chain.last.threshold} of "
            f"{len(chain.last.keys)} root keys must sign",
        ),
        *_list_in_force(home, answer),
    ]
    if lacks_root_keys(home, chain.last):
        lines.append(keyless_text(home.root_key_folder))
    if home.trust_draft_path.exists():
        waiting = read_draft(home.trust_draft_path)
        counted, former = counted_signers(home, waiting), in_force_before(home, waiting)
        lines.append(draft_text(waiting, counted, former, whole=False))
        answer["waiting"] = describe_draft(waiting, counted, former)
    show(answer, join_lines(lines), as_json=as_json)


def _list_in_force(home: Home, answer: dict[str, Any]) -> list[Text]:
    """Return what is said of the list in force, and note it in the answer."""
    try:
        trust = trust_source(home)()
    except (IssuerError, KeysError) as error:
        answer["trust_list"] = None
        return [error.text]
    document, digest = trust.document, spoken_digest(trust.sha256.hex())
    days = (datetime.now(UTC) - document.published_at).days
    until = spoken_day(shanghai_day(document.expires_at))
    answer["trust_list"] = {
        "version": document.version,
        "published_at": document.published_at.isoformat(),
        "expires_at": document.expires_at.isoformat(),
        "digest": digest,
    }
    return [
        Text(
            f"信任列表第 {document.version} 版：编制于 {days} 天前，"
            f"有效期至{until.zh}；文件摘要 {digest}",
            f"trust list {document.version}: {days} days old, valid until "
            f"{until.en}; digest {digest}",
        )
    ]


def _published(home: Home, found: Draft, publication: Publication) -> Text:
    if found.kind is not Kind.ROOT:
        return publication.text
    root_text = Text(
        f"第 {found.document.version} 版根文件已发布",
        f"root document {found.document.version} is published",
    )
    told = Text(f"{root_text.zh}；{publication.text.zh}", f"{root_text.en}; {publication.text.en}")
    if publication.in_force or not has_root_keys(home):
        return told
    return Text(
        f"{told.zh}\n{home.root_key_folder} 中的旧根密钥已不起作用，请删除",
        f"{told.en}\nThe former root key in {home.root_key_folder} counts no more; delete it",
    )


def _show_draft(home: Home | None, found: Draft, file: Path, *, as_json: bool) -> None:
    """Say all that a draft says, what is new in it, and whose signatures it has."""
    counted, former = counted_signers(home, found), in_force_before(home, found)
    show(
        {"file": str(file), **describe_draft(found, counted, former)},
        draft_text(found, counted, former),
        as_json=as_json,
    )


def _home_here() -> Home | None:
    """Return the home, None on a machine that has none."""
    return open_home() if home_path().exists() else None
