"""Locked fields change by a document of the province that does not exist yet, or has no number."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from enrollment.models import StudentRecord
from tests.enrollment.imported_files import sample, write_csv
from tests.people import make_school

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("named", [(" ", "2026-01-05"), ("教学〔2026〕1号", "2999-01-05")])
def test_the_command_refuses_an_impossible_approval(tmp_path: Path, named: tuple[str, str]) -> None:
    school = make_school()
    file = write_csv(tmp_path / "a.csv", sample(1))
    with pytest.raises(CommandError, match="--approval") as refused:
        call_command("import_registry", file, institution=school.code, approval=named)
    assert refused.value.returncode == 2
    assert not StudentRecord.objects.exists()
