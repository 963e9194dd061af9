"""Agencies' keys wait after a restore: since when, until an administrator lets each count again."""

import sqlalchemy as sa
from alembic import op

from suket_service.registry.schema import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("client", sa.Column("waiting_since", UtcDateTime(), nullable=True))


def downgrade() -> None:
    # A version that knows no waiting would let every such key count: it ends instead.
    op.execute(
        "UPDATE client SET revoked_at = waiting_since WHERE waiting_since IS NOT NULL AND revoked_at IS NULL"
    )
    op.drop_column("client", "waiting_since")
