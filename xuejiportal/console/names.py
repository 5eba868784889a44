"""Names of the console's models and columns in the reader's language.

They are set on the loaded models, because no other page shows them: labels in the model
definitions would need a migration for each change.
"""

from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

MODELS = {
    "enrollment.Institution": (_("institution"), _("Institutions")),
    "enrollment.InstitutionRegistrar": (_("registrar"), _("Registrars")),
    "enrollment.ImportBatch": (_("import"), _("Imports")),
    "accounts.RoleGrant": (_("role of staff"), _("Roles of staff")),
    "accounts.Block": (_("block"), _("Blocks")),
    "delivery.OutboxMessage": (_("message"), _("Messages")),
    "audit.AuditCheck": (_("check of the audit trail"), _("Checks of the audit trail")),
}

COLUMNS = {
    "id": _("Number"),
    "key": _("Key"),
    "code": _("Code"),
    "name": _("Name"),
    "national_code": _("National code"),
    "authority": _("Authority"),
    "location": _("Location"),
    "level": _("Level"),
    "remark": _("Remark"),
    "third_item": _("Third item"),
    "second_approver": _("Two-person approval"),
    "user": _("Account"),
    "account": _("Account"),
    "institution": _("School"),
    "since": _("Since"),
    "created_by": _("Uploaded by"),
    "created_at": _("Created at"),
    "file_name": _("File"),
    "upload": _("Stored file"),
    "mends": _("Corrects the import"),
    "token": _("Import token"),
    "publish_if_faultless": _("Publish if there are no problems"),
    "state": _("State"),
    "status": _("State"),
    "failure": _("Failure"),
    "failure_detail": _("Details of the failure"),
    "accepted_people": _("Approved changes of person"),
    "approval_document": _("Number of the province's document"),
    "approved_on": _("Date of the province's document"),
    "attempts": _("Attempts"),
    "sheet": _("Sheet"),
    "rows_done": _("Rows done"),
    "rows_expected": _("Rows expected"),
    "started_at": _("Started at"),
    "published_by": _("Published by"),
    "published_at": _("Published at"),
    "undone_by": _("Undone by"),
    "undone_at": _("Undone at"),
    "role": _("Role"),
    "granted_at": _("Granted at"),
    "masked": _("Contact"),
    "made_at": _("Blocked at"),
    "until": _("Until"),
    "lifted_at": _("Lifted at"),
    "lifted_by": _("Lifted by"),
    "channel": _("Channel"),
    "purpose": _("Purpose"),
    "kind": _("Kind"),
    "reference": _("Reference"),
    "language": _("Language"),
    "masked_recipient": _("Recipient"),
    "domain": _("Email domain"),
    "next_attempt_at": _("Next attempt at"),
    "claimed_at": _("Taken by a worker at"),
    "handed_over_at": _("Handed over at"),
    "sent_at": _("Sent at"),
    "settled_at": _("Finished at"),
    "provider": _("Provider"),
    "provider_id": _("Provider's number"),
    "error": _("Error"),
    "at": pgettext_lazy("time of a check", "Checked at"),
    "entries": _("Entries"),
    "broken": _("First altered entry"),
}


def set_names(model: type[Model]) -> None:
    """Give ``model`` and its columns their names."""
    options = model._meta  # noqa: SLF001 - Django documents it
    options.verbose_name, options.verbose_name_plural = MODELS[options.label]
    for field in options.concrete_fields:
        if field.name in COLUMNS:
            field.verbose_name = COLUMNS[field.name]
