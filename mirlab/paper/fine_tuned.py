"""Read the kept figures of fine-tuning, with means and differences over their seeds.

`mirlab.paper.fine_tuning` says how they were measured.
"""

import json

import numpy as np

from mirlab import paths
from mirlab.errors import DatasetError
from mirlab.paper.inference import Estimate

FILE = paths.COURSE / "data" / "results" / "fine-tuning.json"
SONGS = (1, 2, 5, 20)
"""Songs per label."""


def kept(file=FILE) -> dict:
    """Return the kept figures.

    Parameters
    ----------
    file : Path
        Where they are.

    Returns
    -------
    dict
        ``scores`` and ``forgetting``, a list of rows each; ``before``, the AUC of the source's tags before
        fine-tuning; ``protocol`` and ``versions``.

    Raises
    ------
    DatasetError
        If they cannot be read.

    Examples
    --------
    >>> sorted(kept()["before"])
    ['convolutional', 'feedforward', 'recurrent']
    """
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        if found["scores"] and found["forgetting"] and found["before"] and found["versions"]:
            return found
    except (OSError, ValueError, KeyError, TypeError) as error:
        problem = f"{type(error).__name__}: {error}"
    else:
        problem = "a part is empty"
    raise DatasetError(
        f"{file.name}, the kept figures of fine-tuning, cannot be read ({problem}): take the file from the "
        "course again, or run `python -m mirlab.paper.fine_tuning`"
    )


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
        ``kept()["scores"]``.
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
