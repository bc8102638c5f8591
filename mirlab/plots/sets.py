"""Data sets side by side: the labels and styles that they share."""

import textwrap
from itertools import pairwise

import numpy as np
from matplotlib.patches import Rectangle
from scipy.cluster import hierarchy
from scipy.spatial.distance import squareform

from mirlab.plots.look import finish, headline
from mirlab.show.figures import Figure, colormap, draws_figure


@draws_figure
def overlap_matrix(overlap, names, *, title=""):
    """Draw how much any two labels share, with labels that share much side by side.

    Parameters
    ----------
    overlap : array-like, shape (labels, labels)
        Symmetric, 0 to 1, with ones on the diagonal; from `mirlab.corpus.styles.true_overlap`.
    names : sequence of str
        The labels.
    title : str
        What the figure shows.

    Returns
    -------
    matplotlib.figure.Figure
        Darker squares mean that more is shared. Frames hold groups of labels that share more than a quarter
        on average (average linkage).

    Examples
    --------
    >>> overlap = [[1, 0, 0.9], [0, 1, 0], [0.9, 0, 1]]
    >>> overlap_matrix(overlap, ["blues", "metal", "Blues"]).alt
    'Overlap of 3 labels. In no group: metal. Group 1: ...lues, ...lues.'
    """
    overlap = np.asarray(overlap, dtype=float)
    tree = hierarchy.linkage(squareform(1 - overlap, checks=False), "average", optimal_ordering=True)
    order = hierarchy.leaves_list(tree)
    group = hierarchy.fcluster(tree, 0.75, "distance")[order]
    edges = np.flatnonzero(np.diff(group, prepend=-1, append=-1))
    n = len(order)
    figure = Figure(figsize=(3.2 + 0.17 * n, 1.2 + 0.17 * n), layout="constrained")
    axis = figure.subplots()
    image = axis.imshow(overlap[np.ix_(order, order)], cmap=colormap("Greys"), vmin=0, vmax=1, aspect="auto")
    groups, alone = [], []
    for start, end in pairwise(edges):
        mine = [names[i] for i in order[start:end]]
        if len(mine) == 1:
            alone += mine
            continue
        groups.append(f"Group {len(groups) + 1}: {', '.join(mine)}")
        side = end - start
        corner = (start - 0.5, start - 0.5)
        axis.add_patch(Rectangle(corner, side, side, fill=False, edgecolor="#b35806", linewidth=1.5))
    ordered = [names[i] for i in order]
    axis.set(
        xticks=[], xlabel="the same labels, from left to right"
    )  # written twice, they would be too small
    axis.set_yticks(range(n), ordered)
    figure.colorbar(image, ax=axis, shrink=0.5, label="overlap")
    words = [f"In no group: {', '.join(alone)}"] * bool(alone) + groups
    return finish(figure, ". ".join([f"Overlap of {n} labels"] * (not title) + words) + ".", title=title)


@draws_figure
def shared_styles(names, mixtures, *, title=""):
    """Draw the styles that some labels consist of, and the part that all of them share.

    Parameters
    ----------
    names : sequence of str
        The labels.
    mixtures : sequence of dict of str to float
        For each label its styles and their shares, as in `mirlab.corpus.styles.sets`.
    title : str
        What the figure shows; the shared part, if not given.

    Returns
    -------
    matplotlib.figure.Figure
        One panel per label and one bar per style. The part that every label has is dark, the rest is pale and
        hatched. The dark parts of one panel add up to the overlap.

    Examples
    --------
    >>> shared_styles(["Blues", "blues"], [{"blues": 0.8, "soul": 0.2}, {"blues": 1.0}]).alt
    'Blues and blues share 0.80: blues 0.80. Blues: blues 0.80, soul 0.20. blues: blues 1.00.'
    """
    styles = dict.fromkeys(style for mixture in mixtures for style in mixture)
    common = {style: min(mixture.get(style, 0.0) for mixture in mixtures) for style in styles}
    order = sorted(styles, key=lambda style: (-common[style], -max(m.get(style, 0.0) for m in mixtures)))
    figure = Figure(figsize=(1.2 + 2.1 * len(names), 1.3 + 0.27 * len(order)), layout="constrained")
    axes = figure.subplots(1, len(names), sharex=True, sharey=True, squeeze=False)[0]
    for axis, name, mixture in zip(axes, names, mixtures, strict=True):
        shares = [mixture.get(style, 0.0) for style in order]
        axis.barh(order, shares, color="white", edgecolor="0.45", hatch="///", linewidth=0.8)
        axis.barh(order, [common[style] for style in order], color="#2166ac")
        for place, share in enumerate(shares):
            if share:
                axis.text(share + 0.02, place, f"{share:.2f}", va="center")
        axis.set(xlim=(0, 1.18), xticks=[0, 0.5, 1])
        axis.set_title(textwrap.fill(name, 26))
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].invert_yaxis()
    total = sum(common.values())
    finding = f"{' and '.join(names) if len(names) == 2 else f'All {len(names)} labels'} share {total:.2f}"
    headline(figure, title or f"{finding} (dark)")

    def in_words(mixture):
        return ", ".join(f"{style} {share:.2f}" for style, share in mixture.items() if share)

    words = [finding + (f": {in_words(common)}" if total else "")]
    words += [f"{name}: {in_words(mixture)}" for name, mixture in zip(names, mixtures, strict=True)]
    return finish(figure, ". ".join(words) + ".")
