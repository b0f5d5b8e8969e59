"""What coordinators change about suggestions, and the candidates out of which teams were put together.

Revision ID: 1796457600
Revises: 1796284800
"""

import sqlalchemy as sa
from alembic import op


revision = '1796457600'
down_revision = '1796284800'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('suggestion_edits',
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('edited_at', sa.DateTime(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('lifted', sa.JSON(), nullable=False),
    sa.Column('claimed', sa.JSON(), nullable=False),
    sa.Column('suggestion_id', sa.Uuid(), nullable=False),
    sa.Column('offer_id', sa.Uuid(), nullable=True),
    sa.Column('former_offer_id', sa.Uuid(), nullable=True),
    sa.Column('reason_id', sa.Uuid(), nullable=True),
    sa.Column('edited_by_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("reason_id IS NOT NULL OR note <> ''", name=op.f('suggestion_edits_an_edit_names_its_reason')),
    sa.CheckConstraint("(kind IN ('exchanged', 'added')) = (offer_id IS NOT NULL)", name=op.f('suggestion_edits_an_offer_comes_iff_named')),
    sa.CheckConstraint("(kind IN ('exchanged', 'removed')) = (former_offer_id IS NOT NULL)", name=op.f('suggestion_edits_an_offer_goes_iff_named')),
    sa.ForeignKeyConstraint(['edited_by_id'], ['accounts.id'], name=op.f('suggestion_edits_edited_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['former_offer_id'], ['offers.id'], name=op.f('suggestion_edits_former_offer_id_refers_to_offers')),
    sa.ForeignKeyConstraint(['offer_id'], ['offers.id'], name=op.f('suggestion_edits_offer_id_refers_to_offers')),
    sa.ForeignKeyConstraint(['reason_id'], ['review_reasons.id'], name=op.f('suggestion_edits_reason_id_refers_to_review_reasons')),
    sa.ForeignKeyConstraint(['suggestion_id'], ['suggestions.id'], name=op.f('suggestion_edits_suggestion_id_refers_to_suggestions'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_suggestion_edits')),
    )
    op.create_index(op.f('ix_suggestion_edits_suggestion_id'), 'suggestion_edits', ['suggestion_id'], unique=False)
    # Every suggestion so far was made by the engine, and its candidates were not kept.
    op.add_column('suggestions', sa.Column('coordinators_place', sa.Integer(), nullable=True))
    op.add_column('suggestions', sa.Column('edited_from_id', sa.Uuid(), nullable=True))
    op.add_column('need_outcomes', sa.Column('found', sa.JSON(), nullable=True))


def downgrade():
    op.drop_column('need_outcomes', 'found')
    op.drop_column('suggestions', 'edited_from_id')
    op.drop_column('suggestions', 'coordinators_place')
    op.drop_table('suggestion_edits')
