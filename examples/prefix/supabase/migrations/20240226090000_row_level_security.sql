-- Row level security: what is for everyone, for whoever is signed in, for the owner alone, for the staff.

alter table public.allowed_emails enable row level security;
alter table public.app_pages enable row level security;
alter table public.app_settings enable row level security;
alter table public.asset_types enable row level security;
alter table public.auth_audit_log enable row level security;
alter table public.citation_expert_aliases enable row level security;
alter table public.cli_auth_tokens enable row level security;
alter table public.cli_command_tracking enable row level security;
alter table public.command_categories enable row level security;
alter table public.command_patterns enable row level security;
alter table public.document_concepts enable row level security;
alter table public.document_type_aliases enable row level security;
alter table public.document_types enable row level security;
alter table public.document_types_original enable row level security;
alter table public.documentation_files enable row level security;
alter table public.documentation_files_missing_doc_ids enable row level security;
alter table public.documentation_processing_queue enable row level security;
alter table public.documentation_sections enable row level security;
alter table public.domains enable row level security;
alter table public.email_addresses enable row level security;
alter table public.emails enable row level security;
alter table public.expert_documents enable row level security;
alter table public.expert_preferences enable row level security;
alter table public.experts enable row level security;
alter table public.function_registry enable row level security;
alter table public.function_relationships enable row level security;
alter table public.learning_topics enable row level security;
alter table public.media_bookmarks enable row level security;
alter table public.media_playback_events enable row level security;
alter table public.media_sessions enable row level security;
alter table public.media_topic_segments enable row level security;
alter table public.mime_types enable row level security;
alter table public.presentation_assets enable row level security;
alter table public.presentations enable row level security;
alter table public.processing_batch_items enable row level security;
alter table public.processing_batches enable row level security;
alter table public.prompt_categories enable row level security;
alter table public.prompt_output_templates enable row level security;
alter table public.prompt_relationships enable row level security;
alter table public.prompt_template_associations enable row level security;
alter table public.prompts enable row level security;
alter table public.scripts enable row level security;
alter table public.sources enable row level security;
alter table public.sources_google enable row level security;
alter table public.sources_google_experts enable row level security;
alter table public.sql_query_history enable row level security;
alter table public.subject_classifications enable row level security;
alter table public.sync_history enable row level security;
alter table public.sync_statistics enable row level security;
alter table public.table_classifications enable row level security;
alter table public.user_content_scores enable row level security;
alter table public.user_filter_profile_drives enable row level security;
alter table public.user_filter_profiles enable row level security;
alter table public.user_learning_analytics enable row level security;
alter table public.user_profiles_v2 enable row level security;
alter table public.user_subject_interests enable row level security;

-- For everyone to read; the signed in keep them.
create policy "Anyone can read domains" on public.domains
  for select to anon, authenticated using (true);
create policy "Signed in users insert domains" on public.domains
  for insert to authenticated with check ((select auth.uid()) is not null);
create policy "Signed in users update domains" on public.domains
  for update to authenticated using ((select auth.uid()) is not null);
create policy "Signed in users delete domains" on public.domains
  for delete to authenticated using ((select auth.uid()) is not null);
create policy "Anyone can read mime_types" on public.mime_types
  for select to anon, authenticated using (true);
create policy "Signed in users insert mime_types" on public.mime_types
  for insert to authenticated with check ((select auth.uid()) is not null);
create policy "Signed in users update mime_types" on public.mime_types
  for update to authenticated using ((select auth.uid()) is not null);
create policy "Signed in users delete mime_types" on public.mime_types
  for delete to authenticated using ((select auth.uid()) is not null);
create policy "Anyone can read asset_types" on public.asset_types
  for select to anon, authenticated using (true);
create policy "Signed in users insert asset_types" on public.asset_types
  for insert to authenticated with check ((select auth.uid()) is not null);
create policy "Signed in users update asset_types" on public.asset_types
  for update to authenticated using ((select auth.uid()) is not null);
create policy "Signed in users delete asset_types" on public.asset_types
  for delete to authenticated using ((select auth.uid()) is not null);
create policy "Anyone can read app_pages" on public.app_pages
  for select to anon, authenticated using (is_public or (select auth.uid()) is not null);
create policy "Signed in users insert app_pages" on public.app_pages
  for insert to authenticated with check ((select auth.uid()) is not null);
