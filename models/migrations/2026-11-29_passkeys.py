"""Passkeys, and when a link was used last.

Revision ID: 1795939200
Revises: 1795852800
"""

import sqlalchemy as sa
from alembic import op


revision = '1795939200'
down_revision = '1795852800'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('passkey_challenges',
    sa.Column('challenge_hash', sa.String(length=64), nullable=False),
    sa.Column('expires_at', sa.DateTime(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passkey_challenges')),
    sa.UniqueConstraint('challenge_hash', name=op.f('passkey_challenges_have_unique_challenge_hash'))
    )
    op.create_table('passkeys',
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('credential_id', sa.String(length=1400), nullable=False),
    sa.Column('public_key', sa.Text(), nullable=False),
    sa.Column('sign_count', sa.Integer(), nullable=False),
    sa.Column('transports', sa.JSON(), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('last_used_at', sa.DateTime(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint('sign_count >= 0', name=op.f('passkeys_sign_count_is_not_negative')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('passkeys_account_id_refers_to_accounts'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passkeys')),
    sa.UniqueConstraint('credential_id', name=op.f('passkeys_have_unique_credential_id'))
    )
    op.create_index(op.f('ix_passkeys_account_id'), 'passkeys', ['account_id'], unique=False)
    op.add_column('accounts', sa.Column('link_used_at', sa.DateTime(), nullable=True))



def downgrade():
    op.drop_column('accounts', 'link_used_at')
    op.drop_index(op.f('ix_passkeys_account_id'), 'passkeys')

    op.drop_table('passkeys')
    op.drop_table('passkey_challenges')
