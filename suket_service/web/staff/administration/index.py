"""The office's affairs at a glance, each with the way to it. Changes nothing."""

from dataclasses import dataclass

from flask import render_template, url_for

from suket_service import administering
from suket_service.core.keyring import KeyState, Purpose
from suket_service.errors import Text
from suket_service.registry import offices, service_points
from suket_service.registry.session import Transaction
from suket_service.web.language import day, moment, number
from suket_service.web.service_points import STALE
from suket_service.web.signed_in import signed_in
from suket_service.web.staff.administration.area import asking, blueprint


@dataclass(frozen=True, slots=True)
class _Affair:
    """One of the office's affairs: how it stands, and whether somebody should see to it."""

    endpoint: str
    title: Text
    stands: Text
    late: Text | None = None

    @property
    def url(self) -> str:
        return url_for(self.endpoint)


@blueprint.get("/administration")
def index() -> str:
    """Every affair with how it stands."""
    ask = asking()
    with ask.registry.reading() as tx:
        usual = offices.usual_kind(tx, ask.office)
        letterhead, hours = _letterhead(tx), _hours(tx)
        stock, regions, places = _stock(tx), _regions(tx), _places(tx)
    affairs = [letterhead, _numbering(usual), _kinds(), hours, stock, regions, places]
    affairs += [_staff(), _keys(), _clients(), _PRINTER]
    return render_template("staff/administration/index.html", affairs=affairs)


def _letterhead(tx: Transaction) -> _Affair:
    head, since = offices.letterheads(tx, asking().office)[0]
    signs, on = f"{head.capacity.value} {head.signatory}".strip(), day(signed_in().office.local_date(since))
    return _Affair(
        "administration.letterhead",
        Text("Kop surat dan penanda tangan", "Letterhead and signatory"),
        Text(f"{signs} · versi {head.version}, {on}", f"{signs} · version {head.version}, {on}"),
    )


def _numbering(usual: int) -> _Affair:
    ask, pattern = asking(), signed_in().office.number_pattern
    numbers = administering.next_numbers(ask.registry, ask.office, pattern, ask.at)
    [upcoming] = [number for kind, number in numbers if kind.code == usual]
    return _Affair(
        "administration.numbering",
        Text("Nomor surat", "Letter numbers"),
        Text(f"berikutnya {upcoming}", f"next {upcoming}"),
    )


def _hours(tx: Transaction) -> _Affair:
    hours = offices.opening_hours(tx, asking().office)
    days = sum(each is not None for each in hours.days)
    return _Affair(
        "administration.hours",
        Text("Jam buka", "Opening hours"),
        Text(f"{days} hari seminggu", f"{days} days a week"),
    )


def _stock(tx: Transaction) -> _Affair:
    cards = offices.cards_in_stock(tx, asking().office)
    stands = (
        Text("belum dihitung", "not counted")
        if cards is None
        else Text(f"{number(cards)} keping", f"{number(cards)} cards")
    )
    return _Affair("administration.stock", Text("Blangko kartu", "Blank cards"), stands)


def _regions(tx: Transaction) -> _Affair:
    villages = len(offices.villages_of(tx, offices.office(tx, asking().office)))
    return _Affair(
        "administration.regions",
        Text("Wilayah", "Regions"),
        Text(f"{villages} kelurahan/desa", f"{villages} villages"),
    )


def _places(tx: Transaction) -> _Affair:
    listed = [each for each in service_points.of_office(tx, asking().office) if not each.removed]
    closed = sum(each.facts.closed_since is not None for each in listed)
    old = sum(asking().at - each.at > STALE for each in listed)
    return _Affair(
        "administration.points",
        Text("Tempat layanan", "Places of service"),
        Text(f"{len(listed) - closed} buka, {closed} tutup", f"{len(listed) - closed} open, {closed} closed"),
        Text(f"{old} belum diperbarui sejak kemarin", f"{old} not updated since yesterday") if old else None,
    )


def _kinds() -> _Affair:
    ask = asking()
    listed = administering.list_kinds(ask.registry, ask.office, ask.at)
    open_ = sum(each.is_open for each in listed)
    return _Affair(
        "administration.kinds",
        Text("Jenis surat dan masa penerbitan", "Kinds of letter and issuing windows"),
        Text(
            f"{open_} dari {len(listed)} dapat terbit hari ini",
            f"{open_} of {len(listed)} may be issued today",
        ),
    )


def _staff() -> _Affair:
    ask = asking()
    active = [each for each in administering.list_staff(ask.registry, ask.office) if each.member.active]
    lacking = sum(not each.can_prove for each in active)
    return _Affair(
        "administration.staff",
        Text("Petugas", "Staff"),
        Text(f"{len(active)} aktif", f"{len(active)} active"),
        Text(f"{lacking} belum dapat masuk", f"{lacking} cannot sign in yet") if lacking else None,
    )


def _keys() -> _Affair:
    ask = asking()
    held = administering.list_keys_of(ask.registry, ask.office)
    active = {each.purpose for each in held if each.state is KeyState.ACTIVE}
    signer = next(
        (each for each in held if each.purpose is Purpose.SEAL and each.state is KeyState.ACTIVE), None
    )
    stands = Text("tidak ada yang menandatangani", "none signs")
    if signer is not None:
        on = day(signer.scope.signs_from)
        stands = Text(f"menandatangani sejak {on}", f"signing since {on}")
    late = None
    if Purpose.SEAL not in active:
        late = Text("Surat tidak dapat diterbitkan", "No letter can be issued")
    elif Purpose.PUBLICATION not in active:
        late = Text("Tidak ada yang dapat dipublikasikan", "Nothing can be published")
    return _Affair("administration.keys", Text("Kunci", "Keys"), stands, late)


def _clients() -> _Affair:
    ask = asking()
    held = administering.list_clients(ask.registry, ask.office)
    today = signed_in().today
    valid = [each for each in held if each.is_valid(today)]
    used = max((each.used_at for each in valid if each.used_at), default=None)
    waiting = sum(1 for each in held if each.waiting_since and not each.has_ended(today))
    late = Text(f"{waiting} ditahan sejak pemulihan", f"{waiting} waiting since the restore")
    return _Affair(
        "administration.clients",
        Text("Program instansi lain", "Other agencies' programs"),
        Text(f"{len(valid)} berlaku", f"{len(valid)} in use")
        if used is None
        else Text(
            f"{len(valid)} berlaku, terakhir dipakai {moment(used)}",
            f"{len(valid)} in use, last heard of {moment(used)}",
        ),
        late if waiting else None,
    )


_PRINTER = _Affair(
    "printing.test_page",
    Text("Uji pencetak", "Printer test"),
    Text("apakah kode QR yang tercetak terbaca", "whether the QR code that is printed can be read"),
)
