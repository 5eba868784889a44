"""Entries of the audit trail as sentences."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.services import record_action
from enrollment.models import StudentRecord
from enrollment.records.services import note_record_access

pytestmark = pytest.mark.django_db


def test_an_act_is_shown_in_words_with_its_code_below(client: Client, auditor: User) -> None:
    record_action(action="enrollment.search_records", actor_id=auditor.pk)
    text = client.get(reverse("trail")).content.decode()
    assert "搜索学籍" in text
    assert "<code>enrollment.search_records</code>" in text


def test_an_english_sentence_has_its_capital_at_the_beginning_alone(
    client: Client, auditor: User, desk_registrar: User, li_record: StudentRecord
) -> None:
    User.objects.filter(pk=desk_registrar.pk).update(staff_name="方敏")
    note_record_access(record=li_record, account=desk_registrar, reason="学生到访")
    page = client.get(reverse("trail"), headers={"accept-language": "en"}).content.decode()
    words = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "Registrar 方敏 viewed the record" in words
