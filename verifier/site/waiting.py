"""The page between a question and its answer once a budget of failed look-ups is spent.

A browser with scripts solves the puzzle and goes on by itself; one without shows how long to wait
before the button is pressed. Nobody is refused, and no worker waits.
"""

from __future__ import annotations

from typing import Final

from flask import make_response, render_template
from werkzeug.wrappers import Response

from codes.wording import Text
from verifier.budgets_gate import Demand
from verifier.site.pages import Repeat

LOOKING_UP: Final = Text(
    "近来有许多查询没有查到记录。为防有人反复猜测，现在每次按编号查询前须先等一会儿。"
    "这与您要查的证书无关，查询不会被拒绝。",
    "Many look-ups lately found no record. So that nobody can go on guessing, each look-up by "
    "number now takes a moment first. This says nothing about the certificate, and no question is "
    "refused.",
)
COMING_IN: Final = Text(
    "近来有许多查询没有查到记录。为防有人反复猜测，现在每次进入本人页面前须先等一会儿。"
    "这与您的证书无关，不影响进入；查看码没有用掉。",
    "Many look-ups lately found no record. So that nobody can go on guessing, signing in to your "
    "own page now takes a moment first. This says nothing about your certificate, nobody is kept "
    "out, and your code has not been used.",
)


def waiting_page(demand: Demand, repeat: Repeat, why: Text = LOOKING_UP) -> Response:
    """Return the page that asks the same question again, with what it costs.

    Args:
        repeat: how to ask the same again.
        why: what waits, and for what reason.
    """
    page = render_template("waiting.html", demand=demand, repeat=repeat, why=why)
    response = make_response(page, 429)
    response.headers["Retry-After"] = str(demand.wait_seconds)
    return response
