"""The help centre: every question answered, found, judged, and kept by staff."""

import re

import polib
import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from audit.models import AuditEntry
from enrollment.fields.catalogue import FIELDS
from enrollment.models import InstitutionRegistrar, StudentRecord
from support.help.handbook import load_handbook, pages
from support.help.markdown import render_markdown
from support.help.ngrams import grams_of
from support.help.queries import search
from support.models import Article, ArticleTally, Cause, Topic
from tests.people import make_school
from xuejiportal.help_topics import BY_APP, BY_PAGE

pytestmark = pytest.mark.django_db
TEXT = {"topic": "check", "title": "本校怎么核对", "body": "到**行政楼**二楼。", "keywords": ""}


@pytest.fixture
def editor(client: Client, registrar: User) -> Client:
    """A registrar of the invented school, signed in."""
    InstitutionRegistrar.objects.create(user=registrar, institution=make_school())
    client.force_login(registrar)
    return client


def test_every_row_of_the_guide_is_answered_in_both_languages() -> None:
    handbook = list(pages())
    assert frozenset().union(*(page.rows for page in handbook)) == frozenset(range(1, 46))
    for page in handbook:
        assert page.topic in Topic.values, page.slug
        assert len(page.body) > 60, page.slug
        assert len(page.body_en) > 100, page.slug
        assert page.title, page.slug
        assert page.title_en, page.slug


def test_a_migrated_database_has_the_articles_and_loading_again_changes_nothing() -> None:
    assert Article.objects.count() == len(list(pages()))
    assert load_handbook() == 0


def test_every_page_opens_help_at_an_article_that_exists() -> None:
    assert {*BY_PAGE.values(), *BY_APP.values()} <= {page.slug for page in pages()}


def test_help_is_read_before_sign_in(client: Client) -> None:
    text = client.get("/help/").content.decode()
    for page in pages():
        assert page.title in text
        answer = client.get(reverse("help_article", args=[page.slug])).content.decode()
        assert f"<h1>{page.title}</h1>" in answer


def test_an_article_is_read_in_english(client: Client) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "Do I have to check the photos?" in client.get("/help/photos/").content.decode()


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("收不到短信", "codes"),
        ("验证码一直没来", "codes"),
        ("忘记密码", "recover"),
        ("专业错了", "major"),
        ("我的名字有生僻字", "names"),
        ("护照", "certificates"),
        ("身份证被别人占用", "number-taken"),
        ("查不到学籍", "not-matched"),
        ("blacklist", "codes"),
        ("ＰＨＯＴＯ", "photos"),
        ("专升本", "several-records"),
    ],
)
def test_search_finds_the_answer_among_the_first_three(words: str, slug: str) -> None:
    assert slug in [article.slug for article in search(AnonymousUser(), words)[:3]]


@pytest.mark.parametrize("words", ["", "%", "zzzzz", "？！", "'; --", "\u202e", "a" * 300])
def test_a_search_for_nothing_answers_calmly(words: str, client: Client) -> None:
    assert client.get("/help/", {"q": words}).status_code == 200


@given(st.text(max_size=200))
def test_grams_fit_their_column_and_ignore_width_and_case(text: str) -> None:
    assert all(0 < len(gram) <= 40 for gram in grams_of(text))
    assert grams_of("ＡＢＣ收不到") == grams_of("abc收不到") == {"abc", "收不", "不到"}


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "![x](https://example.org/x.png)",
        '<a href="https://example.org" onclick="x()" style="color:red">x</a>',
        "<iframe src=//example.org></iframe>",
    ],
)
def test_markdown_brings_no_script_style_or_picture(hostile: str) -> None:
    html = render_markdown(f"# 标题\n\n{hostile}")
    assert html.startswith("<h2>标题</h2>")
    for forbidden in ("<script", 'href="javascript', "<img", "<iframe", '<a href="https'):
        assert forbidden not in html


def test_a_verdict_counts_once_in_a_session(client: Client) -> None:
    client.get("/help/photos/")
    for _ in range(3):
        client.post("/help/photos/verdict/", {"helped": "no"})
    tally = ArticleTally.objects.get(article__slug="photos")
    assert (tally.reads, tally.helped, tally.not_helped) == (1, 0, 1)


def test_staff_see_what_did_not_help_first(editor: Client) -> None:
    Client().post("/help/major/verdict/", {"helped": "no"})
    text = editor.get(reverse("support:articles")).content.decode()
    assert text.index("专业不对怎么办") < text.index("怎么查自己的学籍")


def test_a_school_replaces_an_article_for_its_own_people(
    editor: Client, wang: User, wang_record: StudentRecord
) -> None:
    school = make_school()
    answer = editor.post(
        reverse("support:article_new"), {**TEXT, "slug": "check", "institution": school.pk}
    )
    assert answer.status_code == 302
    student = Client()
    student.force_login(wang)
    assert "<strong>行政楼</strong>" in student.get("/help/check/").content.decode()
    assert "行政楼" not in Client().get("/help/check/").content.decode()
    assert [a.slug for a in search(wang, "行政楼")] == ["check"]


