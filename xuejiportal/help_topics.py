"""The help article for each page (guide row 29)."""

from django.http import HttpRequest

BY_PAGE = {
    "account_signup": "register",
    "account_email_verification_sent": "activate",
    "account_confirm_email": "activate",
    "account_login": "sign-in",
    "account_code": "sign-in",
    "account_code_enter": "sign-in",
    "account_reset_password": "recover",
    "account_reset_password_enter": "recover",
    "account_reset_password_new": "recover",
    "account_find_username": "recover",
    "account_find_username_sent": "recover",
    "verification:unmatched": "not-matched",
}
BY_APP = {
    "verification": "verify",
    "enrollment": "check",
    "registry": "imports",
    "accounts": "safety",
    "support": "report",
}
OTHER_ACCOUNT_PAGES = ("account_", "mfa_")


def topic_of(request: HttpRequest) -> str:
    """The slug of the help article for the requested page; empty if there is none."""
    match = request.resolver_match
    if match is None:
        return ""
    if match.view_name in BY_PAGE:
        return BY_PAGE[match.view_name]
    if (match.url_name or "").startswith(OTHER_ACCOUNT_PAGES):
        return "safety"
    return BY_APP.get(match.namespace, "")
