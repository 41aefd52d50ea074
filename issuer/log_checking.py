"""Says what checking anyone's published log came to."""

from __future__ import annotations

import sys

import click

from codes.printing import json_line
from codes.wording import Text
from issuer.terminal import say
from log.errors import LogError
from log.fsck import FsckOutcome, FsckReport
from log.fsck import fsck as check_log
from log.notes import parse_vkey
from log.reading import open_source

EXIT_FAULTS = 1
EXIT_NOT_CHECKED = 2


def check_published(url: str, vkey: str, origin: str | None, *, as_json: bool) -> int:
    """Check every file of a published log, say what was found, and return the exit code.

    Args:
        url: folder or address.
        vkey: public key of the log, as one line.
        origin: of the log; the name of its key unless given.
        as_json: print one JSON object.

    Raises:
        LogError: `vkey_invalid`, `log_place`.
    """
    key, source = parse_vkey(vkey), open_source(url)
    try:
        report = check_log(source, key, origin=origin, progress=_Line(quiet=as_json))
    except LogError as error:
        _say_not_checked(error, as_json=as_json)
        return EXIT_NOT_CHECKED
    if as_json:
        click.echo(json_line(report.as_dict()))
    else:
        for line in _lines(report):
            say(line)
    return 0 if report.outcome is FsckOutcome.SOUND else EXIT_FAULTS


class _Line:
    """Shows how far a check is, on a terminal only."""

    def __init__(self, *, quiet: bool) -> None:
        self._shown = sys.stderr.isatty() and not quiet

    def __call__(self, done: int, total: int) -> None:
        if self._shown:
            end = "\n" if done == total else ""
            click.echo(f"\r\x1b[K{done} / {total}{end}", err=True, nl=False)


def _say_not_checked(error: LogError, *, as_json: bool) -> None:
    if as_json:
        answer = {"code": error.code, "message": error.text.zh, "message_en": error.text.en}
        click.echo(json_line({"outcome": "not_checked", "error": answer}))
    say(Text(f"未能核对：{error.text.zh}", f"could not check: {error.text.en}"), err=True)


def _lines(report: FsckReport) -> list[Text]:
    lines = [fault.line() for fault in report.faults]
    if report.truncated:
        lines.append(Text("……其余问题未列出", "… more faults are not listed"))
    if report.beyond:
        lines.append(
            Text(
                f"另有{report.beyond}个文件尚无检查点覆盖，未核对",
                f"files that no checkpoint covers yet, left alone: {report.beyond}",
            )
        )
    read = Text(
        f"已核对{report.entries}个条目、{report.files}个文件（其中检查点{report.checkpoints}个）",
        f"checked {report.entries} entries in {report.files} files, "
        f"{report.checkpoints} of them checkpoints",
    )
    found = (
        Text("未发现问题", "nothing is wrong")
        if report.outcome is FsckOutcome.SOUND
        else Text(f"发现{len(report.faults)}处问题", f"faults: {len(report.faults)}")
    )
    return [*lines, Text(f"{read.zh}：{found.zh}", f"{read.en}: {found.en}")]
