"""The office's own affairs: a registry set up, keys made, the register imported. Issues and publishes nothing."""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from suket_service.core import request as requests
from suket_service.core.keyring import Key, Purpose, Scope
from suket_service.core.kind import Kind, ValidityRule
from suket_service.core.letter import Letterhead, Office
from suket_service.core.region import Village
from suket_service.core.signing import CHECKPOINT_TYP, SigningKey, open_publication, unsigned_header
from suket_service.errors import FileRefused, Problem, Text
from suket_service.registry import audit, keys, letters, offices, residents, staff, status
from suket_service.registry.offices import RegistryIdentity
from suket_service.registry.residents import Import
from suket_service.registry.session import Registry, Transaction
from suket_service.registry.staff import Role, StaffMember
from suket_service.sheets.read import Row

#: The audit's name for what the machine's own administrator does at the terminal.
CONSOLE = "console"
PORTION = 200
LEGAL_BASIS = "Surat Direktur Jenderal Dukcapil Nomor 471.13/10231/Dukcapil tanggal 29 September 2016"

KINDS = (
    Kind(
        code=1,
        title="SURAT KETERANGAN PENGGANTI KTP-el",
        series="SKP",
        template="pengganti-ktp-el/v1",
        legal_basis=LEGAL_BASIS,
        rule=ValidityRule.MONTHS,
        amount=6,
    ),
    Kind(
        code=2,
        title="SURAT KETERANGAN PEREKAMAN KTP-el",
        series="SKR",
        template="pengganti-ktp-el/v1",
        legal_basis=LEGAL_BASIS,
        rule=ValidityRule.UNTIL_CARD,
    ),
)


@dataclass(frozen=True, slots=True)
class NewOffice:
    """An office to set up, with its first letterhead, staff and villages."""

    office: Office
    letterhead: Letterhead
    staff: tuple[StaffMember, ...]
    villages: tuple[Village, ...]


