"""Records of one participant.

Revision ID: 1795420800
Revises: 1795334100
"""

import sqlalchemy as sa
from alembic import op


revision = '1795420800'
down_revision = '1795334100'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('duplicate_verdicts',
    sa.Column('decided_at', sa.DateTime(), nullable=False),
    sa.Column('first_id', sa.Uuid(), nullable=False),
    sa.Column('second_id', sa.Uuid(), nullable=False),
    sa.Column('decided_by_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint('first_id < second_id', name=op.f('duplicate_verdicts_a_pair_is_written_in_one_order')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['accounts.id'], name=op.f('duplicate_verdicts_decided_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['first_id'], ['participants.id'], name=op.f('duplicate_verdicts_first_id_refers_to_participants'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['second_id'], ['participants.id'], name=op.f('duplicate_verdicts_second_id_refers_to_participants'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_duplicate_verdicts')),
    sa.UniqueConstraint('first_id', 'second_id', name='a_pair_is_kept_apart_once'),
    )
    op.create_index(op.f('ix_duplicate_verdicts_second_id'), 'duplicate_verdicts', ['second_id'], unique=False)
    op.create_table('mergers',
    sa.Column('merged_at', sa.DateTime(), nullable=False),
    sa.Column('merged_id', sa.Uuid(), nullable=False),
    sa.Column('kept_id', sa.Uuid(), nullable=False),
    sa.Column('merged_by_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint('merged_id <> kept_id', name=op.f('mergers_nobody_is_merged_into_themselves')),
    sa.ForeignKeyConstraint(['kept_id'], ['participants.id'], name=op.f('mergers_kept_id_refers_to_participants')),
    sa.ForeignKeyConstraint(['merged_by_id'], ['accounts.id'], name=op.f('mergers_merged_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['merged_id'], ['participants.id'], name=op.f('mergers_merged_id_refers_to_participants')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mergers')),
    sa.UniqueConstraint('merged_id', name=op.f('mergers_have_unique_merged_id')),
    )
    op.create_index(op.f('ix_mergers_kept_id'), 'mergers', ['kept_id'], unique=False)


def downgrade():
    op.drop_index(op.f('ix_mergers_kept_id'), table_name='mergers')
    op.drop_table('mergers')
    op.drop_index(op.f('ix_duplicate_verdicts_second_id'), table_name='duplicate_verdicts')
    op.drop_table('duplicate_verdicts')
