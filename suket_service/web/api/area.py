"""The API's blueprint, which every module of calls adds to. No route of its own."""

from apiflask import APIBlueprint

DESCRIPTION = (
    "Memeriksa surat keterangan pengganti KTP-el; dengan kunci program juga membaca, mengajukan dan mengakhirinya. / "
    "Checks substitute ID letters; with a program's key also reads them, asks for them and ends them. "
    "Errors are RFC 9457 problems; without a key answers about a person are masked."
)
blueprint = APIBlueprint("api", __name__, tag="Verification")
#: The part of the document that calls about letters stand in.
LETTERS = ["Letters"]
