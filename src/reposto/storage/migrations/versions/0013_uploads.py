"""Files that were sent from the page and wait to be looked at and loaded.

Revision: 0013_uploads, after 0012_selling_prices
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from reposto.storage.types import BigId, UtcDateTime

revision = "0013_uploads"
down_revision = "0012_selling_prices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "uploads",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("file_name", sa.String(300), nullable=False),
        sa.Column("size", sa.Integer),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_uploads"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE", name="fk_uploads_user_id"),
    )
    op.create_index("ix_uploads_user_id", "uploads", ["user_id"])
    op.create_table(
        "upload_pieces",
        sa.Column("upload_id", sa.String(32), nullable=False),
        sa.Column("piece", sa.Integer, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("upload_id", "piece", name="pk_upload_pieces"),
        sa.ForeignKeyConstraint(["upload_id"], ["uploads.id"], ondelete="CASCADE", name="fk_upload_pieces_upload_id"),
    )


def downgrade() -> None:
    op.drop_table("upload_pieces")
    op.drop_table("uploads")
