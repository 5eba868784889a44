"""Issue a code with which a member of staff sets up a second factor."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.identifiers import services as identifiers
from accounts.models import User
from accounts.sign_in.admission import NoStaffError, issue_code


class Command(BaseCommand):
    """For the first operator, or one who has lost second factor and recovery codes."""

    help = "Print a code with which a member of staff or an operator sets up a second factor."

    def add_arguments(self, parser: CommandParser) -> None:
        """The account's identifier, and the reason for the audit trail."""
        parser.add_argument("login", help="e-mail address, mobile number or username")
        parser.add_argument("--reason", required=True, help="kept in the audit trail")

    def handle(self, **options: Any) -> None:
        """Print the code. Raises CommandError if there is no such member of staff."""
        account = self._account(options["login"])
        try:
            code = issue_code(account=account, by=None, reason=options["reason"])
        except NoStaffError as error:
            raise CommandError("This account has no role: appoint it first.") from error
        self.stdout.write(code)

    @staticmethod
    def _account(typed: str) -> User:
        # An operator created by createsuperuser has a username but no confirmed contact.
        try:
            owner = identifiers.owner_of(identifiers.parse(typed))
        except ValidationError as error:
            raise CommandError(error.messages[0]) from error
        found = owner.account if owner else User.objects.filter(username=typed).first()
        if found is None:
            raise CommandError("No account has this contact or name.")
        return found
