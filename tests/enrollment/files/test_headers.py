"""The title row is found in rows of any length."""

from hypothesis import given
from hypothesis import strategies as st

from enrollment.fields.headers import find_header

CELLS = st.sampled_from(
    ["", "姓名", "证件号码", "身份证件类型", "家庭成员", "学生信息", "备注", "0"]
)
ROWS = st.lists(st.lists(CELLS, max_size=5), max_size=4)


@given(ROWS)
def test_rows_of_unlike_lengths_are_searched_to_their_end(rows: list[list[str]]) -> None:
    header = find_header(rows)
    assert header is None or len(header.mapping) >= 2


def test_a_group_row_longer_than_the_titles_keeps_what_stands_only_in_it() -> None:
    header = find_header([["学生信息", "", "", "班级"], ["姓名", "证件号码", "学号"]])
    assert header is not None
    assert sorted(header.mapping) == ["certificate_number", "class_code", "name", "student_number"]
