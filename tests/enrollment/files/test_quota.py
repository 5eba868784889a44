"""A registrar and a school upload so many files in a day, and no more."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.limits.rules import DAY, RULES, Rule
from enrollment.models import ImportBatch, Institution, PhotoBatch
from tests.enrollment.imported_files import sample, write_csv
from tests.enrollment.registrar import make_registrar

pytestmark = pytest.mark.django_db
IMPORTS, PHOTOS = "registry:imports", "registry:photo_batches"


def send(client: Client, page: str, school: Institution, folder: Path) -> str:
    """Upload a file; the text of the page that follows."""
    content = write_csv(folder / "a.csv", sample(2)).read_bytes()
    name = "a.csv" if page == IMPORTS else "a.zip"
    form = {
        "institution": school.pk,
        "kind": "admission",
        "file": SimpleUploadedFile(name, content),
    }
    return client.post(reverse(page), form, follow=True).content.decode()


@pytest.mark.parametrize("page", [IMPORTS, PHOTOS])
@pytest.mark.parametrize("rule", ["upload", "school_upload"])
def test_one_file_too_many_is_not_kept(
    rule: str,
    page: str,
    desk: Client,
    school: Institution,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(RULES, rule, (Rule(2, DAY),))
    for _ in range(2):
        assert "上传的文件过多" not in send(desk, page, school, tmp_path)
    kept = ImportBatch.objects.count() + PhotoBatch.objects.count()
    assert kept == 2
    assert "上传的文件过多" in send(desk, page, school, tmp_path)
    assert ImportBatch.objects.count() + PhotoBatch.objects.count() == kept
    colleague = Client()
    colleague.force_login(make_registrar("colleague@example.org", school))
    may = "上传的文件过多" not in send(colleague, page, school, tmp_path)
    assert may is (rule == "upload")
