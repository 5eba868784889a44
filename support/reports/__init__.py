"""Problem reports: opened by students, answered by counselors and registrars."""
