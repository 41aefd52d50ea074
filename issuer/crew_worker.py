"""A worker process: opens a desk of its own and does steps 3 to 7 for the copies it is dealt.

`python -P -m issuer.crew_worker`, started by `issuer.crew` only. It ends where its input ends, so
it never outlives the run it works for by more than the copies in hand.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from issuer.crew_hand import Hand
from issuer.crew_messages import (
    WorkOrder,
    decode_order,
    decode_task,
    encode_done,
    encode_failure,
)
from issuer.opening import open_desk
from templates.fonts import FontChain


def work(order: WorkOrder, tasks: Iterable[bytes], answer: Callable[[bytes], object]) -> None:
    """Open the desk and do task after task, answering each; the first that fails is the last.

    Args:
        order: what the desk is opened with; the first answer says that it is.
        tasks: one line each.
        answer: takes one line.
    """
    fonts = FontChain(operator_dir=order.operator_fonts, system_dirs=order.system_fonts)
    try:
        with open_desk(
            order.home,
            prefix=order.prefix,
            passphrase=order.passphrase,
            public_url="",
            sample=order.home.demo,
            dry_run=True,  # what is printed was reserved with its address
            clock=clock_from(order.now),
        ) as desk:
            hand = Hand(desk, fonts)
            answer(encode_done(0))
            for line in tasks:
                answer(encode_done(hand.do(*decode_task(line))))
    except BrokenPipeError:
        return  # the run is gone; what it had dealt is on record
    except Exception as error:  # noqa: BLE001 - the run that started this process reports it
        answer(encode_failure(error))


def clock_from(now: datetime) -> Callable[[], datetime]:
    """Return a clock that says `now` at this moment and goes on from there."""
    start = time.monotonic()
    return lambda: now + timedelta(seconds=time.monotonic() - start)


def _own_answers() -> Callable[[bytes], object]:
    """Return what writes to standard output, and keep out of it what a driver may print."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.close(nothing)
    return answers.write


def main() -> None:
    """Take the order from standard input, then tasks until it ends."""
    answer = _own_answers()
    first = sys.stdin.buffer.readline()
    if first:
        work(decode_order(first), sys.stdin.buffer, answer)
    os._exit(0)  # all is closed; giving back the fonts' memory piece by piece would take a second


if __name__ == "__main__":
    main()
