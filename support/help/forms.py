"""Forms of the help centre."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.languages.widgets import ChineseSelect
from enrollment.models import Institution
from support.help.services import Text
from support.models import Article, Topic

PLAIN = {"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}


class SearchForm(forms.Form):
    """The words to search for."""

    hide_optional = True
    q = forms.CharField(
        label=_("Search the help"),
        required=False,
        max_length=200,
        strip=True,
        widget=forms.TextInput(attrs={"type": "search", "enterkeyhint": "search"}),
    )


class TextForm(forms.Form):
    """The text of an article in both languages."""

    topic = forms.ChoiceField(label=_("Topic"), choices=Topic.choices)
    title = forms.CharField(label=_("Question, in Chinese"), max_length=80)
    body = forms.CharField(
        label=_("Answer, in Chinese"),
        help_text=_("Markdown: blank lines between paragraphs, - for lists, ** around bold words."),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 14}),
    )
    title_en = forms.CharField(label=_("Question, in English"), max_length=120, required=False)
    body_en = forms.CharField(
        label=_("Answer, in English"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    keywords = forms.CharField(
        label=_("Other words people search for"), max_length=300, required=False
    )

    @property
    def text(self) -> Text:
        """The text. Valid forms only."""
        return Text(**{name: self.cleaned_data[name] for name in Text.__dataclass_fields__})

    @staticmethod
    def initial_of(article: Article) -> dict[str, str]:
        """The article's current text, as initial values."""
        return {name: getattr(article, name) for name in Text.__dataclass_fields__}


class NewArticleForm(TextForm):
    """A new article, with its slug and its institution."""

    slug = forms.SlugField(
        label=_("Short name in the address"),
        help_text=_("Small letters and hyphens. The same name as a common article replaces it."),
        max_length=50,
        widget=forms.TextInput(attrs=PLAIN),
    )
    institution = forms.ModelChoiceField(
        label=_("School"),
        queryset=Institution.objects.none(),
        empty_label=None,
        widget=ChineseSelect,
    )

    field_order = ["institution", "slug"]


class RevisionForm(TextForm):
    """A change of an article; ``version`` is the version that the editor has read."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
