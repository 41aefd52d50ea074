"""Signing and trust: algorithms, the COSE envelope, the key ring, the published key document.

Pure: no database, no web. Only `keys.signing` ever holds a private key.
"""
