"""Who saw or changed what: an append-only trail."""
