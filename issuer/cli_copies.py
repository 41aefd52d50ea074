"""`yanzhen copies …`: reissues, archive duplicates, and files written out again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from accounts.spoken import spoken_day
from codes.number import parse_number
from codes.wording import Text
from issuer.acts import privileged
from issuer.copy_list import (
    AWARD_WORDS,
    KIND_WORDS,
    REASON_WORDS,
    STATE_WORDS,
    AwardCopies,
    CopyLine,
    list_copies,
)
from issuer.copy_run import (
    CopyOutcome,
    Exported,
    archive_batch,
    archive_numbers,
    export_again,
)
from issuer.copy_run import reissue as make_reissue
from issuer.copying import CopyReservation, ReissuePreview, preview_reissue
from issuer.desk import Desk
from issuer.left_out import left_out_as_list, left_out_text
from issuer.opening import announce_host, open_desk
from issuer.progress import ProgressLine
from issuer.publishing import PUBLIC_URL_VARIABLE
from issuer.terminal import (
    ask_passphrase,
    json_option,
    language,
    open_home,
    out_option,
    read_batch_name,
    say,
    show,
    workers_option,
)
from registry.models import AwardStatus, ReissueReason
from registry.schema import open_registry
from registry.session import reading
from templates.fonts import FontChain
from templates.usage_words import WrongUsage

_sample = click.option(
    "--sample", is_flag=True, help="制作样本（仅演示目录）/ samples, demo homes only"
)
_new_host = click.option(
    "--new-host", is_flag=True, help="确认启用新的核验网址 / confirm a new public host"
)


@click.group()
def copies() -> None:
    """管理各份证书：补发、存档副本、再次导出。Reissues, archive duplicates, files again."""


@copies.command("list")
@click.argument("number")
@json_option
def list_command(number: str, as_json: bool) -> None:
    """列出一张证书的各份。List the copies of a certificate."""
    home = open_home()
    with (
        open_registry(home.database_url, memory=home.trail_memory) as engine,
        reading(engine) as session,
    ):
        found = list_copies(session, str(parse_number(number)))
    lines = [_award_line(found), *(_line(copy) for copy in found.copies)]
    show(
        {
            "number": found.number,
            "status": found.status.value,
            "copies": [_as_dict(copy) for copy in found.copies],
        },
        Text("\n".join(line.zh for line in lines), "\n".join(line.en for line in lines)),
        as_json=as_json,
    )


@copies.command()
@click.argument("number")
@click.option(
    "--reason",
    required=True,
    type=click.Choice([reason.value for reason in ReissueReason]),
    help="事由：遗失、损毁、其他 / why it is asked for",
)
@click.option(
    "--replaces",
    metavar="SERIAL",
    help="作废的一份的印制流水码，默认现行有效的一份；重复运行不会再补发 / "
    "print serial of the copy that becomes void (the current one); run again it makes no other",
)
@out_option
@click.option("--yes", is_flag=True, help="不再询问 / do not ask")
@_new_host
@_sample
@json_option
@privileged("copies.reissue", "number")
def reissue(
    number: str,
    reason: str,
    replaces: str | None,
    out: Path,
    yes: bool,
    new_host: bool,
    sample: bool,
    as_json: bool,
) -> None:
    """补发：编号不变，换新的印制流水码，原来的一份作废。Reissue; the copy before becomes void."""
    wanted = str(parse_number(number))
    with _desk(wanted[:13], sample=sample, new_host=new_host) as desk:
        if replaces is None or not yes:
            preview = preview_reissue(desk, wanted)
            replaces = replaces or preview.replaces
            if not yes:
                _confirm(preview, replaces)
        outcome = make_reissue(
            desk,
            wanted,
            reason=ReissueReason(reason),
            replaces=replaces,
            out=out,
            fonts=FontChain.from_environment(os.environ),
            progress=ProgressLine(language(), quiet=as_json),
        )
    (copy,) = outcome.copies
    show(
        _told(outcome, out) | {"replaces": replaces},
        _reissued(copy, replaces, out),
        as_json=as_json,
    )


@copies.command()
@click.argument("numbers", nargs=-1, metavar="[NUMBER]...")
@click.option("--body", "prefix", help="机构编号前缀（13位）/ the body's prefix")
@click.option("--batch", help="整批存档 / a whole batch")
@out_option
@_new_host
@_sample
@workers_option
@json_option
@privileged("copies.archive", "numbers", "prefix", "batch")
def archive(
    numbers: tuple[str, ...],
    prefix: str | None,
    batch: str | None,
    out: Path,
    new_host: bool,
    sample: bool,
    workers: int,
    as_json: bool,
) -> None:
    """制作存档副本，正本不受影响。Make archive duplicates; the originals stay in force."""
    wanted = list(dict.fromkeys(str(parse_number(number)) for number in numbers))
    if bool(wanted) is bool(batch) or bool(batch) is not bool(prefix):
        either = Text(
            "请写证书编号，或写 --body 和 --batch，二者选一。",
            "give either certificate numbers, or --body and --batch.",
        )
        raise WrongUsage(either)
    bodies = {prefix} if prefix else {number[:13] for number in wanted}
    if len(bodies) > 1:
        raise WrongUsage(Text("一次只能处理一个机构的证书。", "one body at a time."))
    progress = ProgressLine(language(), quiet=as_json)
    with (
        _desk(str(bodies.pop()), sample=sample, new_host=new_host, workers=workers) as desk,
        progress.watching(),
    ):
        fonts = FontChain.from_environment(os.environ)
        if batch:
            name = read_batch_name(batch)
            outcome = archive_batch(desk, name, out=out, fonts=fonts, progress=progress)
        else:
            outcome = archive_numbers(desk, wanted, out=out, fonts=fonts, progress=progress)
    show(_told(outcome, out), _archived(outcome, out), as_json=as_json)


@copies.command()
@click.option("--body", "prefix", required=True, help="机构编号前缀（13位）/ the body's prefix")
@click.option("--batch", required=True, help="批次名称 / batch name")
@out_option
@json_option
@privileged("copies.export", "prefix", "batch")
def export(prefix: str, batch: str, out: Path, as_json: bool) -> None:
    """再次导出一批证书，内容与此前相同。Write a batch's certificates out again, byte for byte."""
    home = open_home()
    progress = ProgressLine(language(), quiet=as_json)
    with (
        open_desk(
            home,
            prefix=prefix,
            passphrase=ask_passphrase(),
            public_url="",
            sample=home.demo,
            dry_run=True,  # nothing new is printed, so no address is needed
            clock=lambda: datetime.now(UTC),
        ) as desk,
        progress.watching(),
    ):
        exported = export_again(
            desk,
            read_batch_name(batch),
            out=out,
            fonts=FontChain.from_environment(os.environ),
            progress=progress,
        )
    told: dict[str, Any] = {
        "out": str(out) if exported.files else None,
        "files": len(exported.files),
        "left_out": left_out_as_list(exported.left_out),
    }
    show(told, _exported(exported, out), as_json=as_json)


