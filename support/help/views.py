"""帮助: pages for reading, searching and rating articles, also before sign-in (guide row 29)."""

from itertools import groupby

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.consent.notices import current_version, find_notice
from accounts.limits.rate_limits import try_consume
from accounts.models import Purpose
from accounts.requests.client_ip import client_address
from accounts.requests.client_network import network_of
from support.help import queries, services
from support.help.forms import SearchForm
from support.help.markdown import render_markdown
from support.models import Article, Topic

COOKIE_LENGTH = 400


@login_not_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All questions by topic, or those that match the search."""
    form = SearchForm(request.GET or None)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    context: dict[str, object] = {"form": form, "words": words}
    if words:
        found = queries.search(request.user, words)
        context["found"] = [_entry(article) for article in found]
    else:
        context["topics"] = _by_topic(list(queries.articles_for(request.user)))
    return render(request, "support/help/index.html", context)


@login_not_required
@require_safe
def article(request: HttpRequest, slug: str) -> HttpResponse:
    """One question and its answer."""
    found = _article(request, slug)
    if request.method == "GET":
        services.count_read(article=found)
    title, body = queries.text_of(found)
    context = {"article": found, "title": title, "html": render_markdown(body)}
    context["items"] = [(_("Help"), ".."), (title, "")]
    context["siblings"] = [
        _entry(other)
        for other in queries.articles_for(request.user).filter(topic=found.topic)
        if other.pk != found.pk
    ]
    return render(request, "support/help/article.html", context)


@login_not_required
@require_safe
def privacy_notice(request: HttpRequest, purpose: str, version: int | None = None) -> HttpResponse:
    """A privacy notice in full; earlier versions remain readable."""
    if purpose not in Purpose.values:
        raise Http404
    found = find_notice(Purpose(purpose), version)
    if found is None:
        raise Http404
    now = current_version(Purpose(purpose))
    context = {
        "notice": found,
        "html": render_markdown(found.body),
        "newer": now if found.version < now else None,
    }
    return render(request, "support/help/notice.html", context)


@login_not_required
@require_POST
def verdict(request: HttpRequest, slug: str) -> HttpResponse:
    """“Did this help?”: counted once per browser and article.

    The rated articles are stored in a cookie, so that visitors need no session.
    """
    found = _article(request, slug)
    helped = request.POST.get("helped") == "yes"
    judged = request.COOKIES.get(settings.HELP_COOKIE_NAME, "")[:COOKIE_LENGTH].split(".")
    answer = render(request, "support/help/verdict.html", {"article": found, "helped": helped})
    if str(found.pk) in judged:
        return answer
    if try_consume("verdict", network_of(client_address(request))):
        services.count_verdict(article=found, helped=helped)
    kept = ".".join([str(found.pk), *judged])[:COOKIE_LENGTH]
    answer.set_cookie(
        settings.HELP_COOKIE_NAME,
        kept,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return answer


def _article(request: HttpRequest, slug: str) -> Article:
    found = queries.article_for(request.user, slug)
    if found is None:
        raise Http404
    return found


def _entry(found: Article) -> tuple[str, str]:
    return found.slug, queries.text_of(found)[0]


def _by_topic(articles: list[Article]) -> list[tuple[Topic, list[tuple[str, str]]]]:
    order = list(Topic)
    ranked = sorted(articles, key=lambda item: (order.index(Topic(item.topic)), item.position))
    return [
        (Topic(topic), [_entry(item) for item in members])
        for topic, members in groupby(ranked, key=lambda item: item.topic)
    ]
