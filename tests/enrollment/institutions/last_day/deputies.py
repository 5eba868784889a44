"""Last days that pass, and the files and invitations that name them."""

from datetime import timedelta
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from enrollment.models import ClassCounselor, SchoolClass
from tests.people import make_school

TODAY = timezone.localdate
DAY = timedelta(days=1)


def end_yesterday(deputy: User) -> None:
    """Let the last day pass."""
    ClassCounselor.objects.filter(user=deputy).update(last_day=TODAY() - DAY)


def invite(desk: Client, school_class: SchoolClass, last_day: str = "") -> None:
    """Assign somebody who is new to the school."""
    page = reverse("registry:assign_counselor", args=[school_class.pk])
    desk.post(page, {"login": "new@example.org", "last_day": last_day})


def send(desk: Client, text: str) -> str:
    """Upload it as a file of assignments; the text of the page that answers."""
    file = SimpleUploadedFile(Path("分配.csv").name, text.encode())
    values = {"institution": make_school().pk, "file": file}
    return desk.post(reverse("registry:assign_by_file"), values, follow=True).content.decode()
