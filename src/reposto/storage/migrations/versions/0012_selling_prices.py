"""What the company sells at: daily averages, its price list, promotional prices.

Revision: 0012_selling_prices, after 0011_job_queue
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012_selling_prices"
down_revision = "0011_job_queue"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "daily_prices",
        sa.Column("sku", sa.String(120), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["sku"], ["products.sku"], name="fk_daily_prices_sku", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("sku", "day", name="pk_daily_prices"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "selling_prices",
        sa.Column("sku", sa.String(120), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["sku"], ["products.sku"], name="fk_selling_prices_sku", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("sku", "starts_on", name="pk_selling_prices"),
    )
    op.add_column("promotions", sa.Column("unit_price", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("promotions", "unit_price")
    op.drop_table("selling_prices")
    op.drop_table("daily_prices")
