"""The answer while a language model phrases it, for a tab that opens in the middle.

Revision: 0007_job_drafts, after 0006_forgiven_attempts
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from reposto.storage.types import Json

revision = "0007_job_drafts"
down_revision = "0006_forgiven_attempts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("draft", Json))


def downgrade() -> None:
    op.drop_column("jobs", "draft")
