"""Find the newest ended jobs without sorting all of them: each question looks at their times, and so do the metrics.

Revision: 0005_jobs_by_end, after 0004_catalogue_runs
"""

from __future__ import annotations

from alembic import op

revision = "0005_jobs_by_end"
down_revision = "0004_catalogue_runs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_jobs_state_finished_at", "jobs", ["state", "finished_at"])


def downgrade() -> None:
    op.drop_index("ix_jobs_state_finished_at", "jobs")
