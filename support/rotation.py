"""Sealed columns of problem reports, for ``rotate_vault``."""

from vault.rotation import register_columns

register_columns("reports", "support.Report", stated_sealed="report")
register_columns("words in reports", "support.ReportEntry", words_sealed="report-entry")
