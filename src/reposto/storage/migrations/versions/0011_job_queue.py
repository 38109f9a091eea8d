"""An index of what waits, in the order in which it is claimed: before, each claim sorted all that waited.

Revision: 0011_job_queue, after 0010_taxes
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011_job_queue"
down_revision = "0010_taxes"
branch_labels = None
depends_on = None

WAITING = sa.text("state = 'queued'")


def upgrade() -> None:
    op.create_index(
        "ix_jobs_queued",
        "jobs",
        ["state", sa.text("priority DESC"), "created_at", "id"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    op.drop_index("ix_jobs_state_priority_created_at", "jobs")


def downgrade() -> None:
    op.create_index("ix_jobs_state_priority_created_at", "jobs", ["state", "priority", "created_at"])
    op.drop_index("ix_jobs_queued", "jobs")
