"""How things are drawn: the same features, sets and lines look the same in every figure."""

import textwrap

from mirlab import evaluate

LOOK = {
    "base": {"color": "#4d4d4d", "marker": "o", "linestyle": ":", "label": "base features"},
    "genre": {"color": "#b35806", "marker": "s", "linestyle": "--", "label": "genre embedding"},
    "tag": {"color": "#2166ac", "marker": "^", "linestyle": "-", "label": "tag embedding"},
    "mfcc": {"color": "#8c8c8c", "marker": "x", "linestyle": "-.", "label": "MFCC"},
    "whitened": {"color": "#e08214", "marker": "d", "linestyle": (0, (6, 2, 1, 2)), "label": "whitened base"},
    "random": {"color": "#bf812d", "marker": "1", "linestyle": (0, (1, 2)), "label": "random map"},
    "rotation": {"color": "#6aa329", "marker": "2", "linestyle": (0, (4, 3)), "label": "random rotation"},
    "mtt_musicnn": {"color": "#1b7837", "marker": "D", "linestyle": (0, (8, 2)), "label": "MTT_musicnn"},
    "msd_musicnn": {"color": "#762a83", "marker": "P", "linestyle": (0, (3, 1)), "label": "MSD_musicnn"},
    "mtt_vgg": {"color": "#a50026", "marker": "v", "linestyle": (0, (5, 1, 1, 1)), "label": "MTT_vgg"},
    "msd_vgg": {"color": "#00767c", "marker": "*", "linestyle": (0, (2, 1)), "label": "MSD_vgg"},
}
"""How each kind of features is drawn. Marks and dashes differ too, for colour-blind eyes and grey print."""

MARKS = [
    ("#b35806", "o"),
    ("#2166ac", "s"),
    ("#1b7837", "^"),
    ("#762a83", "D"),
    ("#a50026", "v"),
    ("#4d4d4d", "P"),
]
"""Colour and marker of the first, the second, … thing in a figure."""

LINES = ["-", "--", ":", "-.", (0, (5, 1, 1, 1, 1, 1))]
"""Line style of the first, the second, … line of a panel."""


def finish(figure, words, *, title=""):
    """Give a figure its title and its words, and break titles into lines where they would be cut off.

    Parameters
    ----------
    figure : mirlab.show.figures.Figure
        Its panels are drawn.
    words : str
        What the figure shows, for people who cannot see it. `mirlab.show.cards.show` requires them.
    title : str
        What the figure shows, in short; it comes before the words.

    Returns
    -------
    mirlab.show.figures.Figure
        The same figure.
    """
    headline(figure, title)
    for axis in figure.axes:
        if (place := axis.get_subplotspec()) is not None:
            ratios = place.get_gridspec().get_width_ratios()
            _break(axis.title, 0.88 * figure.bbox.width * ratios[place.colspan.start] / sum(ratios))
    figure.alt = f"{title}. {words}" if title else words
    return figure


def headline(figure, title):
    """Write a title over the whole figure, if there is one."""
    if title:
        _break(figure.suptitle(title, fontsize=11), 0.96 * figure.bbox.width)


def _break(text, width):
    """Break a text into lines of at most this width in pixels."""
    needed = text.get_window_extent().width
    if needed > width:
        text.set_text(textwrap.fill(text.get_text(), int(len(text.get_text()) * width / needed)))


def legend_below(figure, *axes, ncols=None, **style):
    """Draw one legend for several axes below all panels, in as many columns as there is room for.

    Parameters
    ----------
    figure : mirlab.show.figures.Figure
        Where the legend goes.
    *axes : matplotlib.axes.Axes
        Their labelled lines are explained, each label once.
    ncols : int, optional
        Maximum number of columns; by default, the number of labels.
    **style
        As for `matplotlib.figure.Figure.legend`.
    """
    handles = {
        label: handle
        for axis in axes
        for handle, label in zip(*axis.get_legend_handles_labels(), strict=True)
    }
    style = {"loc": "outside lower center", "frameon": False} | style
    for columns in range(ncols or len(handles), 0, -1):
        legend = figure.legend(handles.values(), handles, ncols=columns, **style)
        if columns == 1 or legend.get_window_extent().width <= figure.bbox.width:
            return
        legend.remove()


def error_of(values):
    """Return the length of an error bar: half the 95 % interval of a mean, and 0 for a single value."""
    return evaluate.reach(evaluate.standard_error(values), len(values) - 1) if len(values) > 1 else 0


def shortened(name, most=40):
    """Cut the middle out of a name that would leave no room for the picture.

    Examples
    --------
    >>> shortened("a name that is far too long", 11)
    'a name… long'
    """
    if len(name) <= most:
        return name
    end = most // 2
    return f"{name[: most - end]}…{name[-end:]}"
