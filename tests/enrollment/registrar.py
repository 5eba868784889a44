"""A registrar at work in the browser's path."""

import re
import time
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from enrollment.imports import tasks as imports_tasks
from enrollment.models import ImportBatch, Institution, InstitutionRegistrar
from tests.people import make_account

IMPORTS = reverse("registry:imports")
# The answer about changes of locked fields; the page asks only where there are any.
APPROVED = {"locked": "approved", "document": "教学〔2026〕7号", "approved_on": "2026-09-01"}


def make_registrar(email: str, school: Institution) -> User:
    """A registrar of ``school``."""
    user = make_account(email, roles=(Role.REGISTRAR,))
    InstitutionRegistrar.objects.create(user=user, institution=school)
    return user


def signed_in_just_now(client: Client) -> None:
    """As if the question for the password had been answered a moment ago."""
    session = client.session
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    answered = {"method": "password", "at": time.time(), "reauthenticated": True}
    session["account_authentication_methods"] = [answered]
    session.save()


def upload(client: Client, path: Path, school: Institution, *, check: bool = True) -> ImportBatch:
    """Upload a file and let the worker check it."""
    file = SimpleUploadedFile(path.name, path.read_bytes())
    answer = client.post(IMPORTS, {"institution": school.pk, "file": file})
    assert answer.status_code == 302, answer.content.decode()
    batch = ImportBatch.objects.latest("pk")
    assert answer["Location"] == reverse("registry:import", args=[batch.key])
    assert "data-live" in client.get(answer["Location"]).content.decode()
    if check:
        imports_tasks.rehearse_upload(batch.pk)
    batch.refresh_from_db()
    return batch


def page_of(client: Client, batch: ImportBatch) -> str:
    """The page of an import."""
    return client.get(reverse("registry:import", args=[batch.key])).content.decode()


def shown_on(client: Client, batch: ImportBatch) -> str:
    """What the page before the publication keeps of what it has shown."""
    page = client.get(reverse("registry:publish", args=[batch.key])).content.decode()
    found = re.search(r'name="shown" value="([0-9a-f]{64})"', page)
    assert found, page
    return found[1]


def publish(client: Client, batch: ImportBatch) -> None:
    """Publish a checked file, as far as its page lets this person."""
    signed_in_just_now(client)
    address = reverse("registry:publish", args=[batch.key])
    shown = shown_on(client, batch)
    assert client.post(address, APPROVED | {"shown": shown}).status_code == 302
    imports_tasks.publish_upload(batch.pk)
    batch.refresh_from_db()
