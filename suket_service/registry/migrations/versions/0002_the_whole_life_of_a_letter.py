"""The whole life of a letter: credentials, replacements, hand-overs, restored lists; PostgreSQL's triggers."""

import sqlalchemy as sa
from alembic import op

from suket_service.registry.schema import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_SEALED_AT_0001 = (
    "office, kind, nik, name, birth_place, birth_date, sex, blood_type, address, rt, rw, village, "
    "religion, marital_status, occupation, citizenship, reason, portrait, requested_by, approved_by, letterhead, wording, "
    "number, status_list, status_index, issued_on, sealed_valid_until, sealed, seal_text, fingerprint, issued_at"
)
_SEALED = _SEALED_AT_0001 + ", replaces, override_reason"
_OPEN = "closed_at IS NULL"
_OPEN_OF_A_PERSON = "closed_at IS NULL AND (replaces IS NULL OR number IS NOT NULL)"

# The last guard behind the code: history is only ever added to, and a seal once made stays.
_REFUSALS = {
    "audit_no_update": ("audit", "UPDATE", "", "audit is append-only"),
    "audit_no_delete": ("audit", "DELETE", "", "audit is append-only"),
    "letter_no_delete": ("letter", "DELETE", "", "letters are never deleted"),
    "letter_seal_once": ("letter", f"UPDATE OF {_SEALED}", "OLD.sealed IS NOT NULL", "a seal is made once"),
}
# `INSERT OR REPLACE` deletes without asking the triggers on DELETE.
_SQLITE_REFUSALS = {
    "audit_no_replace": ("audit", "INSERT", "EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq)"),
    "letter_no_replace": ("letter", "INSERT", "EXISTS (SELECT 1 FROM letter WHERE id = NEW.id)"),
}


def upgrade() -> None:
    _credentials()
    _letters()
    _restored_lists()
    op.add_column(
        "kind", sa.Column("signature", sa.String(12), nullable=False, server_default=sa.text("'wet'"))
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER letter_seal_once")
        _refuse_on_sqlite("letter_seal_once", *_REFUSALS["letter_seal_once"])
        for name, (table, event, when) in _SQLITE_REFUSALS.items():
            _refuse_on_sqlite(name, table, event, when, f"{table} rows are never replaced")
    else:
        _widen_on_postgresql()
        _refuse_on_postgresql()


def _credentials() -> None:
    op.create_table(
        "credential",
        sa.Column("username", sa.String(60), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("totp_locked", sa.LargeBinary(), nullable=True),
        sa.Column("totp_last_step", sa.Integer(), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["username"], ["staff.username"], name="fk_credential_username"),
        sa.PrimaryKeyConstraint("username", name="pk_credential"),
    )
    op.create_table(
        "failed_sign_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(60), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_failed_sign_in"),
    )
    op.create_index("ix_failed_sign_in_username", "failed_sign_in", ["username"])


def _letters() -> None:
    # Plain columns, no foreign key: SQLite could not drop one again, and a letter's row is never deleted.
    op.add_column("letter", sa.Column("request_digest", sa.LargeBinary(32), nullable=True))
    op.add_column("letter", sa.Column("replaces", sa.String(32), nullable=True))
    op.add_column("letter", sa.Column("override_reason", sa.String(200), nullable=True))
    op.drop_index("uq_letter_open_nik", "letter")
    _unique_while("uq_letter_open_nik", "nik", _OPEN_OF_A_PERSON)
    _unique_while("uq_letter_open_replaces", "replaces", _OPEN)
    op.create_table(
        "hand_over",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter", sa.String(32), nullable=False),
        sa.Column("thing", sa.String(8), nullable=False),
        sa.Column("receiver", sa.String(8), nullable=False),
        sa.Column("proxy_name", sa.String(60), nullable=True),
        sa.Column("proxy_relation", sa.String(60), nullable=True),
        sa.Column("old_letter_returned", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(60), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["staff.username"], name="fk_hand_over_by"),
        sa.ForeignKeyConstraint(["letter"], ["letter.id"], name="fk_hand_over_letter"),
        sa.PrimaryKeyConstraint("id", name="pk_hand_over"),
    )
    op.create_index("ix_hand_over_letter", "hand_over", ["letter"])


def _restored_lists() -> None:
    op.add_column("status_list", sa.Column("witnessed_at", UtcDateTime(), nullable=True))
    op.add_column("status_list", sa.Column("closed_at", UtcDateTime(), nullable=True))
    op.create_table(
        "lost_position",
        sa.Column("status_list", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("status_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("extended_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["status_list"], ["status_list.number"], name="fk_lost_position_status_list"),
        sa.PrimaryKeyConstraint("status_list", "status_index", name="pk_lost_position"),
    )


def _widen_on_postgresql() -> None:
    # The types say here what they only suggest on SQLite: INTEGER ends in January 2038, and an entry
    # with one item a letter may be of any length.
    op.alter_column("publication", "version", type_=sa.BigInteger(), existing_type=sa.Integer())
    op.alter_column("audit", "details", type_=sa.Text(), existing_type=sa.String(2000))


def _narrow_on_postgresql() -> None:
    op.alter_column("audit", "details", type_=sa.String(2000), existing_type=sa.Text())
    op.alter_column("publication", "version", type_=sa.Integer(), existing_type=sa.BigInteger())


def _unique_while(name: str, column: str, condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, "letter", [column], unique=True, sqlite_where=where, postgresql_where=where)


def _refuse_on_sqlite(name: str, table: str, event: str, when: str, because: str) -> None:
    condition = f" WHEN {when}" if when else ""
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {event} ON {table}{condition} BEGIN SELECT RAISE(ABORT, '{because}'); END"
    )


def _refuse_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION suket_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    for name, (table, event, when, because) in _REFUSALS.items():
        condition = f" WHEN ({when})" if when else ""
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW{condition} "
            f"EXECUTE FUNCTION suket_refuse('{because}')"
        )
    for table in ("audit", "letter"):
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT "
            f"EXECUTE FUNCTION suket_refuse('{table} rows are never deleted')"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in ("letter_seal_once", *_SQLITE_REFUSALS):
            op.execute(f"DROP TRIGGER {name}")
    else:
        op.execute("DROP FUNCTION suket_refuse() CASCADE")
        _narrow_on_postgresql()
    op.drop_column("kind", "signature")
    op.drop_table("lost_position")
    op.drop_column("status_list", "closed_at")
    op.drop_column("status_list", "witnessed_at")
    op.drop_table("hand_over")
    for name in ("uq_letter_open_nik", "uq_letter_open_replaces"):
        op.drop_index(name, "letter")
    for column in ("override_reason", "replaces", "request_digest"):
        op.drop_column("letter", column)
    _unique_while("uq_letter_open_nik", "nik", _OPEN)
    op.drop_table("failed_sign_in")
    op.drop_table("credential")
    if op.get_bind().dialect.name == "sqlite":
        _refuse_on_sqlite(
            "letter_seal_once",
            "letter",
            f"UPDATE OF {_SEALED_AT_0001}",
            "OLD.sealed IS NOT NULL",
            "a seal is made once",
        )
