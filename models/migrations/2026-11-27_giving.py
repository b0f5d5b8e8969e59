"""Yearly limits that are counted, agreement to publication, wishes to do it together.

Revision ID: 1795766400
Revises: 1795680000
"""

from datetime import datetime, timedelta, timezone

import sqlalchemy as sa
from alembic import op


revision = '1795766400'
down_revision = '1795680000'
branch_labels = None
depends_on = None

TOWN_TIME = timezone(timedelta(hours=9))
FIRST_MONTH = 4
KEPT = 'yearly_engagements >= 0 AND (yearly_limit IS NULL OR yearly_engagements <= yearly_limit OR yearly_limit_exceeded)'


def upgrade():
    op.add_column('offers', sa.Column('engagements_year', sa.Integer(), nullable=True))
    op.add_column('offers', sa.Column('yearly_limit_exceeded', sa.Boolean(), nullable=False, server_default=sa.false()))
    # With its check in the same breath: SQLite adds one to a table only together with a column.
    op.execute(
        'ALTER TABLE offers ADD COLUMN yearly_engagements INTEGER NOT NULL DEFAULT 0 '
        f'CONSTRAINT offers_yearly_engagements_keep_the_limit CHECK ({KEPT})'
    )
    _count_the_present_year()
    op.add_column('parties', sa.Column('publishes_at', sa.DateTime(), nullable=True))
    op.create_table('joint_wishes',
    sa.Column('note', sa.String(length=300), nullable=False),
    sa.Column('wished_at', sa.DateTime(), nullable=False),
    sa.Column('reply', sa.String(length=40), nullable=True),
    sa.Column('answered_at', sa.DateTime(), nullable=True),
    sa.Column('need_id', sa.Uuid(), nullable=False),
    sa.Column('other_need_id', sa.Uuid(), nullable=False),
    sa.Column('wished_by_id', sa.Uuid(), nullable=True),
    sa.Column('answered_by_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint('need_id <> other_need_id', name=op.f('joint_wishes_a_need_is_joined_with_another')),
    sa.CheckConstraint('(reply IS NULL) = (answered_at IS NULL)', name=op.f('joint_wishes_answered_at_iff_answered')),
    sa.ForeignKeyConstraint(['answered_by_id'], ['accounts.id'], name=op.f('joint_wishes_answered_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['need_id'], ['needs.id'], name=op.f('joint_wishes_need_id_refers_to_needs'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['other_need_id'], ['needs.id'], name=op.f('joint_wishes_other_need_id_refers_to_needs'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['wished_by_id'], ['accounts.id'], name=op.f('joint_wishes_wished_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_joint_wishes')),
    sa.UniqueConstraint('need_id', 'other_need_id', name='a_wish_is_told_once')
    )
    op.create_index(op.f('ix_joint_wishes_other_need_id'), 'joint_wishes', ['other_need_id'])


def downgrade():
    op.drop_table('joint_wishes')
    op.drop_column('parties', 'publishes_at')
    op.drop_column('offers', 'yearly_engagements')
    op.drop_column('offers', 'yearly_limit_exceeded')
    op.drop_column('offers', 'engagements_year')


def _count_the_present_year():
    """Count what was promised in the fiscal year in which this runs; older years limit nobody any longer."""
    today = datetime.now(TOWN_TIME)
    year = today.year if today.month >= FIRST_MONTH else today.year - 1
    begin = datetime(year, FIRST_MONTH, 1, tzinfo=TOWN_TIME).astimezone(timezone.utc).replace(tzinfo=None)
    parties = sa.table('parties', sa.column('offer_id', sa.Uuid()), sa.column('partnership_id', sa.Uuid()))
    partnerships = sa.table(
        'partnerships',
        sa.column('id', sa.Uuid()),
        sa.column('stage', sa.String()),
        sa.column('proposed_at', sa.DateTime()),
        sa.column('accepted_at', sa.DateTime()),
    )
    offers = sa.table(
        'offers',
        sa.column('id', sa.Uuid()),
        sa.column('yearly_limit', sa.Integer()),
        sa.column('engagements_year', sa.Integer()),
        sa.column('yearly_engagements', sa.Integer()),
        sa.column('yearly_limit_exceeded', sa.Boolean()),
    )
    counted = op.get_bind().execute(
        sa.select(parties.c.offer_id, sa.func.count(sa.distinct(partnerships.c.id)))
        .join(partnerships, partnerships.c.id == parties.c.partnership_id)
        .where(
            parties.c.offer_id.is_not(None),
            partnerships.c.proposed_at >= begin,
            sa.or_(partnerships.c.accepted_at.is_not(None), partnerships.c.stage == 'proposed'),
        )
        .group_by(parties.c.offer_id)
    ).all()
    for offer_id, number in counted:
        op.execute(
            offers.update()
            .where(offers.c.id == offer_id)
            .values(
                engagements_year=year,
                yearly_engagements=number,
                yearly_limit_exceeded=sa.case((offers.c.yearly_limit < number, sa.true()), else_=sa.false()),
            )
        )
