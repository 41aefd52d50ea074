"""Seals verification reports that the public side asked for. It holds the verifier's report key and
no other: neither a body's keys nor the vault. The public process never imports it.
"""
