"""The attacks A1–A36 that this service was designed against: what stands against each, and the tests that show it.

``docs/security.md`` tells who attacks and what is at stake; ``test_attacks.py`` walks this table.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Attack:
    """One attack. Without tests it does not apply here, and ``defence`` says why."""

    title: str
    defence: str
    tests: tuple[str, ...] = ()


def of(file: str, *names: str) -> tuple[str, ...]:
    """The tests of one file, by name."""
    return tuple(f"tests/{file}::{name}" for name in names)


ATTACKS: dict[str, Attack] = {
    "A1": Attack(
        "A forged letter, sealed with a key of the forger's own",
        "Public-key signature; the key is looked up by its id in the ring, and no message brings one",
        of("core/test_seal_vectors.py", "test_a_bad_text_gets_exactly_its_outcome_and_reason")
        + of("core/test_verifier.py", "test_a_key_is_looked_up_by_its_id_and_never_tried_in_turn")
        + of("core/test_signing.py", "test_a_key_in_the_header_is_not_listened_to")
        + of("core/test_trust_bundle.py", "test_a_bundle_that_no_trusted_key_signed_is_refused")
        + of("faults/test_app_fuzz.py", "test_f29_no_text_at_all_is_valid"),
    ),
    "A2": Attack(
        "The symbol leads to a look-alike site with a green tick",
        "The symbol holds the signed facts; our verifiers follow no link, and name a foreign host loudly",
        of("core/test_seal.py", "test_another_form_is_not_a_seal", "test_a_text_names_its_origin")
        + of("core/test_verifier.py", "test_a_caution_takes_away_the_plain_green_and_nothing_else")
        + of("browser/test_check_page.py", "test_a_host_that_is_not_ours_is_named_loudly_and_never_linked")
        + of("browser/test_scanner.py", "test_a_foreign_host_is_named_and_never_followed")
        + of(
            "browser/test_phone_trust.py",
            "test_a_phone_with_a_sheet_believes_no_other_registry_from_the_first",
        ),
    ),
    "A3": Attack(
        "One field altered on the paper",
        "Every sealed fact is under the signature, and verifiers show the sealed values to compare with the paper",
        of("core/test_seal.py", "test_any_changed_byte_is_never_believed")
        + of("core/test_independent_check.py", "test_an_altered_seal_fails_without_anything_of_ours")
        + of("faults/test_app_fuzz.py", "test_f29_every_single_bit_counts")
        + of("browser/test_scanner.py", "test_facts_stand_in_the_order_of_the_paper"),
    ),
    "A4": Attack(
        "Another portrait on a genuine letter",
        "The seal holds the portrait's digest, stations online see the stored one, and every answer names what "
        "no seal covers. Offline a changed portrait on paper is not found: README says so",
        of("issuing/test_life.py", "test_the_seal_holds_the_digest_of_the_stored_portrait")
        + of("web/test_station_api.py", "test_a_picture_that_the_seal_does_not_vouch_for_is_not_shown")
        + of("cli/test_paper.py", "test_a_pdf_that_is_not_the_one_handed_out_is_noted")
        + of("core/test_verifier.py", "test_an_answer_names_what_the_seal_does_not_cover"),
    ),
    "A5": Attack(
        "A genuine letter copied and used by another person",
        "Face and name are compared; a letter shown again is told at once on the same phone, with its time",
        of(
            "browser/test_phone.py",
            "test_a_second_time_on_the_same_phone_is_told_at_once_and_after_a_restart",
        )
        + of("presenting/test_conflicts.py", "test_a_second_showing_at_one_station_names_the_first")
        + of("presenting/test_receiving.py", "test_without_having_read_it_no_letter_is_marked"),
    ),
    "A6": Attack(
        "One letter at two polling stations",
        "Presentations only grow and merge in any order: found among all that reach the office, not prevented",
        of(
            "presenting/test_conflicts.py",
            "test_one_letter_at_two_stations_is_a_conflict",
            "test_two_letters_of_one_person_are_a_conflict",
        )
        + of("presenting/test_any_order.py", "test_every_delivery_comes_to_the_same_end")
        + of("presenting/test_after_a_restore.py", "test_what_was_acknowledged_and_lost_is_asked_for_again"),
    ),
    "A7": Attack(
        "The signing key is stolen",
        "One key an office with scope and dates; what a revoked key signed is believed only where the fingerprint "
        "is on record; private halves are stored locked, and only signing processes hold the passphrase",
        of(
            "cli/test_keys.py",
            "test_the_thief_s_letter_at_a_position_never_issued_is_not_believed",
            "test_the_thief_s_letter_over_another_s_position_is_not_believed",
            "test_the_thief_s_letter_of_a_later_day_is_forged",
            "test_a_letter_on_record_is_valid_with_a_caution",
            "test_a_public_process_holds_no_passphrase",
        )
        + of(
            "publishing/test_rotation.py",
            "test_after_a_theft_the_next_key_publishes_and_the_stolen_one_is_refused",
        )
        + of("registry/test_keys.py", "test_no_private_half_is_in_the_clear"),
    ),
    "A8": Attack(
        "A revocation that comes back",
        "Bundles carry a rising version, and a holder refuses an older one; a restore revives nothing",
        of("core/test_trust_bundle.py", "test_a_holder_refuses_an_older_version")
        + of("browser/test_phone_trust.py", "test_an_older_bundle_is_refused_and_said_and_the_held_one_stays")
        + of("administering/test_restore_drill.py", "test_what_was_revoked_after_the_backup_is_revoked")
        + of(
            "faults/test_f20_rollback.py",
            "test_f20_nothing_older_or_broken_takes_the_place_of_what_is_held",
            "test_f20_an_empty_list_that_is_signed_and_newer_never_makes_a_letter_good",
        ),
    ),
    "A9": Attack(
        "A key of the demo or the tests accepted in earnest",
        "Registry, keys and bundles name their environment, and production refuses any other",
        of("core/test_verifier.py", "test_production_does_not_believe_a_demo_key_whatever_its_state")
        + of("administering/test_keys.py", "test_a_key_of_another_environment_signs_nothing")
        + of("administering/test_signing_in.py", "test_demo_accounts_are_none_in_production")
        + of(
            "cli/test_commands.py",
            "test_the_demos_registry_is_refused",
            "test_the_demos_data_directory_is_refused",
        ),
    ),
    "A10": Attack(
        "An insider issues ghost letters",
        "Two people for every letter; only who is recorded by an imported list; a hash-chained audit whose "
        "checkpoints are outside; counts for the public; unusual issuing is shown to the auditor",
        of(
            "issuing/test_life.py",
            "test_who_asked_never_approves",
            "test_a_person_who_is_not_recorded_is_refused_whatever_the_request_says",
            "test_every_step_is_one_audit_entry",
        )
        + of("issuing/test_amending.py", "test_whoever_amended_it_may_not_approve_it_in_a_later_post")
        + of("administering/test_staff.py", "test_nobody_changes_their_own_role")
        + of(
            "administering/test_audit.py",
            "test_a_rewritten_chain_is_whole_in_itself_and_found_by_what_was_published_before",
        )
        + of("registry/test_audit.py", "test_an_entry_taken_out_or_put_in_shows")
        + of("registry/test_last_guards.py", "test_the_audit_is_append_only")
        + of("web/staff/test_overview.py", "test_an_auditor_is_told_of_unusual_issuing"),
    ),
    "A11": Attack(
        "A letter dated back",
        "The server's clock alone; in a series number and time rise together; a clock set back issues nothing",
        of(
            "faults/test_app_clock.py",
            "test_f12_a_clock_set_back_issues_nothing",
            "test_f12_time_in_a_series_never_runs_backwards",
            "test_f12_nothing_is_issued_behind_the_last_publication",
        ),
    ),
    "A12": Attack(
        "Guessing which NIK has a letter",
        "A check takes the whole signed text or number and code; not there, not ours and no right answer alike; "
        "failures are counted in the database",
        of(
            "security/test_outsiders.py",
            "test_a_nik_alone_asks_nothing_whether_its_holder_has_a_letter_or_not",
            "test_anothers_letter_and_no_letter_answer_byte_for_byte_alike",
        )
        + of("web/test_states.py", "test_a_wrong_fingerprint_and_a_free_position_answer_alike")
        + of("web/test_check_codes.py", "test_a_wrong_code_and_an_unknown_number_answer_alike")
        + of("verifying/test_check_codes.py", "test_guesses_at_the_same_moment_are_told_no_more_than_five"),
    ),
    "A13": Attack(
        "Scraping of answers",
        "Public answers are masked, and hold nothing that their description does not name",
        of("security/test_outsiders.py", "test_a_public_answer_holds_only_the_members_that_are_listed_here")
        + of(
            "web/test_verifications.py",
            "test_nobody_is_named",
            "test_the_public_sees_initials_region_and_birth_year",
            "test_an_answer_is_what_the_description_says",
        )
        + of("web/test_check_codes.py", "test_a_letter_on_record_is_told_masked_and_never_valid"),
    ),
    "A14": Attack(
        "Another office's letter by its id",
        "Every query is filtered by office; every route is tried by every role of two offices",
        of(
            "web/staff/test_matrix.py",
            "test_nobody_else_is_and_nothing_is_written",
            "test_every_guarded_route_has_an_example_and_every_example_a_route",
        )
        + of("registry/test_lookup.py", "test_nothing_of_another_office_is_found")
        + of("administering/test_clients.py", "test_another_offices_client_is_not_found")
        + of(
            "web/api/test_letters.py",
            "test_another_offices_letter_is_as_if_there_were_none",
            "test_another_office_lists_none_of_ours_and_asks_for_none_of_our_people",
        ),
    ),
    "A15": Attack(
        "A formula in a table that we write",
        "Texts are text cells in XLSX and get an apostrophe in CSV",
        of(
            "sheets/test_write.py",
            "test_a_workbook_gives_back_its_values",
            "test_no_text_begins_a_formula_wherever_it_is_parted",
            "test_a_text_is_neither_formula_nor_link_nor_number",
        ),
    ),
    "A16": Attack(
        "Markup in what people typed",
        "Templates escape; a policy without inline script or style; nothing is marked safe but what we drew",
        of(
            "security/test_markup.py",
            "test_markup_in_any_text_of_the_registry_is_text_on_every_page",
            "test_no_template_takes_a_text_for_markup",
        )
        + of("security/test_headers.py", "test_every_answer_of_every_route_carries_the_headers")
        + of("web/test_style.py", "test_a_page_brings_no_style_and_no_script_of_its_own")
        + of("paper/test_letter_pdf.py", "test_markup_in_a_fact_is_printed_as_it_stands")
        + of("browser/test_signed_out.py", "test_markup_that_somebody_typed_runs_nowhere"),
    ),
    "A17": Attack(
        "The printer made to fetch files or addresses",
        "A fetcher that serves named assets alone and refuses the letter for anything else",
        of(
            "paper/test_engine.py",
            "test_the_fetcher_refuses_everything_that_it_was_not_given",
            "test_no_way_to_fetch_leads_out",
            "test_a_picture_inside_a_picture_is_refused",
        )
        + of("paper/test_letter_pdf.py", "test_a_template_that_fetches_anything_is_refused")
        + of("security/test_printer.py", "test_no_element_that_can_fetch_does"),
    ),
    "A18": Attack(
        "Pictures that unpack to gigabytes",
        "JPEG and PNG alone, refused by their header, decoded two at a time and encoded anew; no foreign SVG",
        of(
            "paper/test_portrait.py",
            "test_a_bomb_is_refused_by_its_header",
            "test_other_files_are_no_portrait",
            "test_metadata_is_dropped",
            "test_no_more_than_two_are_decoded_at_once",
        )
        + of("faults/test_app_bombs.py", "test_f13_a_portrait_takes_little_whatever_it_is"),
    ),
    "A19": Attack(
        "Workbooks, archives and PDFs that unpack to gigabytes",
        "Sizes are summed before and counted while unpacking, in a child process with limits",
        of(
            "sheets/test_container.py",
            "test_a_sheet_of_300_mebibytes_is_refused_without_unpacking_it",
            "test_a_sheet_of_300_mebibytes_that_is_told_as_small_is_refused_as_early",
            "test_a_reader_that_takes_too_long_is_stopped",
        )
        + of("sheets/test_photo_archive.py", "test_a_lie_about_a_files_size_is_found")
        + of(
            "paper/test_reader.py",
            "test_a_hostile_pdf_holds_nothing",
            "test_a_child_that_never_ends_is_ended",
        )
        + of("core/test_status_list.py", "test_a_bomb_is_refused_without_being_unpacked_whole"),
    ),
    "A20": Attack(
        "Another Host header, to get into a QR or a link",
        "The host comes from the settings alone; another Host is refused",
        of("web/test_routes.py", "test_a_foreign_host_is_refused", "test_a_foreign_host_checks_nothing")
        + of("security/test_outsiders.py", "test_no_host_that_a_client_names_gets_into_a_symbol_or_a_link"),
    ),
    "A21": Attack(
        "Telling secrets by the time an answer takes",
        "Secrets are looked up by their hash and compared by digests; unknown users cost the same argon2",
        of("security/test_source.py", "test_no_secret_is_compared_by_an_operator")
        + of("core/test_credentials.py", "test_the_same_work_is_done_without_a_hash")
        + of("administering/test_staff.py", "test_the_password_is_hashed_for_whoever_it_may_be")
        + of("administering/test_signing_in.py", "test_a_session_is_found_by_its_token_alone")
        + of("administering/test_clients.py", "test_a_key_with_one_sign_changed_finds_nobody"),
    ),
    "A22": Attack(
        "Another algorithm named in the message",
        "The ring says algorithm and purpose; unknown header members refuse",
        of(
            "core/test_signing.py",
            "test_a_key_in_the_header_is_not_listened_to",
            "test_a_key_on_another_curve_is_refused",
            "test_a_der_signature_is_refused",
            "test_what_a_seal_key_signed_is_no_publication",
            "test_anything_else_is_no_publication",
        )
        + of("core/test_device_proof.py", "test_no_other_algorithm_counts", "test_there_is_one_header"),
    ),
    "A23": Attack(
        "Two readings of one message",
        "No CBOR here; a seal has one spelling, byte for byte, and so has what a bundle says",
        of(
            "core/test_seal.py",
            "test_a_leading_zero_is_not_canonical",
            "test_what_is_read_has_no_second_form",
            "test_a_missing_byte_is_refused",
        )
        + of(
            "core/test_signing.py",
            "test_a_true_signature_with_s_above_half_the_order_is_refused",
            "test_s_plus_the_order_is_no_second_form",
        )
        + of(
            "browser_modules/test_browser_modules.py",
            "test_what_the_browser_opens_python_opens_and_understands_alike",
        ),
    ),
    "A24": Attack(
        "A session planted before somebody signs in",
        "A fresh token at sign-in and after enrolling; what was there before ends; another role ends all",
        of(
            "security/test_signing_in.py",
            "test_a_token_planted_before_signing_in_is_worth_nothing_after_it",
            "test_a_form_token_planted_before_signing_in_is_worth_nothing_after_it",
        )
        + of(
            "web/staff/test_account.py",
            "test_the_token_of_a_session_changes_with_each_sign_in",
            "test_signing_in_ends_what_this_browser_was_signed_in_to",
            "test_signing_out_ends_the_session_also_for_a_copy_of_its_cookie",
        )
        + of("administering/test_staff.py", "test_a_role_given_counts_in_no_session_that_began_before"),
    ),
    "A25": Attack(
        "A write sent from another site",
        "Form tokens, Fetch-Metadata and Origin, SameSite=Lax and __Host- cookies: independent of each other",
        of("security/test_signing_in.py", "test_no_write_of_any_route_is_taken_from_another_site")
        + of(
            "web/staff/test_account.py",
            "test_a_write_without_the_pages_token_is_refused",
            "test_cookies_are_for_this_host_alone_and_out_of_scripts_reach",
        )
        + of("web/staff/test_matrix.py", "test_nobody_else_is_and_nothing_is_written"),
    ),
    "A26": Attack(
        "Guessing passwords and codes",
        "Waits counted in the database; two factors for whoever decides; a code counts once",
        of(
            "administering/test_staff.py",
            "test_the_fifth_failure_costs_a_wait_that_the_refusal_names",
            "test_of_many_guesses_at_once_five_are_told",
            "test_a_role_that_needs_codes_proves_nothing_by_a_password_alone",
            "test_a_step_is_taken_once_and_never_an_earlier_one",
        )
        + of("web/staff/test_account.py", "test_a_code_that_was_used_signs_nobody_in_again"),
    ),
    "A27": Attack(
        "Printing and long lists that starve everyone else",
        "A run or a batch goes on by one bounded part a request, each committed; writers queue fairly and give up "
        "in time; bodies, rows and pages have limits",
        of("printing/test_runs.py", "test_each_call_renders_the_next_part_until_there_is_none")
        + of("faults/test_f22_slow_clients.py", "test_f22_clients_that_stop_in_the_middle")
        + of("issuing/test_previewing.py", "test_goes_on_a_while_at_a_time")
        + of("registry/test_queue.py", "test_the_longer_one_has_waited_the_more_often_one_asks")
        + of("registry/test_session.py", "test_a_reader_does_not_wait_for_a_writer")
        + of("web/test_verifications.py", "test_a_body_beyond_all_measure_is_too_large")
        + of("faults/test_f22_slow_clients.py", "test_f22_slow_clients_at_the_proxy")
        + of("faults/test_f23_fairness.py", "test_f23_one_letter_does_not_wait_for_five_thousand")
        + of("web/api/test_calling.py", "test_whoever_asks_too_much_is_told_when_to_come_again"),
    ),
    "A28": Attack(
        "NIKs and names in logs",
        "Errors carry neither; a log line says a type and a route; the database's own words are dropped; every log "
        "of a test run is searched for every person of the tests",
        of("test_leaks.py", "test_a_run_in_which_a_nik_was_logged_fails_and_does_not_repeat_it")
        + of("test_logs.py", "test_what_slips_into_our_own_words_is_masked")
        + of(
            "web/test_routes.py",
            "test_no_log_line_holds_a_nik_a_name_or_a_seal",
            "test_an_unforeseen_error_says_nothing_of_itself",
        )
        + of("cli/test_serving.py", "test_a_letter_is_checked_and_nothing_of_it_is_logged")
        + of("registry/test_session.py", "test_a_conflict_says_nothing_of_the_person")
        + of("registry/test_audit.py", "test_the_chain_names_nobody_by_nik_or_name")
        + of("web/test_station_api.py", "test_no_log_line_holds_a_code_a_proof_or_a_name"),
    ),
    "A29": Attack(
        "A stolen backup",
        "Locked to keys that are elsewhere; private keys and one-time secrets in it stay locked besides; sessions in "
        "it do not live on",
        of(
            "administering/test_backup_locked.py",
            "test_a29_no_name_no_nik_and_no_table_is_found_in_its_bytes",
            "test_without_a_key_or_with_another_it_stays_shut",
            "test_it_is_its_owners_alone_and_nothing_plain_is_left",
        )
        + of(
            "administering/test_backup.py",
            "test_the_private_keys_in_it_stay_locked",
            "test_it_is_its_owners_alone_and_nothing_lies_beside_it",
        )
        + of(
            "administering/test_restoring.py", "test_no_session_and_no_recovery_code_of_the_backup_lives_on"
        ),
    ),
    "A30": Attack(
        "Other users of the machine read the registry's files",
        "Made with mode 0600 in a folder of 0700; `suket check` names wider ones, and `suket serve` refuses them",
        of(
            "security/test_closed_files.py",
            "test_a_file_or_folder_open_to_others_is_named_with_what_to_run",
            "test_nothing_is_served_from_files_that_others_may_read",
        )
        + of("registry/test_migrations.py", "test_migrating_makes_the_folder_for_its_owner_alone")
        + of("cli/test_commands.py", "test_the_secrets_are_readable_by_their_owner_alone")
        + of("printing/test_runs.py", "test_only_the_owner_may_read_them"),
    ),
    "A31": Attack(
        "A package that is not what it was",
        "Every package is pinned by its hashes; builds are repeatable; nothing is loaded from elsewhere; the list "
        "of parts is made from the locks",
        of(
            "security/test_supply_chain.py",
            "test_every_locked_package_is_held_by_its_hashes",
            "test_two_builds_are_one_wheel",
            "test_the_list_of_parts_is_that_of_the_locks",
        )
        + of("web/test_style.py", "test_nothing_is_fetched_from_elsewhere")
        + of(
            "test_scanner_build.py",
            "test_the_lock_names_no_place_to_fetch_from",
            "test_the_same_sources_give_the_same_bytes_wherever_they_lie",
        ),
    ),
    "A32": Attack(
        "A call sent twice, or altered and sent again",
        "A request's key is kept with a digest of what was asked; a phone's proof is for one call",
        of(
            "faults/test_app_retries.py",
            "test_f17_a_storm_of_clicks_is_one_letter",
            "test_f17_another_request_under_the_same_key_is_refused",
        )
        + of(
            "web/test_station_api.py",
            "test_a_proof_is_for_one_call",
            "test_a_proof_does_not_cover_another_body",
        )
        + of(
            "web/api/test_once.py",
            "test_the_same_again_is_the_same_answer_byte_for_byte",
            "test_the_same_key_with_something_else_is_refused",
            "test_what_is_being_done_is_told_so_and_comes_again_soon",
            "test_another_programs_key_of_the_same_name_is_another",
        ),
    ),
    "A33": Attack(
        "What a shared computer keeps",
        "no-store on every page of a person; signing out ends the session and clears what was kept; phones keep no "
        "person",
        of(
            "security/test_signing_in.py",
            "test_signing_out_clears_what_the_browser_kept_but_not_the_scanners_records",
        )
        + of("security/test_headers.py", "test_nothing_but_what_is_published_may_be_kept")
        + of("browser/test_signed_out.py", "test_after_signing_out_the_back_button_shows_nothing")
        + of("browser/test_phone.py", "test_the_storage_holds_no_person_no_seal_and_no_code"),
    ),
    "A34": Attack(
        "Members that a caller may not set",
        "Shapes of their own for what comes in, strict, which refuse any other member",
        of("security/test_outsiders.py", "test_no_call_takes_a_member_that_its_shape_does_not_name")
        + of("web/test_verifications.py", "test_another_shape_is_a_problem")
        + of("issuing/test_applying.py", "test_a_form_never_says_how_far_a_recording_is")
        + of("web/test_station_api.py", "test_nothing_in_a_body_says_where_a_phone_stands")
        + of("web/api/test_letters.py", "test_a_request_says_nothing_of_its_state_or_of_the_register"),
    ),
    "A35": Attack(
        "A check that turns green because something broke",
        "Any error is *cannot tell*",
        of("security/test_outsiders.py", "test_a_registry_that_breaks_between_two_checks_is_never_green")
        + of("web/test_routes.py", "test_a_broken_registry_is_not_ready_and_shows_no_letters")
        + of("web/test_quick.py", "test_a_registry_that_goes_away_and_comes_back")
        + of("cli/test_outcomes.py", "test_a_registry_that_cannot_be_read_is_indeterminate")
        + of("browser/test_check_page.py", "test_a_refusal_is_no_answer_either")
        + of("browser_modules/test_browser_modules.py", "test_a_file_of_browser_tests_passes"),
    ),
    "A36": Attack(
        "Headers in which a client says where it comes from",
        "None is believed: there is no ProxyFix, gunicorn trusts no forwarder, and nothing is decided by an address",
        of("security/test_serving.py", "test_a_client_moves_no_route_and_no_link_by_its_headers")
        + of("security/test_outsiders.py", "test_no_host_that_a_client_names_gets_into_a_symbol_or_a_link")
        + of("security/test_source.py", "test_nothing_is_decided_by_where_a_request_comes_from"),
    ),
}
