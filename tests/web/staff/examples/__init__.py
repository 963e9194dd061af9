"""One request for every endpoint, that its role may make; the matrix tries each with every role and office."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Example:
    """A request with placeholders that the office of the tests fills: ``{letter}``, ``{draft}``, ``{resident}``, ``{village}``.

    ``foreign``: it names a thing of the office, so that another office must get 404 for it.
    ``files``: uploads by field, as (bytes, file name).
    """

    method: str
    path: str
    form: Mapping[str, str | list[str]] = field(default_factory=dict)
    foreign: bool = False
    files: Mapping[str, tuple[bytes, str]] = field(default_factory=dict)
