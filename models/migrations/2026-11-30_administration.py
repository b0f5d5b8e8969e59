"""What administrators change: names that people chose, skills made one, weights proposed and previewed.

Revision ID: 1796025600
Revises: 1795939200
"""

import sqlalchemy as sa
from alembic import op


revision = '1796025600'
down_revision = '1795939200'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('skill_mergers',
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('merged_at', sa.DateTime(), nullable=False),
    sa.Column('kept_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['kept_id'], ['skills.id'], name=op.f('skill_mergers_kept_id_refers_to_skills')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_skill_mergers')),
    sa.UniqueConstraint('code', name=op.f('skill_mergers_have_unique_code'))
    )
    op.create_index(op.f('ix_skill_mergers_kept_id'), 'skill_mergers', ['kept_id'], unique=False)
    op.create_table('weight_previews',
    sa.Column('found', sa.JSON(), nullable=True),
    sa.Column('computed_at', sa.DateTime(), nullable=True),
    sa.Column('weight_set_id', sa.Uuid(), nullable=False),
    sa.Column('municipality_id', sa.Uuid(), nullable=False),
    sa.Column('job_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint('(found IS NULL) = (computed_at IS NULL)', name=op.f('weight_previews_found_iff_computed')),
    sa.ForeignKeyConstraint(['job_id'], ['jobs.id'], name=op.f('weight_previews_job_id_refers_to_jobs'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['municipality_id'], ['areas.id'], name=op.f('weight_previews_municipality_id_refers_to_areas')),
    sa.ForeignKeyConstraint(['weight_set_id'], ['weight_sets.id'], name=op.f('weight_previews_weight_set_id_refers_to_weight_sets')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_weight_previews')),
    sa.UniqueConstraint('weight_set_id', 'municipality_id', name='a_set_has_one_preview_of_a_municipality')
    )
    op.create_index(op.f('ix_weight_previews_job_id'), 'weight_previews', ['job_id'], unique=False)
    op.add_column('areas', sa.Column('renamed_at', sa.DateTime(), nullable=True))
    op.add_column('areas', sa.Column('version', sa.Integer(), server_default='1', nullable=False))
    op.add_column('skills', sa.Column('renamed_at', sa.DateTime(), nullable=True))
    op.add_column('skills', sa.Column('version', sa.Integer(), server_default='1', nullable=False))
    op.add_column('weight_sets', sa.Column('reason', sa.Text(), nullable=True))
    op.add_column('weight_sets', sa.Column('proposed_by_id', sa.Uuid(), nullable=True))
    op.add_column('weight_sets', sa.Column('switched_on_at', sa.DateTime(), nullable=True))


def downgrade():
    op.drop_column('weight_sets', 'switched_on_at')
    op.drop_column('weight_sets', 'proposed_by_id')
    op.drop_column('weight_sets', 'reason')
    op.drop_column('skills', 'version')
    op.drop_column('skills', 'renamed_at')
    op.drop_column('areas', 'version')
    op.drop_column('areas', 'renamed_at')
    op.drop_index(op.f('ix_weight_previews_job_id'), 'weight_previews')
    op.drop_table('weight_previews')
    op.drop_index(op.f('ix_skill_mergers_kept_id'), 'skill_mergers')
    op.drop_table('skill_mergers')
