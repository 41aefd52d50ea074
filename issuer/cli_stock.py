"""`yanzhen stock …`: printing onto sheets that carry all but the variable fields already."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from codes.number import parse_prefix
from codes.wording import Text
from issuer.acts import privileged
from issuer.issuing import Phase, counting
from issuer.opening import open_desk
from issuer.progress import ProgressLine
from issuer.stock import StockRun, print_stock
from issuer.stock_offsets import MOST_MM, keep_offset, read_offset
from issuer.terminal import (
    FiniteRange,
    ask_passphrase,
    json_option,
    language,
    open_home,
    read_batch_name,
    read_new_pdf,
    show,
)
from registry.store import writing_durably
from templates.calibration import add_calibration_page
from templates.fonts import FontChain
from templates.layout_files import DEFAULT_LAYOUT, load_layout
from templates.print_file import PrintFile
from templates.stock_page import StockOffset

_MILLIMETRES = FiniteRange(-MOST_MM, MOST_MM)
_body = click.option(
    "--body", "prefix", required=True, help="机构编号前缀（13位）/ the body's prefix"
)
_x = click.option(
    "--offset-x", type=_MILLIMETRES, help="向右移动的毫米数，向左为负 / mm to the right"
)
_y = click.option("--offset-y", type=_MILLIMETRES, help="向上移动的毫米数，向下为负 / mm up")
_layout = click.option(
    "--layout", default=DEFAULT_LAYOUT, show_default=True, help="预印纸的版式 / layout of the stock"
)


@click.group()
def stock() -> None:
    """套打：只把可变内容打印到预印纸上。Print the variable fields alone onto stock."""


@stock.command("print")
@_body
@click.option("--batch", required=True, help="批次名称 / batch name")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    callback=read_new_pdf,
    help="供打印机使用的 PDF / the PDF for the printer",
)
@click.option("--layout", help="预印纸的版式，默认各份证书自己的版式 / layout of the stock")
@_x
@_y
@click.option(
    "--standing", is_flag=True, help="连同机构名称和查询网址 / the body's name and the sites too"
)
@json_option
@privileged("stock.print", "prefix", "batch")
def print_command(
    prefix: str,
    batch: str,
    out: Path,
    layout: str | None,
    offset_x: float | None,
    offset_y: float | None,
    standing: bool,
    as_json: bool,
) -> None:
    """把一批证书的可变内容写成一个多页 PDF。Write a batch's variable fields as one PDF.

    该文件不是证书：不加盖印章，也不登记。It is no certificate: neither sealed nor recorded.
    """
    run = StockRun(
        batch=read_batch_name(batch),
        out=out,
        layout=None if layout is None else load_layout(layout).id,
        offset=_given(offset_x, offset_y),
        standing=standing,
    )
    home = open_home()
    with open_desk(
        home,
        prefix=prefix,
        passphrase=ask_passphrase(),
        public_url="",
        sample=home.demo,
        dry_run=True,  # nothing new is issued, so no address is needed
        clock=lambda: datetime.now(UTC),
    ) as desk:
        progress = ProgressLine(language(), quiet=as_json)
        fonts = FontChain.from_environment(os.environ)
        pages = print_stock(desk, run, fonts, counting(Phase.DRAW, 0, progress))
    show(
        {"out": str(out), "pages": pages},
        Text(
            f"已写出 {pages} 页：{out}。请按实际大小（100%）打印，打印后删除",
            f"wrote {pages} pages: {out}. Print at actual size (100 %), then delete it",
        ),
        as_json=as_json,
    )


@stock.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), callback=read_new_pdf)
@_layout
@_x
@_y
@json_option
def calibrate(
    file: Path, layout: str, offset_x: float | None, offset_y: float | None, as_json: bool
) -> None:
    """写出校准页。Write the calibration page: rulers, crosses, the fields' outlines."""
    chosen = load_layout(layout)
    offset = _given(offset_x, offset_y) or StockOffset()
    with writing_durably(file) as written:
        pages = PrintFile(written)
        add_calibration_page(pages, chosen, FontChain.from_environment(os.environ), offset)
        pages.finish()
    show(
        {"file": str(file), "layout": chosen.id},
        Text(
            f"已写出校准页 {file}，请按实际大小（100%）打印",
            f"wrote the calibration page {file}; print it at actual size (100 %)",
        ),
        as_json=as_json,
    )


@stock.command()
@_body
@_layout
@_x
@_y
@json_option
def offsets(
    prefix: str, layout: str, offset_x: float | None, offset_y: float | None, as_json: bool
) -> None:
    """查看或保存机构的套打偏移。Show or keep a body's offsets for a layout."""
    body, chosen = str(parse_prefix(prefix)), load_layout(layout).id
    home = open_home()
    given = _given(offset_x, offset_y)
    if given is not None:
        keep_offset(home, body, chosen, given)
    kept = given or read_offset(home, body, chosen)
    show(
        {"body": body, "layout": chosen, "offset_x_mm": kept.x_mm, "offset_y_mm": kept.y_mm},
        Text(
            f"{chosen}：向右 {kept.x_mm:g} 毫米，向上 {kept.y_mm:g} 毫米",
            f"{chosen}: {kept.x_mm:g} mm to the right, {kept.y_mm:g} mm up",
        ),
        as_json=as_json,
    )


def _given(offset_x: float | None, offset_y: float | None) -> StockOffset | None:
    if offset_x is None and offset_y is None:
        return None
    return StockOffset(x_mm=offset_x or 0.0, y_mm=offset_y or 0.0)
