"""Identity numbers read by their parts, against stdnum and the portal's own slow reader."""

import random
from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from enrollment.demo.samples import HEADER, sample_rows
from enrollment.identity.number import InvalidNumberError, canonical_number, id_facts
from enrollment.imports.checking.id_numbers import IdReader

CERTIFICATE = HEADER.index("证件号码")
reader = IdReader()


def test_ten_thousand_numbers_read_as_stdnum_reads_them() -> None:
    for row in sample_rows(10_000, seed=3):
        number = row[CERTIFICATE]
        reading = reader.read(number)
        assert reading is not None
        assert reading.birth_date == ric.get_birth_date(number).isoformat()
        assert reading.gender == ("1" if int(number[16]) % 2 else "2")


def test_one_wrong_digit_is_always_noticed() -> None:
    chance = random.Random(5)
    for row in sample_rows(2000, seed=4):
        number, at = row[CERTIFICATE], chance.randrange(18)
        other = chance.choice([digit for digit in "0123456789" if digit != number[at]])
        assert reader.read(number[:at] + other + number[at + 1 :]) is None


@given(st.text(alphabet="0123456789X ４-", min_size=16, max_size=19))
def test_what_the_slow_reader_refuses_is_never_read(text: str) -> None:
    reading = reader.read(text)
    try:
        canonical = canonical_number(text)
    except InvalidNumberError:
        assert reading is None
        return
    if reading is not None:
        facts = id_facts(canonical)
        assert canonical == text
        assert date.fromisoformat(reading.birth_date) == facts.birth_date
        assert (reading.gender, reading.region_known) == (str(facts.gender), facts.region_known)
