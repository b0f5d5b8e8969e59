"""Who gave an answer that was noted for somebody.

Revision ID: 1796889600
Revises: 1796803200
"""

import sqlalchemy as sa
from alembic import op


revision = '1796889600'
down_revision = '1796803200'
branch_labels = None
depends_on = None


def upgrade():
    # Who gave the answers that were noted so far was not asked.
    op.add_column('enquiries', sa.Column('said_by', sa.String(length=100), nullable=False, server_default=''))


def downgrade():
    op.drop_column('enquiries', 'said_by')
