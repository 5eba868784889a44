"""Acts with which several attacks on a school begin, and a day long before them."""

from datetime import timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from enrollment.imports import tasks as imports_tasks
from enrollment.models import ImportBatch

LONG_AGO = timezone.now() - timedelta(days=400)


def named(desk: Client, batch: ImportBatch, take: str, give: str) -> None:
    """Swap what two titled columns of a file are taken for."""
    page = reverse("registry:columns", args=[batch.key])
    form = desk.get(page).context["form"]
    given = {name: form[name].value() for name in form.fields}
    first, second = (next(n for n in given if given[n] == one) for one in (take, give))
    given[first], given[second] = given[second], given[first]
    desk.post(page, given)
    imports_tasks.rehearse_upload(batch.pk)
    batch.refresh_from_db()
