"""Articles as staff see them: what is read, what does not help, and editing."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from support.help import queries, services
from support.help.forms import NewArticleForm, RevisionForm
from support.help.markdown import render_markdown
from support.models import Article


@require_safe
def articles(request: HttpRequest) -> HttpResponse:
    """All articles I may edit and the common ones, least helpful first."""
    editor = _editor(request)
    editable = queries.articles_editable_by(editor)
    shown = Article.objects.filter(pk__in=editable.values("pk")) | Article.objects.filter(
        institution=None
    )
    context = {
        "articles": queries.with_tallies(shown).select_related("institution"),
        "editable": set(editable.values_list("pk", flat=True)),
    }
    return render(request, "support/help/staff_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_article(request: HttpRequest) -> HttpResponse:
    """Write an article; ``?from=slug`` starts from the common one."""
    editor = _editor(request)
    schools = queries.institutions_with_articles_by(editor)
    common = Article.objects.filter(institution=None, slug=request.GET.get("from", "")).first()
    initial: dict[str, Any] = {}
    if common:
        initial = {**NewArticleForm.initial_of(common), "slug": common.slug}
    form = NewArticleForm(request.POST or None, initial=initial)
    form.fields["institution"].queryset = schools  # type: ignore[attr-defined]
    if editor.is_superuser:
        form.fields["institution"].required = False
        form.fields["institution"].empty_label = _("For all schools")  # type: ignore[attr-defined]
    if form.is_valid():
        try:
            written = services.write_article(
                slug=form.cleaned_data["slug"],
                institution=form.cleaned_data["institution"],
                text=form.text,
                position=common.position if common else 1000,
                by=editor,
            )
        except services.SlugTakenError:
            form.add_error("slug", _("There is an article with this name already."))
        else:
            messages.success(request, _("The article is published."))
            return redirect("support:article_edit", written.pk)
    return render(request, "support/help/staff_edit.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def edit_article(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an article; ``preview`` shows the text as people will read it."""
    editor = _editor(request)
    found = get_object_or_404(queries.articles_editable_by(editor), pk=pk)
    initial = {**RevisionForm.initial_of(found), "version": found.version}
    form = RevisionForm(request.POST or None, initial=initial)
    context: dict[str, object] = {"form": form, "article": found}
    if form.is_valid():
        if "preview" in request.POST:
            context["preview"] = render_markdown(form.cleaned_data["body"])
        else:
            try:
                services.revise_article(
                    article=found,
                    read_version=form.cleaned_data["version"],
                    text=form.text,
                    by=editor,
                )
            except services.OutdatedError:
                form.add_error(
                    None,
                    _("Someone else has changed this article. Open it again first."),
                )
            else:
                messages.success(request, _("The article is published."))
                return redirect("support:article_edit", found.pk)
    context["versions"] = found.versions.select_related("author").order_by("-number")
    return render(request, "support/help/staff_edit.html", context)


@require_POST
def withdraw_article(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an article out of the help centre, or put it back."""
    editor = _editor(request)
    found = get_object_or_404(queries.articles_editable_by(editor), pk=pk)
    if found.withdrawn_at is None:
        services.withdraw_article(article=found, by=editor)
        messages.success(request, _("The article is withdrawn. No one can read it now."))
    else:
        services.publish_again(article=found, by=editor)
        messages.success(request, _("The article is published."))
    return redirect("support:article_edit", pk)


@require_safe
def article_version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """An article as it read once."""
    found = get_object_or_404(queries.articles_editable_by(_editor(request)), pk=pk)
    version = get_object_or_404(found.versions, number=number)
    context = {"article": found, "version": version, "html": render_markdown(version.body)}
    return render(request, "support/help/staff_version.html", context)


def _editor(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User):
        raise Http404
    if not (user.is_superuser or queries.institutions_with_articles_by(user).exists()):
        raise Http404
    return user
