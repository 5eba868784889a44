"""What the command that verifies the audit trail says."""

from io import StringIO

from django.core.management import call_command


def verify(*arguments: str) -> str:
    """Its output; ``CommandError`` where the trail is not whole."""
    said = StringIO()
    call_command("verify_audit", *arguments, stdout=said)
    return said.getvalue()
