"""Writing articles and counting how they fare."""

from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now

from accounts.models import User
from audit.services import record_action
from enrollment.models import Institution
from support.help.handbook import all_grams, version_of
from support.models import Article


class OutdatedError(Exception):
    """Another editor has changed the article since it was opened; nothing was changed."""


class SlugTakenError(Exception):
    """The institution has an article with this slug already."""


@dataclass(frozen=True)
class Text:
    """What a member of staff writes."""

    topic: str
    title: str
    title_en: str
    body: str
    body_en: str
    keywords: str

    def grams(self) -> list[str]:
        """What the search finds it by."""
        return all_grams(self.title, self.title_en, self.body, self.body_en, self.keywords)


def write_article(
    *, slug: str, institution: Institution | None, text: Text, position: int, by: User
) -> Article:
    """A new article, for one institution or for all. Raises SlugTakenError."""
    try:
        with transaction.atomic():
            article = Article.objects.create(
                slug=slug,
                institution=institution,
                position=position,
                grams=text.grams(),
                **vars(text),
            )
            _keep_version(article, by, "support.write_article")
    except IntegrityError as error:
        raise SlugTakenError from error
    return article


def revise_article(*, article: Article, read_version: int, text: Text, by: User) -> Article:
    """Put ``text`` in place of version ``read_version``. Raises OutdatedError."""
    with transaction.atomic():
        changed = Article.objects.filter(pk=article.pk, version=read_version).update(
            version=read_version + 1, revised_at=Now(), grams=text.grams(), **vars(text)
        )
        if not changed:
            raise OutdatedError
        article.refresh_from_db()
        _keep_version(article, by, "support.revise_article")
    return article


@transaction.atomic
def withdraw_article(*, article: Article, by: User) -> None:
    """Hide ``article`` until it is published again; its versions are kept.

    Where it replaced a common article, readers get that one.
    """
    if Article.objects.filter(pk=article.pk, withdrawn_at=None).update(withdrawn_at=Now()):
        _note(article, by, "support.withdraw_article")


@transaction.atomic
def publish_again(*, article: Article, by: User) -> None:
    """Let people read a withdrawn ``article`` again."""
    withdrawn = Article.objects.filter(pk=article.pk, withdrawn_at__isnull=False)
    if withdrawn.update(withdrawn_at=None):
        _note(article, by, "support.publish_article_again")


def _keep_version(article: Article, by: User, action: str) -> None:
    version_of(article, by.pk).save(force_insert=True)
    _note(article, by, action)


def _note(article: Article, by: User, action: str) -> None:
    record_action(
        action=action,
        actor_id=by.pk,
        subject_type="article",
        subject_key=article.slug,
        institution_code=article.institution.code if article.institution else "",
        detail={"version": article.version},
    )


def count_read(*, article: Article) -> None:
    """One more reader today."""
    _count(article, "reads")


def count_verdict(*, article: Article, helped: bool) -> None:
    """One more reader says whether it helped."""
    _count(article, "helped" if helped else "not_helped")


def _count(article: Article, column: str) -> None:
    # One statement: Django's update_or_create would lock, read and write.
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO support_articletally AS tally
                    (article_id, day, reads, helped, not_helped)
                VALUES (%s, (now() AT TIME ZONE 'Asia/Shanghai')::date, %s, %s, %s)
                ON CONFLICT (article_id, day) DO UPDATE SET {column} = tally.{column} + 1""",  # noqa: S608
            [article.pk, *(int(column == name) for name in ("reads", "helped", "not_helped"))],
        )
