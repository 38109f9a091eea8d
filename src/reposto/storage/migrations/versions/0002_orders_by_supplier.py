"""Find a supplier's newest orders without reading every receipt: lead times are wanted at each question.

Revision: 0002_orders_by_supplier, after 0001_first
"""

from __future__ import annotations

from alembic import op

revision = "0002_orders_by_supplier"
down_revision = "0001_first"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_purchase_orders_supplier_id_ordered_on", "purchase_orders", ["supplier_id", "ordered_on"])


def downgrade() -> None:
    op.drop_index("ix_purchase_orders_supplier_id_ordered_on", "purchase_orders")
