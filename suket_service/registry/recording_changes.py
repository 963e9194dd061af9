"""When an import gave people another recording state: appended, never changed. Judges no state."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, insert

from suket_service.core.resident import RecordingState
from suket_service.registry.schema import RecordingChangeRow


def add(
    tx: Connection, office: str, states: Mapping[str, RecordingState], imported_by: str, at: datetime
) -> None:
    """Record the new states of an office's people, by NIK; a person's first import is a change too."""
    if states:
        rows = [
            {
                "office": office,
                "nik": nik,
                "recording_state": state.value,
                "imported_by": imported_by,
                "at": at,
            }
            for nik, state in states.items()
        ]
        tx.execute(insert(RecordingChangeRow.__table__), rows)  # type: ignore[arg-type]
