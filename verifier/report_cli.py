"""What `yanzhen verify` does with verification reports: writes them, and checks those of others."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from codes.wording import Language, Text
from registry.errors import HomeError
from registry.home import Home, home_path
from registry.report_drafts import ReportTicket
from registry.reports import ReportFiles
from registry.store import write_durably
from templates.usage_words import WrongUsage
from verifier.opening import utc_now
from verifier.report_check import ReportJudgement, judge_report
from verifier.report_content import Examined
from verifier.report_desk import ReportDesk
from verifier.service import Verifier
from verifier.verdict import Verdict

SEAL_META = "yanzhen.seal_report"  # where the root of the command says how a report is sealed
SealAtOnce = Callable[[Home, bytes, Callable[[], ReportTicket]], tuple[ReportTicket, ReportFiles]]
_PDF = ".pdf"
_JSON = ".json"


def read_report_path(
    _context: click.Context, _parameter: click.Parameter, path: Path | None
) -> Path | None:
    """Take the name of a report to be written, where there is none yet (a callback of options)."""
    if path is None:
        return None
    if path.suffix.lower() != _PDF:
        wrong = Text(f"“{path}”应以 .pdf 结尾。", f"{path} must end in .pdf.")
        raise WrongUsage(wrong, about="--report")
    for file in (path, path.with_suffix(_JSON)):
        if file.exists():
            taken = Text(
                f"“{file}”已存在，不予覆盖。", f"{file} already exists and is not overwritten."
            )
            raise WrongUsage(taken, about="--report")
    return path


def write_report(
    path: Path,
    verifier: Verifier,
    verdict: Verdict,
    examined: Callable[[ReportDesk, Verdict], Examined],
    language: Language,
) -> None:
    """Have a verdict sealed as a report at once, and write its PDF, and its JSON beside it.

    Raises:
        HomeError: the home has no report key (`report_key_missing`).
        KeysError: the passphrase is wrong.
    """
    seal: SealAtOnce = click.get_current_context().meta[SEAL_META]
    home = Home.open(home_path())
    desk = ReportDesk(home, verifier)
    try:
        draft = desk.draft(verdict, examined(desk, verdict))
        ticket, files = seal(home, draft, lambda: desk.ask(draft, now=utc_now()))
    finally:
        desk.close()
    write_durably(path, files.pdf)
    write_durably(path.with_suffix(_JSON), files.json)
    told = Text(
        f"查验报告 {ticket.number}（查询码 {ticket.code}）：{path}",
        f"report {ticket.number} (look-up code {ticket.code}): {path}",
    )
    click.echo(told.say(language), err=True)


def show_report_file(data: bytes, language: Language, *, as_json: bool) -> None:
    """Judge a file that is a report, print the answer and exit; return where it is none."""
    judgement = _judge(data)
    if judgement is None:
        return
    if as_json:
        click.echo(json.dumps(_as_json(judgement), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(text.say(language) for text in _lines(judgement)))
    raise click.exceptions.Exit(judgement.exit_code)


def _judge(data: bytes) -> ReportJudgement | None:
    """Judge a report by the home at hand; without one, only file and seal are compared."""
    try:
        home = Home.open(home_path())
    except HomeError:
        return judge_report(data, root=None, crl=None)
    root, crl = (
        path.read_bytes() if path.exists() else None
        for path in (home.seal_root_path, home.seal_crl_path)
    )
    return judge_report(data, root=root, crl=crl)


def _lines(judgement: ReportJudgement) -> list[Text]:
    lines = []
    if judgement.said is not None:
        lines.append(judgement.said)
    if judgement.signer is not None:
        lines.append(Text(f"封签证书：{judgement.signer}", f"Certificate: {judgement.signer}"))
    said = judgement.outcome.text
    return [*lines, Text(f"结论：{said.zh}", f"Result: {said.en}")]


def _as_json(judgement: ReportJudgement) -> dict[str, Any]:
    said = judgement.outcome.text
    return {
        "report_outcome": judgement.outcome.value,
        "summary": {"zh": said.zh, "en": said.en},
        "signer": judgement.signer,
        "report": judgement.content,
    }
