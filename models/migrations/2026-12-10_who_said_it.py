"""Who gave an answer that was noted for somebody; by when one hears what came of a referral; petitions taken back.

Revision ID: 1796889600
Revises: 1796803200
"""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import sqlalchemy as sa
from alembic import op


revision = '1796889600'
down_revision = '1796803200'
branch_labels = None
depends_on = None


def upgrade():
    # Who gave the answers that were noted so far was not asked.
    op.add_column('enquiries', sa.Column('said_by', sa.String(length=100), nullable=True))
    # What was received before is asked about four weeks after the upgrade.
    op.add_column('referrals', sa.Column('result_due_on', sa.Date(), nullable=True))
    result_due_on = date.today() + timedelta(days=28)
    referrals = sa.table('referrals', sa.column('state', sa.String()), sa.column('result_due_on', sa.Date()))
    op.execute(referrals.update().where(referrals.c.state == 'received').values(result_due_on=result_due_on))
    with op.batch_alter_table('routing_rules') as table:
        table.alter_column('office', existing_type=sa.String(length=40), nullable=True)
    # Whoever has rules of their own has one for the rest, also where it names no office.
    rules = sa.table(
        'routing_rules',
        sa.column('id', sa.Uuid()), sa.column('created_at', sa.DateTime()), sa.column('office', sa.String()),
        sa.column('municipality_id', sa.Uuid()), sa.column('field_id', sa.Uuid()),
    )
    connection = op.get_bind()
    with_rest = set(connection.scalars(sa.select(rules.c.municipality_id).where(rules.c.field_id.is_(None))))
    for municipality in set(connection.scalars(sa.select(rules.c.municipality_id))) - with_rest:
        op.execute(
            rules.insert().values(id=uuid4(), created_at=datetime.now(UTC).replace(tzinfo=None),
                                  office=None, municipality_id=municipality, field_id=None)
        )
    # How those agreed who were members before was not asked.
    with op.batch_alter_table('network_members') as table:
        table.add_column(sa.Column('channel', sa.String(length=40), nullable=True))
        table.add_column(sa.Column('said_by', sa.String(length=100), nullable=True))
        table.add_column(sa.Column('entered_by_id', sa.Uuid(), nullable=True))
        table.create_foreign_key(
            op.f('network_members_entered_by_id_refers_to_accounts'),
            'accounts', ['entered_by_id'], ['id'], ondelete='SET NULL',
        )
    with op.batch_alter_table('petitions') as table:
        table.add_column(sa.Column('withdrawn_on', sa.Date(), nullable=True))
        table.create_check_constraint(
            op.f('petitions_what_is_answered_is_not_withdrawn'), 'answer IS NULL OR withdrawn_on IS NULL'
        )


def downgrade():
    op.execute("DELETE FROM routing_rules WHERE office IS NULL")
    with op.batch_alter_table('routing_rules') as table:
        table.alter_column('office', existing_type=sa.String(length=40), nullable=False)
    with op.batch_alter_table('network_members') as table:
        table.drop_constraint(op.f('network_members_entered_by_id_refers_to_accounts'), type_='foreignkey')
        table.drop_column('entered_by_id')
        table.drop_column('said_by')
        table.drop_column('channel')
    with op.batch_alter_table('petitions') as table:
        table.drop_constraint(op.f('petitions_what_is_answered_is_not_withdrawn'), type_='check')
        table.drop_column('withdrawn_on')
    op.drop_column('referrals', 'result_due_on')
    op.drop_column('enquiries', 'said_by')