@contextmanager
def _desk(prefix: str, *, sample: bool, new_host: bool, workers: int = 1) -> Iterator[Desk]:
    """Open a body's desk for making copies, its QR address announced."""
    public_url = os.environ.get(PUBLIC_URL_VARIABLE, "")
    with open_desk(
        open_home(),
        prefix=prefix,
        passphrase=ask_passphrase(),
        public_url=public_url,
        sample=sample,
        workers=workers,
        clock=lambda: datetime.now(UTC),
    ) as desk:
        announce_host(desk, public_url, another=new_host)
        yield desk


def _confirm(preview: ReissuePreview, replaces: str) -> None:
    say(
        Text(
            f"证书 {preview.number}（{preview.holder_masked}）将补发；"
            f"印制流水码 {replaces} 的一份随即作废，不能恢复。",
            f"certificate {preview.number} ({preview.holder_masked}) will be reissued; the copy "
            f"with print serial {replaces} becomes void and cannot be restored.",
        ),
        err=True,
    )
    if preview.begun:
        say(
            Text(
                "上次补发未办完，或文件未能交付，本次继续办理，不另行补发。",
                "an earlier reissue was not finished or not delivered; it will be, and no other "
                "is made.",
            ),
            err=True,
        )
    click.confirm("确认补发？/ Reissue it?", abort=True, err=True)


