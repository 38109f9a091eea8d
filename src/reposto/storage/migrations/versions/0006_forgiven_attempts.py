"""Attempts that ended because a worker had to leave don't count against a job.

Revision: 0006_forgiven_attempts, after 0005_jobs_by_end
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006_forgiven_attempts"
down_revision = "0005_jobs_by_end"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("forgiven", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("jobs", "forgiven")
