"""Answers that fit many reports of a cause, ready to be chosen.

None of them says what the registry knows of anybody: the reader may not be that person.
"""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from support.models import Cause

_RETRY = _(
    "Please compare your name, certificate number and candidate number letter by letter with your "
    "identity card and admission letter, then try again."
)
_COME = _("Please come to your counselor with your identity card. We will look at it together.")
_DOCUMENT = _(
    "Please add a picture of a document that shows the right value, for example your identity card."
)
_CORRECTED = _("Your record has been corrected. Please check it again.")
_PROVINCE = _(
    "The change needs the province's consent. We have passed it on and will tell you the result."
)
_LEAVE = _("You can leave this for now. It will be corrected for everyone together.")

READY = {
    Cause.NOT_FOUND: (_RETRY, _COME),
    Cause.NAME: (_CORRECTED, _DOCUMENT, _PROVINCE),
    Cause.GENDER: (_CORRECTED, _DOCUMENT, _PROVINCE),
    Cause.BIRTH_DATE: (_CORRECTED, _DOCUMENT, _PROVINCE),
    Cause.CERTIFICATE: (_CORRECTED, _DOCUMENT, _PROVINCE),
    Cause.STATUS: (_CORRECTED, _COME),
    Cause.PHOTO: (_LEAVE, _COME),
    Cause.MAJOR: (_LEAVE, _CORRECTED),
    Cause.STUDY: (_CORRECTED, _LEAVE),
    Cause.TAKEN: (_COME,),
    Cause.OTHER: (_COME,),
}


def ready_answers(causes: Iterable[str]) -> list[str]:
    """The answers ready for ``causes``, each once, in the reader's language."""
    found = (str(text) for cause in causes for text in READY[Cause(cause)])
    return list(dict.fromkeys(found))
