"""`yanzhen seal timestamps` and `yanzhen seal crl`: what makes seals outlive their certificates."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from codes.wording import Text
from issuer.acts import privileged
from issuer.seal_custody import keep_crl
from issuer.seal_files import read_seals
from issuer.terminal import json_option, open_home, show
from issuer.timestamping import read_timestamps, try_authority, write_timestamps
from keys.certificates import read_certificates
from templates.usage_words import WrongUsage

_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("url", required=False)
@click.option("--certificates", type=_file, help="时间戳机构的根证书等（PEM）/ its certificates")
@click.option("--off", is_flag=True, help="不再加时间戳 / no timestamps any more")
@json_option
@privileged("seal.timestamps")
def timestamps(url: str | None, certificates: Path | None, off: bool, as_json: bool) -> None:
    """设置时间戳机构（RFC 3161），并试用一次。Set the timestamp authority, after a trial."""
    home = open_home()
    if off and url is None and certificates is None:
        write_timestamps(home, None)
        nobody = Text("不再为印章加时间戳", "seals are not timestamped any more")
        show({"timestamps": None}, nobody, as_json=as_json)
        return
    if off or url is None or certificates is None:
        either = Text(
            "请写 URL 和 --certificates，或只写 --off。",
            "give either URL and --certificates, or --off alone.",
        )
        raise WrongUsage(either)
    trusted = read_certificates(certificates.read_bytes())
    authority = try_authority(url, trusted, now=datetime.now(UTC))
    write_timestamps(home, authority)
    show(
        {"timestamps": authority.url, "token_bytes": authority.token_bytes},
        Text(
            f"此后的印章由 {authority.url} 加时间戳（已试用一次）",
            f"seals are timestamped by {authority.url} from now on (tried once)",
        ),
        as_json=as_json,
    )


@click.command()
@click.argument("file", type=_file)
@json_option
@privileged("seal.crl")
def crl(file: Path, as_json: bool) -> None:
    """收存外部 CA 的证书撤销列表。Keep an outside authority's list of revoked certificates.

    收存后，带时间戳的印章可供长期离线验证（PAdES B-LT）。列表过期前须更新。
    """
    home = open_home()
    authority = read_timestamps(home)
    known = [der for one in read_seals(home) for der in one.chain.certificates]
    known += [*authority.certificates, *authority.chain] if authority else []
    issuer = keep_crl(home, file.read_bytes(), known)
    show(
        {"issuer": issuer},
        Text(f"已收存 {issuer} 的撤销列表", f"kept the list of {issuer}"),
        as_json=as_json,
    )
