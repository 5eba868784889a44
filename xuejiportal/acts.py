"""The names of acts, shown by the page that asks for a proof of identity before them."""

from typing import Any

from django.http import HttpRequest
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from enrollment.queries import batches_visible_to

ACTS: dict[str, str | Promise] = {
    "accounts:ask_for_code": gettext_lazy("link or change a phone or email address"),
    "accounts:enter_code": gettext_lazy("link or change a phone or email address"),
    "accounts:username": gettext_lazy("choose a username"),
    "accounts:questions": gettext_lazy("set security questions"),
    "accounts:remove_questions": gettext_lazy("remove your security questions"),
    "accounts:sessions": gettext_lazy("sign out all other devices"),
    "accounts:my_data": gettext_lazy("download a copy of your data"),
    "accounts:staff_name": gettext_lazy("change your name and office"),
    "accounts:delete_account": gettext_lazy("delete your account"),
    "accounts:take_back": gettext_lazy("take your account back"),
    "account_change_password": gettext_lazy("change your password"),
    "enrollment:certificate": gettext_lazy("see your full certificate number"),
    "mfa_activate_totp": gettext_lazy("set up an authenticator app"),
    "mfa_deactivate_totp": gettext_lazy("remove your authenticator app"),
    "mfa_add_webauthn": gettext_lazy("add a passkey"),
    "mfa_remove_webauthn": gettext_lazy("remove a passkey"),
    "mfa_generate_recovery_codes": gettext_lazy("create new recovery codes"),
    "mfa_view_recovery_codes": gettext_lazy("see your recovery codes"),
    "registry:take_photos": gettext_lazy("import photos"),
    "registry:new_token": gettext_lazy("create an import token"),
    "registry:export": gettext_lazy("export records"),
    "registry:number": gettext_lazy("see a full certificate number"),
    "registry:new_event": gettext_lazy("enter a change of status"),
    "registry:undo_event": gettext_lazy("undo a change of status"),
    "registry:rules": gettext_lazy("change the rules of your institution"),
    "registry:assign_by_file": gettext_lazy("appoint counselors by file"),
    "registry:assign_counselor": gettext_lazy("appoint a counselor"),
    "registry:withdraw_counselor": gettext_lazy("withdraw a counselor"),
    "registry:merge_class": gettext_lazy("merge classes"),
    "registry:people": gettext_lazy("appoint staff"),
    "registry:appointments": gettext_lazy("appoint staff"),
    "registry:staff_review": gettext_lazy("review changes of roles"),
    "registry:staff_code": gettext_lazy("create a set-up code"),
    "registry:end_sessions": gettext_lazy("sign someone out everywhere"),
    "support:class_export": gettext_lazy("export a class"),
    "support:report_correct": gettext_lazy("correct a record"),
    "trail_export": gettext_lazy("export the audit trail"),
    "trail_prove": gettext_lazy("export the audit trail"),
}
# With the name of the file: what is published or undone cannot be mistaken then.
FILES = {
    "registry:publish": gettext_lazy("publish %(file)s"),
    "registry:undo": gettext_lazy("undo the publication of %(file)s"),
}


# These hand out data and change nothing: ``accounts.sessions.recent_proof.READING``.
READS = frozenset(
    {
        "accounts:my_data",
        "enrollment:certificate",
        "registry:export",
        "registry:number",
        "support:class_export",
    }
)


def act_after_proof(request: HttpRequest) -> str:
    """What the page that ``request`` leads on to does; empty where it is not known."""
    match = _page_ahead(request)
    if match is None:
        return ""
    if match.view_name in FILES:
        return _act_on_file(request, match.view_name, match.kwargs)
    return str(ACTS.get(match.view_name, ""))


def only_reads(request: HttpRequest) -> bool:
    """Whether the page that ``request`` leads on to changes nothing."""
    match = _page_ahead(request)
    return match is not None and match.view_name in READS


def _page_ahead(request: HttpRequest) -> ResolverMatch | None:
    try:
        return resolve(request.GET.get("next", "").partition("?")[0])
    except Resolver404:
        return None


def _act_on_file(request: HttpRequest, name: str, arguments: dict[str, Any]) -> str:
    found = batches_visible_to(request.user).filter(**arguments).first()
    return str(FILES[name]) % {"file": found.file_name} if found else ""
