"""The articles that a person can read or edit, and the search."""

from collections import Counter
from math import log

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.utils.translation import get_language

from accounts.models import User
from accounts.roles import Role
from enrollment.models import Institution
from enrollment.offices import institutions_of, is_counselor, is_registrar
from support.help.ngrams import grams_of
from support.models import Article

Reader = User | AnonymousUser
_WEIGHTS = (("title", 6), ("title_en", 6), ("keywords", 5), ("body", 1), ("body_en", 1))


def institutions_concerning(reader: Reader) -> QuerySet[Institution]:
    """The institutions whose own articles this person reads."""
    if not isinstance(reader, User):
        return Institution.objects.none()
    return Institution.objects.filter(
        Q(pk__in=Institution.objects.filter(records__holder=reader).values("pk"))
        | Q(pk__in=Institution.objects.filter(is_registrar(reader)).values("pk"))
        | Q(pk__in=Institution.objects.filter(is_counselor(reader, "classes")).values("pk"))
    )


def articles_for(reader: Reader) -> QuerySet[Article]:
    """Articles for this person: those of their institutions, and common ones not replaced."""
    published = Article.objects.filter(withdrawn_at=None)
    common = Q(institution=None)
    if not isinstance(reader, User):
        return published.filter(common).order_by("position", "pk")
    own = institutions_concerning(reader).values("pk")
    replaced = published.filter(slug=OuterRef("slug"), institution__in=own)
    return published.filter(Q(institution__in=own) | (common & ~Exists(replaced))).order_by(
        "position", "pk"
    )


def article_for(reader: Reader, slug: str) -> Article | None:
    """The article with this slug for this person, or None."""
    return articles_for(reader).filter(slug=slug).first()


def search(reader: Reader, query: str) -> list[Article]:
    """Articles that share words with ``query``, best first; rare words have more weight."""
    wanted = grams_of(query[:200])
    found = list(articles_for(reader).filter(grams__overlap=sorted(wanted))) if wanted else []
    frequency = Counter(gram for article in found for gram in wanted & set(article.grams))
    rarity = {gram: log(1 + len(found) / count) for gram, count in frequency.items()}
    scores = {article.pk: _score(article, rarity) for article in found}
    best = max(scores.values(), default=0)
    kept = [article for article in found if scores[article.pk] >= best / 4]
    return sorted(kept, key=lambda article: -scores[article.pk])


def _score(article: Article, rarity: dict[str, float]) -> float:
    return sum(
        weight * sum(rarity[gram] for gram in grams_of(getattr(article, name)) & rarity.keys())
        for name, weight in _WEIGHTS
    )


def articles_editable_by(user: Reader) -> QuerySet[Article]:
    """Articles this person may edit: a registrar those of own institutions, the operator all."""
    if not isinstance(user, User):
        return Article.objects.none()
    if user.is_superuser:
        return Article.objects.all()
    if Role.REGISTRAR not in user.roles:
        return Article.objects.none()
    return Article.objects.filter(is_registrar(user, "institution"))


def institutions_with_articles_by(user: Reader) -> QuerySet[Institution]:
    """The institutions for which this person may write articles."""
    if not isinstance(user, User):
        return Institution.objects.none()
    if user.is_superuser:
        return Institution.objects.order_by("code")
    return institutions_of(user)


def with_tallies(articles: QuerySet[Article]) -> QuerySet[Article]:
    """``articles`` with total ``reads``, ``helped`` and ``not_helped``, the least helpful first."""
    return articles.annotate(
        reads=Sum("tallies__reads", default=0),
        helped=Sum("tallies__helped", default=0),
        not_helped=Sum("tallies__not_helped", default=0),
    ).order_by(F("not_helped").desc(), F("reads").desc(), "position", "pk")


def text_of(article: Article) -> tuple[str, str]:
    """Title and body in the reader's language; Chinese if there is no English."""
    if get_language() == "en" and article.body_en:
        return article.title_en or article.title, article.body_en
    return article.title, article.body
