"""The JSON API under /api/v1: parse, one question to the verifier, one JSON object back."""
