"""Columns without personal data; every column that is not exempt is here or declared.

Exempt are ids, links, times, yes/no values and codes from fixed lists: they belong to their row
and are deleted with it.
"""

NOT_PERSONAL = {
    # Accounts and messages
    "accounts.RedeemedProof": "signature",
    "accounts.Code": "nonce tries",
    "account.EmailConfirmation": "key",
    "delivery.OutboxMessage": "attempts provider provider_id error",
    "delivery.ClaimedTexts": "number",
    "delivery.MailDomain": "name in_window refusals",
    "vault.KeyCheck": "name digest",
    "audit.AuditSeal": "digest",
    "audit.AuditAnchor": "entries last_entry digest",
    "audit.AuditCheck": "entries broken",
    # Schools, classes and campaigns
    "enrollment.Institution": (
        "code name national_code authority location level remark column_titles"
    ),
    "enrollment.SchoolClass": "code college department",
    "enrollment.Campaign": "name entry_year starts_on ends_on confirm_fields ignore_fields",
    "enrollment.ClassCounselor": "last_day",
    "enrollment.Appointment": "last_day",
    "enrollment.ImportToken": "name secret_hash",
    "enrollment.SigningKey": "private_sealed certificate chain",
    # Counts, versions and settings of rows that are declared
    "enrollment.StudentRecord": "version",
    "enrollment.FieldChange": "version of_another_person",
    "enrollment.AbsenceDecision": "count",
    "enrollment.AbsentRecord": "version",
    "enrollment.Confirmation": "version",
    "enrollment.EvidenceFile": "size",
    "enrollment.Photo": "width height",
    "enrollment.BatchPhoto": "width height",
    "enrollment.StatusReport": "version file_sha256 attempts missing_glyphs",
    "enrollment.ImportBatch": (
        "failure accepted_people approval_document approved_on attempts sheet "
        "sheet_choices column_names mapping rows_done rows_expected"
    ),
    "enrollment.PhotoBatch": (
        "failure fresh replacing new replaced same refused undone done attempts keeps_replaced"
    ),
    # Help and boards
    "support.Article": "slug position title title_en body body_en keywords grams version",
    "support.ArticleVersion": "number title title_en body body_en keywords",
    "support.ArticleTally": "day reads helped not_helped",
    "support.Headcount": "people",
    "support.HeadcountChange": "part people",
    "support.DayHeadcount": "day people",
    "support.Reminder": "part in_portal by_email by_sms out_of_reach reminded_today",
    # Django's own; the portal writes no admin log
    "admin.LogEntry": "object_id object_repr change_message",
    "auth.Permission": "name codename",
    "auth.Group": "name",
    "contenttypes.ContentType": "app_label model",
}
