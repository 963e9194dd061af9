"""Another office of the same registry, whose administrator is ``lain``."""

from dataclasses import replace

from suket_service import administering
from suket_service.core.letter import Office
from suket_service.core.region import Village
from suket_service.registry.session import Registry
from suket_service.registry.staff import Role, StaffMember
from tests.builders import NEW_OFFICE, NOON, OFFICE, PASSPHRASE

ELSEWHERE = Village("2101011001", "Sungai Enam", "Bintan Timur", "Kabupaten Bintan", "Kepulauan Riau")


def another_office(registry: Registry) -> Office:
    office = replace(OFFICE, code="2101", name="Disdukcapil Bintan", villages=("2101",))
    staff = (StaffMember("lain", office.code, "Admin Lain", Role.ADMIN),)
    new = replace(NEW_OFFICE, office=office, staff=staff, villages=(ELSEWHERE,))
    administering.add_office(registry, new, "production", PASSPHRASE, NOON)
    return office