def test_a_withdrawn_article_gives_way_to_the_common_one_and_comes_back(
    editor: Client, wang: User, wang_record: StudentRecord
) -> None:
    new = {**TEXT, "slug": "check", "institution": make_school().pk}
    editor.post(reverse("support:article_new"), new)
    article = Article.objects.get(slug="check", institution__isnull=False)
    page = reverse("support:article_withdraw", args=[article.pk])
    student = Client()
    student.force_login(wang)
    assert "已撤下" in editor.post(page, follow=True).content.decode()
    assert "行政楼" not in student.get("/help/check/").content.decode()
    assert search(wang, "行政楼") == []
    assert "已撤下" in editor.get(reverse("support:articles")).content.decode()
    editor.post(page)
    assert "行政楼" in student.get("/help/check/").content.decode()
    acts = AuditEntry.objects.filter(subject_key="check").order_by("pk")
    assert [entry.action for entry in acts][1:] == [
        "support.withdraw_article",
        "support.publish_article_again",
    ]


def test_versions_are_kept_and_two_editors_do_not_overwrite_each_other(editor: Client) -> None:
    school = make_school()
    new = {**TEXT, "slug": "local", "institution": school.pk}
    editor.post(reverse("support:article_new"), new)
    article = Article.objects.get(slug="local")
    address = reverse("support:article_edit", args=[article.pk])
    first = editor.post(address, {**TEXT, "body": "改到三楼。", "version": 1})
    second = editor.post(address, {**TEXT, "body": "改到四楼。", "version": 1})
    assert first.status_code == 302
    assert "刚刚被别人改过" in second.content.decode()
    assert "改到四楼。" in second.content.decode()  # what was typed stays
    article.refresh_from_db()
    assert (article.body, article.version) == ("改到三楼。", 2)
    old = editor.get(reverse("support:article_version", args=[article.pk, 1]))
    assert "<strong>行政楼</strong>" in old.content.decode()


def test_a_registrar_cannot_change_the_common_articles_nor_another_schools(editor: Client) -> None:
    other = make_school("19997", "另一所大学")
    foreign = Article.objects.create(slug="x", institution=other, topic="check", title="x", body="")
    common = Article.objects.get(slug="check")
    for article in (foreign, common):
        address = reverse("support:article_edit", args=[article.pk])
        assert editor.get(address).status_code == 404
        assert editor.post(address, {**TEXT, "version": 1}).status_code == 404
    new = {**TEXT, "slug": "y", "institution": other.pk}
    assert editor.post(reverse("support:article_new"), new).status_code == 200
    assert not Article.objects.filter(slug="y").exists()


def test_a_text_that_staff_changed_is_not_renewed_by_an_upgrade(client: Client) -> None:
    operator = User.objects.create_superuser("operator", "op@example.org", "x")
    client.force_login(operator)
    article = Article.objects.get(slug="major")
    address = reverse("support:article_edit", args=[article.pk])
    assert client.post(address, {**TEXT, "version": article.version}).status_code == 302
    assert load_handbook() == 0
    article.refresh_from_db()
    assert article.title == TEXT["title"]


def test_pages_of_help_ask_few_questions(client: Client, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        client.get("/help/")
    with django_assert_num_queries(3):  # type: ignore[operator]
        client.get("/help/check/")


# Words of the registry and of other programs, which articles quote as they are.
_NO_TEXTS = {"垃圾邮件", "广告邮件", "原表行号", "文本", "㛃", "䶮", "？", "毕业", "注册学籍"}


def _texts_of_the_portal() -> tuple[set[str], set[str]]:
    """Every text that pages show, in English and in Chinese."""
    english, chinese = set(), set()
    for entry in polib.pofile(str(settings.BASE_DIR / "locale/zh_Hans/LC_MESSAGES/django.po")):
        english |= {entry.msgid, entry.msgid_plural}
        chinese |= {entry.msgstr, *entry.msgstr_plural.values()}
    return english, chinese


def test_what_help_quotes_is_a_text_of_the_portal_in_the_readers_language() -> None:
    english, chinese = _texts_of_the_portal()
    for page in pages():
        english.add(page.title_en)
        chinese.add(page.title)
    quoted = re.compile("“([^”]+)”")
    lost = [
        (page.slug, words)
        for page in pages()
        for body, known in ((page.body, chinese), (page.body_en, english))
        for words in quoted.findall(body)
        if words not in known | _NO_TEXTS
    ]
    assert lost == []


def test_chinese_words_of_an_english_article_are_declared(client: Client) -> None:
    page = reverse("help_article", args=["status"])
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert '<span lang="zh-Hans">注册学籍</span>' in client.get(page).content.decode()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    assert '<span lang="zh-Hans">' not in client.get(page).content.decode()


def test_every_field_leads_to_a_cause_that_a_report_can_have() -> None:
    assert {field.report_cause for field in FIELDS} <= set(Cause.values)
