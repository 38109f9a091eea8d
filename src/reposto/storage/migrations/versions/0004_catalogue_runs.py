"""Runs over the whole catalogue: parts of a job, what each product's analysis found, and the lists made of it.

Revision: 0004_catalogue_runs, after 0003_product_aliases
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from reposto.storage.types import Json, UtcDateTime

revision = "0004_catalogue_runs"
down_revision = "0003_product_aliases"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("parent_id", sa.String(36)))
    op.add_column("jobs", sa.Column("done", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("jobs", sa.Column("total", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("jobs", sa.Column("partial", Json))
    op.create_index("ix_jobs_parent_id", "jobs", ["parent_id"])
    op.create_table(
        "product_results",
        sa.Column("sku", sa.String(120), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(120), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("line", Json, nullable=False),
        sa.Column("analysis", sa.LargeBinary()),
        sa.Column("computed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sku"], ["products.sku"], name=op.f("fk_product_results_sku_products"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sku", name=op.f("pk_product_results")),
    )
    op.create_table(
        "run_results",
        sa.Column("job_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_run_results_job_id_jobs"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_run_results")),
    )


def downgrade() -> None:
    op.drop_table("run_results")
    op.drop_table("product_results")
    op.drop_index("ix_jobs_parent_id", "jobs")
    for name in ("partial", "total", "done", "parent_id"):
        op.drop_column("jobs", name)
