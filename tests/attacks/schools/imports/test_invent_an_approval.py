"""Locked fields change by a document of the province that does not exist yet, or has no number."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from enrollment.models import StudentRecord
from enrollment.records.corrections.approvals import read_approval
from support.reports.forms import ResultForm
from tests.enrollment.imported_files import sample, write_csv
from tests.people import make_school

pytestmark = pytest.mark.django_db


UNREAD = [" ", "\u200b", "\u3164", "\u115f", "\0", "\x07", "-", "。", "\u202e\u2066"]


@pytest.mark.parametrize(
    "named",
    [*((text, "2026-01-05") for text in UNREAD), ("教学〔2026〕1号", "2999-01-05")],
)
def test_the_command_refuses_an_impossible_approval(tmp_path: Path, named: tuple[str, str]) -> None:
    school = make_school()
    file = write_csv(tmp_path / "a.csv", sample(1))
    with pytest.raises(CommandError, match="--approval") as refused:
        call_command("import_registry", file, institution=school.code, approval=named)
    assert refused.value.returncode == 2
    assert not StudentRecord.objects.exists()


@pytest.mark.parametrize("text", UNREAD)
def test_no_form_takes_a_number_that_nobody_reads(text: str) -> None:
    sent = {"accepted": "yes", "document": text, "on": "2026-01-05"}
    assert "document" in ResultForm(sent).errors


def test_a_number_is_kept_as_it_is_read() -> None:
    made = read_approval(" 教学\u200b〔2026〕\u202e1号\0 ", "2026-01-05")
    assert made.document == "教学〔2026〕1号"
