"""The last search on a page, kept on the server for its session: no address holds a NIK or a name. Searches nothing."""

from collections.abc import Mapping

from suket_service import administering
from suket_service.registry import sessions
from suket_service.web.context import context
from suket_service.web.forms import Form
from suket_service.web.signed_in import signed_in


def keep(page: str, fields: Mapping[str, str]) -> None:
    """Keep what was just asked for, so that the answer can be an address: back and reload ask nobody again."""
    administering.keep_search(context().registry, signed_in().present, page, fields)


def kept(page: str) -> Form:
    """What was last searched for there; an empty form when nothing was."""
    with context().registry.reading() as tx:
        return Form(sessions.searches(tx, signed_in().present.session.token_hash).get(page, {}))
