"""Agencies: a program's account behind its keys, limits, usage, and writes that may be asked for twice."""

import sqlalchemy as sa
from alembic import op

from suket_service.registry.schema import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    account = sa.Column("account", sa.String(length=60), server_default=sa.text("''"), nullable=False)
    op.add_column("client", account)
    limit = sa.Column("calls_a_minute", sa.Integer(), server_default=sa.text("600"), nullable=False)
    op.add_column("client", limit)
    _give_accounts()
    op.create_index("ix_client_account", "client", ["account"], unique=False)
    op.create_table(
        "call_window",
        sa.Column("account", sa.String(length=60), nullable=False),
        sa.Column("minute", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["staff.username"], name="fk_call_window_account"),
        sa.PrimaryKeyConstraint("account", name="pk_call_window"),
    )
    op.create_table(
        "call_count",
        sa.Column("account", sa.String(length=60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("call", sa.String(length=40), nullable=False),
        sa.Column("office", sa.String(length=4), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["staff.username"], name="fk_call_count_account"),
        sa.ForeignKeyConstraint(["office"], ["office.code"], name="fk_call_count_office"),
        sa.PrimaryKeyConstraint("account", "day", "call", name="pk_call_count"),
    )
    op.create_index("ix_call_count_office", "call_count", ["office"], unique=False)
    op.create_table(
        "idempotent_call",
        sa.Column("account", sa.String(length=60), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("claimed_at", UtcDateTime(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["staff.username"], name="fk_idempotent_call_account"),
        sa.PrimaryKeyConstraint("account", "key_hash", name="pk_idempotent_call"),
    )
    op.create_index("ix_idempotent_call_claimed_at", "idempotent_call", ["claimed_at"], unique=False)


def _give_accounts() -> None:
    # A key that was given out before belongs to a program of its own.
    op.execute("UPDATE client SET account = 'program-' || substr(id, 1, 12)")
    op.execute(
        "INSERT INTO staff (username, office, name, role, active, demo, created_at) "
        "SELECT account, office, name, 'program', true, false, created_at FROM client"
    )


def downgrade() -> None:
    op.drop_index("ix_idempotent_call_claimed_at", table_name="idempotent_call")
    op.drop_table("idempotent_call")
    op.drop_index("ix_call_count_office", table_name="call_count")
    op.drop_table("call_count")
    op.drop_table("call_window")
    op.drop_index("ix_client_account", table_name="client")
    op.drop_column("client", "calls_a_minute")
    op.drop_column("client", "account")
    # What a program asked for names it still, so its account stays, as someone who left.
    op.execute("UPDATE staff SET role = 'operator', active = false WHERE role = 'program'")
