"""The desks of a demo: people of every role who may sign in, and a server beside the verifier."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from enum import Enum, auto
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Final

from sqlalchemy.orm import Session

from accounts.account_acts import find_account
from accounts.bureau import Bureau, open_bureau
from accounts.demo_people import DemoPeople, demo_people
from accounts.desk_address import DESK_URL_VARIABLE
from accounts.person import Person
from accounts.roles import Role
from codes.wording import Text
from issuer.batch_room import BatchRoom
from issuer.body_settings import (
    SKIPPED,
    Step,
    confirm,
    setting_history,
    settle,
    unconfirmed,
)
from issuer.demo import PREFIX, Demo
from issuer.demo_filing import leave_applications
from issuer.errors import IssuerError
from issuer.publishing import PUBLIC_URL_VARIABLE
from keys.passphrase import ENVIRONMENT_NAME
from registry.home import Home
from registry.session import reading

HOST = "127.0.0.1"
"""Desks of a demo are for this machine only, wherever its verifier is: everybody there has one
password, which stands on the terminal."""

NO_NOTICE: Final = (
    "演示：公示须满五个工作日，本演示不办理；要试办公示的，由审批人在“机构设置”改为在此办理"
)
NO_DESKS: Final = Text(
    "工作台没有启动，原因见上；核验网站照常打开",
    "The desks did not start: see above why. The verifier opens all the same",
)
SLOW_DESKS: Final = Text(
    "工作台还在启动（机器较忙），请稍后打开；账号如下",
    "The desks are still starting, as the machine is busy: open them in a while. Accounts:",
)
_WORKERS = "2"
_PATIENCE_SECONDS = 120.0  # a machine may be busy
_LOOK_SECONDS = 0.1


class DesksStart(Enum):
    """What became of the desks that were started beside a demo."""

    ANSWER = auto()
    SLOW = auto()
    ENDED = auto()


def desks_address(port: int) -> str:
    """Return where the desks of a demo are; passkeys need a name, so it is no number."""
    return f"http://localhost:{port}"


def people_of(demo: Demo, *, with_work: bool = False) -> DemoPeople:
    """Return who may sign in to the desks of a demo, made as far as missing.

    Args:
        demo: whose desks.
        with_work: leave applications at the authority's desk, where there never was one.

    Raises:
        HomeError: there is no demo in the folder.
        IssuerError: its home is no demo's (`demo_only`).
    """
    home = Home.open(demo.home, environment={})
    if not home.demo:
        raise IssuerError(
            "demo_only",
            Text("该数据目录不是演示用的", "that home is not a demo's"),
        )
    passphrase = demo.passphrase_file.read_bytes()
    with open_bureau(home, passphrase) as bureau:
        people = demo_people(bureau, PREFIX)
        _skip_notice(home, passphrase, bureau, people)
        if with_work:
            clerk, director = (
                _person(bureau, people.usernames[role], role).name
                for role in (Role.AUTHORITY_CLERK, Role.AUTHORITY_DIRECTOR)
            )
            leave_applications(home, passphrase, bureau, clerk, director)
        return people


def _skip_notice(home: Home, passphrase: bytes, bureau: Bureau, people: DemoPeople) -> None:
    """Have two approvers settle that batches of the demo need no notice; but only once.

    A notice takes whole working days, and whoever tries the desks wants to see a certificate today.
    Where names are on notice already, the notice stays.
    """
    name = Step.NOTICE.setting
    with reading(bureau.desks) as session:
        is_set = any(one.name == name for one in setting_history(session, PREFIX))
        if is_set and not _own_waiting(session):
            return
    room = BatchRoom(
        home=home,
        passphrase=passphrase,
        vault=home.vault(passphrase),
        desks=bureau.desks,
        register=bureau.register,
        public_url="",
        clock=bureau.clock,
    )
    usernames = (people.usernames[Role.APPROVER], people.seconds[Role.APPROVER])
    first, second = (_person(bureau, one, Role.APPROVER) for one in usernames)
    try:
        if not is_set:
            settle(room, first, prefix=PREFIX, name=name, value=SKIPPED, ground=NO_NOTICE)
        with reading(bureau.desks) as session:
            waiting = _own_waiting(session)
        for setting_id in waiting:
            confirm(room, second, PREFIX, setting_id)
    except IssuerError as error:
        if error.code != "setting_notice":
            raise


def _own_waiting(session: Session) -> list[int]:
    return [one.id for one in unconfirmed(session, PREFIX) if one.ground == NO_NOTICE]


def _person(bureau: Bureau, username: str, role: Role) -> Person:
    with reading(bureau.desks) as session:
        row = find_account(session, username)
    return Person(account_id=row.id, name=row.name, roles=frozenset({role}), body=row.body)


@contextmanager
def desks_beside(
    demo: Demo, *, public_url: str, port: int, patience_seconds: float = _PATIENCE_SECONDS
) -> Iterator[Callable[[], DesksStart]]:
    """Serve the desks of a demo for as long as the block lasts.

    Yields what waits until they answer, end, or have taken longer than is waited for.
    The processes a server forks leave the block too: only the one that entered it ends the desks.
    """
    own = {
        ENVIRONMENT_NAME: demo.passphrase_file.read_text(),
        PUBLIC_URL_VARIABLE: public_url,
        DESK_URL_VARIABLE: "",
        "YANZHEN_HOME": str(demo.home.absolute()),
    }
    owner = os.getpid()
    command = ["desk", "--host", HOST, "--port", str(port), "--workers", _WORKERS]
    running = subprocess.Popen(
        [sys.executable, "-c", "from yanzhen import main; main()", *command],
        env=os.environ | own,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield lambda: _start_of(running, port, patience_seconds)
    finally:
        if os.getpid() == owner:
            running.terminate()
            running.wait()


def _start_of(running: subprocess.Popen[bytes], port: int, patience_seconds: float) -> DesksStart:
    until = time.monotonic() + patience_seconds
    while running.poll() is None and time.monotonic() < until:
        with (
            suppress(OSError, HTTPException),
            closing(HTTPConnection(HOST, port, timeout=30)) as to,
        ):
            to.request("GET", "/sign-in")
            if to.getresponse().status == HTTPStatus.OK:
                return DesksStart.ANSWER
        time.sleep(_LOOK_SECONDS)
    return DesksStart.SLOW if running.poll() is None else DesksStart.ENDED


def people_told(people: DemoPeople, url: str, again: str) -> Text:
    """Return what the demo says of its desks.

    Args:
        people: who may sign in.
        url: where the desks are.
        again: the command that shows the code of then.
    """
    both = [*people.usernames.items(), *people.seconds.items()]
    lines = sorted(both, key=lambda one: list(Role).index(one[0]))
    zh = "\n".join(f"  {name:<26} {role.text.zh}" for role, name in lines)
    en = "\n".join(f"  {name:<26} {role.text.en}" for role, name in lines)
    return Text(
        f"工作台：{url}（只限本机）\n用户名：\n{zh}\n密码（各账号相同）：{people.password}\n"
        f"验证码（现在）：{people.code}；半分钟一换，每个账号每码只用一次，再看一次：\n  {again}\n"
        f"也可以把密钥 {people.app_key} 填入手机验证器。",
        f"Desks: {url} (this machine only)\nUser names:\n{en}\n"
        f"Password of each: {people.password}\n"
        f"Code of now: {people.code}; it changes every half minute, and each account takes it once."
        f" To see the next one:\n  {again}\n"
        f"or give this key to an authenticator app: {people.app_key}",
    )


def people_json(people: DemoPeople, url: str) -> dict[str, object]:
    """Return the same for a program."""
    named: dict[Role, str] = people.usernames
    return {
        "desks": url,
        "accounts": {role.value: name for role, name in named.items()},
        "second_accounts": {role.value: name for role, name in people.seconds.items()},
        "password": people.password,
        "app_key": people.app_key,
        "code": people.code,
    }
