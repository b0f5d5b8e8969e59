"""After the yes: agreements, principles, the ledger, evaluations, endings and cases, endorsements, news.

Revision ID: 1796716800
Revises: 1796630400
"""

import sqlalchemy as sa
from alembic import op


revision = '1796716800'
down_revision = '1796630400'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('principle_sets',
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('name_ja', sa.String(length=200), nullable=False),
    sa.Column('name_en', sa.String(length=200), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_principle_sets')),
    sa.UniqueConstraint('code', name=op.f('principle_sets_have_unique_code'))
    )
    op.create_table('principle_choices',
    sa.Column('chosen_at', sa.DateTime(), nullable=False),
    sa.Column('municipality_id', sa.Uuid(), nullable=False),
    sa.Column('set_id', sa.Uuid(), nullable=False),
    sa.Column('chosen_by_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['chosen_by_id'], ['accounts.id'], name=op.f('principle_choices_chosen_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['municipality_id'], ['areas.id'], name=op.f('principle_choices_municipality_id_refers_to_areas')),
    sa.ForeignKeyConstraint(['set_id'], ['principle_sets.id'], name=op.f('principle_choices_set_id_refers_to_principle_sets')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_principle_choices')),
    sa.UniqueConstraint('municipality_id', name='a_municipality_has_one_set_of_principles')
    )
    op.create_table('principles',
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('name_ja', sa.String(length=200), nullable=False),
    sa.Column('name_en', sa.String(length=200), nullable=False),
    sa.Column('gates', sa.JSON(), nullable=False),
    sa.Column('set_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint('position >= 1', name=op.f('principles_principles_are_numbered_from_one')),
    sa.ForeignKeyConstraint(['set_id'], ['principle_sets.id'], name=op.f('principles_set_id_refers_to_principle_sets')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_principles')),
    sa.UniqueConstraint('set_id', 'code', name='a_set_knows_a_principle_once')
    )
    op.create_table('endorsements',
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('basis', sa.Text(), nullable=False),
    sa.Column('issuer', sa.String(length=200), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('expires_on', sa.Date(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('revoked_at', sa.DateTime(), nullable=True),
    sa.Column('revoked_because', sa.Text(), nullable=False),
    sa.Column('participant_id', sa.Uuid(), nullable=False),
    sa.Column('recorded_by_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("basis <> '' AND issuer <> ''", name=op.f('endorsements_an_endorsement_names_basis_and_issuer')),
    sa.CheckConstraint('expires_on >= issued_on', name=op.f('endorsements_an_endorsement_ends_after_it_begins')),
    sa.ForeignKeyConstraint(['participant_id'], ['participants.id'], name=op.f('endorsements_participant_id_refers_to_participants')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['accounts.id'], name=op.f('endorsements_recorded_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_endorsements')),
    sa.UniqueConstraint('code', name=op.f('endorsements_have_unique_code'))
    )
    op.create_index(op.f('ix_endorsements_participant_id'), 'endorsements', ['participant_id'], unique=False)
    op.create_table('agreement_versions',
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('written_at', sa.DateTime(), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('problem', sa.Text(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('activity', sa.Text(), nullable=False),
    sa.Column('form', sa.String(length=40), nullable=True),
    sa.Column('goal', sa.Text(), nullable=False),
    sa.Column('goal_measure', sa.Text(), nullable=False),
    sa.Column('goal_due_on', sa.Date(), nullable=True),
    sa.Column('starts_on', sa.Date(), nullable=True),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('cost', sa.Text(), nullable=False),
    sa.Column('information', sa.Text(), nullable=False),
    sa.Column('public_summary', sa.Text(), nullable=False),
    sa.Column('private_reason', sa.Text(), nullable=False),
    sa.Column('opportunity', sa.Text(), nullable=False),
    sa.Column('change_terms', sa.Text(), nullable=False),
    sa.Column('results', sa.Text(), nullable=False),
    sa.Column('personal_data', sa.Text(), nullable=False),
    sa.Column('evaluation_on', sa.Date(), nullable=True),
    sa.Column('evaluation_measure', sa.Text(), nullable=False),
    sa.Column('partnership_id', sa.Uuid(), nullable=False),
    sa.Column('written_by_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint('ends_on IS NULL OR starts_on IS NULL OR ends_on >= starts_on', name=op.f('agreement_versions_ends_after_start')),
    sa.CheckConstraint('evaluation_on IS NULL OR starts_on IS NULL OR evaluation_on >= starts_on', name=op.f('agreement_versions_evaluated_after_start')),
    sa.CheckConstraint('number >= 1', name=op.f('agreement_versions_versions_are_numbered_from_one')),
    sa.ForeignKeyConstraint(['partnership_id'], ['partnerships.id'], name=op.f('agreement_versions_partnership_id_refers_to_partnerships')),
    sa.ForeignKeyConstraint(['written_by_id'], ['accounts.id'], name=op.f('agreement_versions_written_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agreement_versions')),
    sa.UniqueConstraint('partnership_id', 'number', name='a_version_is_numbered_once')
    )
    op.create_table('case_studies',
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('problem', sa.Text(), nullable=False),
    sa.Column('team', sa.Text(), nullable=False),
    sa.Column('form', sa.String(length=40), nullable=True),
    sa.Column('cost', sa.Text(), nullable=False),
    sa.Column('helped', sa.Text(), nullable=False),
    sa.Column('result', sa.Text(), nullable=False),
    sa.Column('written_at', sa.DateTime(), nullable=False),
    sa.Column('search_text', sa.Text(), nullable=False),
    sa.Column('partnership_id', sa.Uuid(), nullable=False),
    sa.Column('written_by_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['partnership_id'], ['partnerships.id'], name=op.f('case_studies_partnership_id_refers_to_partnerships')),
    sa.ForeignKeyConstraint(['written_by_id'], ['accounts.id'], name=op.f('case_studies_written_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_studies')),
    sa.UniqueConstraint('partnership_id', name='a_partnership_becomes_one_case')
    )
    op.create_table('continuations',
    sa.Column('predecessor_id', sa.Uuid(), nullable=False),
    sa.Column('successor_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint('predecessor_id <> successor_id', name=op.f('continuations_nothing_continues_itself')),
    sa.ForeignKeyConstraint(['predecessor_id'], ['partnerships.id'], name=op.f('continuations_predecessor_id_refers_to_partnerships')),
    sa.ForeignKeyConstraint(['successor_id'], ['partnerships.id'], name=op.f('continuations_successor_id_refers_to_partnerships')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_continuations')),
    sa.UniqueConstraint('predecessor_id', name='a_partnership_is_continued_once'),
    sa.UniqueConstraint('successor_id', name='a_partnership_continues_one')
    )
    op.create_table('end_decisions',
    sa.Column('ending', sa.String(length=40), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('handed_to', sa.String(length=200), nullable=False),
    sa.Column('decided_at', sa.DateTime(), nullable=False),
    sa.Column('partnership_id', sa.Uuid(), nullable=False),
    sa.Column('decided_by_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("ending <> 'handed_over' OR handed_to <> ''", name=op.f('end_decisions_what_is_handed_over_goes_to_somebody')),
    sa.CheckConstraint("reason <> ''", name=op.f('end_decisions_an_end_says_why')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['accounts.id'], name=op.f('end_decisions_decided_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['partnership_id'], ['partnerships.id'], name=op.f('end_decisions_partnership_id_refers_to_partnerships')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_end_decisions')),
    sa.UniqueConstraint('partnership_id', name='a_partnership_ends_once')
    )
    op.create_table('form_choices',
    sa.Column('form', sa.String(length=40), nullable=False),
    sa.Column('answers', sa.JSON(), nullable=False),
    sa.Column('ranked', sa.JSON(), nullable=False),
    sa.Column('departure_reason', sa.Text(), nullable=False),
    sa.Column('chosen_at', sa.DateTime(), nullable=False),
    sa.Column('partnership_id', sa.Uuid(), nullable=False),
    sa.Column('chosen_by_id', sa.Uuid(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['chosen_by_id'], ['accounts.id'], name=op.f('form_choices_chosen_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['partnership_id'], ['partnerships.id'], name=op.f('form_choices_partnership_id_refers_to_partnerships')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_form_choices')),
    sa.UniqueConstraint('partnership_id', name='a_partnership_has_one_form')
    )
    op.create_table('matching_tables',
    sa.Column('place', sa.String(length=200), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('starts_at', sa.DateTime(), nullable=True),
    sa.Column('ends_at', sa.DateTime(), nullable=True),
    sa.Column('held_on', sa.Date(), nullable=True),
    sa.Column('settled_what', sa.Text(), nullable=False),
    sa.Column('settled_how_long', sa.Text(), nullable=False),
    sa.Column('settled_cost', sa.Text(), nullable=False),
    sa.Column('partnership_id', sa.Uuid(), nullable=False),
    sa.Column('called_by_id', sa.Uuid(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("held_on IS NULL OR settled_what <> ''", name=op.f('matching_tables_a_meeting_that_was_held_settled_something')),
    sa.CheckConstraint('(starts_at IS NULL) = (ends_at IS NULL)', name=op.f('matching_tables_start_and_end_are_fixed_together')),
    sa.CheckConstraint('ends_at IS NULL OR ends_at > starts_at', name=op.f('matching_tables_the_meeting_ends_after_it_starts')),
    sa.ForeignKeyConstraint(['called_by_id'], ['accounts.id'], name=op.f('matching_tables_called_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['partnership_id'], ['partnerships.id'], name=op.f('matching_tables_partnership_id_refers_to_partnerships')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_matching_tables')),
    sa.UniqueConstraint('partnership_id', name='a_partnership_sits_down_at_one_matching_table')
    )
    op.create_table('milestones',
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('reached_at', sa.DateTime(), nullable=True),
    sa.Column('partnership_id', sa.Uuid(), nullable=False),
    sa.Column('reached_by_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("title <> ''", name=op.f('milestones_a_milestone_has_a_title')),
    sa.ForeignKeyConstraint(['partnership_id'], ['partnerships.id'], name=op.f('milestones_partnership_id_refers_to_partnerships')),
    sa.ForeignKeyConstraint(['reached_by_id'], ['accounts.id'], name=op.f('milestones_reached_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_milestones'))
    )
    op.create_index(op.f('ix_milestones_partnership_id'), 'milestones', ['partnership_id'], unique=False)
    op.create_table('notices',
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.Column('mailed_at', sa.DateTime(), nullable=True),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('partnership_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('notices_account_id_refers_to_accounts'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['partnership_id'], ['partnerships.id'], name=op.f('notices_partnership_id_refers_to_partnerships')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notices'))
    )
    op.create_index(op.f('ix_notices_partnership_id'), 'notices', ['partnership_id'], unique=False)
    op.create_index('ix_notices_unmailed', 'notices', ['account_id'], unique=False, sqlite_where=sa.text('mailed_at IS NULL'), postgresql_where=sa.text('mailed_at IS NULL'))
    op.create_table('outside_views',
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('capacity', sa.String(length=200), nullable=False),
    sa.Column('goal', sa.String(length=40), nullable=False),
    sa.Column('view', sa.Text(), nullable=False),
    sa.Column('noted_at', sa.DateTime(), nullable=False),
    sa.Column('partnership_id', sa.Uuid(), nullable=False),
    sa.Column('noted_by_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("view <> ''", name=op.f('outside_views_a_view_says_something')),
    sa.ForeignKeyConstraint(['noted_by_id'], ['accounts.id'], name=op.f('outside_views_noted_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['partnership_id'], ['partnerships.id'], name=op.f('outside_views_partnership_id_refers_to_partnerships')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outside_views'))
    )
    op.create_index(op.f('ix_outside_views_partnership_id'), 'outside_views', ['partnership_id'], unique=False)
    op.create_table('survey_answers',
    sa.Column('satisfaction', sa.Integer(), nullable=False),
    sa.Column('met_somebody_new', sa.Boolean(), nullable=True),
    sa.Column('again', sa.String(length=40), nullable=True),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('given_at', sa.DateTime(), nullable=False),
    sa.Column('partnership_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint('satisfaction BETWEEN 1 AND 5', name=op.f('survey_answers_satisfaction_is_1_to_5')),
    sa.ForeignKeyConstraint(['partnership_id'], ['partnerships.id'], name=op.f('survey_answers_partnership_id_refers_to_partnerships')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_survey_answers'))
    )
    op.create_index(op.f('ix_survey_answers_partnership_id'), 'survey_answers', ['partnership_id'], unique=False)
    op.create_table('change_requests',
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('made_at', sa.DateTime(), nullable=False),
    sa.Column('granted', sa.Boolean(), nullable=True),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('decided_at', sa.DateTime(), nullable=True),
    sa.Column('party_id', sa.Uuid(), nullable=False),
    sa.Column('made_by_id', sa.Uuid(), nullable=True),
    sa.Column('decided_by_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint('(granted IS NULL) = (decided_at IS NULL)', name=op.f('change_requests_decided_at_iff_decided')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['accounts.id'], name=op.f('change_requests_decided_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['made_by_id'], ['accounts.id'], name=op.f('change_requests_made_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['party_id'], ['parties.id'], name=op.f('change_requests_party_id_refers_to_parties')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_change_requests'))
    )
    op.create_index('a_party_has_one_open_request', 'change_requests', ['party_id'], unique=True, sqlite_where=sa.text('decided_at IS NULL'), postgresql_where=sa.text('decided_at IS NULL'))
    op.create_table('evaluations',
    sa.Column('goal', sa.String(length=40), nullable=False),
    sa.Column('again', sa.String(length=40), nullable=False),
    sa.Column('principles', sa.JSON(), nullable=False),
    sa.Column('merits', sa.JSON(), nullable=False),
    sa.Column('helped', sa.Text(), nullable=False),
    sa.Column('hindered', sa.Text(), nullable=False),
    sa.Column('given_at', sa.DateTime(), nullable=False),
    sa.Column('channel', sa.String(length=40), nullable=False),
    sa.Column('party_id', sa.Uuid(), nullable=False),
    sa.Column('given_by_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['given_by_id'], ['accounts.id'], name=op.f('evaluations_given_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['party_id'], ['parties.id'], name=op.f('evaluations_party_id_refers_to_parties')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evaluations')),
    sa.UniqueConstraint('party_id', name='a_party_evaluates_once')
    )
    op.create_table('ledger_lines',
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('what', sa.String(length=200), nullable=False),
    sa.Column('unit', sa.String(length=20), nullable=False),
    sa.Column('is_lent', sa.Boolean(), nullable=False),
    sa.Column('due_back_on', sa.Date(), nullable=True),
    sa.Column('handed_over', sa.Integer(), nullable=False),
    sa.Column('returned', sa.Integer(), nullable=False),
    sa.Column('used_up', sa.Integer(), nullable=False),
    sa.Column('missing', sa.Integer(), nullable=False),
    sa.Column('outstanding', sa.Integer(), nullable=False),
    sa.Column('partnership_id', sa.Uuid(), nullable=False),
    sa.Column('giver_id', sa.Uuid(), nullable=False),
    sa.Column('receiver_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint('giver_id <> receiver_id', name=op.f('ledger_lines_nobody_gives_to_itself')),
    sa.CheckConstraint('handed_over >= 0 AND returned >= 0 AND used_up >= 0 AND missing >= 0', name=op.f('ledger_lines_amounts_are_not_negative')),
    sa.CheckConstraint('outstanding = handed_over - returned - used_up - missing', name=op.f('ledger_lines_what_is_outstanding_is_the_difference')),
    sa.CheckConstraint('outstanding >= 0', name=op.f('ledger_lines_nothing_comes_back_that_was_not_handed_over')),
    sa.ForeignKeyConstraint(['giver_id'], ['parties.id'], name=op.f('ledger_lines_giver_id_refers_to_parties')),
    sa.ForeignKeyConstraint(['partnership_id'], ['partnerships.id'], name=op.f('ledger_lines_partnership_id_refers_to_partnerships')),
    sa.ForeignKeyConstraint(['receiver_id'], ['parties.id'], name=op.f('ledger_lines_receiver_id_refers_to_parties')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_lines'))
    )
    op.create_index(op.f('ix_ledger_lines_giver_id'), 'ledger_lines', ['giver_id'], unique=False)
    op.create_index(op.f('ix_ledger_lines_partnership_id'), 'ledger_lines', ['partnership_id'], unique=False)
    op.create_index(op.f('ix_ledger_lines_receiver_id'), 'ledger_lines', ['receiver_id'], unique=False)
    op.create_table('meeting_dates',
    sa.Column('starts_at', sa.DateTime(), nullable=False),
    sa.Column('ends_at', sa.DateTime(), nullable=False),
    sa.Column('table_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('meeting_dates_a_date_ends_after_it_starts')),
    sa.ForeignKeyConstraint(['table_id'], ['matching_tables.id'], name=op.f('meeting_dates_table_id_refers_to_matching_tables'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meeting_dates')),
    sa.UniqueConstraint('table_id', 'starts_at', name='a_date_is_proposed_once')
    )
    op.create_table('party_terms',
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('leads', sa.Boolean(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('duty', sa.Text(), nullable=False),
    sa.Column('benefit', sa.Text(), nullable=False),
    sa.Column('burden', sa.Text(), nullable=False),
    sa.Column('benefit_weight', sa.Integer(), nullable=True),
    sa.Column('burden_weight', sa.Integer(), nullable=True),
    sa.Column('may_change', sa.Text(), nullable=False),
    sa.Column('to_keep', sa.Text(), nullable=False),
    sa.Column('version_id', sa.Uuid(), nullable=False),
    sa.Column('party_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint('benefit_weight BETWEEN 0 AND 5', name=op.f('party_terms_benefit_is_weighed_from_0_to_5')),
    sa.CheckConstraint('burden_weight BETWEEN 0 AND 5', name=op.f('party_terms_burden_is_weighed_from_0_to_5')),
    sa.ForeignKeyConstraint(['party_id'], ['parties.id'], name=op.f('party_terms_party_id_refers_to_parties')),
    sa.ForeignKeyConstraint(['version_id'], ['agreement_versions.id'], name=op.f('party_terms_version_id_refers_to_agreement_versions'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_party_terms')),
    sa.UniqueConstraint('version_id', 'party_id', name='a_version_speaks_of_a_party_once')
    )
    op.create_index(op.f('ix_party_terms_party_id'), 'party_terms', ['party_id'], unique=False)
    op.create_table('scans',
    sa.Column('media_type', sa.String(length=40), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('party_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint('size >= 1', name=op.f('scans_a_scan_is_not_empty')),
    sa.ForeignKeyConstraint(['party_id'], ['parties.id'], name=op.f('scans_party_id_refers_to_parties')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scans'))
    )
    op.create_index(op.f('ix_scans_party_id'), 'scans', ['party_id'], unique=False)
    op.create_table('worked_hours',
    sa.Column('on_day', sa.Date(), nullable=False),
    sa.Column('hours', sa.Double(), nullable=False),
    sa.Column('people', sa.Integer(), nullable=False),
    sa.Column('what', sa.String(length=200), nullable=False),
    sa.Column('noted_at', sa.DateTime(), nullable=False),
    sa.Column('party_id', sa.Uuid(), nullable=False),
    sa.Column('noted_by_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint('hours > 0 AND people >= 1', name=op.f('worked_hours_somebody_worked_some_time')),
    sa.ForeignKeyConstraint(['noted_by_id'], ['accounts.id'], name=op.f('worked_hours_noted_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['party_id'], ['parties.id'], name=op.f('worked_hours_party_id_refers_to_parties')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_worked_hours'))
    )
    op.create_index(op.f('ix_worked_hours_party_id'), 'worked_hours', ['party_id'], unique=False)
    op.create_table('date_answers',
    sa.Column('suits', sa.Boolean(), nullable=False),
    sa.Column('date_id', sa.Uuid(), nullable=False),
    sa.Column('party_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['date_id'], ['meeting_dates.id'], name=op.f('date_answers_date_id_refers_to_meeting_dates'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['party_id'], ['parties.id'], name=op.f('date_answers_party_id_refers_to_parties')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_date_answers')),
    sa.UniqueConstraint('date_id', 'party_id', name='a_party_answers_a_date_once')
    )
    op.create_index(op.f('ix_date_answers_party_id'), 'date_answers', ['party_id'], unique=False)
    op.create_table('ledger_entries',
    sa.Column('move', sa.String(length=40), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('on_day', sa.Date(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('noted_at', sa.DateTime(), nullable=False),
    sa.Column('line_id', sa.Uuid(), nullable=False),
    sa.Column('noted_by_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint('quantity >= 1', name=op.f('ledger_entries_quantity_is_positive')),
    sa.ForeignKeyConstraint(['line_id'], ['ledger_lines.id'], name=op.f('ledger_entries_line_id_refers_to_ledger_lines')),
    sa.ForeignKeyConstraint(['noted_by_id'], ['accounts.id'], name=op.f('ledger_entries_noted_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_entries'))
    )
    op.create_index(op.f('ix_ledger_entries_line_id'), 'ledger_entries', ['line_id'], unique=False)
    op.create_table('signatures',
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('capacity', sa.String(length=100), nullable=False),
    sa.Column('signed_at', sa.DateTime(), nullable=False),
    sa.Column('channel', sa.String(length=40), nullable=False),
    sa.Column('version_id', sa.Uuid(), nullable=False),
    sa.Column('party_id', sa.Uuid(), nullable=False),
    sa.Column('entered_by_id', sa.Uuid(), nullable=True),
    sa.Column('scan_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("name <> ''", name=op.f('signatures_a_signature_names_who_signs')),
    sa.ForeignKeyConstraint(['entered_by_id'], ['accounts.id'], name=op.f('signatures_entered_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['party_id'], ['parties.id'], name=op.f('signatures_party_id_refers_to_parties')),
    sa.ForeignKeyConstraint(['scan_id'], ['scans.id'], name=op.f('signatures_scan_id_refers_to_scans'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['version_id'], ['agreement_versions.id'], name=op.f('signatures_version_id_refers_to_agreement_versions'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signatures')),
    sa.UniqueConstraint('version_id', 'party_id', name='a_party_signs_a_version_once')
    )
    op.create_index(op.f('ix_signatures_party_id'), 'signatures', ['party_id'], unique=False)
    op.add_column('accounts', sa.Column('news_stopped_at', sa.DateTime(), nullable=True))
    op.add_column('parties', sa.Column('left_at', sa.DateTime(), nullable=True))
    op.add_column('partnerships', sa.Column('agreed_version', sa.Integer(), nullable=True))
    op.add_column('partnerships', sa.Column('starts_on', sa.Date(), nullable=True))
    op.add_column('partnerships', sa.Column('ends_on', sa.Date(), nullable=True))
    op.add_column('partnerships', sa.Column('evaluation_on', sa.Date(), nullable=True))
    op.add_column('partnerships', sa.Column('evaluated_until', sa.Date(), nullable=True))


def downgrade():
    op.drop_column('partnerships', 'evaluated_until')
    op.drop_column('partnerships', 'evaluation_on')
    op.drop_column('partnerships', 'ends_on')
    op.drop_column('partnerships', 'starts_on')
    op.drop_column('partnerships', 'agreed_version')
    op.drop_column('parties', 'left_at')
    op.drop_column('accounts', 'news_stopped_at')
    op.drop_index(op.f('ix_signatures_party_id'), table_name='signatures')
    op.drop_table('signatures')
    op.drop_index(op.f('ix_ledger_entries_line_id'), table_name='ledger_entries')
    op.drop_table('ledger_entries')
    op.drop_index(op.f('ix_date_answers_party_id'), table_name='date_answers')
    op.drop_table('date_answers')
    op.drop_index(op.f('ix_worked_hours_party_id'), table_name='worked_hours')
    op.drop_table('worked_hours')
    op.drop_index(op.f('ix_scans_party_id'), table_name='scans')
    op.drop_table('scans')
    op.drop_index(op.f('ix_party_terms_party_id'), table_name='party_terms')
    op.drop_table('party_terms')
    op.drop_table('meeting_dates')
    op.drop_index(op.f('ix_ledger_lines_receiver_id'), table_name='ledger_lines')
    op.drop_index(op.f('ix_ledger_lines_partnership_id'), table_name='ledger_lines')
    op.drop_index(op.f('ix_ledger_lines_giver_id'), table_name='ledger_lines')
    op.drop_table('ledger_lines')
    op.drop_table('evaluations')
    op.drop_index('a_party_has_one_open_request', table_name='change_requests', sqlite_where=sa.text('decided_at IS NULL'), postgresql_where=sa.text('decided_at IS NULL'))
    op.drop_table('change_requests')
    op.drop_index(op.f('ix_survey_answers_partnership_id'), table_name='survey_answers')
    op.drop_table('survey_answers')
    op.drop_index(op.f('ix_outside_views_partnership_id'), table_name='outside_views')
    op.drop_table('outside_views')
    op.drop_index('ix_notices_unmailed', table_name='notices', sqlite_where=sa.text('mailed_at IS NULL'), postgresql_where=sa.text('mailed_at IS NULL'))
    op.drop_index(op.f('ix_notices_partnership_id'), table_name='notices')
    op.drop_table('notices')
    op.drop_index(op.f('ix_milestones_partnership_id'), table_name='milestones')
    op.drop_table('milestones')
    op.drop_table('matching_tables')
    op.drop_table('form_choices')
    op.drop_table('end_decisions')
    op.drop_table('continuations')
    op.drop_table('case_studies')
    op.drop_table('agreement_versions')
    op.drop_index(op.f('ix_endorsements_participant_id'), table_name='endorsements')
    op.drop_table('endorsements')
    op.drop_table('principles')
    op.drop_table('principle_choices')
    op.drop_table('principle_sets')
