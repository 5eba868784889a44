"""Addresses that are open to anybody."""

OPEN: frozenset[str] = frozenset(
    """
    home privacy_notice privacy_notice_now help help_article help_verdict
    offline service_worker favicon healthz readyz metrics set_language
    account_signup_phone account_signup_code account_signup_again
    account_login account_logout account_signup account_inactive account_email_verification_sent
    account_confirm_email account_code account_code_enter account_code_again
    account_reset_password account_reset_password_enter account_reset_password_again
    account_reset_password_new account_find_username account_find_username_sent
    verification:object_to_claim
    accounts:undo_change mfa_authenticate accounts:stop_rescue account_lost account_rescue
    account_rescue_enter account_rescue_again account_rescue_state
    account_reset_password_question
    enrollment:check_receipt enrollment:check_report enrollment:check_report_code
    import_api:receive import_api:receive_named import_api:state import_api:publish
    """.split()
)
