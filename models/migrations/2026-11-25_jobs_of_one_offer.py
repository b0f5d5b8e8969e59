"""Jobs of one offer.

Revision ID: 1795593600
Revises: 1795507200
"""

import sqlalchemy as sa
from alembic import op


revision = '1795593600'
down_revision = '1795507200'
branch_labels = None
depends_on = None

RUNNING_OF_A_MUNICIPALITY = sa.text("state = 'running' AND need_id IS NULL AND offer_id IS NULL")
RUNNING_OF_AN_OFFER = sa.text("state = 'running' AND offer_id IS NOT NULL")
RUNNING_OF_NO_NEED = sa.text("state = 'running' AND need_id IS NULL")


def upgrade():
    # A column without a reference: SQLite could add one, but never take it back without writing the table anew.
    op.add_column('jobs', sa.Column('offer_id', sa.Uuid(), nullable=True))
    op.drop_index('a_job_runs_once_at_a_time', 'jobs')
    _unique('a_job_runs_once_at_a_time', ['kind', 'municipality_id'], RUNNING_OF_A_MUNICIPALITY)
    _unique('a_job_of_an_offer_runs_once_at_a_time', ['kind', 'offer_id'], RUNNING_OF_AN_OFFER)


def downgrade():
    # No run belongs to such a job: it only asks for others.
    op.execute("DELETE FROM jobs WHERE kind = 'refresh_offer'")
    op.drop_index('a_job_of_an_offer_runs_once_at_a_time', 'jobs')
    op.drop_index('a_job_runs_once_at_a_time', 'jobs')
    op.drop_column('jobs', 'offer_id')
    _unique('a_job_runs_once_at_a_time', ['kind', 'municipality_id'], RUNNING_OF_NO_NEED)


def _unique(name, columns, where):
    op.create_index(name, 'jobs', columns, unique=True, sqlite_where=where, postgresql_where=where)
