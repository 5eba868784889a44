"""A short code is found again however a person types it."""

import pytest

from accounts.short_codes import READABLE, draw_code, grouped, typed_code


@pytest.mark.parametrize(
    "typed", ["ABCD-2345", "abcd2345", " abcd 2345 ", "ＡＢＣＤ－２３４５", "ａｂｃｄ２３４５"]
)
def test_a_code_typed_in_another_way_is_the_same_code(typed: str) -> None:
    assert typed_code(typed) == "ABCD2345"


def test_a_drawn_code_has_no_character_that_is_mixed_up_and_reads_back_from_its_groups() -> None:
    code = draw_code(400)
    assert set(code) <= set(READABLE)
    assert not set(READABLE) & set("01ILO")
    assert typed_code(grouped(code)) == code
