"""Where counselors and registrars work on reports: the list, one report, what was handed on."""
