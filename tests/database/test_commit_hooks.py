"""What fails after a commit is logged: the act was done, and its page says so."""

import pytest
from django.core.files.storage import default_storage
from django.db import transaction

from database.commit_hooks import after_commit
from database.random_keys import random_key
from enrollment.files.evidence import forget_evidence
from enrollment.models import EvidenceFile, EvidencePurpose

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_act_is_done_once_the_transaction_has_committed() -> None:
    done: list[int] = []
    with transaction.atomic():
        after_commit(done.append, 7)
        assert done == []
    assert done == [7]


def test_files_of_evidence_that_cannot_be_deleted_stop_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(name: str) -> None:
        raise OSError("the storage is out of reach")

    subject = random_key()
    for number in range(2):
        EvidenceFile.objects.create(
            purpose=EvidencePurpose.REPORT, subject=subject, size=1, stored_as=f"evidence/{number}"
        )
    monkeypatch.setattr(default_storage, "delete", away)
    with transaction.atomic():
        assert forget_evidence(purpose=EvidencePurpose.REPORT, subjects=[subject]) == 2
    assert caplog.text.count("the storage is out of reach") >= 2
