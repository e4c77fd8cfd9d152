"""The suite that proves stores is itself proved: it finds what is wrong with stores that break one promise each."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from gatewright.drive import run_to_completion
from gatewright.errors import SuspendedError
from gatewright.ports import Holder, Owner
from gatewright.storage.sql import SQLiteDatabase, SQLStore
from gatewright.storage.sql.statements import statements_of
from gatewright.testing.store_conformance import StoreConformance
from gatewright.testing.store_conformance.attempts import LIMITS
from gatewright.testing.store_conformance.samples import MINUTE, TICK, UNLIMITED
from gatewright.testing.store_conformance.visits import SAME_ID

BEFORE = "expires_at <= :now"
ACCOUNT_FIRST = "test_one_identifier_of_two_providers_is_two_people", SAME_ID
ACCOUNT_LAST = ACCOUNT_FIRST[0], SAME_ID[::-1]
FOLLOWS = "test_rights_follow_from_grants_roles_and_their_parents"
REVOKED = "test_what_is_granted_can_be_revoked"
ENDS = "test_a_link_ends_at_the_very_moment_it_expires"
FOR_ADDRESS = "test_a_link_is_for_an_active_account_with_its_address"
CLAIMED = "test_the_mail_that_has_been_due_longest_is_claimed"
RENEWED = "test_another_hash_ends_the_sessions_of_its_user"
UNNEEDED = "test_what_no_session_needs_is_deleted_in_batches"
KEYED = "test_an_authenticator_is_found_by_its_method_and_key"
THEIRS = "test_authenticators_are_their_users"
LIMITED = "test_a_user_has_no_more_than_so_many_of_a_method"
TOUCHED = "test_an_authenticator_without_a_counter_is_touched"
NAMED = "test_an_authenticator_is_renamed_by_its_user"
REMOVED = "test_authenticators_are_removed_by_their_user"
OLDER = "test_what_was_enrolled_later_stays"
BATCHES = "test_everybodys_authenticators_are_read_in_batches"
EXCHANGED = "test_what_a_method_keeps_is_replaced_if_it_is_what_it_was"
REPLACED = "test_a_newer_step_takes_the_place_of_the_older"
LATE = (replace(UNLIMITED, per_address=1), MINUTE + TICK, False)
BROKEN_STATEMENTS = {
    "claim_challenge": [
        ("challenges.used IS 0", "1", "test_a_spent_challenge_gives_no_second_session"),
        ("expires_at > :now", "expires_at >= :now", "test_a_challenge_ends_at_the_very_moment_it_expires"),
    ],
    "find_challenge": [("= :challenge_text", "LIKE :challenge_text", "test_a_challenge_is_found_by_exactly_its_text")],
    "count_challenges_of_address": [
        ("count(*)", "0 * count(*)", "test_an_address_over_its_limit_gets_no_challenge"),
        ("<= :until", "> ''", "test_what_a_wrong_clock_made_blocks_nobody", *LATE),
    ],
    "count_challenges_of_client": [("count(*)", "0 * count(*)", "test_a_client_over_its_limit_gets_no_challenge")],
    "delete_expired_challenges": [(BEFORE, "expires_at < :now", "test_expired_challenges_are_deleted_in_batches")],
    "find_account": [
        ("= :account_id", "LIKE :account_id", "test_an_account_is_found_by_exactly_its_names"),
        ("ORDER BY wallets.linked_at, ", "ORDER BY ", "test_the_first_wallet_is_the_accounts_address"),
    ],
    "find_credentials": [
        ("named.username = :name", "named.username LIKE :name", "test_an_account_is_found_by_exactly_its_names"),
        ("named.email = :name", "0", "test_an_account_is_found_by_its_names"),
    ],
    "find_account_by_wallet": [("= :evrmore_address", "LIKE :evrmore_address", "test_a_wallet_is_linked")],
    "list_accounts": [
        ("users.id > :after", "users.id >= :after", "test_accounts_are_listed_in_pages"),
        ("LIMIT :at_most", "LIMIT :at_most + 1", "test_accounts_are_listed_in_pages"),
    ],
    "touch_account": [("users.is_active IS 1", "1", "test_an_inactive_account_opens_no_session")],
    "change_account": [
        ("users.id = :account_id", "1", "test_a_change_changes_what_it_names", "is_active"),
        (
            "coalesce(:is_active, users.is_active)",
            ":is_active IS 1",
            "test_a_change_changes_what_it_names",
            "is_verified",
        ),
    ],
    "set_password_hash": [("users.id = :account_id", "1", "test_a_new_password_ends_the_other_sessions")],
    "renew_password_hash": [
        ("users.password_hash = :old_hash", "1", "test_a_renewed_hash_takes_the_place_of_the_old_one_only"),
        ("users.id = :account_id", "1", "test_a_renewed_hash_takes_the_place_of_the_old_one_only"),
    ],
    "list_wallets": [
        ("ORDER BY wallets.linked_at, ", "ORDER BY ", "test_the_first_wallet_is_the_accounts_address"),
        ("wallets.account_id = :account_id", "1", "test_the_first_wallet_is_the_accounts_address"),
    ],
    "remove_wallet": [
        ("wallets.account_id = :account_id", "1", "test_nobody_unlinks_anothers_wallet"),
        ("users.password_hash IS NOT NULL", "1", "test_of_two_wallets_unlinked_at_once_one_stays"),
        ("users.password_hash IS NOT NULL", "0", "test_the_only_way_to_sign_in_stays", "hash", True),
        ("users.username IS NOT NULL", "1", "test_a_password_without_a_name_is_no_way_to_sign_in"),
    ],
    "find_session": [
        ("sessions.is_active IS 1", "1", "test_a_visit_ends_once"),
        ("sessions.secret_digest = :digest", "1", "test_a_session_is_found_by_its_secret"),
        ("users.id = sessions.account_id", "users.id = sessions.user_id", "test_an_accounts_visit_brings_the_account"),
    ],
    "touch_session": [
        ("SET last_seen_at=:now", "SET user_agent=:now", "test_a_visit_dies_of_idleness_until_it_is_seen")
    ],
    "is_session_alive": [
        ("sessions.is_active IS 1", "1", "test_a_session_ends_once"),
        ("sessions.user_id = :user_id", "1", "test_a_session_is_alive_for_its_user_only"),
    ],
    "find_account_of_session": [
        ("sessions.is_active IS 1", "1", "test_the_account_of_a_session_is_found_while_the_session_is_alive"),
        ("sessions.user_id = :user_id", "1", "test_the_account_of_a_session_is_found_while_the_session_is_alive"),
    ],
    "list_sessions": [
        ("DESC", "ASC", "test_sessions_are_listed_newest_first"),
        ("sessions.secret_digest IS NULL", "0", "test_lists_leave_out_idle_visits_and_no_idle_token"),
        ("last_seen_at > :idle", "last_seen_at >= :idle", "test_lists_leave_out_idle_visits_and_no_idle_token"),
    ],
    "list_sessions_of_account": [
        ("sessions.account_id = :user_id", "1", "test_sessions_are_listed_newest_first"),
        ("sessions.account_id = :user_id", "sessions.user_id = :user_id", *ACCOUNT_FIRST),
        ("last_seen_at > :idle", "last_seen_at >= :idle", "test_lists_leave_out_idle_visits_and_no_idle_token"),
    ],
    "list_sessions_of_user": [
        ("sessions.user_id = :user_id", "1", "test_lists_are_of_one_user_each"),
        ("sessions.provider = :provider", "1", *ACCOUNT_FIRST),
        ("AND sessions.account_id IS NULL ORDER", "ORDER", *ACCOUNT_FIRST),
    ],
    "end_session": [("sessions.is_active IS 1", "1", "test_a_session_is_ended_by_one")],
    "end_visit": [
        ("sessions.is_active IS 1", "1", "test_a_visit_is_ended_by_one"),
        ("sessions.secret_digest = :digest", "1", "test_a_new_session_ends_the_one_before"),
    ],
    "end_sessions_of_account": [
        ("sessions.is_active IS 1", "1", "test_all_sessions_of_a_user_end_together"),
        ("sessions.account_id = :user_id", "1", "test_all_sessions_of_a_user_end_together"),
        ("sessions.account_id = :user_id", "sessions.user_id = :user_id", *ACCOUNT_FIRST),
        ("sessions.id != :keep", "1", "test_a_new_password_ends_the_other_sessions"),
    ],
    "end_sessions_of_user": [
        ("sessions.provider = :provider", "1", *ACCOUNT_FIRST),
        ("sessions.account_id IS NULL", "1", *ACCOUNT_LAST),
    ],
    "end_sessions_of_wallet": [
        ("sessions.evrmore_address = :evrmore_address", "1", "test_unlinking_ends_what_the_wallet_opened"),
    ],
    "delete_expired_sessions": [(BEFORE, "expires_at < :now", "test_expired_sessions_are_deleted_in_batches")],
    "rotate_remembered": [
        (
            "previous_digest=remembered.digest",
            "previous_digest=NULL",
            "test_the_token_before_is_let_through_for_a_moment",
        )
    ],
    "reissue_remembered": [
        ("digest=:new_digest", "digest=digest", "test_a_token_whose_place_was_taken_is_a_theft"),
        ("SET", "SET previous_digest=digest,", "test_the_token_before_is_answered_anew_after_that"),
        ("rotated_at=:now", "rotated_at=rotated_at", "test_the_token_before_is_answered_anew_after_that"),
    ],
    "find_credential": [
        ("credentials.user_id = :user_id", "1", "test_another_hash_ends_the_sessions_of_its_user"),
        ("credentials.provider = :provider", "1", "test_a_first_hash_is_kept_and_ends_nothing"),
    ],
    "keep_credential": [
        ("digest = excluded.digest", "digest = digest", "test_another_hash_ends_the_sessions_of_its_user"),
        ("previous_digest = excluded.previous_digest", "previous_digest = digest", RENEWED),
    ],
    "prolong_credential": [("SET expires_at=:expires_at", "SET expires_at=expires_at", UNNEEDED)],
    "renew_credential": [
        ("credentials.user_id = :user_id", "1", "test_a_renewed_hash_ends_nothing"),
        ("credentials.provider = :provider", "1", "test_a_renewed_hash_ends_nothing"),
        ("previous_digest=:others", "previous_digest=NULL", "test_a_renewed_hash_ends_nothing"),
    ],
    "delete_expired_credentials": [
        (BEFORE, "expires_at < :now", UNNEEDED),
        ("LIMIT :at_most", "LIMIT :at_most + 1", UNNEEDED),
    ],
    "find_authenticator": [
        ("authenticators.method = :method", "1", KEYED),
        ('authenticators."key" = :key', "1", KEYED),
    ],
    "list_authenticators_of_account": [
        ("authenticators.account_id = :user_id", "authenticators.user_id = :user_id", THEIRS),
        ("ORDER BY authenticators.created_at", "ORDER BY authenticators.created_at DESC", THEIRS),
    ],
    "list_authenticators_of_user": [
        ("authenticators.user_id = :user_id", "1", THEIRS),
        ("authenticators.provider = :provider", "1", THEIRS),
    ],
    "list_all_authenticators": [
        ("authenticators.id > :after", "authenticators.id >= :after", BATCHES),
        ("LIMIT :at_most", "LIMIT :at_most + 1", BATCHES),
    ],
    "replace_authenticator_data": [
        ("authenticators.data = :old", "1", EXCHANGED),
        ("authenticators.id = :authenticator_id", "1", EXCHANGED),
    ],
    "count_authenticators_of_account": [
        ("authenticators.account_id = :user_id", "authenticators.user_id = :user_id", LIMITED),
        ("authenticators.method = :method", "1", LIMITED),
        ("count(*)", "0 * count(*)", "test_no_race_enrols_too_many", Owner("a")),
    ],
    "count_authenticators_of_user": [
        ("authenticators.provider = :provider", "1", LIMITED),
        ("authenticators.method = :method", "1", LIMITED),
        ("count(*)", "0 * count(*)", "test_no_race_enrols_too_many", Owner("a", "One")),
    ],
    "use_authenticator": [
        ("counter < :counter", "counter <= :counter", "test_a_counter_only_rises"),
        ("authenticators.counter < :counter", "1", "test_a_counter_is_raised_by_one_of_many"),
        ("coalesce(:data, authenticators.data)", "coalesce(:data, 'lost')", "test_a_counter_only_rises"),
        ("authenticators.id = :authenticator_id", "1", "test_a_counter_only_rises"),
    ],
    "touch_authenticator": [("authenticators.id = :authenticator_id", "1", TOUCHED)],
    "spend_authenticator": [
        ("authenticators.id = :authenticator_id", "1", "test_an_authenticator_is_spent_by_one_of_many"),
    ],
    "rename_authenticator_of_account": [
        ("authenticators.account_id = :user_id", "authenticators.user_id = :user_id", NAMED),
    ],
    "rename_authenticator_of_user": [
        ("authenticators.provider = :provider", "1", NAMED),
    ],
    "note_username": [
        ("authenticators.user_id = :user_id", "1", "test_another_providers_user_is_loaded_by_a_new_name"),
        ("authenticators.provider = :provider", "1", "test_another_providers_user_is_loaded_by_a_new_name"),
        ("authenticators.account_id IS NULL", "1", "test_another_providers_user_is_loaded_by_a_new_name"),
    ],
    "remove_authenticators_of_account": [
        ("authenticators.account_id = :user_id", "authenticators.user_id = :user_id", REMOVED, Owner("a")),
        ("coalesce(:method, authenticators.method)", "authenticators.method", REMOVED, Owner("a")),
        ("coalesce(:authenticator_id, authenticators.id)", "authenticators.id", REMOVED, Owner("a")),
        ("coalesce(:until, authenticators.created_at)", "authenticators.created_at", OLDER, Owner("a")),
    ],
    "remove_authenticators_of_user": [
        ("authenticators.provider = :provider", "1", REMOVED, Owner("a", "One")),
        ("coalesce(:method, authenticators.method)", "authenticators.method", REMOVED, Owner("a", "One")),
        ("coalesce(:authenticator_id, authenticators.id)", "authenticators.id", REMOVED, Owner("a", "One")),
        ("coalesce(:until, authenticators.created_at)", "authenticators.created_at", OLDER, Owner("a", "One")),
    ],
    "rename_authenticators": [
        ("authenticators.account_id = :account_id", "1", "test_authenticators_go_on_under_a_new_name"),
        ("authenticators.username = :name", "1", "test_authenticators_go_on_under_a_new_name"),
    ],
    "all_authenticators_of_account": [
        ("authenticators.account_id = :account_id", "1", "test_what_is_told_of_an_authenticator_proves_nothing"),
    ],
    "keep_pending_step": [
        (f"{column} = excluded.{column}", f"{column} = pending_steps.{column}", REPLACED)
        for column in ("id", "user_id", "data", "expires_at", "tries", "account_id")
    ],
    "find_pending_step": [
        ("pending_steps.digest = :digest", "1", "test_a_step_is_found_by_its_browser_and_kind"),
        ("pending_steps.kind = :kind", "1", "test_a_step_is_found_by_its_browser_and_kind"),
        ("expires_at > :now", "expires_at >= :now", "test_a_step_ends_at_the_very_moment_it_expires"),
    ],
    "count_try": [
        ("pending_steps.id = :step_id", "1", "test_tries_are_counted_exactly"),
        ("tries < :at_most", "tries <= :at_most", "test_tries_are_counted_exactly"),
    ],
    "claim_pending_step": [
        ("pending_steps.id = :step_id", "1", "test_a_step_is_taken_once"),
        ("expires_at > :now", "expires_at >= :now", "test_a_step_ends_at_the_very_moment_it_expires"),
    ],
    "delete_pending_steps_of_account": [
        ("pending_steps.account_id = :account_id", "1", "test_a_new_password_ends_what_was_begun"),
        ("pending_steps.account_id = :account_id", "user_id = :account_id", "test_a_reset_ends_what_was_begun"),
        ("pending_steps.account_id = :account_id", "0", "test_a_deactivated_account_finishes_nothing"),
        ("pending_steps.account_id = :account_id", "0", "test_a_move_to_another_address_ends_what_was_begun"),
    ],
    "rename_pending_steps": [
        ("pending_steps.account_id = :account_id", "1", "test_steps_go_on_under_a_new_name"),
        ("pending_steps.username = :name", "1", "test_steps_go_on_under_a_new_name"),
    ],
    "delete_expired_pending_steps": [
        (BEFORE, "expires_at < :now", "test_expired_steps_are_deleted_in_batches"),
        ("LIMIT :at_most", "LIMIT :at_most + 1", "test_expired_steps_are_deleted_in_batches"),
    ],
    "delete_links": [
        ("links.account_id = :account_id", "1", "test_a_new_password_makes_its_links_useless"),
        ("links.purpose = :purpose", "1", "test_a_newer_link_takes_the_place_of_the_older", "password_reset"),
        ("DELETE FROM links WHERE", "DELETE FROM links WHERE 0 AND", "test_a_new_password_makes_its_links_useless"),
        (
            "RETURNING next_path",
            "RETURNING NULL",
            "test_a_newer_link_leads_on_to_where_the_older_did",
            "password_reset",
        ),
    ],
    "find_link": [
        ("links.digest = :digest", "1", "test_a_link_is_found_by_its_secret", "password_reset"),
        ("links.purpose = :purpose", "1", "test_a_link_is_found_by_its_secret", "password_reset"),
        ("expires_at > :now", "expires_at >= :now", ENDS, "password_reset"),
        ("users.email = links.email", "1", FOR_ADDRESS, "password_reset"),
        ("users.is_active IS 1", "1", FOR_ADDRESS, "password_reset"),
    ],
    "spend_link": [
        ("links.id = :link_id", "1", "test_a_newer_link_takes_the_place_of_the_older", "password_reset"),
        ("links.purpose = :purpose", "1", "test_a_link_is_spent_on_its_purpose_only", "email_verification"),
        ("expires_at > :now", "expires_at >= :now", ENDS, "email_verification"),
        ("users.email = links.email", "1", FOR_ADDRESS, "email_verification"),
        ("users.is_active IS 1", "1", FOR_ADDRESS, "password_reset"),
    ],
    "delete_expired_links": [(BEFORE, "expires_at < :now", "test_expired_links_are_deleted_in_batches")],
    "claim_queued_mail": [
        ("due_at <= :now", "due_at < :now", "test_a_mail_is_due_from_the_very_moment_on"),
        ("> :too_late", "> '9'", "test_a_mail_of_a_wrong_clock_is_due"),
        ("ORDER BY outbox.due_at", "ORDER BY outbox.due_at DESC", CLAIMED),
        ("SET due_at=:busy_until", "SET due_at=:now", CLAIMED),
    ],
    "remove_queued_mail": [("outbox.id = :mail_id", "1", "test_a_mail_that_was_sent_is_gone")],
    "postpone_queued_mail": [
        ("outbox.id = :mail_id", "1", "test_a_mail_that_was_not_sent_waits"),
        ("outbox.tries + 1", "1", "test_a_mail_that_was_not_sent_waits"),
    ],
    "list_queued_mails": [("ORDER BY outbox.created_at, ", "ORDER BY ", "test_mails_are_listed_oldest_first")],
    "count_queued_mails": [("count(*)", "1", "test_a_mail_is_kept_as_it_is")],
    "find_profile": [("profiles.account_id = :account_id", "1", "test_a_profile_is_replaced_as_a_whole")],
    "save_profile": [("excluded.fields", "profiles.fields", "test_a_profile_is_replaced_as_a_whole")],
    "rights_of": [
        ("user_roles.account_id = :account_id", "1", "test_a_role_can_be_taken_away"),
        ("user_permissions.account_id = :account_id", "1", FOLLOWS),
        ("held.role = role_permissions.role", "1", FOLLOWS),
        ("held.role = role_parents.role", "0", FOLLOWS),
        (
            "> rtrim(granted.permission, '*')",
            "> rtrim(granted.permission, '.*')",
            "test_a_branch_gives_what_is_declared_below_it",
            Holder(role="editor"),
        ),
        ("|| '/')", "|| 'zzz')", "test_a_branch_gives_what_is_declared_below_it", Holder(role="editor")),
        ("LIKE '%.*'", "!= ''", "test_what_is_no_branch_gives_itself_only"),
    ],
    "has_permission": [("= :name", "LIKE :name", "test_permissions_are_declared_once_and_listed_in_order")],
    "list_permissions": [("ORDER BY", "ORDER BY 1 DESC,", "test_permissions_are_declared_once_and_listed_in_order")],
    "list_roles": [("ORDER BY", "ORDER BY 1 DESC,", "test_roles_are_declared_once_and_listed_in_order")],
    "revoke_from_account": [
        ("user_permissions.account_id = :account_id", "1", REVOKED, Holder(account_id="a")),
        ("permission = :permission", "permission LIKE :permission", REVOKED, Holder(account_id="a")),
    ],
    "revoke_from_role": [
        ("role_permissions.role = :role", "1", REVOKED, Holder(role="editor")),
        ("permission = :permission", "permission LIKE :permission", REVOKED, Holder(role="editor")),
    ],
    "unassign_role": [
        ("user_roles.account_id = :account_id", "1", "test_a_role_can_be_taken_away"),
        ("user_roles.role = :role", "1", "test_a_role_can_be_taken_away"),
    ],
    "list_audit": [
        ("audit.at >= :since", "audit.at > :since", "test_a_filter_names_what_matters"),
        ("audit.event = :event", "audit.event LIKE :event || '%'", "test_a_filter_names_what_matters"),
        ("audit.id > :after_id", "audit.id >= :after_id", "test_the_record_is_read_in_pages", None),
        ("LIMIT :at_most", "LIMIT :at_most + 1", "test_the_record_is_read_in_pages", None),
    ],
    "list_audit_of": [
        ("IN (:username, :folded)", "IN (:username)", "test_a_filter_names_what_matters"),
        ("audit.id > :after_id", "audit.id >= :after_id", "test_the_record_is_read_in_pages", ("ann", "ann")),
    ],
    "list_newest_audit": [
        (" DESC", "", "test_the_record_is_read_from_its_end", None),
        ("ORDER BY newest.id", "ORDER BY newest.id DESC", "test_the_record_is_read_from_its_end", None),
    ],
    "list_newest_audit_of": [
        (" DESC", "", "test_the_record_is_read_from_its_end", ("ann", "ann")),
        ("audit.id > :after_id", "1", "test_the_record_is_read_from_its_end", ("ann", "ann")),
    ],
    "list_audit_of_user": [
        ("audit.user_id = :user_id", "1", "test_a_user_is_found_under_every_name"),
        ("LIMIT :at_most", "LIMIT 100", "test_a_user_is_found_under_every_name"),
    ],
    "list_newest_audit_of_user": [
        ("audit.user_id = :user_id", "1", "test_a_user_is_found_under_every_name"),
        (" DESC", "", "test_a_user_is_found_under_every_name"),
        ("ORDER BY newest.id", "ORDER BY newest.id DESC", "test_a_user_is_found_under_every_name"),
    ],
    "insert_queued_mail": [("WHERE :is_due = 1", "", "test_a_sign_up_keeps_everything", [])],
    "insert_attempt": [("WHERE :is_let_through = 1", "", "test_one_attempt_too_many_is_not_kept", LIMITS[0])],
    "insert_audit": [(":actor", "NULL", "test_lines_come_back_as_they_were_written")],
    "delete_audit": [("LIMIT :at_most", "LIMIT :at_most + 1", "test_old_lines_are_deleted_in_batches")],
}
"""Statement -> what to replace, by what, and the test that must notice, with its own parameters."""


@pytest.fixture
def store(database):
    return SQLStore(database)


@pytest.mark.long
@pytest.mark.parametrize(
    ("statement", "broken"), [(name, broken) for name, several in BROKEN_STATEMENTS.items() for broken in several]
)
def test_the_suite_finds_a_broken_statement(store, statement, broken, monkeypatch):
    """A store with one condition of one statement left out or turned round fails the test of that promise."""
    right, wrong, test, *parameters = broken
    sql = getattr(statements_of("sqlite"), statement)
    assert right in sql
    monkeypatch.setattr(statements_of("sqlite"), statement, sql.replace(right, wrong))

    with pytest.raises(AssertionError):
        getattr(StoreConformance(), test)(store, run_to_completion, *parameters)


class TooPatient(SQLStore):
    """Lets sessions live for a moment longer than they may."""

    async def find_session(self, digest, *, now, idle_since):
        return await super().find_session(digest, now=now - TICK, idle_since=idle_since - TICK)

    async def is_session_alive(self, session_id, *, user_id, now):
        return await super().is_session_alive(session_id, user_id=user_id, now=now - TICK)

    async def find_account_of_session(self, session_id, *, user_id, now):
        return await super().find_account_of_session(session_id, user_id=user_id, now=now - TICK)


class Tireless(SQLStore):
    """Never lets a session die of idleness."""

    async def find_session(self, digest, *, now, idle_since):
        return await super().find_session(digest, now=now, idle_since=idle_since - TICK)


@pytest.mark.parametrize(
    ("kind", "test"),
    [
        (TooPatient, "test_a_visit_is_over_from_the_very_moment_it_expires"),
        (TooPatient, "test_a_session_is_dead_from_the_very_moment_it_expires"),
        (Tireless, "test_a_visit_dies_of_idleness_until_it_is_seen"),
    ],
)
def test_the_suite_finds_sessions_that_live_too_long(database, kind, test):
    """A store in which a session is alive at the moment at which it is over fails the test of that promise."""
    with pytest.raises(AssertionError):
        getattr(StoreConformance(), test)(kind(database), run_to_completion)


class WithoutTransactions(SQLiteDatabase):
    """Commits every statement on its own."""

    def exclusive_connection(self, **_):
        return self.connection()


@pytest.mark.parametrize(
    ("test", "parameter"),
    [
        ("test_a_claim_that_fails_leaves_nothing_behind", []),
        ("test_a_session_that_cannot_be_opened_ends_nothing", []),
        ("test_a_wallet_that_is_taken_spends_nothing", ["b"]),
        ("test_a_reset_that_fails_spends_nothing", []),
    ],
)
def test_the_suite_finds_a_transaction_in_pieces(store, url, test, parameter):
    """A store that does not write in one transaction leaves half a sign-in or half a link, and fails."""
    pieces = WithoutTransactions(url)

    with pytest.raises(AssertionError):
        getattr(StoreConformance(), test)(SQLStore(pieces), run_to_completion, *parameter)
    pieces.close()


class Hesitant(SQLStore):
    """Suspends without having said so."""

    async def find_challenge(self, challenge_text):
        await asyncio.sleep(0)
        return await super().find_challenge(challenge_text)


def test_the_suite_holds_a_store_to_not_suspending(store):
    """A store that does not say ``suspends`` may not suspend."""
    with pytest.raises(SuspendedError):
        StoreConformance().test_a_challenge_is_found_as_it_was_kept(Hesitant(store._database), run_to_completion)
