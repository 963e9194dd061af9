"""The tables. Holds no query; every change of shape is a migration beside this folder.

Times are stored as UTC and read back aware. A letter's row is never deleted.
"""

from suket_service.registry.schema.base import Base, UtcDateTime
from suket_service.registry.schema.calls import CallCountRow, CallWindowRow, IdempotentCallRow
from suket_service.registry.schema.letters import (
    MARKED,
    HandOverRow,
    LetterEventRow,
    LetterRow,
    NumberSeriesRow,
    PersonColumns,
    PortraitRow,
    RecordingChangeRow,
    ResidentRow,
)
from suket_service.registry.schema.offices import (
    ClientRow,
    IssuingWindowRow,
    KindRow,
    LetterheadRow,
    LogoRow,
    OfficeRow,
    RegionRow,
    RegistryRow,
    ServicePointRow,
)
from suket_service.registry.schema.polls import (
    CheckCodeFailureRow,
    DeviceRow,
    ElectionRow,
    EnrolmentRow,
    PollingStationRow,
    PresentationReportRow,
    PresentationRow,
)
from suket_service.registry.schema.staff import (
    CredentialRow,
    FailedSignInRow,
    RecoveryCodeRow,
    StaffRow,
    StaffSessionRow,
)
from suket_service.registry.schema.trust import (
    AuditRow,
    LostPositionRow,
    PublicationRow,
    SigningKeyRow,
    StatusListRow,
)
from suket_service.registry.schema.work import (
    ClosingReportRow,
    DisclosureRow,
    PrintingRow,
    PrintPartRow,
    PrintRunRow,
    ProposalRow,
    UploadPhotoRow,
    UploadRow,
)

__all__ = [
    "MARKED",
    "AuditRow",
    "Base",
    "CallCountRow",
    "CallWindowRow",
    "CheckCodeFailureRow",
    "ClientRow",
    "ClosingReportRow",
    "CredentialRow",
    "DeviceRow",
    "DisclosureRow",
    "ElectionRow",
    "EnrolmentRow",
    "FailedSignInRow",
    "HandOverRow",
    "IdempotentCallRow",
    "IssuingWindowRow",
    "KindRow",
    "LetterEventRow",
    "LetterRow",
    "LetterheadRow",
    "LogoRow",
    "LostPositionRow",
    "NumberSeriesRow",
    "OfficeRow",
    "PersonColumns",
    "PollingStationRow",
    "PortraitRow",
    "PresentationReportRow",
    "PresentationRow",
    "PrintPartRow",
    "PrintRunRow",
    "PrintingRow",
    "ProposalRow",
    "PublicationRow",
    "RecordingChangeRow",
    "RecoveryCodeRow",
    "RegionRow",
    "RegistryRow",
    "ResidentRow",
    "ServicePointRow",
    "SigningKeyRow",
    "StaffRow",
    "StaffSessionRow",
    "StatusListRow",
    "UploadPhotoRow",
    "UploadRow",
    "UtcDateTime",
]
