"""Make the demo school."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from devtools.demo.people import sign_ins
from devtools.demo.registry import demo_rows
from devtools.demo.school import make_demo


class Command(BaseCommand):
    """Creates what is missing of the demo school and prints its sign-ins; idempotent."""

    help = "Make the demo school with 2,000 invented students and a person for every role."

    def handle(self, **options: Any) -> None:
        """Raises CommandError in production, because the passwords are printed."""
        if settings.PRODUCTION:
            raise CommandError("The demo school is for development only.")
        make_demo()
        self.stdout.write("演示账号（虚构人物） / demo sign-ins (invented people):")
        for email, password, note in sign_ins(demo_rows()):
            self.stdout.write(f"  {email:22} {password:18} {note}")
