"""When somebody was reminded of an enquiry and a coordinator told of it, and about which end a need or offer was asked.

Revision ID: 1796630400
Revises: 1796457600
"""

import sqlalchemy as sa
from alembic import op


revision = '1796630400'
down_revision = '1796457600'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('enquiries', sa.Column('reminded_at', sa.DateTime(), nullable=True))
    op.add_column('enquiries', sa.Column('alerted_at', sa.DateTime(), nullable=True))
    op.add_column('needs', sa.Column('renewal_asked_for', sa.Date(), nullable=True))
    op.add_column('offers', sa.Column('renewal_asked_for', sa.Date(), nullable=True))


def downgrade():
    op.drop_column('offers', 'renewal_asked_for')
    op.drop_column('needs', 'renewal_asked_for')
    op.drop_column('enquiries', 'alerted_at')
    op.drop_column('enquiries', 'reminded_at')
