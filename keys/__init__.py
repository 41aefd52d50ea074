"""Signing and trust: algorithms, the COSE envelope, the key ring, the trust list.

Pure: no database, no web. Only `keys.signing` and, for root keys, `keys.root_signing` ever hold a
private key.
"""
