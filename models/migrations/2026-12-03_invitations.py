"""Invitations.

Revision ID: 1796284800
Revises: 1796198400
"""

import sqlalchemy as sa
from alembic import op


revision = '1796284800'
down_revision = '1796198400'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('invitations',
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('role', sa.String(length=40), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('expires_at', sa.DateTime(), nullable=False),
    sa.Column('hands_over', sa.Boolean(), nullable=False),
    sa.Column('predecessor_stays', sa.Boolean(), nullable=False),
    sa.Column('contact_name', sa.String(length=100), nullable=False),
    sa.Column('contact_email', sa.String(length=254), nullable=False),
    sa.Column('contact_phone', sa.String(length=40), nullable=False),
    sa.Column('accepted_at', sa.DateTime(), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(), nullable=True),
    sa.Column('participant_id', sa.Uuid(), nullable=True),
    sa.Column('area_id', sa.Uuid(), nullable=False),
    sa.Column('invited_by_id', sa.Uuid(), nullable=False),
    sa.Column('accepted_by_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("(participant_id IS NULL AND role IN ('coordinator', 'administrator')) OR (participant_id IS NOT NULL AND role IN ('member', 'manager'))", name=op.f('invitations_role_fits_a_body_or_a_place')),
    sa.CheckConstraint("NOT hands_over OR role = 'manager'", name=op.f('invitations_an_office_goes_to_a_manager')),
    sa.CheckConstraint('(accepted_at IS NULL) = (accepted_by_id IS NULL)', name=op.f('invitations_somebody_accepted')),
    sa.CheckConstraint('accepted_at IS NULL OR withdrawn_at IS NULL', name=op.f('invitations_accepted_or_withdrawn')),
    sa.CheckConstraint('email = lower(email)', name=op.f('invitations_email_is_lower_case')),
    sa.ForeignKeyConstraint(['accepted_by_id'], ['accounts.id'], name=op.f('invitations_accepted_by_id_refers_to_accounts')),
    sa.ForeignKeyConstraint(['area_id'], ['areas.id'], name=op.f('invitations_area_id_refers_to_areas')),
    sa.ForeignKeyConstraint(['invited_by_id'], ['accounts.id'], name=op.f('invitations_invited_by_id_refers_to_accounts')),
    sa.ForeignKeyConstraint(['participant_id'], ['participants.id'], name=op.f('invitations_participant_id_refers_to_participants')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invitations')),
    sa.UniqueConstraint('token_hash', name=op.f('invitations_have_unique_token_hash'))
    )
    op.create_index(op.f('ix_invitations_accepted_by_id'), 'invitations', ['accepted_by_id'], unique=False)
    op.create_index(op.f('ix_invitations_area_id'), 'invitations', ['area_id'], unique=False)
    op.create_index(op.f('ix_invitations_invited_by_id'), 'invitations', ['invited_by_id'], unique=False)
    op.create_index(op.f('ix_invitations_participant_id'), 'invitations', ['participant_id'], unique=False)



def downgrade():
    op.drop_index(op.f('ix_invitations_participant_id'), 'invitations')
    op.drop_index(op.f('ix_invitations_invited_by_id'), 'invitations')
    op.drop_index(op.f('ix_invitations_area_id'), 'invitations')
    op.drop_index(op.f('ix_invitations_accepted_by_id'), 'invitations')

    op.drop_table('invitations')
