"""How long goods keep, from which order freight is free, and what lying too long costs.

Revision: 0009_shelf_life, after 0008_order_book
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009_shelf_life"
down_revision = "0008_order_book"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("products", sa.Column("shelf_life_days", sa.Integer(), nullable=True))
    op.add_column("suppliers", sa.Column("free_freight_from", sa.BigInteger(), nullable=True))
    op.add_column("company", sa.Column("dead_stock_days", sa.Integer(), server_default="180", nullable=False))
    op.add_column("company", sa.Column("dead_stock_loss_percent", sa.Float(), server_default="50", nullable=False))


def downgrade() -> None:
    op.drop_column("company", "dead_stock_loss_percent")
    op.drop_column("company", "dead_stock_days")
    op.drop_column("suppliers", "free_freight_from")
    op.drop_column("products", "shelf_life_days")
