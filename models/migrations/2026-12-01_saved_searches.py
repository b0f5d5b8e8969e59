"""Saved searches, and what a mail about them needs: a way to stop it, and whom an answer goes to.

Revision ID: 1796112000
Revises: 1796025600
"""

import sqlalchemy as sa
from alembic import op


revision = '1796112000'
down_revision = '1796025600'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('saved_searches',
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('parameters', sa.JSON(), nullable=False),
    sa.Column('locale', sa.String(length=2), nullable=False),
    sa.Column('told_until', sa.DateTime(), nullable=False),
    sa.Column('address', sa.String(length=254), nullable=True),
    sa.Column('confirmed_at', sa.DateTime(), nullable=True),
    sa.Column('told_on', sa.Date(), nullable=True),
    sa.Column('reader_id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("locale IN ('ja', 'en')", name=op.f('saved_searches_locale_is_ja_or_en')),
    sa.CheckConstraint("name <> ''", name=op.f('saved_searches_name_is_not_empty')),
    sa.CheckConstraint('(address IS NULL) <> (account_id IS NULL)', name=op.f('saved_searches_a_search_is_told_to_one')),
    sa.CheckConstraint('account_id IS NULL OR confirmed_at IS NOT NULL', name=op.f('saved_searches_accounts_are_confirmed')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('saved_searches_account_id_refers_to_accounts'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_searches'))
    )
    op.create_index(op.f('ix_saved_searches_account_id'), 'saved_searches', ['account_id'])
    op.create_index(op.f('ix_saved_searches_address'), 'saved_searches', ['address'])
    op.create_index(op.f('ix_saved_searches_reader_id'), 'saved_searches', ['reader_id'])
    op.add_column('outbox_mails', sa.Column('reply_to', sa.String(length=254), nullable=True))
    op.add_column('outbox_mails', sa.Column('stop_url', sa.String(length=500), nullable=True))


def downgrade():
    op.drop_column('outbox_mails', 'stop_url')
    op.drop_column('outbox_mails', 'reply_to')
    op.drop_index(op.f('ix_saved_searches_reader_id'), 'saved_searches')
    op.drop_index(op.f('ix_saved_searches_address'), 'saved_searches')
    op.drop_index(op.f('ix_saved_searches_account_id'), 'saved_searches')
    op.drop_table('saved_searches')
