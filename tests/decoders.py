"""Two independent decoders, asked as the scanner asks its own: for QR symbols alone.

Asked for every kind there is, ZXing now and then finds a number of six to thirteen digits (ITF, UPC-E)
among a good symbol's modules: 2 of 1,500 random symbols at 3.6 pixels a module.
"""

import zxingcpp
from PIL import Image
from pyzbar import pyzbar


def symbols(picture: Image.Image) -> list[zxingcpp.Barcode]:
    """What ZXing finds, with where it is. Micro QR and rMQR count as kinds of QR there."""
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    return [code for code in found if code.format == zxingcpp.BarcodeFormat.QRCode]


def by_zxing(picture: Image.Image) -> list[str]:
    """The texts that ZXing reads."""
    return [code.text for code in symbols(picture)]


def by_zbar(picture: Image.Image) -> list[str]:
    """The texts that ZBar reads."""
    return [code.data.decode() for code in pyzbar.decode(picture, symbols=[pyzbar.ZBarSymbol.QRCODE])]
