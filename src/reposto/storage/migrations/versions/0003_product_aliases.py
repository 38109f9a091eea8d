"""The company's own words for its products.

Revision: 0003_product_aliases, after 0002_orders_by_supplier
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003_product_aliases"
down_revision = "0002_orders_by_supplier"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "product_aliases",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("text", sa.String(200), nullable=False),
        sa.Column("sku", sa.String(120), nullable=False),
        sa.Column("source", sa.String(12), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
        sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_product_aliases"),
        sa.ForeignKeyConstraint(["sku"], ["products.sku"], name="fk_product_aliases_sku", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_product_aliases_user_id", ondelete="SET NULL"),
        sa.UniqueConstraint("key", "sku", name="uq_product_aliases_key_sku"),
        sa.CheckConstraint("source in ('choice', 'correction', 'told')", name="ck_product_aliases_source"),
    )
    op.create_index("ix_product_aliases_sku", "product_aliases", ["sku"])
    op.create_index("ix_product_aliases_user_id", "product_aliases", ["user_id"])


def downgrade() -> None:
    op.drop_table("product_aliases")
