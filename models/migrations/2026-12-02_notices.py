"""Notices, and what was discarded.

Revision ID: 1796198400
Revises: 1796112000
"""

import sqlalchemy as sa
from alembic import op


revision = '1796198400'
down_revision = '1796112000'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('needs', sa.Column('notice_contact', sa.String(length=100), nullable=True))
    op.add_column('needs', sa.Column('notice_phone', sa.String(length=40), nullable=True))
    op.add_column('needs', sa.Column('discarded_at', sa.DateTime(), nullable=True))
    op.add_column('drafts', sa.Column('discarded_at', sa.DateTime(), nullable=True))


def downgrade():
    op.drop_column('drafts', 'discarded_at')
    op.drop_column('needs', 'discarded_at')
    op.drop_column('needs', 'notice_phone')
    op.drop_column('needs', 'notice_contact')
