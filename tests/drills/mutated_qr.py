"""Drill: thousands of QR texts, spoiled the way scanners, chat apps and forgers spoil them."""

from __future__ import annotations

from collections import Counter
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from codes.qr_text import decode_qr_text
from codes.record import decode_record
from issuer.desk import Desk
from keys.algorithms import Algorithm
from keys.envelope import Envelope
from registry.models import Copy, CopyState
from registry.session import transaction
from tests.drills.drill import Drill, DrillFailed, Facts, Figure, Part, require, shares
from tests.drills.office import desk_of, faces, make_office, people, put_on_record, utc_now
from tests.property.test_mutated_qr_texts import check_mutated_qr_texts
from tests.verifier.world import Issued
from verifier.opening import open_verifier
from verifier.service import Verifier
from verifier.verdict import Outcome, Verdict, verdict_to_json
from wsgi import create_public_app

_TEXTS = {Figure.FULL: 10_000, Figure.SHORT: 300}
_CERTIFICATES = 6
_ADDRESS = "/api/v1/verify/qr"


def _parts(figure: Figure, seed: int) -> list[Part]:
    per_algorithm = shares(_TEXTS[figure], len(Algorithm))
    return [
        Part(
            name=algorithm.name.lower(),
            run=partial(_run, algorithm=algorithm, texts=texts, seed=seed + index),
        )
        for index, (algorithm, texts) in enumerate(zip(Algorithm, per_algorithm, strict=True))
    ]


def _run(folder: Path, *, algorithm: Algorithm, texts: int, seed: int) -> Facts:
    home = make_office(folder, {}, algorithm)
    with desk_of(home, utc_now) as desk:
        genuine = _issue(desk, seed)
    client = create_public_app(home).test_client()
    verifier = open_verifier(home)
    both = _Both(verifier, client)
    try:
        outcomes = check_mutated_qr_texts(both, genuine, count=texts, seed=seed)
    except AssertionError as error:
        raise DrillFailed(f"a changed claim was accepted: {str(error)[:200]}") from error
    except DrillFailed:
        raise
    except Exception as error:  # any other exception at all is what must not happen
        raise DrillFailed(f"the verifier raised {type(error).__name__}") from error
    finally:
        verifier.close()
    return {
        "texts": texts,
        "exceptions, answers 5xx": 0,
        "changed claims accepted": 0,
        **{f"outcome {name}": count for name, count in sorted(outcomes.items())},
        **{f"HTTP status {status}": count for status, count in sorted(both.statuses.items())},
    }


def _issue(desk: Desk, seed: int) -> list[Issued]:
    """Issue to a few people and call one copy superseded."""
    rows = [person.candidate(row) for row, person in enumerate(islice(people(seed), _CERTIFICATES))]
    certificates = faces(desk, put_on_record(desk, rows))
    with transaction(desk.engine) as session:
        session.scalars(select(Copy).order_by(Copy.id).limit(1)).one().state = CopyState.SUPERSEDED
    genuine = []
    for face in certificates:
        reading = decode_qr_text(face.qr_text)
        envelope = Envelope(
            algorithm=Algorithm(reading.algorithm),
            payload=reading.payload,
            signature=reading.signature,
        )
        record = decode_record(reading.payload)
        genuine.append(
            Issued(record=record, envelope=envelope, document_number=face.document_number)
        )
    return genuine


class _Both(Verifier):
    """The verifier itself, which puts every question over HTTP as well and compares the answers.

    Args:
        inner: a verifier of the same home.
        client: of the public site.
    """

    def __init__(self, inner: Verifier, client: FlaskClient) -> None:
        self._inner = inner
        self._client = client
        self.statuses: Counter[int] = Counter()

    def verify_qr(self, text: str, *, on: str | None = None) -> Verdict:
        """Return the verdict, after asking the API the same."""
        verdict = self._inner.verify_qr(text, on=on)
        response = self._client.post(_ADDRESS, json={"text": text})
        self.statuses[response.status_code] += 1
        require(response.status_code < 500, f"the API answered {response.status_code}")
        if response.status_code == 200:
            self._compare_with_browser(verdict, response.get_json())
        else:
            require(verdict.outcome is not Outcome.VALID, "the API refused a text that is valid")
        return verdict

    def _compare_with_browser(self, verdict: Verdict, answer: dict[str, Any]) -> None:
        own = verdict_to_json(verdict)
        for member in ("outcome", "status", "certificate"):
            require(own[member] == answer[member], f"the API differs in {member}")


DRILL = Drill(
    name="mutated_qr",
    promise="No QR text, however spoiled, brings the verifier down or passes a changed claim.",
    method="""Six certificates are issued under each algorithm. 10 000 texts are made from
        theirs by one to three changes each: characters replaced, put in, cut out, doubled or
        reversed, two texts spliced, another address in front, a bit of record or signature turned
        over and the digits written anew. Each is put to the verifier and to the HTTP API of the
        public site. Printed fields may be shown only exactly as one of the six has them.""",
    parts=_parts,
    defect="A record is believed as soon as its key is known, whether its signature holds or not.",
    defect_part=Algorithm.ES256.name.lower(),
    at_once=2,
)
