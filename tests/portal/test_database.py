"""What the portal expects of its PostgreSQL, wherever it runs."""

import pytest
from django.db import connection


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["张三", "㛃䶮", "\U00020087\U0002c756"])
def test_a_chinese_name_can_be_indexed_for_search(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(show_trgm(%s))", [name])
        assert cursor.fetchone()[0] > 0
