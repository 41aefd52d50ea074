"""The QR codes that a picture shows, and codes of other kinds."""

from __future__ import annotations

import numpy as np
import zxingcpp
from numpy.typing import NDArray
from PIL import Image

# The format QRCode would take in Micro QR and rMQR, whose few check bits let patterns of a page's
# ornaments pass for a code now and then.
_QR_ONLY = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)

_OTHERS = zxingcpp.BarcodeFormats(
    [
        zxingcpp.BarcodeFormat.Aztec,
        zxingcpp.BarcodeFormat.DataMatrix,
        zxingcpp.BarcodeFormat.MaxiCode,
        zxingcpp.BarcodeFormat.PDF417,
        zxingcpp.BarcodeFormat.MicroQRCode,
        zxingcpp.BarcodeFormat.RMQRCode,
    ]
)
_LEAST_CHARACTERS = 6  # less may be read into ornaments, and leads nowhere


def find_symbols(picture: Image.Image | NDArray[np.uint8]) -> list[zxingcpp.Barcode]:
    """Return every QR code of a picture that can be read, with its place."""
    return zxingcpp.read_barcodes(picture, formats=_QR_ONLY)


def read_others(picture: Image.Image | NDArray[np.uint8]) -> list[str]:
    """Return what codes of other kinds say that people scan as they do QR codes."""
    texts = (one.text for one in zxingcpp.read_barcodes(picture, formats=_OTHERS))
    return [text for text in dict.fromkeys(texts) if len(text) >= _LEAST_CHARACTERS]
