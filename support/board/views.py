"""The class board of a counselor."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

import audit.services as trail
from accounts.models import User
from accounts.roles import Role
from support.board.standing import Part, classes_of, people, standings


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Each of my classes: who has checked and who has not, in figures."""
    shown = standings(classes_of(_counselor(request)))
    return render(request, "support/board/board.html", {"standings": shown, "parts": list(Part)})


@require_safe
def class_part(request: HttpRequest, pk: int, part: str) -> HttpResponse:
    """The people behind one figure; that they were listed is noted."""
    counselor = _counselor(request)
    school_class = get_object_or_404(classes_of(counselor).select_related("institution"), pk=pk)
    if part not in Part.values:
        raise Http404
    trail.record(
        action="support.list_class_part",
        actor_id=counselor.pk,
        subject_type="class",
        subject_key=school_class.pk,
        institution_code=school_class.institution.code,
        detail={"part": part},
    )
    context = {
        "school_class": school_class,
        "part": Part(part),
        "people": people(school_class, Part(part)),
    }
    return render(request, "support/board/people.html", context)


def _counselor(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User) or Role.COUNSELOR not in user.roles:
        raise Http404
    return user
