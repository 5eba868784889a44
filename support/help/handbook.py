"""The articles that come with the portal: ``support/handbook/*.md``.

A file has lines of ``name: value``, then the Chinese and the English text, each after a line
``---``. ``rows`` lists the rows of the guide that it answers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from support.help.ngrams import grams_of
from support.models import Article, ArticleVersion

DIRECTORY = Path(__file__).resolve().parent.parent / "handbook"


@dataclass(frozen=True)
class Page:
    """One file of the handbook."""

    slug: str
    topic: str
    position: int
    rows: frozenset[int]
    keywords: str
    title: str
    title_en: str
    body: str
    body_en: str


def pages() -> Iterator[Page]:
    """Every file of the handbook."""
    for path in sorted(DIRECTORY.glob("*.md")):
        head, body, body_en = path.read_text(encoding="utf-8").split("\n---\n")
        fields = dict(_field(line) for line in head.splitlines())
        yield Page(
            slug=path.stem,
            topic=fields["topic"],
            position=int(fields["position"]),
            rows=frozenset(map(int, fields["rows"].split())),
            keywords=fields["keywords"],
            title=fields["title"],
            title_en=fields["title_en"],
            body=body.strip(),
            body_en=body_en.strip(),
        )


def _field(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name, value.strip()


def load_handbook() -> int:
    """Create missing articles and update those that staff have not edited.

    Returns how many articles were written.
    """
    with transaction.atomic():
        common = Article.objects.filter(institution=None)
        existing = {article.slug: article for article in common}
        edited = set(
            ArticleVersion.objects.filter(article__institution=None, author__isnull=False)
            .values_list("article__slug", flat=True)
            .distinct()
        )
        todo = [page for page in pages() if page.slug not in edited]
        fresh = [_article(page) for page in todo if page.slug not in existing]
        Article.objects.bulk_create(fresh)
        changed = [
            _renewed(existing[page.slug], page)
            for page in todo
            if page.slug in existing and _differs(existing[page.slug], page)
        ]
        for article in changed:
            article.save()
        ArticleVersion.objects.bulk_create(version_of(article) for article in [*fresh, *changed])
    return len(fresh) + len(changed)


def version_of(article: Article, author_id: int | None = None) -> ArticleVersion:
    """The current text of ``article`` as a version to store."""
    return ArticleVersion(
        article=article,
        number=article.version,
        title=article.title,
        title_en=article.title_en,
        body=article.body,
        body_en=article.body_en,
        keywords=article.keywords,
        author_id=author_id,
    )


def all_grams(title: str, title_en: str, body: str, body_en: str, keywords: str) -> list[str]:
    """The grams by which the search finds an article."""
    return sorted(grams_of("\n".join((title, title_en, body, body_en, keywords))))


_TEXT = ("topic", "position", "title", "title_en", "body", "body_en", "keywords")


def _differs(article: Article, page: Page) -> bool:
    return any(getattr(article, name) != getattr(page, name) for name in _TEXT)


def _renewed(article: Article, page: Page) -> Article:
    for name in _TEXT:
        setattr(article, name, getattr(page, name))
    article.grams = _grams(page)
    article.version += 1
    article.revised_at = timezone.now()
    return article


def _article(page: Page) -> Article:
    fields = {name: getattr(page, name) for name in _TEXT}
    return Article(slug=page.slug, grams=_grams(page), **fields)


def _grams(page: Page) -> list[str]:
    return all_grams(page.title, page.title_en, page.body, page.body_en, page.keywords)
