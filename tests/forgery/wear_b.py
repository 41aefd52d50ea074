"""Placeholder."""

from tests.forgery.wear_a import WEARS  # noqa: F401
