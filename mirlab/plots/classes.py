"""One lesson of a class: who solved what after how many tries, and what was predicted."""

from collections import Counter

import numpy as np
from matplotlib.font_manager import FontProperties, findfont, get_font

from mirlab.plots.look import finish, shortened
from mirlab.show.figures import Figure, draws_figure

SOLVED, STOPPED = "#1b6ca8", "#b35806"
MOST_LEARNERS = 60
ROW, COLUMN = 0.26, 0.62  # inches


@draws_figure
def lesson_of_a_class(rows, summary, predictions, *, title=""):
    """Draw a lesson of a class.

    Parameters
    ----------
    rows : DataFrame
        One row for each learner and each item: "learner", "file", "kind", "item", "tries", "solved".
    summary : DataFrame
        One row for each item: "kind", "item", "tried", "solved", "median" (tries of those who solved it, or
        None), "stopped" (names).
    predictions : list of (str, list of str, str, list)
        Name, choices, unit, and what was predicted: words if there are choices, else numbers.
    title : str
        What the figure shows.

    Returns
    -------
    matplotlib.figure.Figure
        A filled square is solved, with the number of tries; an open square is tried and not solved; a dot is
        not tried. Learners who have not begun the lesson are counted and not drawn; of more than
        `MOST_LEARNERS`, those with the fewest solved are drawn. Below, one panel for each prediction.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"learner": ["Ada"], "file": ["a.json"], "kind": ["exercise"], "item": ["step"],
    ...                      "tries": [3], "solved": [False]})
    >>> summary = pd.DataFrame({"kind": ["exercise"], "item": ["step"], "tried": [1], "solved": [0],
    ...                         "median": [None], "stopped": [["Ada"]]})
    >>> lesson_of_a_class(rows, summary, [("loss", [], "hits", [2.0])], title="One").alt
    'One. exercise step: solved by 0 of 1; stops Ada. prediction loss: 2.'
    """
    begun = rows[rows["solved"] | (rows["tries"] > 0)]
    solved = begun.groupby("file")["solved"].sum()
    names = begun.drop_duplicates("file").set_index("file")["learner"]
    files = sorted(names.index, key=lambda file: (-solved[file], names[file]))[-MOST_LEARNERS:]
    heights = [
        ROW * (len(files) + 3),
        *[0.4 + ROW * max(1, len(choices)) for _, choices, _, _ in predictions],
    ]
    wide = 2.4 + COLUMN * max(len(summary), 7)  # room for the words below
    figure = Figure(figsize=(wide, sum(heights) + 2.2 + 0.3 * len(predictions)), layout="constrained")
    panels = figure.subplots(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    _draw_work(panels[0], rows, summary, files, names)
    for axis, prediction in zip(panels[1:], predictions, strict=True):
        _draw_prediction(axis, *prediction)
    waiting = rows["file"].nunique() - len(names)
    words = [f"{waiting} of {rows['file'].nunique()} learners have not begun it."] * bool(waiting)
    words += [f"{len(files)} of {len(names)} are drawn: the fewest solved."] * (len(names) > len(files))
    if words:
        panels[0].set_xlabel("\n".join([panels[0].get_xlabel(), *words]))
    words += [_in_words(item) for item in summary.itertuples()] + [_said(*one) for one in predictions]
    return finish(figure, " ".join(words), title=title)


def _draw_work(axis, rows, summary, files, names):
    places = {key: x for x, key in enumerate(zip(summary["kind"], summary["item"], strict=True))}
    heights = {file: y for y, file in enumerate(files, 3)}
    for row in rows[rows["file"].isin(files)].itertuples():
        at = places[row.kind, row.item], heights[row.file]
        if not row.solved and not row.tries:
            axis.plot(*at, ".", color="#8c8c8c", markersize=3)
            continue
        style = {"facecolor": SOLVED} if row.solved else {"facecolor": "white", "linewidth": 1.5}
        axis.scatter(*at, s=200, marker="s", edgecolor=SOLVED if row.solved else STOPPED, **style)
        number = (f"{row.tries}" if row.tries < 100 else "…") if row.tries else ""
        axis.text(*at, number, ha="center", va="center", color="white" if row.solved else STOPPED)
    for x, item in enumerate(summary.itertuples()):
        axis.text(x, 0, f"{item.solved}/{item.tried}", ha="center", va="center")
        typical = "" if item.median is None or np.isnan(item.median) else f"{item.median:g}"
        axis.text(x, 1, typical, ha="center", va="center")
    axis.axhline(2, color="black", linewidth=0.8)
    axis.set(xlim=(-0.6, len(summary) - 0.4), ylim=(len(files) + 2.6, -0.6))
    labels = [
        "solved/tried",
        "median of tries",
        *(shortened(_drawable(names[file], file), 22) for file in files),
    ]
    axis.set_yticks([0, 1, *range(3, len(files) + 3)], labels)
    texts = [
        f"{'? ' if item.kind == 'question' else ''}{shortened(item.item, 24)}"
        for item in summary.itertuples()
    ]
    axis.set_xticks(range(len(summary)), texts, rotation=40, ha="left", rotation_mode="anchor")
    axis.xaxis.tick_top()
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    axis.set_xlabel(
        "filled: solved, after so many tries · open: tried, not solved\ndot: not tried · ?: quiz question"
    )


def _draw_prediction(axis, name, choices, unit, given):
    if choices:
        count = Counter(given)
        bars = axis.barh(range(len(choices)), [count[choice] for choice in choices], color=SOLVED)
        axis.bar_label(bars, padding=2)
        axis.set_yticks(range(len(choices)), [shortened(choice, 24) for choice in choices])
        axis.set(ylim=(len(choices) - 0.5, -0.5), xlabel="learners", xticks=[])
    else:
        values = np.round(np.asarray(given), 12)
        heights = [np.sum(values[:i] == value) for i, value in enumerate(values)]  # equal answers in a pile
        axis.plot(values, heights, "o", color=SOLVED, clip_on=False)
        axis.set(ylim=(-0.5, max([1, *heights]) + 0.5), yticks=[], xlabel=unit)
    axis.spines[["top", "right"]].set_visible(False)
    axis.set_title(f"Predicted: {name.replace('_', ' ')}", loc="left")


def _drawable(name, file):
    """Return a name, or the file of its learner if the font of our pictures does not have its letters."""
    letters = get_font(findfont(FontProperties(family=["DejaVu Sans"])))  # a mere text would be parsed
    return name if all(letters.get_char_index(ord(letter)) for letter in name) else file


def _in_words(item):
    tries = "" if item.median is None or np.isnan(item.median) else f", median of tries {item.median:g}"
    stops = f"; stops {', '.join(item.stopped)}" if item.stopped else ""
    return f"{item.kind} {item.item}: solved by {item.solved} of {item.tried}{tries}{stops}."


def _said(name, choices, unit, given):
    count = Counter(given)
    answers = [f"{choice} {count[choice]}" for choice in choices] or [f"{number:g}" for number in given]
    return f"prediction {name}: {', '.join(answers)}."
