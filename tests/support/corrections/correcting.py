"""Corrections that a registrar accepts on the page of a report, and what the province answers."""

from django.test import Client
from django.urls import reverse

from enrollment.models import Correction
from support.models import Report


def correct(client: Client, report: Report, field: str, value: str, **named: str) -> str:
    """Accept a correction; the page that answers."""
    page = reverse("support:report_correct", args=[report.key])
    answer = client.post(page, {"field": field, "value": value, **named})
    return (
        client.get(answer.headers["Location"]).content.decode()
        if answer.status_code == 302
        else (answer.content.decode())
    )


def settle(client: Client, answer: str) -> None:
    """Enter what the province said about the one submission."""
    page = reverse("support:submission_result", args=[Correction.objects.get().key])
    given = {"accepted": answer, "on": "2026-11-20", "document": "示教学〔2026〕12号"}
    client.post(page, given)