create policy "Signed in users update app_pages" on public.app_pages
  for update to authenticated using ((select auth.uid()) is not null);
create policy "Signed in users delete app_pages" on public.app_pages
  for delete to authenticated using ((select auth.uid()) is not null);
create policy "Anyone can read document_types" on public.document_types
  for select to anon, authenticated using (true);
create policy "Signed in users insert document_types" on public.document_types
  for insert to authenticated with check ((select auth.uid()) is not null);
create policy "Signed in users update document_types" on public.document_types
  for update to authenticated using ((select auth.uid()) is not null);
create policy "Signed in users delete document_types" on public.document_types
  for delete to authenticated using ((select auth.uid()) is not null);
create policy "Anyone can read document_type_aliases" on public.document_type_aliases
  for select to anon, authenticated using (true);
create policy "Signed in users insert document_type_aliases" on public.document_type_aliases
  for insert to authenticated with check ((select auth.uid()) is not null);
create policy "Signed in users update document_type_aliases" on public.document_type_aliases
  for update to authenticated using ((select auth.uid()) is not null);
create policy "Signed in users delete document_type_aliases" on public.document_type_aliases
  for delete to authenticated using ((select auth.uid()) is not null);
create policy "Anyone can read experts" on public.experts
  for select to anon, authenticated using (true);
create policy "Signed in users insert experts" on public.experts
  for insert to authenticated with check ((select auth.uid()) is not null);
create policy "Signed in users update experts" on public.experts
  for update to authenticated using ((select auth.uid()) is not null);
create policy "Signed in users delete experts" on public.experts
  for delete to authenticated using ((select auth.uid()) is not null);
create policy "Anyone can read citation_expert_aliases" on public.citation_expert_aliases
  for select to anon, authenticated using (true);
create policy "Signed in users insert citation_expert_aliases" on public.citation_expert_aliases
  for insert to authenticated with check ((select auth.uid()) is not null);
create policy "Signed in users update citation_expert_aliases" on public.citation_expert_aliases
  for update to authenticated using ((select auth.uid()) is not null);
create policy "Signed in users delete citation_expert_aliases" on public.citation_expert_aliases
  for delete to authenticated using ((select auth.uid()) is not null);
create policy "Anyone can read presentations" on public.presentations
  for select to anon, authenticated using (is_public or (select auth.uid()) is not null);
create policy "Signed in users insert presentations" on public.presentations
  for insert to authenticated with check ((select auth.uid()) is not null);
create policy "Signed in users update presentations" on public.presentations
  for update to authenticated using ((select auth.uid()) is not null);
create policy "Signed in users delete presentations" on public.presentations
  for delete to authenticated using ((select auth.uid()) is not null);
create policy "Anyone can read presentation_assets" on public.presentation_assets
  for select to anon, authenticated using (true);
create policy "Signed in users insert presentation_assets" on public.presentation_assets
  for insert to authenticated with check ((select auth.uid()) is not null);
create policy "Signed in users update presentation_assets" on public.presentation_assets
  for update to authenticated using ((select auth.uid()) is not null);
create policy "Signed in users delete presentation_assets" on public.presentation_assets
  for delete to authenticated using ((select auth.uid()) is not null);
create policy "Anyone can read media_topic_segments" on public.media_topic_segments
  for select to anon, authenticated using (true);
create policy "Signed in users insert media_topic_segments" on public.media_topic_segments
  for insert to authenticated with check ((select auth.uid()) is not null);
create policy "Signed in users update media_topic_segments" on public.media_topic_segments
  for update to authenticated using ((select auth.uid()) is not null);
create policy "Signed in users delete media_topic_segments" on public.media_topic_segments
  for delete to authenticated using ((select auth.uid()) is not null);
create policy "Anyone can read subject_classifications" on public.subject_classifications
  for select to anon, authenticated using (true);
create policy "Signed in users insert subject_classifications" on public.subject_classifications
  for insert to authenticated with check ((select auth.uid()) is not null);
create policy "Signed in users update subject_classifications" on public.subject_classifications
  for update to authenticated using ((select auth.uid()) is not null);
create policy "Signed in users delete subject_classifications" on public.subject_classifications
  for delete to authenticated using ((select auth.uid()) is not null);
create policy "Anyone can read learning_topics" on public.learning_topics
  for select to anon, authenticated using (true);
