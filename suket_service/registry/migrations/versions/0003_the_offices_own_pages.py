"""The office's own pages: sessions, corrections, proposals, print runs, uploads, lists handed over, service points."""

import sqlalchemy as sa
from alembic import op

from suket_service.registry.schema import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_SEALED_AT_0002 = (
    "office, kind, nik, name, birth_place, birth_date, sex, blood_type, address, rt, rw, village, "
    "religion, marital_status, occupation, citizenship, reason, portrait, requested_by, approved_by, letterhead, wording, "
    "number, status_list, status_index, issued_on, sealed_valid_until, sealed, seal_text, fingerprint, issued_at, "
    "replaces, override_reason"
)
_SEALED = _SEALED_AT_0002 + ", reason_code, papers, revision, returned_at, returned_note"


def upgrade() -> None:
    op.create_table(
        "logo",
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("png", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_logo"),
    )
    op.create_table(
        "polling_station",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office", sa.String(length=4), nullable=False),
        sa.Column("village", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("neighbourhoods", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["office"], ["office.code"], name="fk_polling_station_office"),
        sa.ForeignKeyConstraint(["village"], ["region.code"], name="fk_polling_station_village"),
        sa.PrimaryKeyConstraint("id", name="pk_polling_station"),
        sa.UniqueConstraint("office", "village", "code", name="uq_polling_station_office_village_code"),
    )
    op.create_table(
        "client",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("office", sa.String(length=4), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_by", sa.String(length=60), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["staff.username"], name="fk_client_created_by"),
        sa.ForeignKeyConstraint(["office"], ["office.code"], name="fk_client_office"),
        sa.PrimaryKeyConstraint("id", name="pk_client"),
        sa.UniqueConstraint("key_hash", name="uq_client_key_hash"),
    )
    op.create_index("ix_client_office", "client", ["office"], unique=False)
    op.create_table(
        "closing_report",
        sa.Column("office", sa.String(length=4), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("checkpoint", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["staff.username"], name="fk_closing_report_by"),
        sa.ForeignKeyConstraint(["office"], ["office.code"], name="fk_closing_report_office"),
        sa.PrimaryKeyConstraint("office", "day", name="pk_closing_report"),
    )
    op.create_table(
        "disclosure",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("office", sa.String(length=4), nullable=False),
        sa.Column("receiver", sa.String(length=120), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("village", sa.String(length=10), nullable=True),
        sa.Column("previous", sa.String(length=32), nullable=True),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["staff.username"], name="fk_disclosure_by"),
        sa.ForeignKeyConstraint(["office"], ["office.code"], name="fk_disclosure_office"),
        sa.PrimaryKeyConstraint("id", name="pk_disclosure"),
    )
    op.create_index("ix_disclosure_office", "disclosure", ["office"], unique=False)
    op.create_table(
        "print_run",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("office", sa.String(length=4), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("letters", sa.JSON(), nullable=False),
        sa.Column("part_size", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.String(length=60), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by"], ["staff.username"], name="fk_print_run_asked_by"),
        sa.ForeignKeyConstraint(["office"], ["office.code"], name="fk_print_run_office"),
        sa.PrimaryKeyConstraint("id", name="pk_print_run"),
    )
    op.create_index("ix_print_run_office", "print_run", ["office"], unique=False)
    op.create_table(
        "proposal",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("office", sa.String(length=4), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("letters", sa.JSON(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("asked_by", sa.String(length=60), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("decision", sa.String(length=12), nullable=True),
        sa.Column("decided_by", sa.String(length=60), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["asked_by"], ["staff.username"], name="fk_proposal_asked_by"),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.username"], name="fk_proposal_decided_by"),
        sa.ForeignKeyConstraint(["office"], ["office.code"], name="fk_proposal_office"),
        sa.PrimaryKeyConstraint("id", name="pk_proposal"),
    )
    op.create_index("ix_proposal_office", "proposal", ["office"], unique=False)
    op.create_table(
        "recording_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office", sa.String(length=4), nullable=False),
        sa.Column("nik", sa.String(length=16), nullable=False),
        sa.Column("recording_state", sa.String(length=32), nullable=False),
        sa.Column("imported_by", sa.String(length=60), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["imported_by"], ["staff.username"], name="fk_recording_change_imported_by"),
        sa.ForeignKeyConstraint(["office"], ["office.code"], name="fk_recording_change_office"),
        sa.PrimaryKeyConstraint("id", name="pk_recording_change"),
    )
    op.create_index("ix_recording_change_office_nik", "recording_change", ["office", "nik"], unique=False)
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=60), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["username"], ["staff.username"], name="fk_recovery_code_username"),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_code"),
    )
    op.create_index("ix_recovery_code_username", "recovery_code", ["username"], unique=False)
    op.create_table(
        "service_point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office", sa.String(length=4), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("hours", sa.String(length=120), nullable=False),
        sa.Column("records", sa.Boolean(), nullable=False),
        sa.Column("prints", sa.Boolean(), nullable=False),
        sa.Column("closed_since", sa.Date(), nullable=True),
        sa.Column("notice", sa.String(length=200), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["staff.username"], name="fk_service_point_by"),
        sa.ForeignKeyConstraint(["office"], ["office.code"], name="fk_service_point_office"),
        sa.PrimaryKeyConstraint("id", name="pk_service_point"),
    )
    op.create_index("ix_service_point_office", "service_point", ["office"], unique=False)
    op.create_table(
        "staff_session",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("username", sa.String(length=60), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("device", sa.String(length=120), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("searches", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["username"], ["staff.username"], name="fk_staff_session_username"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_staff_session"),
    )
    op.create_index("ix_staff_session_username", "staff_session", ["username"], unique=False)
    op.create_table(
        "upload",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("office", sa.String(length=4), nullable=False),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("origin", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["staff.username"], name="fk_upload_by"),
        sa.ForeignKeyConstraint(["office"], ["office.code"], name="fk_upload_office"),
        sa.PrimaryKeyConstraint("id", name="pk_upload"),
    )
    op.create_index("ix_upload_office", "upload", ["office"], unique=False)
    op.create_table(
        "print_part",
        sa.Column("run", sa.String(length=32), nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["staff.username"], name="fk_print_part_by"),
        sa.ForeignKeyConstraint(["run"], ["print_run.id"], name="fk_print_part_run"),
        sa.PrimaryKeyConstraint("run", "part", name="pk_print_part"),
    )
    op.create_table(
        "upload_photo",
        sa.Column("upload", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["upload"], ["upload.id"], name="fk_upload_photo_upload"),
        sa.PrimaryKeyConstraint("upload", "name", name="pk_upload_photo"),
    )
    op.add_column(
        "credential", sa.Column("must_change", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("letter", sa.Column("reason_code", sa.String(length=16), nullable=True))
    op.add_column("letter", sa.Column("papers", sa.JSON(), nullable=True))
    op.add_column("letter", sa.Column("revision", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("letter", sa.Column("returned_at", UtcDateTime(), nullable=True))
    op.add_column("letter", sa.Column("returned_note", sa.String(length=200), nullable=True))
    op.create_index("ix_letter_office_issued_on", "letter", ["office", "issued_on"], unique=False)
    op.create_index("ix_letter_office_name", "letter", ["office", "name"], unique=False)
    op.create_index("ix_letter_office_nik", "letter", ["office", "nik"], unique=False)
    op.create_index("ix_letter_office_fingerprint", "letter", ["office", "fingerprint"], unique=False)
    op.create_index("ix_letter_office_state", "letter", ["office", "state", "created_at"], unique=False)
    op.add_column("letterhead", sa.Column("logo", sa.LargeBinary(length=32), nullable=True))
    op.add_column("office", sa.Column("opening_hours", sa.JSON(), nullable=True))
    op.add_column("office", sa.Column("cards_in_stock", sa.Integer(), nullable=True))
    op.create_index("ix_resident_office_name", "resident", ["office", "name"], unique=False)
    _seal_once(_SEALED)


def _seal_once(columns: str) -> None:
    # SQLite's own statements stop short of replacing a trigger; PostgreSQL's function is there since 0002.
    when, because = f"BEFORE UPDATE OF {columns} ON letter", "a seal is made once"
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER letter_seal_once")
        op.execute(
            f"CREATE TRIGGER letter_seal_once {when} WHEN OLD.sealed IS NOT NULL "
            f"BEGIN SELECT RAISE(ABORT, '{because}'); END"
        )
    else:
        op.execute("DROP TRIGGER letter_seal_once ON letter")
        op.execute(
            f"CREATE TRIGGER letter_seal_once {when} FOR EACH ROW WHEN (OLD.sealed IS NOT NULL) "
            f"EXECUTE FUNCTION suket_refuse('{because}')"
        )


def downgrade() -> None:
    _seal_once(_SEALED_AT_0002)
    op.drop_index("ix_resident_office_name", table_name="resident")
    op.drop_column("office", "cards_in_stock")
    op.drop_column("office", "opening_hours")
    op.drop_column("letterhead", "logo")
    op.drop_index("ix_letter_office_state", table_name="letter")
    op.drop_index("ix_letter_office_name", table_name="letter")
    op.drop_index("ix_letter_office_nik", table_name="letter")
    op.drop_index("ix_letter_office_fingerprint", table_name="letter")
    op.drop_index("ix_letter_office_issued_on", table_name="letter")
    op.drop_column("letter", "returned_note")
    op.drop_column("letter", "returned_at")
    op.drop_column("letter", "revision")
    op.drop_column("letter", "papers")
    op.drop_column("letter", "reason_code")
    op.drop_column("credential", "must_change")
    op.drop_table("upload_photo")
    op.drop_table("print_part")
    op.drop_index("ix_upload_office", table_name="upload")
    op.drop_table("upload")
    op.drop_index("ix_staff_session_username", table_name="staff_session")
    op.drop_table("staff_session")
    op.drop_index("ix_service_point_office", table_name="service_point")
    op.drop_table("service_point")
    op.drop_index("ix_recovery_code_username", table_name="recovery_code")
    op.drop_table("recovery_code")
    op.drop_index("ix_recording_change_office_nik", table_name="recording_change")
    op.drop_table("recording_change")
    op.drop_index("ix_proposal_office", table_name="proposal")
    op.drop_table("proposal")
    op.drop_index("ix_print_run_office", table_name="print_run")
    op.drop_table("print_run")
    op.drop_index("ix_disclosure_office", table_name="disclosure")
    op.drop_table("disclosure")
    op.drop_table("closing_report")
    op.drop_index("ix_client_office", table_name="client")
    op.drop_table("client")
    op.drop_table("polling_station")
    op.drop_table("logo")
