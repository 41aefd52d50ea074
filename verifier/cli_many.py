"""`yanzhen verify` for many at once: a list of numbers and names, files, a folder, a ZIP."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from codes.wording import Language, Text
from registry.store import write_durably
from templates.usage_words import WrongUsage
from verifier.bulk_check import BulkReport, check_bulk, exit_code_of
from verifier.bulk_json import report_to_json
from verifier.bulk_limits import MAX_BULK_BYTES
from verifier.bulk_results import write_csv, write_workbook
from verifier.bulk_table import open_bulk_child, parse_bulk
from verifier.bulk_template import write_bulk_template
from verifier.bulk_words import reason_of
from verifier.cli import Asked, chosen_language, file, open_asked, shared_options, verify
from verifier.errors import UsageError
from verifier.finding_codes import Code
from verifier.many_files import FoundFile, find_files, is_archive
from verifier.opening import utc_now
from verifier.progress import ProgressLine
from verifier.service import Verifier
from verifier.verdict import Outcome, verdict_to_json

_SHOWN_ROWS = 20
_FAILED = Text(
    "核验中出错，未得出结论；请索取原始文件，或用编号和姓名查询。",
    "Verifying it failed and came to nothing; ask for the original file, or look up by number "
    "and name.",
)
_NO_CERTIFICATE_FILE = Text("不是证书文件", "Not a certificate file")

_place = click.Path(dir_okay=False, path_type=Path)


@verify.command()
@click.argument("path", metavar="FILE", type=_place, required=False)
@click.option("--out", type=_place, help="结果文件（.xlsx 或 .csv） / the result, .xlsx or .csv")
@click.option("--csv", "csv_out", type=_place, help="结果 CSV / the result as CSV")
@click.option("--template", type=_place, help="写出名单模板 / write the template")
@shared_options
def batch(
    path: Path | None, out: Path | None, csv_out: Path | None, template: Path | None, **given: Any
) -> None:
    """按名单批量核验（.xlsx 或 .csv）。Verify a list of numbers and names.

    退出码：0 全部有效，1 有的不是，2 有的无法核验，64 用法不对，65 名单无法读取。
    Exit codes: 0 all valid, 1 some are not, 2 some could not be verified, 64 wrong usage, 65 the
    list cannot be read.
    """
    asked = Asked(**given)
    language = chosen_language(asked.lang)
    if template is not None:
        _write(template, write_bulk_template(language), "--template")
        return
    if path is None:
        lack = Text("请给出名单文件，或用 --template 写出名单模板。", "Name a list, or --template.")
        raise WrongUsage(lack, about="FILE")
    for option, place in (("--out", out), ("--csv", csv_out)):
        if place is not None and place.resolve() == path.resolve():
            same = Text("结果不能写到名单文件上。", "The result must not replace the list.")
            raise WrongUsage(same, about=option)
    report = _check(path, asked, language)
    if out is not None:
        write = write_csv if out.suffix.lower() == ".csv" else write_workbook
        _write(out, write(report, language), "--out")
    if csv_out is not None:
        _write(csv_out, write_csv(report, language), "--csv")
    if asked.as_json:
        click.echo(json.dumps(report_to_json(report, language), ensure_ascii=False, indent=2))
    else:
        _say_report(report, language)
    raise click.exceptions.Exit(exit_code_of([result.outcome for result in report.results]))


def _check(path: Path, asked: Asked, language: Language) -> BulkReport:
    if not path.is_file():  # a pipe or a device would be waited for without end
        raise WrongUsage(
            Text(f"“{path}”不是可以读取的文件。", f"{path} is not a file that can be read."),
            about="FILE",
        )
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BULK_BYTES + 1)
    except OSError as error:
        raise _unread(path, error) from error
    with open_bulk_child() as child:
        table = parse_bulk(data, path.name, child)
    verifier = open_asked(asked)
    progress = ProgressLine(language, quiet=asked.as_json)
    try:
        return check_bulk(
            verifier,
            table,
            utc_now,
            on=asked.on,
            on_failed=lambda failed: None,  # whoever runs this has the register at hand
            on_progress=progress,
        )
    except UsageError as error:
        raise WrongUsage(error.text) from error
    finally:
        progress.close()
        verifier.close()


def _unread(path: Path, error: OSError) -> WrongUsage:
    return WrongUsage(
        Text(
            f"“{path}”无法读取（{error.strerror}）。", f"{path} cannot be read: {error.strerror}."
        ),
        about="FILE",
    )


def _write(place: Path, data: bytes, option: str) -> None:
    try:
        write_durably(place, data)
    except OSError as error:
        unwritten = Text(
            f"“{place}”无法写入（{error.strerror}）。",
            f"{place} cannot be written ({error.strerror}).",
        )
        raise WrongUsage(unwritten, about=option) from error


def _say_report(report: BulkReport, language: Language) -> None:
    """Say the counts, and the first rows that are not valid: their numbers in the list only."""
    off = [result for result in report.results if result.outcome is not Outcome.VALID]
    for result in off[:_SHOWN_ROWS]:
        row = Text(f"第 {result.row.row} 行", f"Row {result.row.row}").say(language)
        click.echo(f"{row}  {result.summary.say(language)}  {result.reason.say(language)}")
    if len(off) > _SHOWN_ROWS:
        more = len(off) - _SHOWN_ROWS
        click.echo(Text(f"（另有 {more} 行，见结果文件）", f"(and {more} more)").say(language))
    if report.of_sheets is not None:
        click.echo(report.of_sheets.say(language))
    _say_counts({words: n for (_, words), n in report.counts_in_words.items()}, language)


def _say_counts(counts: Mapping[Text, int], language: Language) -> None:
    total = sum(counts.values())
    parts = [f"{words.say(language)} {count}" for words, count in counts.items()]
    zh, en = f"共 {total}：{'，'.join(parts)}", f"{total} in all: {', '.join(parts)}"
    click.echo(Text(zh, en).say(language))


@verify.command()
@click.argument("paths", metavar="PATH...", type=click.Path(path_type=Path), nargs=-1)
@shared_options
@click.pass_context
def files(context: click.Context, /, paths: tuple[Path, ...], **given: Any) -> None:
    """核验多个文件、文件夹或 ZIP。Verify several files, a folder or a ZIP archive.

    每个文件一行；可省略 files：yanzhen verify 文件夹。
    One line per file; the word files may be left out: yanzhen verify FOLDER.
    """
    if not paths:
        raise WrongUsage(Text("请给出文件或文件夹。", "Name files or folders."), about="PATH")
    for path in paths:
        if not path.exists():
            raise WrongUsage(Text(f"“{path}”不存在。", f"{path} is not there."), about="PATH")
    if len(paths) == 1 and not paths[0].is_dir() and not is_archive(paths[0]):
        context.invoke(file, path=paths[0], **given)
    asked = Asked(**given)
    language = chosen_language(asked.lang)
    verifier = open_asked(asked)
    answers: list[_FileAnswer] = []
    try:
        for found in find_files(paths):
            answer = _answer(verifier, found, asked, language)
            answers.append(answer)
            if not asked.as_json:
                click.echo(_line(found.name, answer, language))
    except UsageError as error:
        raise WrongUsage(error.text, about="PATH") from error
    finally:
        verifier.close()
    if asked.as_json:
        told = [answer.told for answer in answers]
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        _say_counts(Counter(answer.counted for answer in answers), language)
    raise click.exceptions.Exit(exit_code_of([answer.outcome for answer in answers]))


@dataclass(frozen=True, slots=True, kw_only=True)
class _FileAnswer:
    """What is said of one file.

    Args:
        counted: under which words: the outcome's, or that it is no certificate file.
        told: as JSON.
    """

    outcome: Outcome
    counted: Text
    summary: Text
    reason: Text
    told: dict[str, Any]


def _answer(verifier: Verifier, found: FoundFile, asked: Asked, language: Language) -> _FileAnswer:
    """Return what is said of a file.

    Raises:
        UsageError: what was asked of every file is wrong.
    """
    if found.trouble is not None:
        return _unverified(found.name, found.trouble)
    try:
        verdict = verifier.verify_file(found.data, found.name, on=asked.on)
    except (UsageError, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - a file that fails must not cost the others theirs
        return _unverified(found.name, _FAILED)
    other = any(one.code == Code.FILE_KIND_UNSUPPORTED for one in verdict.findings)
    return _FileAnswer(
        outcome=verdict.outcome,
        counted=_NO_CERTIFICATE_FILE if other else verdict.outcome.text,
        summary=_NO_CERTIFICATE_FILE if other else verdict.summary,
        reason=reason_of(verdict),
        told={"file": found.name, **verdict_to_json(verdict, language)},
    )


def _unverified(name: str, reason: Text) -> _FileAnswer:
    outcome = Outcome.INCONCLUSIVE
    told = {
        "file": name,
        "outcome": outcome.value,
        "reason": {"zh": reason.zh, "en": reason.en},
    }
    words = outcome.text
    return _FileAnswer(outcome=outcome, counted=words, summary=words, reason=reason, told=told)


def _line(name: str, answer: _FileAnswer, language: Language) -> str:
    said, why = answer.summary.say(language), answer.reason.say(language)
    return f"{name}  {said}" + ("" if why.rstrip("。.") == said else f"  {why}")
