"""The polling station: elections, enrolment sheets, devices, presentations, failed check codes."""

import sqlalchemy as sa
from alembic import op

from suket_service.registry.schema import UtcDateTime
from suket_service.registry.schema.trust import EPOCH_SECONDS

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("polling_station", sa.Column("removed_at", UtcDateTime(), nullable=True))
    op.create_table(
        "election",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office", sa.String(length=4), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("opens_at", UtcDateTime(), nullable=False),
        sa.Column("closes_at", UtcDateTime(), nullable=False),
        sa.Column("issuing_closes_at", UtcDateTime(), nullable=False),
        sa.Column("villages", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.String(length=60), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("cancelled_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["staff.username"], name="fk_election_created_by"),
        sa.ForeignKeyConstraint(["office"], ["office.code"], name="fk_election_office"),
        sa.PrimaryKeyConstraint("id", name="pk_election"),
    )
    op.create_index("ix_election_office", "election", ["office"], unique=False)
    op.create_table(
        "check_code_failure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_check_code_failure"),
    )
    op.create_index("ix_check_code_failure_number_hash", "check_code_failure", ["number_hash"], unique=False)
    op.create_table(
        "presentation_report",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("election", sa.Integer(), nullable=False),
        sa.Column("contents", sa.JSON(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["staff.username"], name="fk_presentation_report_by"),
        sa.ForeignKeyConstraint(["election"], ["election.id"], name="fk_presentation_report_election"),
        sa.PrimaryKeyConstraint("id", name="pk_presentation_report"),
    )
    op.create_index("ix_presentation_report_election", "presentation_report", ["election"], unique=False)
    _devices()
    _presentations()


def _devices() -> None:
    op.create_table(
        "enrolment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("election", sa.Integer(), nullable=False),
        sa.Column("station", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("made_by", sa.String(length=60), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["election"], ["election.id"], name="fk_enrolment_election"),
        sa.ForeignKeyConstraint(["made_by"], ["staff.username"], name="fk_enrolment_made_by"),
        sa.ForeignKeyConstraint(["station"], ["polling_station.id"], name="fk_enrolment_station"),
        sa.PrimaryKeyConstraint("id", name="pk_enrolment"),
        sa.UniqueConstraint("code_hash", name="uq_enrolment_code_hash"),
    )
    op.create_index("ix_enrolment_station", "enrolment", ["station"], unique=False)
    op.create_table(
        "device",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("election", sa.Integer(), nullable=False),
        sa.Column("station", sa.Integer(), nullable=False),
        sa.Column("enrolment", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("x", sa.LargeBinary(length=32), nullable=False),
        sa.Column("y", sa.LargeBinary(length=32), nullable=False),
        sa.Column("enrolled_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_by", sa.String(length=60), nullable=True),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_by", sa.String(length=60), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_reason", sa.String(length=200), nullable=True),
        sa.Column("synced_at", UtcDateTime(), nullable=True),
        sa.Column("bundle_version", EPOCH_SECONDS, nullable=True),
        sa.Column("unsent", sa.Integer(), nullable=True),
        sa.Column("app", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["confirmed_by"], ["staff.username"], name="fk_device_confirmed_by"),
        sa.ForeignKeyConstraint(["election"], ["election.id"], name="fk_device_election"),
        sa.ForeignKeyConstraint(["enrolment"], ["enrolment.id"], name="fk_device_enrolment"),
        sa.ForeignKeyConstraint(["revoked_by"], ["staff.username"], name="fk_device_revoked_by"),
        sa.ForeignKeyConstraint(["station"], ["polling_station.id"], name="fk_device_station"),
        sa.PrimaryKeyConstraint("id", name="pk_device"),
        sa.UniqueConstraint("enrolment", name="uq_device_enrolment"),
    )
    op.create_index("ix_device_election_station", "device", ["election", "station"], unique=False)


def _presentations() -> None:
    op.create_table(
        "presentation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("election", sa.Integer(), nullable=False),
        sa.Column("station", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(length=32), nullable=False),
        sa.Column("event", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("status_list", sa.Integer(), nullable=False),
        sa.Column("status_index", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("device_seq", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("bundle_version", EPOCH_SECONDS, nullable=True),
        sa.Column("proven", sa.Boolean(), nullable=False),
        sa.Column("letter", sa.String(length=32), nullable=True),
        sa.Column("undoes", sa.String(length=32), nullable=True),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name="fk_presentation_device"),
        sa.ForeignKeyConstraint(["election"], ["election.id"], name="fk_presentation_election"),
        sa.ForeignKeyConstraint(["letter"], ["letter.id"], name="fk_presentation_letter"),
        sa.ForeignKeyConstraint(["station"], ["polling_station.id"], name="fk_presentation_station"),
        sa.PrimaryKeyConstraint("id", name="pk_presentation"),
        sa.UniqueConstraint("device", "event", name="uq_presentation_device_event"),
    )
    op.create_index(
        "ix_presentation_election_place",
        "presentation",
        ["election", "status_list", "status_index"],
        unique=False,
    )
    op.create_index("ix_presentation_letter", "presentation", ["letter"], unique=False)
    _let_presentations_only_grow()


def _let_presentations_only_grow() -> None:
    because = "presentations are append-only"
    if op.get_bind().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER presentation_no_{event.lower()} BEFORE {event} ON presentation "
                f"BEGIN SELECT RAISE(ABORT, '{because}'); END"
            )
        return
    for event, each in (("UPDATE", "ROW"), ("DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER presentation_no_{event.lower()} BEFORE {event} ON presentation FOR EACH {each} "
            f"EXECUTE FUNCTION suket_refuse('{because}')"
        )


def downgrade() -> None:
    op.drop_index("ix_presentation_letter", table_name="presentation")
    op.drop_index("ix_presentation_election_place", table_name="presentation")
    op.drop_table("presentation")
    op.drop_index("ix_device_election_station", table_name="device")
    op.drop_table("device")
    op.drop_index("ix_enrolment_station", table_name="enrolment")
    op.drop_table("enrolment")
    op.drop_index("ix_presentation_report_election", table_name="presentation_report")
    op.drop_table("presentation_report")
    op.drop_index("ix_check_code_failure_number_hash", table_name="check_code_failure")
    op.drop_table("check_code_failure")
    op.drop_index("ix_election_office", table_name="election")
    op.drop_table("election")
    op.drop_column("polling_station", "removed_at")
