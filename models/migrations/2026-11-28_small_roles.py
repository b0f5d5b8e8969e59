"""Small roles.

Revision ID: 1795852800
Revises: 1795766400
"""

import sqlalchemy as sa
from alembic import op


revision = '1795852800'
down_revision = '1795766400'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('needs', sa.Column('welcomes', sa.JSON(), nullable=True))


def downgrade():
    op.drop_column('needs', 'welcomes')