def _reissued(copy: CopyReservation, replaces: str, out: Path) -> Text:
    """Return what the operator reads: a new reissue, or one of an earlier run."""
    void = Text(
        f"印制流水码 {replaces} 的一份已作废。文件在 {out}",
        f"the copy with print serial {replaces} is void. Files are in {out}",
    )
    if copy.new:
        return Text(
            f"已补发 {copy.number}，印制流水码 {copy.print_serial}；{void.zh}",
            f"reissued {copy.number} with print serial {copy.print_serial}; {void.en}",
        )
    return Text(
        f"{copy.number} 此前已补发（印制流水码 {copy.print_serial}），"
        f"这次交付的就是该份，未另行补发；{void.zh}",
        f"{copy.number} was reissued before with print serial {copy.print_serial}; that copy was "
        f"delivered now and no other was made; {void.en}",
    )


def _archived(outcome: CopyOutcome, out: Path) -> Text:
    """Return what the operator reads of archive duplicates."""
    if not outcome.files:
        return Text(
            "没有可制作存档副本的有效证书，未写出文件",
            "no certificate in force to make a duplicate of; no file was written",
        )
    new = sum(copy.new for copy in outcome.copies)
    old = len(outcome.copies) - new
    return Text(
        f"新制作存档副本 {new} 份，此前已有 {old} 份。文件在 {out}",
        f"archive duplicates made: {new}; there before: {old}. Files are in {out}",
    )


def _exported(exported: Exported, out: Path) -> Text:
    """Return what the operator reads of an export: what was written where, and what was not."""
    count, rest = len(exported.files), left_out_text(exported.left_out)
    done = Text(f"已导出证书 {count} 份：{out}", f"certificates written: {count}, {out}")
    if not count:
        done = Text(
            "该批次没有可导出的证书，未写出文件",
            "nothing of this batch is to be written out; no file was written",
        )
    zh, en = (filter(None, both) for both in ((done.zh, rest.zh), (done.en, rest.en)))
    return Text("\n".join(zh), "\n".join(en))


def _told(outcome: CopyOutcome, out: Path) -> dict[str, Any]:
    """Return what JSON says of a run; no name but in the file names."""
    files = {number: path.name for number, path in outcome.files}
    return {
        "out": str(out) if outcome.files else None,
        "copies": [
            {
                "number": copy.number,
                "print_serial": copy.print_serial,
                "new": copy.new,
                "pdf": files.get(copy.number),
            }
            for copy in outcome.copies
        ],
    }


def _as_dict(copy: CopyLine) -> dict[str, Any]:
    return {
        "print_serial": copy.print_serial,
        "kind": copy.kind.value,
        "state": copy.state.value,
        "layout": copy.layout,
        "replaces": copy.replaces,
        "reason": copy.reason and copy.reason.value,
        "made_at": copy.made_at.isoformat(),
        "drawn": copy.drawn,
        "delivered_at": None if copy.delivered_at is None else copy.delivered_at.isoformat(),
    }


def _award_line(award: AwardCopies) -> Text:
    """Return the award's own standing, which outweighs that of its copies."""
    words = AWARD_WORDS[award.status]
    zh, en = f"{award.number}  {words.zh}", f"{award.number}  {words.en}"
    if award.status is AwardStatus.ERASED:
        zh = f"{zh}，以下各份均不再能打开，文件已清除"
        en = f"{en}; no copy opens any more and the files are gone"
    return Text(zh, en)


def _line(copy: CopyLine) -> Text:
    kind, state = KIND_WORDS[copy.kind], STATE_WORDS[copy.state]
    made = spoken_day(copy.made_at)
    out = Text("文件未导出", "file not written out")
    if copy.delivered_at is not None:
        delivered = spoken_day(copy.delivered_at)
        out = Text(f"文件已导出 {delivered.zh}", f"file written out {delivered.en}")
    zh = f"{copy.print_serial}  {kind.zh}  {state.zh}  {copy.layout}  {made.zh}  {out.zh}"
    en = f"{copy.print_serial}  {kind.en}  {state.en}  {copy.layout}  {made.en}  {out.en}"
    if copy.reason is None:
        return Text(zh, en)
    reason = REASON_WORDS[copy.reason]
    return Text(
        f"{zh}  替换 {copy.replaces}（{reason.zh}）",
        f"{en}  replaces {copy.replaces} ({reason.en})",
    )
