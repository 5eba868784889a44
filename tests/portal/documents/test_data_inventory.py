"""The inventory of personal data names every column, and its figures are those of the code."""

import io
from pathlib import Path

import pytest
from celery import Task
from celery.local import Proxy
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import models
from django.test.utils import isolate_apps

from vault.rotation import registered
from xuejiportal.data_inventory.coverage import ENTRIES, OUTSIDE, misdeclared, undeclared
from xuejiportal.data_inventory.entries import name_of

DOCUMENT = Path(settings.BASE_DIR) / "docs" / "data-inventory.md"


def printed() -> str:
    told = io.StringIO()
    call_command("data_inventory", stdout=told)
    return told.getvalue()


def test_the_committed_document_is_what_the_command_prints() -> None:
    assert printed() == DOCUMENT.read_text(encoding="utf-8"), "run: make data-inventory"


def test_every_column_is_in_the_inventory_or_declared_not_personal() -> None:
    assert undeclared() == set()
    assert misdeclared() == set()


@isolate_apps("accounts")
def test_a_new_column_must_be_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    class Diary(models.Model):
        nickname = models.CharField(max_length=9)
        mood = models.CharField(max_length=9, choices=[("a", "b")])
        met_on = models.DateField()
        met_at = models.DateTimeField()
        scan = models.BinaryField()
        more = models.JSONField()

        class Meta:
            app_label = "accounts"

        def __str__(self) -> str:
            return self.nickname

    monkeypatch.setattr(apps, "get_models", lambda: [Diary])
    names = ("nickname", "met_on", "scan", "more")
    assert undeclared() == {f"accounts.Diary.{name}" for name in names}


def test_every_task_that_removes_data_runs_by_the_clock() -> None:
    kept = [*(entry.kept for entry in ENTRIES), *(place.kept for place in OUTSIDE)]
    by = {act for each in kept for act in each.by}
    tasks = {name_of(act) for act in by if isinstance(act, Task | Proxy)}
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert len(tasks) >= 7
    assert tasks <= scheduled


def test_sensitive_values_are_sealed_or_hashed_but_for_two_fields_of_the_register() -> None:
    clear = {
        f"{entry.model}.{column}"
        for entry in ENTRIES
        for column in entry.sensitive
        if entry.protection(column) == "clear"
    }
    record = "enrollment.StudentRecord"
    assert clear == {f"{record}.ethnicity", f"{record}.political_status"}


def test_everything_kept_sealed_is_in_the_inventory() -> None:
    declared = {f"{entry.model}.{column}" for entry in ENTRIES for column in entry.columns}
    sealed = {column for rotation in registered() for column in rotation.columns}
    assert sealed - declared == {"enrollment.SigningKey.private_sealed"}, "a key of a school"
    elsewhere = {rotation.name for rotation in registered() if not rotation.columns}
    assert elsewhere == {place.rotation for place in OUTSIDE if place.rotation}
