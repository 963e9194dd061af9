"""A registry and its offices set up, with their first keys. Issues and publishes nothing."""

import secrets
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from suket_service.core.keyring import Purpose, Scope
from suket_service.core.kind import Kind, ValidityRule
from suket_service.core.letter import Letterhead, Office
from suket_service.core.region import Village
from suket_service.core.signing import SigningKey
from suket_service.core.verifier import DEMO
from suket_service.registry import audit, copying, keys, offices, staff, status
from suket_service.registry.offices import RegistryIdentity
from suket_service.registry.session import Registry
from suket_service.registry.staff import StaffMember

#: The audit's name for what the machine's own administrator does at the terminal.
CONSOLE = "console"
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


def is_in_production(database_url: str) -> bool:
    """Whether that database holds a registry that is no demo's; False where there is none yet.

    Raises:
        RegistryError: it cannot be reached.
    """
    with closing(Registry(database_url)) as registry:
        if copying.is_empty(registry):
            return False
        with registry.reading() as tx:
            known = offices.identity(tx)
    return known is not None and known.environment != DEMO


def add_office(registry: Registry, new: NewOffice, environment: str, passphrase: str, at: datetime) -> None:
    """Add an office with its villages, staff, first status lists and seal key."""
    office = new.office
    with registry.writing() as tx:
        offices.add_villages(tx, new.villages)
        offices.add_office(tx, office, usual_kind=KINDS[0].code)
        offices.add_letterhead(tx, office.code, new.letterhead, at)
        for member in new.staff:
            staff.add_staff(tx, member, at)
        status.open_lists(tx, office.code)
        scope = Scope(
            environment, office.code, frozenset(), office.villages, office.local_date(at), signs_until=None
        )
        keys.store(tx, SigningKey.generate(Purpose.SEAL, scope), passphrase, at)
        audit.append(tx, at, CONSOLE, "office.add", office.code, office.code)
