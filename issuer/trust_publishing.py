"""Publishes what root key holders signed: a root document, or the trust list that waited."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from codes.wording import Text
from issuer.ceremony import Draft, Signers, inspect_signers, read_draft, unite_drafts
from issuer.errors import IssuerError
from issuer.opening import trust_source
from issuer.publishing import Publication, publish, put_list
from issuer.root_custody import check_roots, put_root, read_roots
from keys.document import KeyDocument
from keys.errors import KeysError
from keys.jws import Kind
from keys.root import RootDocument
from keys.root_signing import RootKey
from registry.errors import HomeError
from registry.home import Home


def publish_signed(
    session: Session, home: Home, found: Draft, *, now: datetime, signers: Sequence[RootKey]
) -> Publication:
    """Bring into force what enough holders signed; a root document is followed by a list under it.

    Args:
        found: with all signatures there are.
        signers: the root keys that lie in the home.

    Raises:
        IssuerError: too few signed it (`signatures_missing`, `trust_list_unsigned`); nothing was
            changed. Or as `put_list`.
        KeysError, HomeError: as `publish`.
    """
    if found.kind is Kind.ROOT:
        _check_enough_root(home, found)
        put_root(home, found.root)
        return publish(session, home, now=now, signers=signers)
    _check_enough(home, found)
    return put_list(session, home, found.trust)


def collect_signed(
    session: Session, home: Home, found: Draft, *, now: datetime, signers: Sequence[RootKey]
) -> Publication:
    """Add signed copies of the list that waits to it; in force at once where enough signed.

    Unlike `publish_signed`, parts may come one at a time: each is kept with the draft.

    Raises:
        IssuerError: no list waits (`trust_draft_missing`), or nobody whose signature counts signed
            what was handed in (`signatures_none`); or as `publish_signed`.
        KeysError: it is no copy of the list that waits (`signed_file_other`).
    """
    if found.kind is Kind.ROOT:
        return publish_signed(session, home, found, now=now, signers=signers)
    if not home.trust_draft_path.exists():
        raise draft_missing()
    before = read_draft(home.trust_draft_path)
    united = unite_drafts([before, found])
    root = check_roots(home, read_roots(home)).last
    if inspect_signers(united, root).signed == inspect_signers(before, root).signed:
        raise IssuerError(
            "signatures_none",
            Text(
                "所交文件中没有新的有效签名，未作任何改动",
                "what was handed in holds no new signature that counts; nothing was changed",
            ),
        )
    return put_list(session, home, united.trust)


def draft_missing() -> IssuerError:
    """Return the refusal where no list waits for signatures."""
    return IssuerError(
        "trust_draft_missing",
        Text(
            "没有待签的信任列表。到期续签请运行 yanzhen keys publish",
            "no trust list waits for signatures; yanzhen keys publish makes the next",
        ),
    )


def counted_signers(home: Home | None, found: Draft) -> list[Signers]:
    """Return who signed a draft, of those who count: by the home's roots, else by its own."""
    roots = found.roots if home is None else read_roots(home)
    if found.kind is not Kind.ROOT:
        return [inspect_signers(found, roots[-1].document)] if roots else []
    former = [root for root in roots if root.document.version < found.document.version]
    counted = [inspect_signers(found, former[-1].document)] if former else []
    return [*counted, inspect_signers(found, found.root.document)]


def in_force_before(home: Home | None, found: Draft) -> RootDocument | KeyDocument | None:
    """Return what is in force at this home, None where there is nothing to compare with."""
    if home is None:
        return None
    if found.kind is Kind.ROOT:
        roots = read_roots(home)
        return roots[-1].document if roots else None
    try:
        return trust_source(home)().document
    except (HomeError, IssuerError, KeysError):
        return None


def _check_enough(home: Home, found: Draft) -> None:
    """Refuse to publish a list before enough have signed it."""
    roots = read_roots(home)
    signers = inspect_signers(found, check_roots(home, roots).last)
    if signers.missing:
        raise IssuerError(
            "signatures_missing",
            Text(
                f"还差 {signers.missing} 个根密钥签名"
                f"（已签：{'、'.join(signers.signed) or '无'}），未作任何改动",
                f"{signers.missing} more root signatures are needed (so far: "
                f"{', '.join(signers.signed) or 'none'}); nothing was changed",
            ),
        )


def _check_enough_root(home: Home, found: Draft) -> None:
    """Refuse to publish a root document before enough of both sides have signed it."""
    if found.document.version != check_roots(home, read_roots(home)).last.version + 1:
        return  # put_root says what is wrong with it
    for signers in counted_signers(home, found):
        if signers.missing:
            raise IssuerError(
                "trust_list_unsigned",
                Text(
                    f"根文件还差第 {signers.root_version} 版根密钥 {signers.missing} 个签名"
                    f"（已签：{'、'.join(signers.signed) or '无'}），未作任何改动",
                    f"the root document needs {signers.missing} more signatures by keys of root "
                    f"document {signers.root_version} (so far: "
                    f"{', '.join(signers.signed) or 'none'}); nothing was changed",
                ),
            )
