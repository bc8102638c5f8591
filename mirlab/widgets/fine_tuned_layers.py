"""How many layers to unfreeze with how many labelled songs: the kept figures, one cell at a time."""

import numpy as np

from mirlab import plots
from mirlab.paper import fine_tuned
from mirlab.widgets.sliders import Sliders, slider

NETWORKS = ("feedforward", "convolutional", "recurrent")


def table_of(rows, network):
    """Return the mean accuracy of a pretrained network, by unfrozen layers and songs per label.

    Parameters
    ----------
    rows : list of dict
        ``mirlab.paper.kept("fine-tuning")["scores"]``.
    network : str
        One of `NETWORKS`.

    Returns
    -------
    ndarray, shape (4, sizes)
    """
    sizes = fine_tuned.SONGS
    return np.array(
        [[fine_tuned.scores_of(rows, network, "pretrained", n, k).mean() for k in sizes] for n in range(4)]
    )


class TrainedLayers(Sliders):
    """Three sliders, two sentences, and the table of a network; made by `trained_layers`.

    Attributes
    ----------
    network, unfrozen, songs : ipywidgets.SelectionSlider
        The sliders.
    sentence, picture : ipywidgets.HTML
        What is shown.
    """

    def __init__(self, rows):
        self.rows = rows
        self.network = slider(NETWORKS, "network", value=NETWORKS[1])
        self.unfrozen = slider(range(4), "unfrozen layers")
        self.songs = slider(fine_tuned.SONGS, "songs per label", value=5)
        super().__init__(self.network, self.unfrozen, self.songs)

    def __repr__(self) -> str:
        return "<three sliders, network, unfrozen layers and songs per label: run this cell to move them>"

    def draw(self) -> None:
        """Show the cell of the table, and its difference from training from scratch."""
        network, n, k = self.network.value, self.unfrozen.value, self.songs.value
        scores = fine_tuned.scores_of(self.rows, network, "pretrained", n, k)
        scratch = fine_tuned.scores_of(self.rows, network, "random", 3, k)
        now, gain = (fine_tuned.mean_over_seeds(one) for one in (scores, scores - scratch))
        clear = "a clear difference" if gain.p < 0.05 else "no clear difference"
        setting = f"{network}, {n} hidden layer{'s' * (n != 1)} unfrozen, {k} song{'s' * (k > 1)} per label"
        self.say(
            f"{setting}: accuracy {now.value:.2f} ± {now.reach:.2f}.",
            f"Against the same network from scratch: {gain.value:+.2f} ± {gain.reach:.2f}, {clear} (95 % "
            f"intervals over {len(scores)} seeds).",
        )
        at = n, fine_tuned.SONGS.index(k)
        title = f"{network}: mean accuracy, synthetic songs"
        self.show(plots.unfrozen_table(table_of(self.rows, network), fine_tuned.SONGS, title=title, at=at))


def trained_layers(rows) -> TrainedLayers:
    """Return sliders for the number of unfrozen layers and of labelled songs.

    Parameters
    ----------
    rows : list of dict
        ``mirlab.paper.kept("fine-tuning")["scores"]``: nothing is trained when a slider moves.

    Returns
    -------
    TrainedLayers
        A widget.

    Raises
    ------
    ValueError
        If a combination was not measured.

    Examples
    --------
    >>> from mirlab.paper import kept
    >>> trained_layers(kept("fine-tuning")["scores"])
    <three sliders, network, unfrozen layers and songs per label: run this cell to move them>
    """
    for network in NETWORKS:
        table_of(rows, network)
        for k in fine_tuned.SONGS:
            fine_tuned.scores_of(rows, network, "random", 3, k)
    return TrainedLayers(rows)
