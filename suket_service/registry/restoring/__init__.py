"""What the outside still knows, put back into a registry that was restored. Judges no witness and signs nothing.

Each function takes the open transaction on the restored tables. What it does is never undone by
anything published: numbers and positions only rise, a letter or a key only ever loses force.
"""

from suket_service.registry.restoring.fates import Fates, apply_fates
from suket_service.registry.restoring.numbers import SeriesChange, raise_series
from suket_service.registry.restoring.positions import ListsChange, LostRange, close_lists, keep_lost
from suket_service.registry.restoring.trust import (
    AdoptedKey,
    adopt_keys,
    adopt_offices,
    adopt_windows,
    keep_publication,
    spend_codes,
)

__all__ = [
    "AdoptedKey",
    "Fates",
    "ListsChange",
    "LostRange",
    "SeriesChange",
    "adopt_keys",
    "adopt_offices",
    "adopt_windows",
    "apply_fates",
    "close_lists",
    "keep_lost",
    "keep_publication",
    "raise_series",
    "spend_codes",
]
