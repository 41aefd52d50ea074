"""A public process that answers a few people and then holds still, to be looked at from outside.

`python -m tests.drills.memory_child HOME`: one JSON line on standard input says what to ask and
what to keep in memory for control; `ready` is printed once everything was answered.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from registry.home import Home
from wsgi import create_public_app


def main() -> None:
    """Answer, say so, and stay until standard input ends."""
    order = json.loads(sys.stdin.readline())
    client = create_public_app(Home.open(Path(sys.argv[1]), environment={})).test_client()
    for question in order["questions"]:
        client.post("/api/v1/verify", json=question)
    # What the attacker must find, or his eyes are not good enough.
    control = [bytes.fromhex(text) for text in order["control"]]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()
    assert control


if __name__ == "__main__":
    main()
