"""When somebody was reminded of an enquiry, and when a coordinator was told that no answer came.

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
    with op.batch_alter_table('enquiries') as batch_op:
        batch_op.add_column(sa.Column('reminded_at', sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column('alerted_at', sa.DateTime(), nullable=True))


def downgrade():
    with op.batch_alter_table('enquiries') as batch_op:
        batch_op.drop_column('alerted_at')
        batch_op.drop_column('reminded_at')
