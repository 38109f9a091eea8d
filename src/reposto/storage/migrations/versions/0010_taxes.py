"""What taxes of a purchase depend on, the company's own holidays, and prices of invoices told from those of orders.

Revision: 0010_taxes, after 0009_shelf_life
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010_taxes"
down_revision = "0009_shelf_life"
branch_labels = None
depends_on = None


# A price paid without an order of that day came from an invoice.
_INVOICES = """
UPDATE price_observations SET source = 'invoice'
WHERE source = 'order' AND NOT EXISTS (
    SELECT 1 FROM purchase_order_lines AS line JOIN purchase_orders AS one ON one.id = line.order_id
    WHERE line.sku = price_observations.sku AND one.supplier_id = price_observations.supplier_id
      AND one.ordered_on = price_observations.seen_on
)
"""

# A note of the day of its own order can't be told apart any more.
_TWICE = """
DELETE FROM price_observations WHERE source = 'invoice' AND EXISTS (
    SELECT 1 FROM price_observations AS other
    WHERE other.source = 'order' AND other.sku = price_observations.sku
      AND other.supplier_id = price_observations.supplier_id AND other.seen_on = price_observations.seen_on
)
"""


def upgrade() -> None:
    op.execute(_INVOICES)
    op.add_column("company", sa.Column("activity", sa.String(12), server_default="commerce", nullable=False))
    op.add_column("company", sa.Column("internal_icms_percent", sa.Float(), nullable=True))
    op.add_column("company", sa.Column("cbs_percent", sa.Float(), nullable=True))
    op.add_column("company", sa.Column("local_holidays", sa.String(600), server_default="", nullable=False))


def downgrade() -> None:
    op.execute(_TWICE)
    op.execute("UPDATE price_observations SET source = 'order' WHERE source = 'invoice'")
    for name in ("local_holidays", "cbs_percent", "internal_icms_percent", "activity"):
        op.drop_column("company", name)
