"""`yanzhen audit`, also `python -m audit`: follows a public log, on anyone's machine."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from audit.auditing import AuditOutcome, AuditReport, audit_log, new_memory
from audit.errors import AuditError
from audit.faults import fault_lines
from audit.memory import load_memory, save_memory
from audit.trust import choose_log_key, read_trust
from codes.printing import json_line, one_line
from codes.wording import Language, Text
from keys.errors import KeysError
from keys.trust_list import MAX_TRUST_LIST_BYTES
from log.errors import LogError
from log.notes import parse_vkey
from log.reading import open_source

EXIT_FAULTS = 1
EXIT_NOT_CHECKED = 2
_MAX_LINES = 200


@click.command()
@click.option("--url", required=True, help="日志所在的文件夹或网址 / folder or address of the log")
@click.option("--trust", required=True, help="信任列表（文件或网址）/ trust list, file or address")
@click.option("--root", required=True, help="根文件指纹 / pin: SHA-256 of a root document")
@click.option("--vkey", help="日志公钥，默认取自信任列表 / key of the log, unless the list's")
@click.option("--origin", help="日志名称，默认同公钥名 / its name, unless the key's own")
@click.option(
    "--memory",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="记忆文件，由核对者自己保管 / the auditor's own memory, kept between runs",
)
@click.option("--witness", "witnesses", multiple=True, help="见证人公钥（vkey）/ key of a witness")
@click.option("--all", "everything", is_flag=True, help="重新核对全部条目 / judge old leaves again")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
def audit(
    url: str,
    trust: str,
    root: str,
    vkey: str | None,
    origin: str | None,
    memory: Path,
    witnesses: tuple[str, ...],
    everything: bool,
    as_json: bool,
) -> None:
    """核对公开日志：哈希、检查点、前后一致，以及每一条目是否合规。Audit a public log.

    不用数据库。只读新增条目，并证明日志是此前所见日志的延续。
    退出码：0 无误（或只有须知），1 有误，2 未能核对。
    """
    try:
        believed = read_trust(_read_place(trust), root)
        key = choose_log_key(believed, vkey, origin)
        report, after = audit_log(
            open_source(url),
            key,
            believed,
            load_memory(memory) or new_memory(key, origin),
            now=datetime.now(UTC),
            witnesses=[parse_vkey(one) for one in (*believed.document.witnesses, *witnesses)],
            everything=everything,
            progress=_show_progress if sys.stderr.isatty() and not as_json else _no_progress,
        )
        if report.remembered:
            save_memory(memory, after)
    except (LogError, KeysError, AuditError) as error:
        told = error.text
        if error.code == "audit_memory_other_log":
            told = Text(f"{memory}：{told.zh}", f"{memory}: {told.en}")
        say_not_checked(error.code, told, as_json=as_json)
        sys.exit(EXIT_NOT_CHECKED)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        told = Text(f"无法读写记忆文件（{reason}）", f"the memory cannot be kept: {reason}")
        say_not_checked("audit_memory_unwritable", told, as_json=as_json)
        sys.exit(EXIT_NOT_CHECKED)
    if as_json:
        click.echo(json_line(report.as_dict()))
    else:
        for line in report_lines(report):
            click.echo(one_line(line.say(language())))
    sys.exit(EXIT_FAULTS if report.outcome is AuditOutcome.FAULTS else 0)


def language() -> Language:
    """Return the language chosen for `yanzhen`; Chinese where this runs by itself."""
    context = click.get_current_context(silent=True)
    chosen = None if context is None else context.find_root().obj
    return chosen if isinstance(chosen, Language) else Language.ZH


def report_lines(report: AuditReport) -> list[Text]:
    """Return what a person is told of an audit, the verdict last."""
    count = len(report.log_faults) + len(report.leaf_faults)
    faults = [fault.line() for fault in report.log_faults] + fault_lines(report.leaf_faults)
    lines = faults[:_MAX_LINES]
    if len(faults) > len(lines):
        left = len(faults) - len(lines)
        lines.append(Text(f"……另有{left}处（见 --json）", f"… {left} more (see --json)"))
    lines += fault_lines(report.notices)[:_MAX_LINES]
    if report.trust_expired:
        lines.append(
            Text("信任列表已过期，请取得新的", "the trust list has expired; fetch a newer one")
        )
    if not report.remembered:
        lines.append(
            Text(
                "本次未更新记忆文件，下次仍从此前所见之处核对",
                "the memory was left as it was: the next run goes on from the same place",
            )
        )
    size = "?" if report.size is None else report.size
    read = Text(
        f"日志共{size}条，此前已核对{report.seen_before}条，本次核对{report.judged}条，"
        f"依据信任列表第{report.trust_version}版",
        f"the log has {size} leaves; {report.seen_before} were seen before, "
        f"{report.judged} judged now, by trust list {report.trust_version}",
    )
    verdict = Text(f"发现{count}处问题", f"{count} {'fault' if count == 1 else 'faults'}")
    if report.outcome is AuditOutcome.FINE:
        verdict = Text("未发现问题", "nothing is wrong")
    elif report.outcome is AuditOutcome.NOTICES:
        many = len(report.notices)
        verdict = Text(
            f"未发现违规，另有须知{many}项",
            f"no rule is broken; {many} {'thing' if many == 1 else 'things'} to know",
        )
    return [*lines, Text(f"{read.zh}：{verdict.zh}", f"{read.en}: {verdict.en}")]


def _read_place(place: str) -> bytes:
    """Return a file that is named by its path or its address."""
    folder, _, name = place.rpartition("/")
    source = open_source(folder) if "://" in place else open_source(folder or ".")
    return source.read(name, max_bytes=MAX_TRUST_LIST_BYTES)


def say_not_checked(code: str, text: Text, *, as_json: bool) -> None:
    """Say why no audit was made; end with `EXIT_NOT_CHECKED` after it."""
    if as_json:
        answer = {"code": code, "message": text.zh, "message_en": text.en}
        click.echo(json_line({"outcome": "not_checked", "error": answer}))
    told = Text(f"未能核对：{text.zh}", f"could not check: {text.en}")
    click.echo(one_line(told.say(language())), err=True)


def _show_progress(done: int, total: int) -> None:
    click.echo(f"\r\x1b[K{done} / {total}" + ("\n" if done == total else ""), err=True, nl=False)


def _no_progress(done: int, total: int) -> None:
    """Somebody reads the answer by machine."""
