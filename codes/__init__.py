"""Every code on a certificate: the number, the record's bytes, the QR, identity documents, regions.

Pure: no input or output beyond this package's own data files, and no import from another room.
"""