create policy "Signed in users insert learning_topics" on public.learning_topics
  for insert to authenticated with check ((select auth.uid()) is not null);
create policy "Signed in users update learning_topics" on public.learning_topics
  for update to authenticated using ((select auth.uid()) is not null);
create policy "Signed in users delete learning_topics" on public.learning_topics
  for delete to authenticated using ((select auth.uid()) is not null);

-- For whoever is signed in.
create policy "Signed in users work with function_registry" on public.function_registry
  for all to authenticated using ((select auth.uid()) is not null) with check ((select auth.uid()) is not null);
create policy "Signed in users work with function_relationships" on public.function_relationships
  for all to authenticated using ((select auth.uid()) is not null) with check ((select auth.uid()) is not null);
create policy "Signed in users work with sql_query_history" on public.sql_query_history
  for all to authenticated using ((select auth.uid()) is not null) with check ((select auth.uid()) is not null);
create policy "Signed in users work with table_classifications" on public.table_classifications
  for all to authenticated using ((select auth.uid()) is not null) with check ((select auth.uid()) is not null);
create policy "Signed in users work with expert_documents" on public.expert_documents
  for all to authenticated using ((select auth.uid()) is not null) with check ((select auth.uid()) is not null);
create policy "Signed in users work with expert_preferences" on public.expert_preferences
  for all to authenticated using ((select auth.uid()) is not null) with check ((select auth.uid()) is not null);
create policy "Signed in users work with document_concepts" on public.document_concepts
  for all to authenticated using ((select auth.uid()) is not null) with check ((select auth.uid()) is not null);
create policy "Signed in users work with documentation_files" on public.documentation_files
  for all to authenticated using ((select auth.uid()) is not null) with check ((select auth.uid()) is not null);
create policy "Signed in users work with documentation_files_missing_doc_ids" on public.documentation_files_missing_doc_ids
  for all to authenticated using ((select auth.uid()) is not null) with check ((select auth.uid()) is not null);
create policy "Signed in users work with documentation_sections" on public.documentation_sections
  for all to authenticated using ((select auth.uid()) is not null) with check ((select auth.uid()) is not null);
create policy "Signed in users work with documentation_processing_queue" on public.documentation_processing_queue
  for all to authenticated using ((select auth.uid()) is not null) with check ((select auth.uid()) is not null);
create policy "Signed in users work with document_types_original" on public.document_types_original
  for all to authenticated using ((select auth.uid()) is not null) with check ((select auth.uid()) is not null);
create policy "Signed in users work with sources" on public.sources
  for all to authenticated using ((select auth.uid()) is not null) with check ((select auth.uid()) is not null);
create policy "Signed in users work with sources_google" on public.sources_google
  for all to authenticated using ((select auth.uid()) is not null) with check ((select auth.uid()) is not null);
create policy "Signed in users work with sources_google_experts" on public.sources_google_experts
  for all to authenticated using ((select auth.uid()) is not null) with check ((select auth.uid()) is not null);
create policy "Signed in users work with sync_history" on public.sync_history
  for all to authenticated using ((select auth.uid()) is not null) with check ((select auth.uid()) is not null);
create policy "Signed in users work with sync_statistics" on public.sync_statistics
  for all to authenticated using ((select auth.uid()) is not null) with check ((select auth.uid()) is not null);
create policy "Signed in users work with email_addresses" on public.email_addresses
  for all to authenticated using ((select auth.uid()) is not null) with check ((select auth.uid()) is not null);
create policy "Signed in users work with emails" on public.emails
  for all to authenticated using ((select auth.uid()) is not null) with check ((select auth.uid()) is not null);
create policy "Signed in users work with scripts" on public.scripts
  for all to authenticated using ((select auth.uid()) is not null) with check ((select auth.uid()) is not null);
create policy "Signed in users work with command_categories" on public.command_categories
  for all to authenticated using ((select auth.uid()) is not null) with check ((select auth.uid()) is not null);
create policy "Signed in users work with command_patterns" on public.command_patterns
  for all to authenticated using ((select auth.uid()) is not null) with check ((select auth.uid()) is not null);
create policy "Signed in users work with cli_command_tracking" on public.cli_command_tracking
  for all to authenticated using ((select auth.uid()) is not null) with check ((select auth.uid()) is not null);
create policy "Signed in users work with prompt_categories" on public.prompt_categories
  for all to authenticated using ((select auth.uid()) is not null) with check ((select auth.uid()) is not null);
