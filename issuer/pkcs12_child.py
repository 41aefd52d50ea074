"""The child process in which a PKCS #12 file is opened first: `python -m issuer.pkcs12_child`.

The file says itself how many times its password is to be hashed, in places that are encrypted
too. So no reading beforehand tells what opening it costs; a trial under limits does. The child
says only that it came to an end: the key does not leave it.
"""

from __future__ import annotations

from keys.errors import KeysError
from keys.signing import open_pkcs12
from registry.child import serve

LENGTH_OCTETS = 4


def answer(question: bytes) -> bytes:
    """Open a file, and return nothing, whether it opened or not.

    Args:
        question: the length of the password (4 octets, big-endian), the password, the file.
    """
    end = LENGTH_OCTETS + int.from_bytes(question[:LENGTH_OCTETS])
    try:
        open_pkcs12(question[end:], question[LENGTH_OCTETS:end])
    except KeysError:
        return b""  # the parent opens it as well, and says what is wrong
    return b""


if __name__ == "__main__":
    serve(answer)
