"""Read means and differences over seeds from the kept figures of fine-tuning.

`mirlab.paper.fine_tuning` says how they were measured.
"""

import numpy as np

from mirlab.paper.inference import Estimate

SONGS = (1, 2, 5, 20)
"""Songs per label."""


def mean_over_seeds(values) -> Estimate:
    """Estimate a mean over seeds, of accuracies or of paired differences.

    Its error is that of the protocol in `mirlab.paper.fine_tuning`.

    Parameters
    ----------
    values : array-like, shape (seeds,)
        One for each seed.

    Returns
    -------
    mirlab.paper.inference.Estimate

    Examples
    --------
    >>> mean_over_seeds([0.1, 0.2, 0.3]).value.__round__(2)
    0.2
    """
    values = np.asarray(values, dtype=float)
    error = np.sqrt((1 / len(values) + 1 / 3) * values.var(ddof=1)) if len(values) > 1 else 0.0
    return Estimate(float(values.mean()), float(error), max(1, len(values) - 1))


def scores_of(rows, network, start, unfrozen, songs) -> np.ndarray:
    """Return the accuracies of one competitor, in the order of the seeds.

    Parameters
    ----------
    rows : list of dict
        ``kept("fine-tuning")["scores"]``, from `mirlab.paper.kept`.
    network, start, unfrozen
        One of `mirlab.paper.fine_tuning.COMPETITORS`.
    songs : int
        Songs per label.

    Returns
    -------
    ndarray, shape (seeds,)

    Raises
    ------
    ValueError
        If there are none.
    """
    about = {"network": network, "start": start, "unfrozen": unfrozen, "songs": songs}
    mine = sorted((row["seed"], row["accuracy"]) for row in rows if about.items() <= row.items())
    if not mine:
        raise ValueError(f"nothing was measured for {about}; see COMPETITORS and SONGS")
    return np.array([accuracy for _, accuracy in mine])
