"""`yanzhen vault rotate` and `yanzhen vault passphrase`."""

from __future__ import annotations

import click

from codes.wording import Text
from issuer.acts import privileged
from issuer.issuing import Phase, counting
from issuer.passphrase_change import change_passphrase
from issuer.progress import ProgressLine
from issuer.terminal import (
    ask_other_passphrase,
    ask_passphrase,
    json_option,
    language,
    open_home,
    show,
)
from issuer.vault_rotation import count_to_move, rotate_vault
from registry.home_lock import alone_with_keys
from registry.schema import open_registry
from registry.scrubbing import scrub

NEW_PASSPHRASE_VARIABLE = "YANZHEN_NEW_PASSPHRASE"  # noqa: S105 - a name


@click.command()
@json_option
@privileged("vault.rotate")
def rotate(as_json: bool) -> None:
    """更换保管库密钥，旧密钥随即销毁；中断后再次运行即可续办。Replace the vault key.

    期间可照常核验、导出，不能签发。Verifying and export go on meanwhile, issuing does not.
    """
    home = open_home()
    passphrase = ask_passphrase()
    progress = ProgressLine(language(), quiet=as_json)
    with (
        alone_with_keys(home),
        open_registry(home.database_url, memory=home.trail_memory) as engine,
        progress.watching(),
    ):
        total = count_to_move(engine, home.vault_keys(passphrase).generation + 1)
        done = rotate_vault(engine, home, passphrase, counting(Phase.SEAL, total, progress))
        scrubbed = scrub(engine)
    show(
        {"generation": done.generation, "holders": done.holders, "scrubbed": scrubbed},
        Text(
            f"保管库密钥已更换为第 {done.generation} 代，{done.holders} 名持证人的密钥已重新加密，"
            "旧密钥已销毁。此前的备份仍可用旧密钥打开，请按规定销毁",
            f"the vault key is now of generation {done.generation}; the keys of {done.holders} "
            "holders were sealed anew and the old key is destroyed. Older backups still hold it: "
            "destroy them as your rules say",
        ),
        as_json=as_json,
    )


@click.command()
@json_option
@privileged("vault.passphrase")
def passphrase(as_json: bool) -> None:
    """更换口令（私钥和保管库）；中断后用相同的新旧口令再次运行。Change the passphrase.

    新口令取自 YANZHEN_NEW_PASSPHRASE，否则运行时询问。
    """
    home = open_home()
    former = ask_passphrase()
    following = ask_other_passphrase(NEW_PASSPHRASE_VARIABLE, "新口令 / New: ", new=True)
    with alone_with_keys(home):
        files = change_passphrase(home, former, following)
    show(
        {"files": files},
        Text(
            f"口令已更换，{files} 个文件已重新加密。此前的备份仍用旧口令",
            f"the passphrase is changed; {files} files were sealed anew. Older backups keep the "
            "old one",
        ),
        as_json=as_json,
    )
