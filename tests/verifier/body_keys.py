"""The signing keys of the verifier's tests, made once for each run."""

from __future__ import annotations

from functools import cache

from keys.algorithms import Algorithm
from keys.signing import PrivateKey, generate


def body_key(algorithm: Algorithm = Algorithm.ES256) -> PrivateKey:
    """A key of the filed body, one per algorithm and test run."""
    return _generated(algorithm)


@cache
def _generated(algorithm: Algorithm) -> PrivateKey:
    return generate(algorithm)


@cache
def stranger_key() -> PrivateKey:
    """A key that nobody published."""
    return generate(Algorithm.ES256)
