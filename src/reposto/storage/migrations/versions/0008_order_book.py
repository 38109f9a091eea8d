"""Orders that are changed on the page: in which conversation each was made, how often it changed, and the log of it.

The log is a session of a kind of its own: every user may listen to it, nobody may ask in it.

Revision: 0008_order_book, after 0007_job_drafts
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from reposto.storage.types import BigId

revision = "0008_order_book"
down_revision = "0007_job_drafts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("chat_sessions", sa.Column("kind", sa.String(8), nullable=False, server_default="chat"))
    op.add_column("purchase_orders", sa.Column("session_id", BigId))
    op.add_column("purchase_orders", sa.Column("revision", sa.Integer, nullable=False, server_default="0"))
    op.create_index("ix_purchase_orders_status_created_at", "purchase_orders", ["status", "created_at"])


def downgrade() -> None:
    op.drop_index("ix_purchase_orders_status_created_at", "purchase_orders")
    op.drop_column("purchase_orders", "revision")
    op.drop_column("purchase_orders", "session_id")
    op.drop_column("chat_sessions", "kind")
