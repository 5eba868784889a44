"""Who may open which address: security rules, Who may do what.

The letters are people of the cast (``test_matrix.CAST``):

A  no one signed in          U  an account with nothing proved
S  王明, who holds the record  Z  a classmate who holds another record
C  the counselor of the class D  a counselor of another school
R  the registrar of the school Q  the registrar of another school
T  an auditor                 O  the operator (superuser)

"Open" means that the page answers this person, whatever it says; closed is 404,
403, or the way to the sign-in. A person who has just shown again that it is
them makes each request.
"""

EVERYBODY = "AUSZCDRQTO"
SIGNED_IN = "USZCDRQTO"
STUDENTS = "USZ"
STAFF = "CDRQ"
KEEPERS = "CR"  # of this class or school
REGISTRARS = "RQ"

# Doors, and what every signed-in person has.
DOORS = """
home privacy_notice privacy_notice_now
help help_article help_verdict offline service_worker favicon healthz readyz set_language
account_signup_phone account_signup_code account_signup_again account_login account_logout
account_signup account_inactive account_email_verification_sent account_confirm_email
account_code account_code_enter account_code_again account_reset_password
account_reset_password_enter account_reset_password_again account_reset_password_new
account_find_username account_find_username_sent accounts:undo_change mfa_authenticate
verification:object_to_claim
account_lost account_rescue account_rescue_enter account_rescue_again account_rescue_state
account_reset_password_question accounts:stop_rescue
enrollment:check_receipt enrollment:check_report enrollment:check_report_code
import_api:receive import_api:receive_named import_api:state import_api:publish
"""
OWN_ACCOUNT = """
desk accounts:consent accounts:identity_consent accounts:consents
accounts:security accounts:security_log accounts:my_data
accounts:delete_account accounts:cancel_deletion accounts:notices
accounts:notices_read accounts:notice_choices accounts:username accounts:contacts
accounts:questions accounts:remove_questions accounts:take_back
accounts:check_contacts accounts:ask_for_code accounts:enter_code accounts:resend_code
account_reauthenticate account_change_password account_set_password account_email
mfa_index mfa_reauthenticate mfa_activate_totp
mfa_generate_recovery_codes mfa_list_webauthn mfa_add_webauthn
mfa_reauthenticate_webauthn accounts:sessions accounts:send_again
enrollment:status
"""
# Never an answer here: a provider's secret address, and development's outbox.
NOBODY = "delivery:receipts delivery:outbox delivery:letter"
# No one of the cast has a second factor to look at or take away (tests/accounts).
FACTORS = """
mfa_deactivate_totp mfa_view_recovery_codes mfa_download_recovery_codes mfa_remove_webauthn
mfa_edit_webauthn
"""

MATRIX: dict[str, str] = {
    **dict.fromkeys(DOORS.split(), EVERYBODY),
    **dict.fromkeys(OWN_ACCOUNT.split(), SIGNED_IN),
    **dict.fromkeys([*NOBODY.split(), *FACTORS.split()], ""),
    "metrics": "",  # by its token alone
    "accounts:notice": "S",
    "accounts:blocks": "RQTO",
    "accounts:lift_block": "RO",
    "accounts:enter_staff_code": "CDRQTO",
    "trail": "T",
    "trail_export": "T",
    "trail_prove": "T",
    "trail_sign_ins": "T",
    # One's own record.
    **dict.fromkeys(
        """enrollment:record enrollment:certificate enrollment:answer enrollment:viewings
        enrollment:reports enrollment:receipt enrollment:report enrollment:report_file
        enrollment:report_extend enrollment:report_revoke enrollment:photo
        enrollment:photo_answer""".split(),
        "S",
    ),
    # Proving who one is: one who has proved it is sent to the record.
    **dict.fromkeys(
        """verification:start verification:check verification:third
        verification:diagnosis verification:diagnosis_step verification:findings
        verification:unmatched verification:show_code verification:further""".split(),
        STUDENTS,
    ),
    "verification:go_on": STUDENTS,
    "verification:dispute": STUDENTS,
    "verification:withdraw_dispute": "U",
    "verification:dispute_evidence": "U",
    "verification:objection": "S",
    "verification:vouch": "Z",
    "verification:assist": KEEPERS,
    "verification:undo_assist": KEEPERS,
    "verification:approve_assist": "R",
    "verification:rescue": KEEPERS,
    "verification:disputes": REGISTRARS,
    **dict.fromkeys(
        """verification:dispute_desk verification:decide_dispute verification:undo_decision
        verification:desk_evidence verification:claim_objection""".split(),
        "R",
    ),
    # The registrar's work.
    **dict.fromkeys(
        """registry:imports registry:photo_batches registry:export registry:campaigns
        registry:new_campaign registry:classes registry:assign_by_file registry:assign_many
        registry:people
        registry:tokens registry:new_token support:submissions support:submission_results
        support:report_statistics support:report_statistics_export""".split(),
        REGISTRARS,
    ),
    **dict.fromkeys(
        """registry:import registry:changes registry:missing registry:missing_people
        registry:decide_missing registry:decision registry:columns registry:faulty_rows
        registry:photo_batch registry:photo_sheet registry:undo_photos registry:take_photos
        registry:retry_photos registry:refused_photos registry:discard_photos
        registry:mended_rows registry:check_again registry:choose_sheet registry:publish
        registry:undo registry:discard
        registry:campaign registry:end_campaign registry:rules
        registry:class registry:merge_class registry:remove_class registry:assign_counselor
        registry:withdraw_counselor registry:dismiss_counselor registry:revoke_token
        support:school_board support:college_board support:figures_export
        support:batch_workbook
        support:report_correct support:submission_result""".split(),
        "R",
    ),
    "registry:search": STAFF,
    "registry:reason": STAFF,
    "registry:record": KEEPERS,
    "registry:viewing_reason": KEEPERS,
    "registry:photo": KEEPERS,
    "registry:number": "R",
    "registry:new_event": "R",
    "registry:undo_event": "R",
    "registry:appointment": "U",
    "registry:withdraw_appointment": "R",
    "registry:appointments": "O",
    "registry:staff_review": "RO",
    "accounts:staff_name": STAFF + "TO",
    "operator": "O",
    "operator_messages": "O",
    "operator_imports": "O",
    "operator_institutions": "O",
    "registry:dismiss_registrar": "O",
    "registry:dismiss_auditor": "O",
    "registry:staff_code": "RO",
    "registry:end_sessions": "O",
    # Boards and reports.
    "today": STAFF,
    "support:board": STAFF,
    "support:queue": STAFF,
    "support:digest_rhythm": STAFF,
    "support:handed_on": "CD",
    "support:hand_on_class": "C",
    **dict.fromkeys(
        """support:class_board support:class_poster support:class_remind support:class_reminded
        support:class_export support:class_part support:queue_report
        support:report_separate""".split(),
        KEEPERS,
    ),
    "support:reports": STUDENTS,
    "support:report_new": STUDENTS,
    "support:report_write": STUDENTS,
    **dict.fromkeys(
        """support:report support:report_answer support:report_withdraw
        support:report_wrong""".split(),
        "S",
    ),
    "support:report_evidence": "S" + KEEPERS,
    **dict.fromkeys(
        "support:articles support:article_new".split(),
        REGISTRARS + "O",
    ),
    **dict.fromkeys(
        "support:article_edit support:article_version support:article_withdraw".split(), "RO"
    ),
}
