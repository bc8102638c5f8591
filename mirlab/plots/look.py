"""How things are drawn: the same features, sets and lines look the same in every figure."""

LOOK = {
    "base": {"color": "#4d4d4d", "marker": "o", "linestyle": ":", "label": "base features"},
    "genre": {"color": "#b35806", "marker": "s", "linestyle": "--", "label": "genre embedding"},
    "tag": {"color": "#2166ac", "marker": "^", "linestyle": "-", "label": "tag embedding"},
}
"""How each kind of features is drawn (colours that differ for colour-blind eyes too)."""

MARKS = [
    ("#b35806", "o"),
    ("#2166ac", "s"),
    ("#1b7837", "^"),
    ("#762a83", "D"),
    ("#a50026", "v"),
    ("#4d4d4d", "P"),
]
"""Colour and marker of the first, the second, … thing to be told apart."""

LINES = ["-", "--", ":", "-.", (0, (5, 1, 1, 1, 1, 1))]
"""Style of the first, the second, … line of a panel."""


def finish(figure, alt):
    """Give a figure its words, without which no lesson shows it."""
    figure.alt = alt
    return figure


def legend_below(figure, axis):
    """Explain once what an axis shows, where the legend hides nothing."""
    handles, labels = axis.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
