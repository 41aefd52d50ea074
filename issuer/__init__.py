"""The evaluators' side: from a roster to numbered, signed, printable certificates.

Runs on the private network and is the only importer of `keys.signing`.
"""
