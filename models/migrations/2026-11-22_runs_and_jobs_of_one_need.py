"""Runs and jobs of one need, and by what offers are found for it.

Revision ID: 1795334100
Revises: 1795324209
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql


revision = '1795334100'
down_revision = '1795324209'
branch_labels = None
depends_on = None

PUBLISHED = sa.text("state = 'published'")
PUBLISHED_OF_A_MUNICIPALITY = sa.text("state = 'published' AND need_id IS NULL")
PUBLISHED_OF_A_NEED = sa.text("state = 'published' AND need_id IS NOT NULL")
UNPUBLISHED = sa.text("state IN ('running', 'failed')")
RUNNING = sa.text("state = 'running'")
RUNNING_OF_A_MUNICIPALITY = sa.text("state = 'running' AND need_id IS NULL")
RUNNING_OF_A_NEED = sa.text("state = 'running' AND need_id IS NOT NULL")


def upgrade():
    # Columns without a reference: SQLite could add one, but never take it back without writing the table anew.
    op.add_column('jobs', sa.Column('need_id', sa.Uuid(), nullable=True))
    op.add_column('matching_runs', sa.Column('need_id', sa.Uuid(), nullable=True))
    op.drop_index('a_job_runs_once_at_a_time', 'jobs')
    op.drop_index('one_run_of_a_municipality_is_published', 'matching_runs')
    # Offers for a prefecture are found among those of its municipalities, not among all of the country.
    op.drop_index('ix_offers_reach_status', 'offers')
    op.create_index('ix_offers_reach_municipality_status', 'offers', ['reach', 'municipality_id', 'status'])
    is_postgresql = op.get_context().dialect.name == 'postgresql'
    op.add_column('offers', sa.Column('terms', postgresql.ARRAY(sa.Text()) if is_postgresql else sa.Text()))
    op.add_column('offers', sa.Column('meaning', postgresql.ARRAY(sa.Integer()) if is_postgresql else sa.LargeBinary()))
    if is_postgresql:
        op.create_index('ix_offers_terms', 'offers', ['terms'], postgresql_using='gin')
    _unique('a_job_runs_once_at_a_time', 'jobs', ['kind', 'municipality_id'], RUNNING_OF_A_MUNICIPALITY)
    _unique('a_job_of_a_need_runs_once_at_a_time', 'jobs', ['kind', 'need_id'], RUNNING_OF_A_NEED)
    _unique('one_run_of_a_municipality_is_published', 'matching_runs', ['municipality_id'], PUBLISHED_OF_A_MUNICIPALITY)
    _unique('one_run_of_a_need_is_published', 'matching_runs', ['need_id'], PUBLISHED_OF_A_NEED)
    op.create_index('ix_matching_runs_unpublished', 'matching_runs', ['id'],
                    sqlite_where=UNPUBLISHED, postgresql_where=UNPUBLISHED)


def downgrade():
    # What knows nothing of single needs shows only what was found for a whole municipality.
    op.execute("UPDATE matching_runs SET state = 'superseded' WHERE state = 'published' AND need_id IS NOT NULL")
    op.execute("UPDATE matching_runs SET job_id = NULL WHERE job_id IN (SELECT id FROM jobs WHERE kind = 'refresh_need')")
    op.execute("DELETE FROM jobs WHERE kind = 'refresh_need'")
    if op.get_context().dialect.name == 'postgresql':
        op.drop_index('ix_offers_terms', 'offers')
    op.drop_index('ix_offers_reach_municipality_status', 'offers')
    op.create_index('ix_offers_reach_status', 'offers', ['reach', 'status'])
    op.drop_column('offers', 'meaning')
    op.drop_column('offers', 'terms')
    op.drop_index('ix_matching_runs_unpublished', 'matching_runs')
    op.drop_index('one_run_of_a_need_is_published', 'matching_runs')
    op.drop_index('one_run_of_a_municipality_is_published', 'matching_runs')
    op.drop_index('a_job_of_a_need_runs_once_at_a_time', 'jobs')
    op.drop_index('a_job_runs_once_at_a_time', 'jobs')
    op.drop_column('matching_runs', 'need_id')
    op.drop_column('jobs', 'need_id')
    _unique('a_job_runs_once_at_a_time', 'jobs', ['kind', 'municipality_id'], RUNNING)
    _unique('one_run_of_a_municipality_is_published', 'matching_runs', ['municipality_id'], PUBLISHED)


def _unique(name, table, columns, where):
    op.create_index(name, table, columns, unique=True, sqlite_where=where, postgresql_where=where)
