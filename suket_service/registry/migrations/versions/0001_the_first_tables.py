"""The first tables."""

import sqlalchemy as sa
from alembic import op

from suket_service.registry.schema import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# The last guard behind the code: history is only ever added to, and a seal once made stays.
_SQLITE_TRIGGERS = (
    "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
    "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
    "CREATE TRIGGER letter_no_delete BEFORE DELETE ON letter BEGIN SELECT RAISE(ABORT, 'letters are never deleted'); END",
    """CREATE TRIGGER letter_seal_once
       BEFORE UPDATE OF office, kind, nik, name, birth_place, birth_date, sex, blood_type, address, rt, rw, village,
         religion, marital_status, occupation, citizenship, reason, portrait, requested_by, approved_by, letterhead, wording,
         number, status_list, status_index, issued_on, sealed_valid_until, sealed, seal_text, fingerprint, issued_at
       ON letter WHEN OLD.sealed IS NOT NULL
       BEGIN SELECT RAISE(ABORT, 'a seal is made once'); END""",
)


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("office", sa.String(length=4), nullable=True),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("details", sa.String(length=2000), nullable=False),
        sa.Column("previous", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )
    op.create_table(
        "kind",
        sa.Column("code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("series", sa.String(length=12), nullable=False),
        sa.Column("template", sa.String(length=60), nullable=False),
        sa.Column("legal_basis", sa.String(length=300), nullable=False),
        sa.Column("rule", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.Column("fixed_date", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_kind")),
        sa.UniqueConstraint("series", name=op.f("uq_kind_series")),
    )
    op.create_table(
        "office",
        sa.Column("code", sa.String(length=4), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("utc_offset_minutes", sa.Integer(), nullable=False),
        sa.Column("number_pattern", sa.String(length=120), nullable=False),
        sa.Column("villages", sa.JSON(), nullable=False),
        sa.Column("usual_kind", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_office")),
    )
    op.create_table(
        "portrait",
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_portrait")),
    )
    op.create_table(
        "publication",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("audit_seq", sa.Integer(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_publication")),
    )
    op.create_table(
        "region",
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("district", sa.String(length=80), nullable=False),
        sa.Column("regency", sa.String(length=80), nullable=False),
        sa.Column("province", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_region")),
    )
    op.create_table(
        "registry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registry_id", sa.String(length=32), nullable=False),
        sa.Column("environment", sa.String(length=16), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry")),
    )
    op.create_table(
        "issuing_window",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office", sa.String(length=4), nullable=False),
        sa.Column("kind", sa.Integer(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["kind"], ["kind.code"], name=op.f("fk_issuing_window_kind")),
        sa.ForeignKeyConstraint(["office"], ["office.code"], name=op.f("fk_issuing_window_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issuing_window")),
    )
    op.create_table(
        "letterhead",
        sa.Column("office", sa.String(length=4), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("government", sa.String(length=120), nullable=False),
        sa.Column("agency", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("contact", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column("post", sa.String(length=120), nullable=False),
        sa.Column("capacity", sa.String(length=8), nullable=False),
        sa.Column("signatory", sa.String(length=120), nullable=False),
        sa.Column("rank", sa.String(length=60), nullable=False),
        sa.Column("nip", sa.String(length=24), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["office"], ["office.code"], name=op.f("fk_letterhead_office")),
        sa.PrimaryKeyConstraint("office", "version", name=op.f("pk_letterhead")),
    )
    op.create_table(
        "number_series",
        sa.Column("office", sa.String(length=4), nullable=False),
        sa.Column("kind", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_serial", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["kind"], ["kind.code"], name=op.f("fk_number_series_kind")),
        sa.ForeignKeyConstraint(["office"], ["office.code"], name=op.f("fk_number_series_office")),
        sa.PrimaryKeyConstraint("office", "kind", "year", name=op.f("pk_number_series")),
    )
    op.create_table(
        "signing_key",
        sa.Column("kid", sa.String(length=43), nullable=False),
        sa.Column("key_id", sa.LargeBinary(length=4), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("office", sa.String(length=4), nullable=True),
        sa.Column("environment", sa.String(length=16), nullable=False),
        sa.Column("x", sa.LargeBinary(length=32), nullable=False),
        sa.Column("y", sa.LargeBinary(length=32), nullable=False),
        sa.Column("locked", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("villages", sa.JSON(), nullable=False),
        sa.Column("signs_from", sa.Date(), nullable=False),
        sa.Column("signs_until", sa.Date(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["office"], ["office.code"], name=op.f("fk_signing_key_office")),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_signing_key")),
        sa.UniqueConstraint("key_id", name=op.f("uq_signing_key_key_id")),
    )
    op.create_table(
        "staff",
        sa.Column("username", sa.String(length=60), nullable=False),
        sa.Column("office", sa.String(length=4), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["office"], ["office.code"], name=op.f("fk_staff_office")),
        sa.PrimaryKeyConstraint("username", name=op.f("pk_staff")),
    )
    op.create_table(
        "status_list",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("office", sa.String(length=4), nullable=False),
        sa.Column("next_index", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["office"], ["office.code"], name=op.f("fk_status_list_office")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_status_list")),
    )
    op.create_table(
        "letter",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("office", sa.String(length=4), nullable=False),
        sa.Column("kind", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=120), nullable=False),
        sa.Column("portrait", sa.LargeBinary(length=32), nullable=True),
        sa.Column("request_key", sa.String(length=80), nullable=True),
        sa.Column("batch", sa.String(length=64), nullable=True),
        sa.Column("requested_by", sa.String(length=60), nullable=False),
        sa.Column("approved_by", sa.String(length=60), nullable=True),
        sa.Column("letterhead", sa.Integer(), nullable=True),
        sa.Column("wording", sa.JSON(), nullable=True),
        sa.Column("number", sa.String(length=120), nullable=True),
        sa.Column("status_list", sa.Integer(), nullable=True),
        sa.Column("status_index", sa.Integer(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("sealed_valid_until", sa.Date(), nullable=True),
        sa.Column("extended_to", sa.Date(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("seal_text", sa.String(length=600), nullable=True),
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("nik", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("birth_place", sa.String(length=60), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("sex", sa.String(length=1), nullable=False),
        sa.Column("blood_type", sa.String(length=3), nullable=False),
        sa.Column("address", sa.String(length=120), nullable=False),
        sa.Column("rt", sa.Integer(), nullable=False),
        sa.Column("rw", sa.Integer(), nullable=False),
        sa.Column("village", sa.String(length=10), nullable=False),
        sa.Column("religion", sa.String(length=60), nullable=False),
        sa.Column("marital_status", sa.String(length=40), nullable=False),
        sa.Column("occupation", sa.String(length=60), nullable=False),
        sa.Column("citizenship", sa.String(length=3), nullable=False),
        sa.ForeignKeyConstraint(["approved_by"], ["staff.username"], name=op.f("fk_letter_approved_by")),
        sa.ForeignKeyConstraint(["kind"], ["kind.code"], name=op.f("fk_letter_kind")),
        sa.ForeignKeyConstraint(["office"], ["office.code"], name=op.f("fk_letter_office")),
        sa.ForeignKeyConstraint(["portrait"], ["portrait.sha256"], name=op.f("fk_letter_portrait")),
        sa.ForeignKeyConstraint(["requested_by"], ["staff.username"], name=op.f("fk_letter_requested_by")),
        sa.ForeignKeyConstraint(["status_list"], ["status_list.number"], name=op.f("fk_letter_status_list")),
        sa.ForeignKeyConstraint(["village"], ["region.code"], name=op.f("fk_letter_village")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("office", "number", name=op.f("uq_letter_office_number")),
        sa.UniqueConstraint("office", "request_key", name=op.f("uq_letter_office_request_key")),
        sa.UniqueConstraint("status_list", "status_index", name=op.f("uq_letter_status_list_status_index")),
    )
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_letter_batch"), ["batch"], unique=False)
        batch_op.create_index("ix_letter_office_village", ["office", "village"], unique=False)
        batch_op.create_index(
            "uq_letter_open_nik",
            ["nik"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "resident",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office", sa.String(length=4), nullable=False),
        sa.Column("recording_state", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("imported_by", sa.String(length=60), nullable=False),
        sa.Column("imported_at", UtcDateTime(), nullable=False),
        sa.Column("nik", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("birth_place", sa.String(length=60), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("sex", sa.String(length=1), nullable=False),
        sa.Column("blood_type", sa.String(length=3), nullable=False),
        sa.Column("address", sa.String(length=120), nullable=False),
        sa.Column("rt", sa.Integer(), nullable=False),
        sa.Column("rw", sa.Integer(), nullable=False),
        sa.Column("village", sa.String(length=10), nullable=False),
        sa.Column("religion", sa.String(length=60), nullable=False),
        sa.Column("marital_status", sa.String(length=40), nullable=False),
        sa.Column("occupation", sa.String(length=60), nullable=False),
        sa.Column("citizenship", sa.String(length=3), nullable=False),
        sa.ForeignKeyConstraint(["imported_by"], ["staff.username"], name=op.f("fk_resident_imported_by")),
        sa.ForeignKeyConstraint(["office"], ["office.code"], name=op.f("fk_resident_office")),
        sa.ForeignKeyConstraint(["village"], ["region.code"], name=op.f("fk_resident_village")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident")),
        sa.UniqueConstraint("office", "nik", name=op.f("uq_resident_office_nik")),
    )
    op.create_table(
        "letter_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter", sa.String(length=32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["letter"], ["letter.id"], name=op.f("fk_letter_event_letter")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_event")),
    )
    with op.batch_alter_table("letter_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_letter_event_letter"), ["letter"], unique=False)

    op.create_table(
        "printing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("renderer", sa.String(length=60), nullable=False),
        sa.Column("printed_by", sa.String(length=60), nullable=False),
        sa.Column("printed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["letter"], ["letter.id"], name=op.f("fk_printing_letter")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printing")),
    )
    with op.batch_alter_table("printing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_printing_letter"), ["letter"], unique=False)
        batch_op.create_index(batch_op.f("ix_printing_sha256"), ["sha256"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        for trigger in _SQLITE_TRIGGERS:
            op.execute(trigger)


def downgrade() -> None:
    with op.batch_alter_table("printing", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_printing_sha256"))
        batch_op.drop_index(batch_op.f("ix_printing_letter"))

    op.drop_table("printing")
    with op.batch_alter_table("letter_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_letter_event_letter"))

    op.drop_table("letter_event")
    op.drop_table("resident")
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_letter_open_nik",
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.drop_index("ix_letter_office_village")
        batch_op.drop_index(batch_op.f("ix_letter_batch"))

    op.drop_table("letter")
    op.drop_table("status_list")
    op.drop_table("staff")
    op.drop_table("signing_key")
    op.drop_table("number_series")
    op.drop_table("letterhead")
    op.drop_table("issuing_window")
    op.drop_table("registry")
    op.drop_table("region")
    op.drop_table("publication")
    op.drop_table("portrait")
    op.drop_table("office")
    op.drop_table("kind")
    op.drop_table("audit")
