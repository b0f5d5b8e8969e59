"""What is shown in which round, and the version of the skills of a run.

Revision ID: 1795507200
Revises: 1795420800
"""

import sqlalchemy as sa
from alembic import op


revision = '1795507200'
down_revision = '1795420800'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('needs_shown',
    sa.Column('needs', sa.JSON(), nullable=False),
    sa.Column('rounds', sa.JSON(), nullable=False),
    sa.Column('run_id', sa.Uuid(), nullable=False),
    sa.Column('participant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['participant_id'], ['participants.id'], name=op.f('needs_shown_participant_id_refers_to_participants'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['run_id'], ['matching_runs.id'], name=op.f('needs_shown_run_id_refers_to_matching_runs'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_needs_shown')),
    sa.UniqueConstraint('run_id', 'participant_id', name='a_run_shows_a_participant_one_list'),
    )
    op.create_index(op.f('ix_needs_shown_participant_id'), 'needs_shown', ['participant_id'], unique=False)
    # Nothing was rotated and no version was noted before.
    op.add_column('suggestions', sa.Column('places', sa.JSON(), nullable=True))
    op.add_column('matching_runs', sa.Column('season', sa.JSON(), nullable=True))
    op.add_column('matching_runs', sa.Column('taxonomy_version', sa.String(length=64), nullable=True))


def downgrade():
    op.drop_column('matching_runs', 'taxonomy_version')
    op.drop_column('matching_runs', 'season')
    op.drop_column('suggestions', 'places')
    op.drop_table('needs_shown')
