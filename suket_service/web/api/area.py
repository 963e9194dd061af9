"""The API's blueprint, which every module of calls adds to. No route of its own."""

from apiflask import APIBlueprint

DESCRIPTION = (
    "Memeriksa surat keterangan pengganti KTP-el. / Checks substitute ID letters. "
    "Errors are RFC 9457 problems; answers about a person are masked."
)
blueprint = APIBlueprint("api", __name__, tag="Verification")
