"""A second office beside the tests' own."""

from dataclasses import replace
from datetime import timedelta

import pytest

from suket_service import administering
from suket_service.core.letter import Office
from suket_service.core.region import Village
from suket_service.registry.session import Registry
from suket_service.registry.staff import Role, StaffMember
from tests.builders import LETTERHEAD, NEW_OFFICE, NOON, OFFICE, PASSPHRASE

ELSEWHERE = Village("2101011001", "Sungai Enam", "Bintan Timur", "Kabupaten Bintan", "Kepulauan Riau")


@pytest.fixture
def other_office(registry: Registry) -> Office:
    """Another office of the same registry, with an operator ``petugas`` and an approver ``camat``."""
    office = replace(
        OFFICE, code="2101", name="Disdukcapil Bintan", villages=("2101",), utc_offset=timedelta(hours=7)
    )
    staff = (
        StaffMember("petugas", office.code, "Petugas", Role.OPERATOR),
        StaffMember("camat", office.code, "Kepala", Role.APPROVER),
    )
    new = replace(NEW_OFFICE, office=office, letterhead=LETTERHEAD, staff=staff, villages=(ELSEWHERE,))
    administering.add_office(registry, new, "production", PASSPHRASE, NOON)
    return office
