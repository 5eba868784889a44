"""A student fills the storage with copies of evidence, within the forms that a day allows."""

import pytest
from django.urls import reverse

from accounts.limits.rules import RULES
from accounts.models import User
from enrollment.models import EvidenceFile, StudentRecord
from support.models import Report
from tests.enrollment.files.evidence_files import picture, upload
from tests.people import enter
from tests.support.objections import objected

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
WRONG = {
    "name": "王䶮",
    "gender": "女",
    "birth_date": "2007-08-16",
    "major_name": "数学",
    "college": "软件学院",
}


def test_one_form_for_many_items_counts_for_each_copy_that_is_kept(
    wang: User, wang_record: StudentRecord
) -> None:
    client = enter(wang)
    form = objected(wang_record, *WRONG, asked=tuple(WRONG))
    for _ in range(4):
        values = {f"correct_{name}": value for name, value in WRONG.items()}
        client.post(form, values | {"evidence": upload(picture(size=(90, 60)))})
        for report in Report.objects.all():
            client.post(reverse("support:report_withdraw", args=[report.key]))
    assert EvidenceFile.objects.count() == RULES["evidence"][0].limit
