"""Addresses of the verification app."""

from django.urls import path

from verification.views import diagnosis, proving

app_name = "verification"
urlpatterns = [
    path("", proving.start, name="start"),
    path("check/", proving.check, name="check"),
    path("third/", proving.third, name="third"),
    path("why/", diagnosis.ask, name="diagnosis"),
    path("why/<int:position>/", diagnosis.ask, name="diagnosis_step"),
    path("why/findings/", diagnosis.findings, name="findings"),
    path("unmatched/", proving.unmatched, name="unmatched"),
]