create policy "Signed in users work with prompts" on public.prompts
  for all to authenticated using ((select auth.uid()) is not null) with check ((select auth.uid()) is not null);
create policy "Signed in users work with prompt_output_templates" on public.prompt_output_templates
  for all to authenticated using ((select auth.uid()) is not null) with check ((select auth.uid()) is not null);
create policy "Signed in users work with prompt_relationships" on public.prompt_relationships
  for all to authenticated using ((select auth.uid()) is not null) with check ((select auth.uid()) is not null);
create policy "Signed in users work with prompt_template_associations" on public.prompt_template_associations
  for all to authenticated using ((select auth.uid()) is not null) with check ((select auth.uid()) is not null);
create policy "Signed in users work with processing_batches" on public.processing_batches
  for all to authenticated using ((select auth.uid()) is not null) with check ((select auth.uid()) is not null);
create policy "Signed in users work with processing_batch_items" on public.processing_batch_items
  for all to authenticated using ((select auth.uid()) is not null) with check ((select auth.uid()) is not null);

-- For the owner of the row.
create policy "Owners work with cli_auth_tokens" on public.cli_auth_tokens
  for all to authenticated using ((select auth.uid()) = user_id) with check ((select auth.uid()) = user_id);
create policy "Owners work with user_filter_profiles" on public.user_filter_profiles
  for all to authenticated using ((select auth.uid()) = user_id) with check ((select auth.uid()) = user_id);
create policy "Owners work with media_sessions" on public.media_sessions
  for all to authenticated using ((select auth.uid()) = user_id) with check ((select auth.uid()) = user_id);
create policy "Owners work with media_bookmarks" on public.media_bookmarks
  for all to authenticated using ((select auth.uid()) = user_id) with check ((select auth.uid()) = user_id);
create policy "Owners work with user_subject_interests" on public.user_subject_interests
  for all to authenticated using ((select auth.uid()) = user_id) with check ((select auth.uid()) = user_id);
create policy "Owners work with user_content_scores" on public.user_content_scores
  for all to authenticated using ((select auth.uid()) = user_id) with check ((select auth.uid()) = user_id);
create policy "Owners work with user_learning_analytics" on public.user_learning_analytics
  for all to authenticated using ((select auth.uid()) = user_id) with check ((select auth.uid()) = user_id);
create policy "Owners work with drives of their filters" on public.user_filter_profile_drives
  for all to authenticated
  using (exists (select 1 from public.user_filter_profiles p where p.id = profile_id and p.user_id = (select auth.uid())))
  with check (exists (select 1 from public.user_filter_profiles p where p.id = profile_id and p.user_id = (select auth.uid())));
create policy "Owners work with events of their sessions" on public.media_playback_events
  for all to authenticated
  using (exists (select 1 from public.media_sessions s where s.id = session_id and s.user_id = (select auth.uid())))
  with check (exists (select 1 from public.media_sessions s where s.id = session_id and s.user_id = (select auth.uid())));
create policy "People read their own profile" on public.user_profiles_v2
  for select to authenticated using ((select auth.uid()) = id or (select public.is_staff()));
create policy "People change their own profile" on public.user_profiles_v2
  for update to authenticated using ((select auth.uid()) = id) with check ((select auth.uid()) = id);

-- For the staff.
create policy "Staff work with allowed_emails" on public.allowed_emails
  for all to authenticated using ((select public.is_staff())) with check ((select public.is_staff()));
create policy "Staff work with auth_audit_log" on public.auth_audit_log
  for all to authenticated using ((select public.is_staff())) with check ((select public.is_staff()));
create policy "Staff work with app_settings" on public.app_settings
  for all to authenticated using ((select public.is_staff())) with check ((select public.is_staff()));

-- Row level security says which rows; these say which commands. Nobody changes history.
revoke update, delete on public.auth_audit_log, public.sql_query_history from anon, authenticated;
revoke all on public.cli_auth_tokens, public.allowed_emails, public.auth_audit_log, public.app_settings from anon;
revoke insert, update, delete, truncate on all tables in schema public from anon;

revoke execute on function public.is_email_allowed(text) from public;
grant execute on function public.is_email_allowed(text) to anon, authenticated, service_role;
revoke execute on function public.is_staff() from public, anon;
grant execute on function public.is_staff() to authenticated, service_role;
