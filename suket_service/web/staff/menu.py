"""What stands in the menu, by role. Lets nobody through to anything: the route table does."""

from dataclasses import dataclass

from flask import Flask, g, request

from suket_service.core.letter import STATE_NAMES
from suket_service.errors import Text
from suket_service.registry.staff import Role
from suket_service.web.access import ROUTES
from suket_service.web.forms import new_key
from suket_service.web.signed_in import SignedIn


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of the menu."""

    endpoint: str
    text: Text

    @property
    def area(self) -> str:
        """The blueprint behind it."""
        return self.endpoint.partition(".")[0]


_ITEMS = (
    Item("front.home", Text("Ikhtisar", "Overview")),
    Item("counter.search", Text("Loket", "Counter")),
    Item("drafts.mine", Text("Konsep", "Drafts")),
    Item("desk.queue", Text("Meja persetujuan", "Approvals")),
    Item("letters.find", Text("Surat", "Letters")),
    Item("printing.runs", Text("Cetak", "Printing")),
    Item("batches.start", Text("Berkas massal", "Batches")),
    Item("register.start", Text("Daftar penduduk", "Residents")),
    Item("reports.index", Text("Laporan", "Reports")),
    Item("elections.index", Text("Pemilihan", "Elections")),
    Item("administration.index", Text("Pengaturan", "Administration")),
    Item("administration.points", Text("Tempat layanan", "Service points")),  # all that an operator has there
    Item("audit.entries", Text("Audit", "Audit")),
)


def items(me: SignedIn) -> list[Item]:
    """The entries that lead somewhere for this role; one for each area, the first that does."""
    found: dict[str, Item] = {}
    for item in _ITEMS:
        if ROUTES[item.endpoint].admits(me.role):
            found.setdefault(item.area, item)
    return list(found.values())


def here(item: Item) -> bool:
    """Whether the page belongs to that entry."""
    endpoint = request.endpoint or ""
    return endpoint.partition(".")[0] == item.area


ROLE_NAMES = {
    Role.OPERATOR: Text("petugas loket", "operator"),
    Role.APPROVER: Text("penyetuju", "approver"),
    Role.ADMIN: Text("administrator", "administrator"),
    Role.AUDITOR: Text("auditor", "auditor"),
}
_STATES = {
    **{state.value: text for state, text in STATE_NAMES.items()},
    "expired": Text("lewat masa", "expired"),
}


def install(app: Flask) -> None:
    """Give templates the menu and whoever is signed in."""

    @app.context_processor
    def words() -> dict[str, object]:
        # Only whom the gate has looked up already: an error page must not ask a broken registry again.
        return {"me": g.get("who"), "menu_items": items, "is_here": here}

    app.jinja_env.globals.update(state_names=_STATES, role_names=ROLE_NAMES, new_key=new_key, has_office=True)
