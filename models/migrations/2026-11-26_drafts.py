"""Drafts.

Revision ID: 1795680000
Revises: 1795593600
"""

import sqlalchemy as sa
from alembic import op


revision = '1795680000'
down_revision = '1795593600'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('drafts',
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('saved_at', sa.DateTime(), nullable=False),
    sa.Column('expires_at', sa.DateTime(), nullable=False),
    sa.Column('about', sa.String(length=36), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=True),
    sa.Column('account_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint('(token_hash IS NULL) <> (account_id IS NULL)', name=op.f('drafts_a_draft_belongs_to_one')),
    sa.CheckConstraint('expires_at > saved_at', name=op.f('drafts_a_draft_is_kept_for_a_while')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('drafts_account_id_refers_to_accounts'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_drafts')),
    sa.UniqueConstraint('account_id', 'kind', 'about', name='an_account_has_one_draft_of_a_form'),
    sa.UniqueConstraint('token_hash', name=op.f('drafts_have_unique_token_hash'))
    )


def downgrade():
    op.drop_table('drafts')
