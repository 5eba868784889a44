"""The portal's own words for what Django and django-allauth say."""

from pathlib import Path

import allauth
import django
import polib
import pytest
from django.core.exceptions import ValidationError
from django.forms import EmailField
from django.utils import translation

from xuejiportal.translation_overrides import SENTENCES


def test_every_sentence_still_exists_where_it_came_from() -> None:
    known = {
        entry.msgid
        for package in (django, allauth)
        for catalogue in Path(str(package.__file__)).parent.glob("**/zh_Hans/**/django.po")
        for entry in polib.pofile(str(catalogue))
    }
    assert [sentence for sentence in SENTENCES if sentence not in known] == []


def test_our_words_come_before_the_libraries() -> None:
    with translation.override("zh-hans"):
        with pytest.raises(ValidationError) as caught:
            EmailField().clean("nobody")
        assert caught.value.messages == ["邮箱地址格式不对，请检查。"]