@dataclass(frozen=True, slots=True)
class Initialised:
    """What setting up found or made."""

    created: bool
    registry_id: str
    environment: str


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What became of one row of a list."""

    row: int
    imported: bool
    problems: tuple[Problem, ...] = ()


def initialise(
    registry: Registry,
    environment: str,
    passphrase: str,
    at: datetime,
    first_office: NewOffice | None = None,
) -> Initialised:
    """Migrate, and on the first call make the registry, its publication key, kinds and first office.

    Safe to repeat: a registry that exists is only migrated.

    Raises:
        RegistryError: ``other_environment``: the registry was made for another one.
    """
    registry.migrate()
    with registry.writing() as tx:
        known = offices.identity(tx)
        if known is not None:
            offices.require_environment(tx, environment)
            return Initialised(False, known.registry_id, known.environment)
        identity = RegistryIdentity(secrets.token_hex(16), environment)
        offices.create_registry(tx, identity, at)
        for kind in KINDS:
            offices.add_kind(tx, kind)
        scope = Scope(environment, None, frozenset(), (), at.date(), None)
        keys.store(tx, SigningKey.generate(Purpose.PUBLICATION, scope), passphrase, at)
        audit.append(
            tx, at, CONSOLE, "registry.init", identity.registry_id, None, {"environment": environment}
        )
    if first_office is not None:
        add_office(registry, first_office, environment, passphrase, at)
    return Initialised(True, identity.registry_id, environment)


def add_office(registry: Registry, new: NewOffice, environment: str, passphrase: str, at: datetime) -> None:
    """Add an office with its villages, staff, first status list and seal key."""
    office = new.office
    with registry.writing() as tx:
        offices.add_villages(tx, new.villages)
        offices.add_office(tx, office, usual_kind=KINDS[0].code)
        offices.add_letterhead(tx, office.code, new.letterhead, at)
        for member in new.staff:
            staff.add_staff(tx, member, at)
        status.open_list(tx, office.code)
        scope = Scope(
            environment, office.code, frozenset(), office.villages, office.local_date(at), signs_until=None
        )
        keys.store(tx, SigningKey.generate(Purpose.SEAL, scope), passphrase, at)
        audit.append(tx, at, CONSOLE, "office.add", office.code, office.code)


def import_residents(
    registry: Registry, office_code: str, rows: Iterable[Row], by: str, source: str, as_of: date, at: datetime
) -> Iterator[ImportOutcome]:
    """Import a list of the recorded, row by row; a row without a recording state changes nothing.

    Raises:
        NotAllowed: ``by`` is no operator or administrator of this office.
        FileRefused: ``as_of_in_future``.
    """
    with registry.reading() as tx:
        staff.require_member(tx, by, office_code, Role.OPERATOR, Role.ADMIN)
        office = offices.office(tx, office_code)
        villages = offices.villages_of(tx, office)
    if as_of > office.local_date(at):
        raise FileRefused(
            "as_of_in_future",
            Text(
                "Tanggal keadaan daftar belum tiba; daftar berikutnya akan ditolak karenanya. Betulkan tanggalnya.",
                "The list's date is still to come; every later list would be refused for it. Mend the date.",
            ),
        )
    origin = Import(office_code, source, as_of, by, at)
    everything, first_row_of = list(rows), dict[str, int]()
    for start in range(0, len(everything), PORTION):
        outcomes = []
        with registry.writing() as tx:
            for row in everything[start : start + PORTION]:
                first = first_row_of.setdefault(row.fields.get("nik", "").strip(), row.number)
                if first != row.number:
                    outcomes.append(ImportOutcome(row.number, False, (requests.twice(first),)))
                    continue
                problems = _import_row(tx, row, villages, origin, office.local_date(at))
                outcomes.append(ImportOutcome(row.number, not problems, problems))
            taken = sum(outcome.imported for outcome in outcomes)
            details = {"rows": taken, "source": source, "as_of": as_of.isoformat()}
            audit.append(tx, at, by, "residents.import", f"{taken} residents", office_code, details)
        yield from outcomes


def _import_row(
    tx: Transaction, row: Row, villages: Mapping[str, Village], origin: Import, today: date
) -> tuple[Problem, ...]:
    reading = requests.read(row.fields, villages, today)
    asked = reading.request
    if asked is None:
        return reading.problems
    if asked.recording_state is None:
        return (_NO_STATE,)
    if not residents.put(tx, asked.resident, asked.recording_state, origin):
        return (_LIST_OLDER,)
    return ()


def list_keys(registry: Registry) -> list[Key]:
    """Every public key with its scope, oldest first."""
    with registry.reading() as tx:
        return list(keys.ring(tx))


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """What checking the chain found. ``fits_checkpoint`` is None where none was given."""

    entries: int
    first_break: int | None
    fits_checkpoint: bool | None

    @property
    def is_whole(self) -> bool:
        """Whether nothing speaks against the chain."""
        return self.first_break is None and self.fits_checkpoint is not False


def check_audit(registry: Registry, checkpoint: str | None = None) -> AuditCheck:
    """Check the audit chain, and whether it still runs through a checkpoint published earlier.

    A chain that was rewritten from some entry on is whole in itself; only what is outside shows it.

    Raises:
        KeyTrouble: the checkpoint is not signed by a publication key of this registry.
    """
    with registry.reading() as tx:
        entries, first_break = audit.head(tx).entries, audit.first_break(tx)
        if checkpoint is None:
            return AuditCheck(entries, first_break, None)
        signer = keys.ring(tx).find_kid(str(unsigned_header(checkpoint).get("kid")))
        if signer is None:
            raise keys.no_key()
        claims = open_publication(checkpoint, CHECKPOINT_TYP, signer)
        at_checkpoint = audit.hash_at(tx, int(claims["entries"]))
        serials = {(office, kind, year): last for office, kind, year, last in letters.series(tx)}
        fits = (
            at_checkpoint is not None
            and at_checkpoint.hex() == claims["head"]
            and all(
                serials.get((each["office"], each["kind"], each["year"]), 0) >= each["last_serial"]
                for each in claims["series"]
            )
        )
        return AuditCheck(entries, first_break, fits)


_LIST_OLDER = Problem(
    "",
    "list_older",
    Text(
        "Data orang ini sudah berasal dari daftar yang lebih baru; tidak diubah.",
        "This person is already held from a newer list; nothing was changed.",
    ),
)
_NO_STATE = Problem(
    "status_perekaman",
    "missing",
    Text("Status perekaman belum diisi.", "The recording state is missing."),
)
