"""Out in the field: visits, consultations, meetings, petitions, referrals, charges, plans, indicators, seasons.

Revision ID: 1796803200
Revises: 1796716800
"""

import sqlalchemy as sa
from alembic import op


revision = '1796803200'
down_revision = '1796716800'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('indicator_packs',
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('name_ja', sa.String(length=120), nullable=False),
    sa.Column('name_en', sa.String(length=120), nullable=False),
    sa.Column('source', sa.String(length=300), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_indicator_packs')),
    sa.UniqueConstraint('code', name=op.f('indicator_packs_have_unique_code'))
    )
    op.create_table('age_groups',
    sa.Column('counted_on', sa.Date(), nullable=False),
    sa.Column('youngest', sa.Integer(), nullable=False),
    sa.Column('oldest', sa.Integer(), nullable=True),
    sa.Column('people', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(length=300), nullable=False),
    sa.Column('area_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint('oldest IS NULL OR oldest >= youngest', name=op.f('age_groups_the_oldest_are_not_younger')),
    sa.CheckConstraint('people >= 0', name=op.f('age_groups_people_are_not_negative')),
    sa.CheckConstraint('youngest BETWEEN 0 AND 120', name=op.f('age_groups_an_age_is_0_to_120')),
    sa.ForeignKeyConstraint(['area_id'], ['areas.id'], name=op.f('age_groups_area_id_refers_to_areas')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_age_groups')),
    sa.UniqueConstraint('area_id', 'counted_on', 'youngest', name='an_age_is_counted_once')
    )
    op.create_table('area_plans',
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('vision', sa.Text(), nullable=False),
    sa.Column('first_year', sa.Integer(), nullable=False),
    sa.Column('last_year', sa.Integer(), nullable=False),
    sa.Column('adopted_on', sa.Date(), nullable=True),
    sa.Column('area_id', sa.Uuid(), nullable=False),
    sa.Column('written_by_id', sa.Uuid(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("title <> ''", name=op.f('area_plans_title_is_not_empty')),
    sa.CheckConstraint('last_year >= first_year', name=op.f('area_plans_ends_after_it_begins')),
    sa.ForeignKeyConstraint(['area_id'], ['areas.id'], name=op.f('area_plans_area_id_refers_to_areas')),
    sa.ForeignKeyConstraint(['written_by_id'], ['accounts.id'], name=op.f('area_plans_written_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_area_plans'))
    )
    op.create_index(op.f('ix_area_plans_area_id'), 'area_plans', ['area_id'], unique=False)
    op.create_table('courses',
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('organiser', sa.String(length=120), nullable=False),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('area_id', sa.Uuid(), nullable=False),
    sa.Column('entered_by_id', sa.Uuid(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("title <> ''", name=op.f('courses_title_is_not_empty')),
    sa.CheckConstraint('ends_on >= starts_on', name=op.f('courses_ends_after_it_starts')),
    sa.ForeignKeyConstraint(['area_id'], ['areas.id'], name=op.f('courses_area_id_refers_to_areas')),
    sa.ForeignKeyConstraint(['entered_by_id'], ['accounts.id'], name=op.f('courses_entered_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_courses'))
    )
    op.create_index(op.f('ix_courses_area_id'), 'courses', ['area_id'], unique=False)
    op.create_table('indicator_choices',
    sa.Column('chosen_at', sa.DateTime(), nullable=False),
    sa.Column('municipality_id', sa.Uuid(), nullable=False),
    sa.Column('pack_id', sa.Uuid(), nullable=False),
    sa.Column('chosen_by_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['chosen_by_id'], ['accounts.id'], name=op.f('indicator_choices_chosen_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['municipality_id'], ['areas.id'], name=op.f('indicator_choices_municipality_id_refers_to_areas')),
    sa.ForeignKeyConstraint(['pack_id'], ['indicator_packs.id'], name=op.f('indicator_choices_pack_id_refers_to_indicator_packs')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_indicator_choices')),
    sa.UniqueConstraint('municipality_id', name='a_municipality_looks_at_one_pack')
    )
    op.create_table('indicators',
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('name_ja', sa.String(length=200), nullable=False),
    sa.Column('name_en', sa.String(length=200), nullable=False),
    sa.Column('definition_ja', sa.Text(), nullable=False),
    sa.Column('definition_en', sa.Text(), nullable=False),
    sa.Column('unit_ja', sa.String(length=20), nullable=False),
    sa.Column('unit_en', sa.String(length=20), nullable=False),
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('baseline_year', sa.Integer(), nullable=False),
    sa.Column('baseline', sa.Double(), nullable=True),
    sa.Column('target_year', sa.Integer(), nullable=False),
    sa.Column('target', sa.Double(), nullable=False),
    sa.Column('pack_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint('baseline IS NULL OR baseline_year IS NOT NULL', name=op.f('indicators_a_baseline_has_its_year')),
    sa.CheckConstraint('target_year > baseline_year', name=op.f('indicators_the_target_lies_after_the_baseline')),
    sa.ForeignKeyConstraint(['pack_id'], ['indicator_packs.id'], name=op.f('indicators_pack_id_refers_to_indicator_packs')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_indicators')),
    sa.UniqueConstraint('pack_id', 'code', name='a_pack_knows_a_code_once')
    )
    op.create_table('networks',
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('mission', sa.Text(), nullable=False),
    sa.Column('measure', sa.Text(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('extended_because', sa.Text(), nullable=False),
    sa.Column('mission_fulfilled', sa.Boolean(), nullable=True),
    sa.Column('ended_at', sa.DateTime(), nullable=True),
    sa.Column('ended_because', sa.Text(), nullable=False),
    sa.Column('area_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("(ended_at IS NULL) = (ended_because = '')", name=op.f('networks_an_end_says_why')),
    sa.CheckConstraint("name <> '' AND mission <> ''", name=op.f('networks_a_network_has_a_name_and_a_mission')),
    sa.CheckConstraint('ends_on >= starts_on', name=op.f('networks_ends_after_it_starts')),
    sa.ForeignKeyConstraint(['area_id'], ['areas.id'], name=op.f('networks_area_id_refers_to_areas')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_networks'))
    )
    op.create_index(op.f('ix_networks_area_id'), 'networks', ['area_id'], unique=False)
    op.create_table('platforms',
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('pillars', sa.JSON(), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('area_id', sa.Uuid(), nullable=False),
    sa.Column('chosen_by_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint('until IS NULL OR until >= since', name=op.f('platforms_ends_after_it_begins')),
    sa.ForeignKeyConstraint(['area_id'], ['areas.id'], name=op.f('platforms_area_id_refers_to_areas')),
    sa.ForeignKeyConstraint(['chosen_by_id'], ['accounts.id'], name=op.f('platforms_chosen_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_platforms'))
    )
    op.create_index('a_place_has_one_standing_platform', 'platforms', ['area_id'], unique=True, sqlite_where=sa.text('until IS NULL'), postgresql_where=sa.text('until IS NULL'))
    op.create_index(op.f('ix_platforms_area_id'), 'platforms', ['area_id'], unique=False)
    op.create_table('routing_rules',
    sa.Column('office', sa.String(length=40), nullable=False),
    sa.Column('municipality_id', sa.Uuid(), nullable=False),
    sa.Column('field_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['field_id'], ['activity_fields.id'], name=op.f('routing_rules_field_id_refers_to_activity_fields')),
    sa.ForeignKeyConstraint(['municipality_id'], ['areas.id'], name=op.f('routing_rules_municipality_id_refers_to_areas')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_routing_rules'))
    )
    op.create_index('a_field_goes_to_one_office', 'routing_rules', ['municipality_id', 'field_id'], unique=True, sqlite_where=sa.text('field_id IS NOT NULL'), postgresql_where=sa.text('field_id IS NOT NULL'))
    op.create_index('a_municipality_has_one_rule_for_the_rest', 'routing_rules', ['municipality_id'], unique=True, sqlite_where=sa.text('field_id IS NULL'), postgresql_where=sa.text('field_id IS NULL'))
    op.create_table('seasons',
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('briefing_on', sa.Date(), nullable=False),
    sa.Column('entries_close_on', sa.Date(), nullable=False),
    sa.Column('orientation_on', sa.Date(), nullable=False),
    sa.Column('kick_off_on', sa.Date(), nullable=False),
    sa.Column('work_ends_on', sa.Date(), nullable=False),
    sa.Column('presentation_on', sa.Date(), nullable=False),
    sa.Column('looking_back_on', sa.Date(), nullable=False),
    sa.Column('team_size', sa.Integer(), nullable=False),
    sa.Column('looked_back', sa.Text(), nullable=False),
    sa.Column('matched_at', sa.DateTime(), nullable=True),
    sa.Column('approved_at', sa.DateTime(), nullable=True),
    sa.Column('area_id', sa.Uuid(), nullable=False),
    sa.Column('planned_by_id', sa.Uuid(), nullable=True),
    sa.Column('approved_by_id', sa.Uuid(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("name <> ''", name=op.f('seasons_name_is_not_empty')),
    sa.CheckConstraint('briefing_on <= entries_close_on AND entries_close_on <= orientation_on AND orientation_on <= kick_off_on AND kick_off_on <= work_ends_on AND work_ends_on <= presentation_on AND presentation_on <= looking_back_on', name=op.f('seasons_the_dates_follow_each_other')),
    sa.CheckConstraint('team_size BETWEEN 1 AND 6', name=op.f('seasons_a_team_has_one_to_six_people')),
    sa.ForeignKeyConstraint(['approved_by_id'], ['accounts.id'], name=op.f('seasons_approved_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['area_id'], ['areas.id'], name=op.f('seasons_area_id_refers_to_areas')),
    sa.ForeignKeyConstraint(['planned_by_id'], ['accounts.id'], name=op.f('seasons_planned_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_seasons'))
    )
    op.create_index(op.f('ix_seasons_area_id'), 'seasons', ['area_id'], unique=False)
    op.create_table('activities',
    sa.Column('done_on', sa.Date(), nullable=False),
    sa.Column('what', sa.String(length=200), nullable=False),
    sa.Column('people', sa.Integer(), nullable=True),
    sa.Column('sent_key', sa.String(length=64), nullable=False),
    sa.Column('written_at', sa.DateTime(), nullable=False),
    sa.Column('participant_id', sa.Uuid(), nullable=False),
    sa.Column('written_by_id', sa.Uuid(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("what <> ''", name=op.f('activities_an_activity_says_what_was_done')),
    sa.CheckConstraint('people IS NULL OR people >= 1', name=op.f('activities_somebody_took_part')),
    sa.ForeignKeyConstraint(['participant_id'], ['participants.id'], name=op.f('activities_participant_id_refers_to_participants')),
    sa.ForeignKeyConstraint(['written_by_id'], ['accounts.id'], name=op.f('activities_written_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_activities')),
    sa.UniqueConstraint('sent_key', name=op.f('activities_have_unique_sent_key'))
    )
    op.create_index('ix_activities_participant_done_on', 'activities', ['participant_id', 'done_on'], unique=False)
    op.create_table('consultations',
    sa.Column('consulted_on', sa.Date(), nullable=False),
    sa.Column('way', sa.String(length=40), nullable=False),
    sa.Column('help_asked', sa.String(length=40), nullable=False),
    sa.Column('asker_kind', sa.String(length=40), nullable=True),
    sa.Column('asker_name', sa.String(length=100), nullable=False),
    sa.Column('asker_contact', sa.String(length=254), nullable=False),
    sa.Column('asked', sa.Text(), nullable=False),
    sa.Column('answered', sa.Text(), nullable=False),
    sa.Column('sent_key', sa.String(length=64), nullable=False),
    sa.Column('written_at', sa.DateTime(), nullable=False),
    sa.Column('closed_at', sa.DateTime(), nullable=True),
    sa.Column('area_id', sa.Uuid(), nullable=False),
    sa.Column('participant_id', sa.Uuid(), nullable=True),
    sa.Column('same_as_id', sa.Uuid(), nullable=True),
    sa.Column('taken_by_id', sa.Uuid(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("asked <> ''", name=op.f('consultations_a_consultation_says_what_was_asked')),
    sa.CheckConstraint('same_as_id IS NULL OR same_as_id <> id', name=op.f('consultations_a_consultation_is_not_its_own_double')),
    sa.ForeignKeyConstraint(['area_id'], ['areas.id'], name=op.f('consultations_area_id_refers_to_areas')),
    sa.ForeignKeyConstraint(['participant_id'], ['participants.id'], name=op.f('consultations_participant_id_refers_to_participants')),
    sa.ForeignKeyConstraint(['same_as_id'], ['consultations.id'], name=op.f('consultations_same_as_id_refers_to_consultations')),
    sa.ForeignKeyConstraint(['taken_by_id'], ['accounts.id'], name=op.f('consultations_taken_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consultations')),
    sa.UniqueConstraint('sent_key', name=op.f('consultations_have_unique_sent_key'))
    )
    op.create_index('ix_consultations_area_consulted_on', 'consultations', ['area_id', 'consulted_on'], unique=False)
    op.create_index(op.f('ix_consultations_participant_id'), 'consultations', ['participant_id'], unique=False)
    op.create_index(op.f('ix_consultations_same_as_id'), 'consultations', ['same_as_id'], unique=False)
    op.create_index(op.f('ix_consultations_taken_by_id'), 'consultations', ['taken_by_id'], unique=False)
    op.create_table('course_completions',
    sa.Column('completed_on', sa.Date(), nullable=False),
    sa.Column('invited_at', sa.DateTime(), nullable=True),
    sa.Column('course_id', sa.Uuid(), nullable=False),
    sa.Column('participant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['courses.id'], name=op.f('course_completions_course_id_refers_to_courses')),
    sa.ForeignKeyConstraint(['participant_id'], ['participants.id'], name=op.f('course_completions_participant_id_refers_to_participants')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_course_completions')),
    sa.UniqueConstraint('course_id', 'participant_id', name='a_course_is_completed_once')
    )
    op.create_index(op.f('ix_course_completions_participant_id'), 'course_completions', ['participant_id'], unique=False)
    op.create_table('course_fields',
    sa.Column('course_id', sa.Uuid(), nullable=False),
    sa.Column('activity_field_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['activity_field_id'], ['activity_fields.id'], name=op.f('course_fields_activity_field_id_refers_to_activity_fields')),
    sa.ForeignKeyConstraint(['course_id'], ['courses.id'], name=op.f('course_fields_course_id_refers_to_courses'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('course_id', 'activity_field_id', name=op.f('pk_course_fields'))
    )
    op.create_table('goals',
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('measure', sa.String(length=200), nullable=False),
    sa.Column('unit', sa.String(length=20), nullable=False),
    sa.Column('baseline', sa.Double(), nullable=True),
    sa.Column('target', sa.Double(), nullable=True),
    sa.Column('due_year', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('plan_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("title <> ''", name=op.f('goals_title_is_not_empty')),
    sa.CheckConstraint('position >= 1', name=op.f('goals_goals_are_numbered_from_one')),
    sa.ForeignKeyConstraint(['plan_id'], ['area_plans.id'], name=op.f('goals_plan_id_refers_to_area_plans')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_goals')),
    sa.UniqueConstraint('plan_id', 'position', name='a_position_holds_one_goal')
    )
    op.create_table('indicator_values',
    sa.Column('fiscal_year', sa.Integer(), nullable=False),
    sa.Column('value', sa.Double(), nullable=False),
    sa.Column('source', sa.String(length=300), nullable=False),
    sa.Column('indicator_id', sa.Uuid(), nullable=False),
    sa.Column('municipality_id', sa.Uuid(), nullable=False),
    sa.Column('entered_by_id', sa.Uuid(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("source <> ''", name=op.f('indicator_values_an_imported_number_names_its_source')),
    sa.ForeignKeyConstraint(['entered_by_id'], ['accounts.id'], name=op.f('indicator_values_entered_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['indicator_id'], ['indicators.id'], name=op.f('indicator_values_indicator_id_refers_to_indicators')),
    sa.ForeignKeyConstraint(['municipality_id'], ['areas.id'], name=op.f('indicator_values_municipality_id_refers_to_areas')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_indicator_values')),
    sa.UniqueConstraint('indicator_id', 'municipality_id', 'fiscal_year', name='a_year_has_one_value')
    )
    op.create_index(op.f('ix_indicator_values_municipality_id'), 'indicator_values', ['municipality_id'], unique=False)
    op.create_table('intermediaries',
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('phone', sa.String(length=40), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('url', sa.String(length=300), nullable=False),
    sa.Column('hours', sa.String(length=200), nullable=False),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('area_id', sa.Uuid(), nullable=False),
    sa.Column('participant_id', sa.Uuid(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("name <> ''", name=op.f('intermediaries_name_is_not_empty')),
    sa.ForeignKeyConstraint(['area_id'], ['areas.id'], name=op.f('intermediaries_area_id_refers_to_areas')),
    sa.ForeignKeyConstraint(['participant_id'], ['participants.id'], name=op.f('intermediaries_participant_id_refers_to_participants')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_intermediaries'))
    )
    op.create_index(op.f('ix_intermediaries_area_id'), 'intermediaries', ['area_id'], unique=False)
    op.create_index(op.f('ix_intermediaries_participant_id'), 'intermediaries', ['participant_id'], unique=False)
    op.create_table('network_members',
    sa.Column('joined_on', sa.Date(), nullable=False),
    sa.Column('left_on', sa.Date(), nullable=True),
    sa.Column('network_id', sa.Uuid(), nullable=False),
    sa.Column('participant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint('left_on IS NULL OR left_on >= joined_on', name=op.f('network_members_leaves_after_joining')),
    sa.ForeignKeyConstraint(['network_id'], ['networks.id'], name=op.f('network_members_network_id_refers_to_networks')),
    sa.ForeignKeyConstraint(['participant_id'], ['participants.id'], name=op.f('network_members_participant_id_refers_to_participants')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_network_members'))
    )
    op.create_index('a_participant_is_in_a_network_once', 'network_members', ['network_id', 'participant_id'], unique=True, sqlite_where=sa.text('left_on IS NULL'), postgresql_where=sa.text('left_on IS NULL'))
    op.create_index(op.f('ix_network_members_participant_id'), 'network_members', ['participant_id'], unique=False)
    op.create_table('role_holdings',
    sa.Column('body', sa.String(length=120), nullable=False),
    sa.Column('office', sa.String(length=100), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('hours_per_month', sa.Double(), nullable=True),
    sa.Column('participant_id', sa.Uuid(), nullable=False),
    sa.Column('body_participant_id', sa.Uuid(), nullable=True),
    sa.Column('entered_by_id', sa.Uuid(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("body <> '' AND office <> ''", name=op.f('role_holdings_an_office_is_named')),
    sa.CheckConstraint('hours_per_month IS NULL OR hours_per_month >= 0', name=op.f('role_holdings_hours_are_not_negative')),
    sa.CheckConstraint('until IS NULL OR until >= since', name=op.f('role_holdings_ends_after_it_begins')),
    sa.ForeignKeyConstraint(['body_participant_id'], ['participants.id'], name=op.f('role_holdings_body_participant_id_refers_to_participants')),
    sa.ForeignKeyConstraint(['entered_by_id'], ['accounts.id'], name=op.f('role_holdings_entered_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['participant_id'], ['participants.id'], name=op.f('role_holdings_participant_id_refers_to_participants')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role_holdings'))
    )
    op.create_index(op.f('ix_role_holdings_body_participant_id'), 'role_holdings', ['body_participant_id'], unique=False)
    op.create_index(op.f('ix_role_holdings_participant_id'), 'role_holdings', ['participant_id'], unique=False)
    op.create_table('roundtables',
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('starts_at', sa.DateTime(), nullable=False),
    sa.Column('ends_at', sa.DateTime(), nullable=True),
    sa.Column('place', sa.String(length=200), nullable=False),
    sa.Column('agenda', sa.Text(), nullable=False),
    sa.Column('is_public', sa.Boolean(), nullable=False),
    sa.Column('held_on', sa.Date(), nullable=True),
    sa.Column('called_off_at', sa.DateTime(), nullable=True),
    sa.Column('minutes', sa.Text(), nullable=False),
    sa.Column('support', sa.Text(), nullable=False),
    sa.Column('area_id', sa.Uuid(), nullable=False),
    sa.Column('network_id', sa.Uuid(), nullable=True),
    sa.Column('convenor_id', sa.Uuid(), nullable=True),
    sa.Column('called_by_id', sa.Uuid(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("title <> ''", name=op.f('roundtables_title_is_not_empty')),
    sa.CheckConstraint('ends_at IS NULL OR ends_at > starts_at', name=op.f('roundtables_ends_after_it_starts')),
    sa.CheckConstraint('held_on IS NULL OR called_off_at IS NULL', name=op.f('roundtables_what_was_called_off_was_not_held')),
    sa.ForeignKeyConstraint(['area_id'], ['areas.id'], name=op.f('roundtables_area_id_refers_to_areas')),
    sa.ForeignKeyConstraint(['called_by_id'], ['accounts.id'], name=op.f('roundtables_called_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['convenor_id'], ['participants.id'], name=op.f('roundtables_convenor_id_refers_to_participants')),
    sa.ForeignKeyConstraint(['network_id'], ['networks.id'], name=op.f('roundtables_network_id_refers_to_networks')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_roundtables'))
    )
    op.create_index('ix_roundtables_area_held_on', 'roundtables', ['area_id', 'held_on'], unique=False)
    op.create_index(op.f('ix_roundtables_convenor_id'), 'roundtables', ['convenor_id'], unique=False)
    op.create_index(op.f('ix_roundtables_network_id'), 'roundtables', ['network_id'], unique=False)
    op.create_table('visit_plans',
    sa.Column('every_months', sa.Integer(), nullable=False),
    sa.Column('begins_on', sa.Date(), nullable=False),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('area_id', sa.Uuid(), nullable=False),
    sa.Column('participant_id', sa.Uuid(), nullable=True),
    sa.Column('visitor_id', sa.Uuid(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint('ended_on IS NULL OR ended_on >= begins_on', name=op.f('visit_plans_ends_after_it_begins')),
    sa.CheckConstraint('every_months BETWEEN 1 AND 24', name=op.f('visit_plans_visits_come_every_one_to_24_months')),
    sa.ForeignKeyConstraint(['area_id'], ['areas.id'], name=op.f('visit_plans_area_id_refers_to_areas')),
    sa.ForeignKeyConstraint(['participant_id'], ['participants.id'], name=op.f('visit_plans_participant_id_refers_to_participants')),
    sa.ForeignKeyConstraint(['visitor_id'], ['accounts.id'], name=op.f('visit_plans_visitor_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visit_plans'))
    )
    op.create_index('a_body_has_one_standing_plan_of_visits', 'visit_plans', ['participant_id'], unique=True, sqlite_where=sa.text('ended_on IS NULL'), postgresql_where=sa.text('ended_on IS NULL'))
    op.create_index('a_place_has_one_standing_plan_of_visits', 'visit_plans', ['area_id'], unique=True, sqlite_where=sa.text('participant_id IS NULL AND ended_on IS NULL'), postgresql_where=sa.text('participant_id IS NULL AND ended_on IS NULL'))
    op.create_index(op.f('ix_visit_plans_area_id'), 'visit_plans', ['area_id'], unique=False)
    op.create_index(op.f('ix_visit_plans_visitor_id'), 'visit_plans', ['visitor_id'], unique=False)
    op.create_table('acts_on_behalf',
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('channel', sa.String(length=40), nullable=False),
    sa.Column('said_by', sa.String(length=100), nullable=False),
    sa.Column('said_on', sa.Date(), nullable=False),
    sa.Column('entered_at', sa.DateTime(), nullable=False),
    sa.Column('participant_id', sa.Uuid(), nullable=False),
    sa.Column('need_id', sa.Uuid(), nullable=True),
    sa.Column('offer_id', sa.Uuid(), nullable=True),
    sa.Column('entered_by_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("channel <> 'web'", name=op.f('acts_on_behalf_what_is_entered_for_somebody_came_another_way')),
    sa.CheckConstraint("kind <> 'need' OR need_id IS NOT NULL", name=op.f('acts_on_behalf_a_need_that_was_entered_is_named')),
    sa.CheckConstraint("kind <> 'offer' OR offer_id IS NOT NULL", name=op.f('acts_on_behalf_an_offer_that_was_entered_is_named')),
    sa.CheckConstraint("said_by <> ''", name=op.f('acts_on_behalf_somebody_said_it')),
    sa.ForeignKeyConstraint(['entered_by_id'], ['accounts.id'], name=op.f('acts_on_behalf_entered_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['need_id'], ['needs.id'], name=op.f('acts_on_behalf_need_id_refers_to_needs')),
    sa.ForeignKeyConstraint(['offer_id'], ['offers.id'], name=op.f('acts_on_behalf_offer_id_refers_to_offers')),
    sa.ForeignKeyConstraint(['participant_id'], ['participants.id'], name=op.f('acts_on_behalf_participant_id_refers_to_participants')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_acts_on_behalf'))
    )
    op.create_index(op.f('ix_acts_on_behalf_need_id'), 'acts_on_behalf', ['need_id'], unique=False)
    op.create_index(op.f('ix_acts_on_behalf_offer_id'), 'acts_on_behalf', ['offer_id'], unique=False)
    op.create_index(op.f('ix_acts_on_behalf_participant_id'), 'acts_on_behalf', ['participant_id'], unique=False)
    op.create_table('attendances',
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('people', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('roundtable_id', sa.Uuid(), nullable=False),
    sa.Column('participant_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint('people >= 1', name=op.f('attendances_somebody_took_part')),
    sa.ForeignKeyConstraint(['participant_id'], ['participants.id'], name=op.f('attendances_participant_id_refers_to_participants')),
    sa.ForeignKeyConstraint(['roundtable_id'], ['roundtables.id'], name=op.f('attendances_roundtable_id_refers_to_roundtables')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attendances')),
    sa.UniqueConstraint('roundtable_id', 'position', name='a_position_holds_one_attendance')
    )
    op.create_index(op.f('ix_attendances_participant_id'), 'attendances', ['participant_id'], unique=False)
    op.create_table('charges',
    sa.Column('since', sa.DateTime(), nullable=False),
    sa.Column('cause', sa.String(length=40), nullable=False),
    sa.Column('until', sa.DateTime(), nullable=True),
    sa.Column('need_id', sa.Uuid(), nullable=False),
    sa.Column('keeper_id', sa.Uuid(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint('until IS NULL OR until >= since', name=op.f('charges_ends_after_it_begins')),
    sa.ForeignKeyConstraint(['keeper_id'], ['accounts.id'], name=op.f('charges_keeper_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['need_id'], ['needs.id'], name=op.f('charges_need_id_refers_to_needs')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_charges'))
    )
    op.create_index('a_need_is_in_one_inbox', 'charges', ['need_id'], unique=True, sqlite_where=sa.text('until IS NULL'), postgresql_where=sa.text('until IS NULL'))
    op.create_index('ix_charges_keeper_until', 'charges', ['keeper_id', 'until'], unique=False)
    op.create_index(op.f('ix_charges_need_id'), 'charges', ['need_id'], unique=False)
    op.create_table('council_seats',
    sa.Column('council', sa.String(length=120), nullable=False),
    sa.Column('term_starts_on', sa.Date(), nullable=False),
    sa.Column('term_ends_on', sa.Date(), nullable=False),
    sa.Column('meetings_per_year', sa.Integer(), nullable=True),
    sa.Column('allowance', sa.String(length=200), nullable=False),
    sa.Column('most_offices', sa.Integer(), nullable=False),
    sa.Column('need_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("council <> ''", name=op.f('council_seats_a_council_has_a_name')),
    sa.CheckConstraint('meetings_per_year IS NULL OR meetings_per_year >= 1', name=op.f('council_seats_a_council_meets')),
    sa.CheckConstraint('most_offices >= 0', name=op.f('council_seats_most_offices_is_not_negative')),
    sa.CheckConstraint('term_ends_on >= term_starts_on', name=op.f('council_seats_ends_after_it_starts')),
    sa.ForeignKeyConstraint(['need_id'], ['needs.id'], name=op.f('council_seats_need_id_refers_to_needs')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_council_seats')),
    sa.UniqueConstraint('need_id', name='a_need_is_for_one_council')
    )
    op.create_table('goal_needs',
    sa.Column('linked_at', sa.DateTime(), nullable=False),
    sa.Column('goal_id', sa.Uuid(), nullable=False),
    sa.Column('need_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['goal_id'], ['goals.id'], name=op.f('goal_needs_goal_id_refers_to_goals')),
    sa.ForeignKeyConstraint(['need_id'], ['needs.id'], name=op.f('goal_needs_need_id_refers_to_needs')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_goal_needs')),
    sa.UniqueConstraint('need_id', name='a_need_serves_one_goal')
    )
    op.create_index(op.f('ix_goal_needs_goal_id'), 'goal_needs', ['goal_id'], unique=False)
    op.create_table('goal_progress',
    sa.Column('fiscal_year', sa.Integer(), nullable=False),
    sa.Column('value', sa.Double(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('noted_on', sa.Date(), nullable=False),
    sa.Column('goal_id', sa.Uuid(), nullable=False),
    sa.Column('noted_by_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['goal_id'], ['goals.id'], name=op.f('goal_progress_goal_id_refers_to_goals')),
    sa.ForeignKeyConstraint(['noted_by_id'], ['accounts.id'], name=op.f('goal_progress_noted_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_goal_progress')),
    sa.UniqueConstraint('goal_id', 'fiscal_year', name='a_goal_is_measured_once_a_year')
    )
    op.create_table('goal_roles',
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('leads', sa.Boolean(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('goal_id', sa.Uuid(), nullable=False),
    sa.Column('participant_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("name <> ''", name=op.f('goal_roles_a_role_names_somebody')),
    sa.ForeignKeyConstraint(['goal_id'], ['goals.id'], name=op.f('goal_roles_goal_id_refers_to_goals')),
    sa.ForeignKeyConstraint(['participant_id'], ['participants.id'], name=op.f('goal_roles_participant_id_refers_to_participants')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_goal_roles')),
    sa.UniqueConstraint('goal_id', 'position', name='a_position_holds_one_role')
    )
    op.create_index(op.f('ix_goal_roles_participant_id'), 'goal_roles', ['participant_id'], unique=False)
    op.create_table('intermediary_areas',
    sa.Column('intermediary_id', sa.Uuid(), nullable=False),
    sa.Column('area_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['area_id'], ['areas.id'], name=op.f('intermediary_areas_area_id_refers_to_areas')),
    sa.ForeignKeyConstraint(['intermediary_id'], ['intermediaries.id'], name=op.f('intermediary_areas_intermediary_id_refers_to_intermediaries'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('intermediary_id', 'area_id', name=op.f('pk_intermediary_areas'))
    )
    op.create_table('intermediary_fields',
    sa.Column('intermediary_id', sa.Uuid(), nullable=False),
    sa.Column('activity_field_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['activity_field_id'], ['activity_fields.id'], name=op.f('intermediary_fields_activity_field_id_refers_to_activity_fields')),
    sa.ForeignKeyConstraint(['intermediary_id'], ['intermediaries.id'], name=op.f('intermediary_fields_intermediary_id_refers_to_intermediaries'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('intermediary_id', 'activity_field_id', name=op.f('pk_intermediary_fields'))
    )
    op.create_table('petitions',
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('priority', sa.Integer(), nullable=False),
    sa.Column('own_role', sa.Text(), nullable=False),
    sa.Column('burden', sa.Text(), nullable=False),
    sa.Column('addressed_to', sa.String(length=120), nullable=False),
    sa.Column('received_on', sa.Date(), nullable=False),
    sa.Column('answer_due_on', sa.Date(), nullable=False),
    sa.Column('channel', sa.String(length=40), nullable=False),
    sa.Column('answer', sa.String(length=40), nullable=True),
    sa.Column('answer_text', sa.Text(), nullable=False),
    sa.Column('answer_is_public', sa.Boolean(), nullable=False),
    sa.Column('answered_on', sa.Date(), nullable=True),
    sa.Column('reminded_at', sa.DateTime(), nullable=True),
    sa.Column('area_id', sa.Uuid(), nullable=False),
    sa.Column('participant_id', sa.Uuid(), nullable=False),
    sa.Column('goal_id', sa.Uuid(), nullable=True),
    sa.Column('written_by_id', sa.Uuid(), nullable=True),
    sa.Column('answered_by_id', sa.Uuid(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("answer IS NULL OR answer_text <> ''", name=op.f('petitions_an_answer_says_why')),
    sa.CheckConstraint("title <> '' AND text <> ''", name=op.f('petitions_a_petition_says_what_is_asked')),
    sa.CheckConstraint('(answer IS NULL) = (answered_on IS NULL)', name=op.f('petitions_answered_on_iff_answered')),
    sa.CheckConstraint('answer_due_on >= received_on', name=op.f('petitions_due_after_received')),
    sa.CheckConstraint('priority BETWEEN 1 AND 3', name=op.f('petitions_priority_is_1_to_3')),
    sa.ForeignKeyConstraint(['answered_by_id'], ['accounts.id'], name=op.f('petitions_answered_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['area_id'], ['areas.id'], name=op.f('petitions_area_id_refers_to_areas')),
    sa.ForeignKeyConstraint(['goal_id'], ['goals.id'], name=op.f('petitions_goal_id_refers_to_goals')),
    sa.ForeignKeyConstraint(['participant_id'], ['participants.id'], name=op.f('petitions_participant_id_refers_to_participants')),
    sa.ForeignKeyConstraint(['written_by_id'], ['accounts.id'], name=op.f('petitions_written_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_petitions'))
    )
    op.create_index('ix_petitions_area_received_on', 'petitions', ['area_id', 'received_on'], unique=False)
    op.create_index(op.f('ix_petitions_goal_id'), 'petitions', ['goal_id'], unique=False)
    op.create_index(op.f('ix_petitions_participant_id'), 'petitions', ['participant_id'], unique=False)
    op.create_table('role_invitations',
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('completion_id', sa.Uuid(), nullable=False),
    sa.Column('need_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint('position BETWEEN 1 AND 3', name=op.f('role_invitations_at_most_three_roles')),
    sa.ForeignKeyConstraint(['completion_id'], ['course_completions.id'], name=op.f('role_invitations_completion_id_refers_to_course_completions')),
    sa.ForeignKeyConstraint(['need_id'], ['needs.id'], name=op.f('role_invitations_need_id_refers_to_needs')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role_invitations')),
    sa.UniqueConstraint('completion_id', 'position', name='a_position_holds_one_invitation')
    )
    op.create_index(op.f('ix_role_invitations_need_id'), 'role_invitations', ['need_id'], unique=False)
    op.create_table('visits',
    sa.Column('visited_on', sa.Date(), nullable=False),
    sa.Column('support', sa.String(length=40), nullable=False),
    sa.Column('heard', sa.Text(), nullable=False),
    sa.Column('seen', sa.Text(), nullable=False),
    sa.Column('people_met', sa.Integer(), nullable=True),
    sa.Column('sent_key', sa.String(length=64), nullable=False),
    sa.Column('written_at', sa.DateTime(), nullable=False),
    sa.Column('area_id', sa.Uuid(), nullable=False),
    sa.Column('participant_id', sa.Uuid(), nullable=True),
    sa.Column('consultation_id', sa.Uuid(), nullable=True),
    sa.Column('visitor_id', sa.Uuid(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("heard <> '' OR seen <> ''", name=op.f('visits_a_visit_says_what_was_seen_or_heard')),
    sa.CheckConstraint('people_met IS NULL OR people_met >= 0', name=op.f('visits_people_are_not_negative')),
    sa.ForeignKeyConstraint(['area_id'], ['areas.id'], name=op.f('visits_area_id_refers_to_areas')),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultations.id'], name=op.f('visits_consultation_id_refers_to_consultations')),
    sa.ForeignKeyConstraint(['participant_id'], ['participants.id'], name=op.f('visits_participant_id_refers_to_participants')),
    sa.ForeignKeyConstraint(['visitor_id'], ['accounts.id'], name=op.f('visits_visitor_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visits')),
    sa.UniqueConstraint('sent_key', name=op.f('visits_have_unique_sent_key'))
    )
    op.create_index('ix_visits_area_visited_on', 'visits', ['area_id', 'visited_on'], unique=False)
    op.create_index(op.f('ix_visits_consultation_id'), 'visits', ['consultation_id'], unique=False)
    op.create_index(op.f('ix_visits_participant_id'), 'visits', ['participant_id'], unique=False)
    op.create_index(op.f('ix_visits_visitor_id'), 'visits', ['visitor_id'], unique=False)
    op.create_table('hand_overs',
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('asked_at', sa.DateTime(), nullable=False),
    sa.Column('accepted', sa.Boolean(), nullable=True),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('answered_at', sa.DateTime(), nullable=True),
    sa.Column('charge_id', sa.Uuid(), nullable=False),
    sa.Column('to_id', sa.Uuid(), nullable=True),
    sa.Column('asked_by_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint('accepted IS NULL OR answered_at IS NOT NULL', name=op.f('hand_overs_an_answer_has_its_moment')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['accounts.id'], name=op.f('hand_overs_asked_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['charge_id'], ['charges.id'], name=op.f('hand_overs_charge_id_refers_to_charges')),
    sa.ForeignKeyConstraint(['to_id'], ['accounts.id'], name=op.f('hand_overs_to_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hand_overs'))
    )
    op.create_index('a_charge_is_offered_to_one', 'hand_overs', ['charge_id'], unique=True, sqlite_where=sa.text('answered_at IS NULL'), postgresql_where=sa.text('answered_at IS NULL'))
    op.create_index(op.f('ix_hand_overs_to_id'), 'hand_overs', ['to_id'], unique=False)
    op.create_table('intake_papers',
    sa.Column('media_type', sa.String(length=40), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('act_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint('size >= 1', name=op.f('intake_papers_a_paper_is_not_empty')),
    sa.ForeignKeyConstraint(['act_id'], ['acts_on_behalf.id'], name=op.f('intake_papers_act_id_refers_to_acts_on_behalf')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_intake_papers')),
    sa.UniqueConstraint('act_id', name=op.f('intake_papers_have_unique_act_id'))
    )
    op.create_table('provenances',
    sa.Column('need_id', sa.Uuid(), nullable=False),
    sa.Column('visit_id', sa.Uuid(), nullable=True),
    sa.Column('consultation_id', sa.Uuid(), nullable=True),
    sa.Column('roundtable_id', sa.Uuid(), nullable=True),
    sa.Column('goal_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint('(CASE WHEN visit_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN consultation_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN roundtable_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN goal_id IS NULL THEN 0 ELSE 1 END) = 1', name=op.f('provenances_a_need_comes_from_one_thing')),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultations.id'], name=op.f('provenances_consultation_id_refers_to_consultations')),
    sa.ForeignKeyConstraint(['goal_id'], ['goals.id'], name=op.f('provenances_goal_id_refers_to_goals')),
    sa.ForeignKeyConstraint(['need_id'], ['needs.id'], name=op.f('provenances_need_id_refers_to_needs')),
    sa.ForeignKeyConstraint(['roundtable_id'], ['roundtables.id'], name=op.f('provenances_roundtable_id_refers_to_roundtables')),
    sa.ForeignKeyConstraint(['visit_id'], ['visits.id'], name=op.f('provenances_visit_id_refers_to_visits')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_provenances')),
    sa.UniqueConstraint('need_id', name='a_need_comes_from_one_place')
    )
    op.create_index(op.f('ix_provenances_consultation_id'), 'provenances', ['consultation_id'], unique=False)
    op.create_index(op.f('ix_provenances_goal_id'), 'provenances', ['goal_id'], unique=False)
    op.create_index(op.f('ix_provenances_roundtable_id'), 'provenances', ['roundtable_id'], unique=False)
    op.create_index(op.f('ix_provenances_visit_id'), 'provenances', ['visit_id'], unique=False)
    op.create_table('referrals',
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('contact', sa.String(length=254), nullable=False),
    sa.Column('consent', sa.String(length=40), nullable=True),
    sa.Column('sent_on', sa.Date(), nullable=False),
    sa.Column('receipt_due_on', sa.Date(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('received_at', sa.DateTime(), nullable=True),
    sa.Column('received_by', sa.String(length=100), nullable=False),
    sa.Column('closed_at', sa.DateTime(), nullable=True),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('reminded_at', sa.DateTime(), nullable=True),
    sa.Column('area_id', sa.Uuid(), nullable=False),
    sa.Column('intermediary_id', sa.Uuid(), nullable=False),
    sa.Column('consultation_id', sa.Uuid(), nullable=True),
    sa.Column('visit_id', sa.Uuid(), nullable=True),
    sa.Column('need_id', sa.Uuid(), nullable=True),
    sa.Column('participant_id', sa.Uuid(), nullable=True),
    sa.Column('sent_by_id', sa.Uuid(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("(state = 'sent') = (received_at IS NULL AND closed_at IS NULL)", name=op.f('referrals_sent_until_answered')),
    sa.CheckConstraint("contact = '' OR consent IS NOT NULL", name=op.f('referrals_contacts_are_passed_on_with_consent')),
    sa.CheckConstraint("text <> ''", name=op.f('referrals_a_referral_says_what_it_is_about')),
    sa.ForeignKeyConstraint(['area_id'], ['areas.id'], name=op.f('referrals_area_id_refers_to_areas')),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultations.id'], name=op.f('referrals_consultation_id_refers_to_consultations')),
    sa.ForeignKeyConstraint(['intermediary_id'], ['intermediaries.id'], name=op.f('referrals_intermediary_id_refers_to_intermediaries')),
    sa.ForeignKeyConstraint(['need_id'], ['needs.id'], name=op.f('referrals_need_id_refers_to_needs')),
    sa.ForeignKeyConstraint(['participant_id'], ['participants.id'], name=op.f('referrals_participant_id_refers_to_participants')),
    sa.ForeignKeyConstraint(['sent_by_id'], ['accounts.id'], name=op.f('referrals_sent_by_id_refers_to_accounts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['visit_id'], ['visits.id'], name=op.f('referrals_visit_id_refers_to_visits')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_referrals')),
    sa.UniqueConstraint('token_hash', name=op.f('referrals_have_unique_token_hash'))
    )
    op.create_index('ix_referrals_area_sent_on', 'referrals', ['area_id', 'sent_on'], unique=False)
    op.create_index(op.f('ix_referrals_consultation_id'), 'referrals', ['consultation_id'], unique=False)
    op.create_index(op.f('ix_referrals_intermediary_id'), 'referrals', ['intermediary_id'], unique=False)
    op.create_index(op.f('ix_referrals_need_id'), 'referrals', ['need_id'], unique=False)
    op.create_index(op.f('ix_referrals_participant_id'), 'referrals', ['participant_id'], unique=False)
    op.create_index(op.f('ix_referrals_sent_by_id'), 'referrals', ['sent_by_id'], unique=False)
    op.create_index(op.f('ix_referrals_visit_id'), 'referrals', ['visit_id'], unique=False)
    op.create_table('decisions',
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('roundtable_id', sa.Uuid(), nullable=False),
    sa.Column('need_id', sa.Uuid(), nullable=True),
    sa.Column('goal_id', sa.Uuid(), nullable=True),
    sa.Column('partnership_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("text <> ''", name=op.f('decisions_a_decision_says_something')),
    sa.CheckConstraint('(need_id IS NOT NULL AND goal_id IS NULL AND partnership_id IS NULL) OR (need_id IS NULL AND goal_id IS NOT NULL AND partnership_id IS NULL) OR (need_id IS NULL AND goal_id IS NULL)', name=op.f('decisions_a_decision_becomes_one_thing')),
    sa.ForeignKeyConstraint(['goal_id'], ['goals.id'], name=op.f('decisions_goal_id_refers_to_goals')),
    sa.ForeignKeyConstraint(['need_id'], ['needs.id'], name=op.f('decisions_need_id_refers_to_needs')),
    sa.ForeignKeyConstraint(['partnership_id'], ['partnerships.id'], name=op.f('decisions_partnership_id_refers_to_partnerships')),
    sa.ForeignKeyConstraint(['roundtable_id'], ['roundtables.id'], name=op.f('decisions_roundtable_id_refers_to_roundtables')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decisions')),
    sa.UniqueConstraint('roundtable_id', 'position', name='a_position_holds_one_decision')
    )
    op.create_index(op.f('ix_decisions_goal_id'), 'decisions', ['goal_id'], unique=False)
    op.create_index(op.f('ix_decisions_need_id'), 'decisions', ['need_id'], unique=False)
    op.create_index(op.f('ix_decisions_partnership_id'), 'decisions', ['partnership_id'], unique=False)
    op.create_table('season_projects',
    sa.Column('entered_at', sa.DateTime(), nullable=False),
    sa.Column('presented', sa.Text(), nullable=False),
    sa.Column('season_id', sa.Uuid(), nullable=False),
    sa.Column('need_id', sa.Uuid(), nullable=False),
    sa.Column('partnership_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['need_id'], ['needs.id'], name=op.f('season_projects_need_id_refers_to_needs')),
    sa.ForeignKeyConstraint(['partnership_id'], ['partnerships.id'], name=op.f('season_projects_partnership_id_refers_to_partnerships')),
    sa.ForeignKeyConstraint(['season_id'], ['seasons.id'], name=op.f('season_projects_season_id_refers_to_seasons')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_season_projects')),
    sa.UniqueConstraint('season_id', 'need_id', name='a_need_enters_a_season_once')
    )
    op.create_index(op.f('ix_season_projects_need_id'), 'season_projects', ['need_id'], unique=False)
    op.create_index(op.f('ix_season_projects_partnership_id'), 'season_projects', ['partnership_id'], unique=False)
    op.create_table('season_professionals',
    sa.Column('entered_at', sa.DateTime(), nullable=False),
    sa.Column('score', sa.Double(), nullable=True),
    sa.Column('confidence', sa.Double(), nullable=True),
    sa.Column('season_id', sa.Uuid(), nullable=False),
    sa.Column('offer_id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['offer_id'], ['offers.id'], name=op.f('season_professionals_offer_id_refers_to_offers')),
    sa.ForeignKeyConstraint(['project_id'], ['season_projects.id'], name=op.f('season_professionals_project_id_refers_to_season_projects')),
    sa.ForeignKeyConstraint(['season_id'], ['seasons.id'], name=op.f('season_professionals_season_id_refers_to_seasons')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_season_professionals')),
    sa.UniqueConstraint('season_id', 'offer_id', name='an_offer_enters_a_season_once')
    )
    op.create_index(op.f('ix_season_professionals_offer_id'), 'season_professionals', ['offer_id'], unique=False)
    op.create_index(op.f('ix_season_professionals_project_id'), 'season_professionals', ['project_id'], unique=False)
    op.add_column('appointments', sa.Column('office', sa.String(length=40), nullable=True))
    op.create_index('ix_needs_area_status', 'needs', ['area_id', 'status'], unique=False)
    op.create_index('ix_offers_area_status', 'offers', ['area_id', 'status'], unique=False)


def downgrade():
    op.drop_index('ix_offers_area_status', table_name='offers')
    op.drop_index('ix_needs_area_status', table_name='needs')
    op.drop_column('appointments', 'office')
    op.drop_index(op.f('ix_season_professionals_project_id'), table_name='season_professionals')
    op.drop_index(op.f('ix_season_professionals_offer_id'), table_name='season_professionals')
    op.drop_table('season_professionals')
    op.drop_index(op.f('ix_season_projects_partnership_id'), table_name='season_projects')
    op.drop_index(op.f('ix_season_projects_need_id'), table_name='season_projects')
    op.drop_table('season_projects')
    op.drop_index(op.f('ix_decisions_partnership_id'), table_name='decisions')
    op.drop_index(op.f('ix_decisions_need_id'), table_name='decisions')
    op.drop_index(op.f('ix_decisions_goal_id'), table_name='decisions')
    op.drop_table('decisions')
    op.drop_index(op.f('ix_referrals_visit_id'), table_name='referrals')
    op.drop_index(op.f('ix_referrals_sent_by_id'), table_name='referrals')
    op.drop_index(op.f('ix_referrals_participant_id'), table_name='referrals')
    op.drop_index(op.f('ix_referrals_need_id'), table_name='referrals')
    op.drop_index(op.f('ix_referrals_intermediary_id'), table_name='referrals')
    op.drop_index(op.f('ix_referrals_consultation_id'), table_name='referrals')
    op.drop_index('ix_referrals_area_sent_on', table_name='referrals')
    op.drop_table('referrals')
    op.drop_index(op.f('ix_provenances_visit_id'), table_name='provenances')
    op.drop_index(op.f('ix_provenances_roundtable_id'), table_name='provenances')
    op.drop_index(op.f('ix_provenances_goal_id'), table_name='provenances')
    op.drop_index(op.f('ix_provenances_consultation_id'), table_name='provenances')
    op.drop_table('provenances')
    op.drop_table('intake_papers')
    op.drop_index(op.f('ix_hand_overs_to_id'), table_name='hand_overs')
    op.drop_index('a_charge_is_offered_to_one', table_name='hand_overs', sqlite_where=sa.text('answered_at IS NULL'), postgresql_where=sa.text('answered_at IS NULL'))
    op.drop_table('hand_overs')
    op.drop_index(op.f('ix_visits_visitor_id'), table_name='visits')
    op.drop_index(op.f('ix_visits_participant_id'), table_name='visits')
    op.drop_index(op.f('ix_visits_consultation_id'), table_name='visits')
    op.drop_index('ix_visits_area_visited_on', table_name='visits')
    op.drop_table('visits')
    op.drop_index(op.f('ix_role_invitations_need_id'), table_name='role_invitations')
    op.drop_table('role_invitations')
    op.drop_index(op.f('ix_petitions_participant_id'), table_name='petitions')
    op.drop_index(op.f('ix_petitions_goal_id'), table_name='petitions')
    op.drop_index('ix_petitions_area_received_on', table_name='petitions')
    op.drop_table('petitions')
    op.drop_table('intermediary_fields')
    op.drop_table('intermediary_areas')
    op.drop_index(op.f('ix_goal_roles_participant_id'), table_name='goal_roles')
    op.drop_table('goal_roles')
    op.drop_table('goal_progress')
    op.drop_index(op.f('ix_goal_needs_goal_id'), table_name='goal_needs')
    op.drop_table('goal_needs')
    op.drop_table('council_seats')
    op.drop_index(op.f('ix_charges_need_id'), table_name='charges')
    op.drop_index('ix_charges_keeper_until', table_name='charges')
    op.drop_index('a_need_is_in_one_inbox', table_name='charges', sqlite_where=sa.text('until IS NULL'), postgresql_where=sa.text('until IS NULL'))
    op.drop_table('charges')
    op.drop_index(op.f('ix_attendances_participant_id'), table_name='attendances')
    op.drop_table('attendances')
    op.drop_index(op.f('ix_acts_on_behalf_participant_id'), table_name='acts_on_behalf')
    op.drop_index(op.f('ix_acts_on_behalf_offer_id'), table_name='acts_on_behalf')
    op.drop_index(op.f('ix_acts_on_behalf_need_id'), table_name='acts_on_behalf')
    op.drop_table('acts_on_behalf')
    op.drop_index(op.f('ix_visit_plans_visitor_id'), table_name='visit_plans')
    op.drop_index(op.f('ix_visit_plans_area_id'), table_name='visit_plans')
    op.drop_index('a_place_has_one_standing_plan_of_visits', table_name='visit_plans', sqlite_where=sa.text('participant_id IS NULL AND ended_on IS NULL'), postgresql_where=sa.text('participant_id IS NULL AND ended_on IS NULL'))
    op.drop_index('a_body_has_one_standing_plan_of_visits', table_name='visit_plans', sqlite_where=sa.text('ended_on IS NULL'), postgresql_where=sa.text('ended_on IS NULL'))
    op.drop_table('visit_plans')
    op.drop_index(op.f('ix_roundtables_network_id'), table_name='roundtables')
    op.drop_index(op.f('ix_roundtables_convenor_id'), table_name='roundtables')
    op.drop_index('ix_roundtables_area_held_on', table_name='roundtables')
    op.drop_table('roundtables')
    op.drop_index(op.f('ix_role_holdings_participant_id'), table_name='role_holdings')
    op.drop_index(op.f('ix_role_holdings_body_participant_id'), table_name='role_holdings')
    op.drop_table('role_holdings')
    op.drop_index(op.f('ix_network_members_participant_id'), table_name='network_members')
    op.drop_index('a_participant_is_in_a_network_once', table_name='network_members', sqlite_where=sa.text('left_on IS NULL'), postgresql_where=sa.text('left_on IS NULL'))
    op.drop_table('network_members')
    op.drop_index(op.f('ix_intermediaries_participant_id'), table_name='intermediaries')
    op.drop_index(op.f('ix_intermediaries_area_id'), table_name='intermediaries')
    op.drop_table('intermediaries')
    op.drop_index(op.f('ix_indicator_values_municipality_id'), table_name='indicator_values')
    op.drop_table('indicator_values')
    op.drop_table('goals')
    op.drop_table('course_fields')
    op.drop_index(op.f('ix_course_completions_participant_id'), table_name='course_completions')
    op.drop_table('course_completions')
    op.drop_index(op.f('ix_consultations_taken_by_id'), table_name='consultations')
    op.drop_index(op.f('ix_consultations_same_as_id'), table_name='consultations')
    op.drop_index(op.f('ix_consultations_participant_id'), table_name='consultations')
    op.drop_index('ix_consultations_area_consulted_on', table_name='consultations')
    op.drop_table('consultations')
    op.drop_index('ix_activities_participant_done_on', table_name='activities')
    op.drop_table('activities')
    op.drop_index(op.f('ix_seasons_area_id'), table_name='seasons')
    op.drop_table('seasons')
    op.drop_index('a_municipality_has_one_rule_for_the_rest', table_name='routing_rules', sqlite_where=sa.text('field_id IS NULL'), postgresql_where=sa.text('field_id IS NULL'))
    op.drop_index('a_field_goes_to_one_office', table_name='routing_rules', sqlite_where=sa.text('field_id IS NOT NULL'), postgresql_where=sa.text('field_id IS NOT NULL'))
    op.drop_table('routing_rules')
    op.drop_index(op.f('ix_platforms_area_id'), table_name='platforms')
    op.drop_index('a_place_has_one_standing_platform', table_name='platforms', sqlite_where=sa.text('until IS NULL'), postgresql_where=sa.text('until IS NULL'))
    op.drop_table('platforms')
    op.drop_index(op.f('ix_networks_area_id'), table_name='networks')
    op.drop_table('networks')
    op.drop_table('indicators')
    op.drop_table('indicator_choices')
    op.drop_index(op.f('ix_courses_area_id'), table_name='courses')
    op.drop_table('courses')
    op.drop_index(op.f('ix_area_plans_area_id'), table_name='area_plans')
    op.drop_table('area_plans')
    op.drop_table('age_groups')
    op.drop_table('indicator_packs')
