"""The QR codes that a picture shows."""

from __future__ import annotations

import numpy as np
import zxingcpp
from numpy.typing import NDArray
from PIL import Image

# The format QRCode would take in Micro QR and rMQR, whose few check bits let patterns of a page's
# ornaments pass for a code now and then.
_QR_ONLY = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)


def find_symbols(picture: Image.Image | NDArray[np.uint8]) -> list[zxingcpp.Barcode]:
    """Return every QR code of a picture that can be read, with its place."""
    return zxingcpp.read_barcodes(picture, formats=_QR_ONLY)
