"""The front door: whoever is signed in finds their work, anyone else the way in. Shows nothing itself."""

from collections.abc import Callable

from apiflask import APIBlueprint
from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from suket_service.web.signed_in import who

for_the_public = APIBlueprint("front", __name__, enable_openapi=False)


@for_the_public.get("/")
def home() -> ResponseReturnValue:
    """The front door of a process that has no staff pages: the public check."""
    return redirect(url_for("public.check"))


def for_the_office(overview: Callable[[], str], demo: Callable[[], str] | None) -> APIBlueprint:
    """The front door of an office.

    Args:
        overview: the page of whoever is signed in.
        demo: the page of a visitor of the demo; elsewhere they are asked to sign in.
    """
    blueprint = APIBlueprint("front", __name__, enable_openapi=False)

    @blueprint.get("/")
    def home() -> ResponseReturnValue:
        me = who()
        if me is not None and me.present.session.complete:
            return overview()
        if me is None and demo is not None:
            return demo()
        return redirect(url_for("account.enrol" if me else "account.sign_in"), 303)

    return blueprint
