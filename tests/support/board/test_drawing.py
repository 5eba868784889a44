"""Bars and figures as they are drawn."""

from django.utils.translation import override

from enrollment.progress import Progress
from support.board.drawing import bar, figures
from support.board.figures import Standing


def test_large_figures_have_their_commas_like_those_of_the_imports() -> None:
    counts = dict.fromkeys(Progress.values, 0)
    standing = Standing(counts | {Progress.CONFIRMED: 1234, Progress.UNREGISTERED: 4321})
    with override("en"):
        assert "1,234 of 5,555 have confirmed" in bar(standing)
        assert ">4,321<" in figures(standing)
