"""The ministry's own messy list becomes institutions."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from enrollment.demo.samples import INSTITUTION_CODE
from enrollment.models import Institution, StudentRecord

LIST = Path(__file__).parents[2] / "data" / "moe-universities-2025.xls"

pytestmark = pytest.mark.django_db


def test_every_ordinary_institution_of_the_ministry_is_loaded_once() -> None:
    for _ in range(2):
        call_command("load_institutions", LIST, stdout=io.StringIO())
        # The list of ordinary institutions as of 20 June 2025; the 248 adult ones are another.
        assert Institution.objects.count() == 2919
    first = Institution.objects.get(code="10001")
    assert (first.name, first.national_code) == ("北京大学", "4111010001")
    assert (first.authority, first.location, first.level) == ("教育部", "北京市", "本科")
    text_code = Institution.objects.get(national_code="4165014827")
    assert text_code.name == "新星职业技术学院"
    assert not Institution.objects.filter(name__contains="所）").exists()
    assert not Institution.objects.filter(code=INSTITUTION_CODE).exists()


def test_what_the_portal_set_survives_a_newer_list() -> None:
    Institution.objects.create(code="10001", name="旧名", third_item="none")
    call_command("load_institutions", LIST, stdout=io.StringIO())
    kept = Institution.objects.get(code="10001")
    assert (kept.name, kept.third_item) == ("北京大学", "none")


def test_a_registry_is_no_list_of_institutions(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("姓名,学号\n张三,1\n", encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("load_institutions", path)
    assert not StudentRecord.objects.exists()
