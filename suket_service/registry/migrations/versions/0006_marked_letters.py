"""An index of the letters that a status list marks, so that publishing does not read all there are."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_MARKED = sa.text("(extended_to IS NOT NULL OR state IN ('revoked', 'superseded', 'suspended'))")


def upgrade() -> None:
    op.create_index(
        "ix_letter_marked",
        "letter",
        ["status_list", "status_index", "state", "extended_to"],
        unique=False,
        sqlite_where=_MARKED,
        postgresql_where=_MARKED,
    )


def downgrade() -> None:
    op.drop_index("ix_letter_marked", table_name="letter")
