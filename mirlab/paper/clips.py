"""One hundred clips of ten genres, real or synthetic: two domains of the same size, for `listening`."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mirlab import datasets, features
from mirlab.corpus import plan
from mirlab.paper.study import Study

SECONDS, RATE = 10, 22050


@dataclass(frozen=True)
class Domain:
    """Some clips of ten genres.

    Attributes
    ----------
    name : {"real", "synthetic"}
        Where they come from.
    labels : ndarray of str, shape (n,)
        The genre of each.
    artists : ndarray, shape (n,)
        Who recorded each.
    ids : list of str
        What they are called.
    audio : callable
        ``audio(i)`` returns clip `i` at 22 050 Hz.
    """

    name: str
    labels: np.ndarray
    artists: np.ndarray
    ids: list
    audio: Callable

    def __len__(self):
        return len(self.labels)

    @property
    def key(self):
        """Its name, and a digest of its clips: what is kept of other clips is never taken for theirs."""
        return (
            f"{self.name}-{hashlib.blake2b(' '.join(map(str, self.ids)).encode(), digest_size=6).hexdigest()}"
        )


def synthetic(each=10):
    """Return some excerpts of each genre of gtzan-synth, evenly spaced: by default the synthetic domain.

    Parameters
    ----------
    each : int
        How many excerpts per genre, from 1 to 40.

    Returns
    -------
    Domain
    """
    data = datasets.load("gtzan-synth")
    rows = np.concatenate(
        [np.flatnonzero(data.y == y)[:: 40 // each][:each] for y in range(len(data.label_names))]
    )
    labels, ids = np.array(data.label_names)[data.y[rows]], [data.track_ids[i] for i in rows]
    return Domain("synthetic", labels, data.groups[rows], ids, lambda i: data.audio(rows[i]))


def real(clips):
    """Return the first ten seconds of real clips.

    Parameters
    ----------
    clips : path-like
        A folder that `mirlab.datasets` reads as GTZAN.

    Returns
    -------
    Domain

    Raises
    ------
    DatasetError
        If there are none.
    """
    data = datasets.load("gtzan", root=clips)
    labels, ids = np.array(data.label_names)[data.y], list(data.track_ids)
    return Domain("real", labels, data.groups, ids, lambda i: data.audio(i)[: SECONDS * RATE])


def layers(domain, network, progress=None):
    """Run a network on every clip.

    Parameters
    ----------
    domain : Domain
        The clips.
    network : mirlab.networks.pretrained.Pretrained
        The network.
    progress : callable, optional
        Called after each clip.

    Returns
    -------
    dict of str to list of ndarray, shape (patches, channels)
        For each layer, one array per clip.
    """
    found = []
    for i in range(len(domain)):
        found.append(network.layers(domain.audio(i)))
        if progress:
            progress()
    return {name: [one[name] for one in found] for name in found[0]}


def course_features(domain, seeds=(0,)):
    """Compute the features of the course for every clip: base, MFCC and the tag embedding V.

    Parameters
    ----------
    domain : Domain
        The clips.
    seeds : sequence of int
        Seeds of tag embeddings.

    Returns
    -------
    dict of str to list of list of ndarray, shape (windows, p)
        For each kind and each seed, one array per clip. Base features and MFCCs are the same for all seeds.
    """
    frames = [features.log_mel(domain.audio(i)) for i in range(len(domain))]

    def summarized(transform):
        return [features.aggregate(transform(one)) for one in frames]

    found = {"base": [[features.aggregate(one) for one in frames]] * len(seeds)}
    found["mfcc"] = [summarized(features.mfcc)] * len(seeds)
    found["tag"] = [summarized(Study(seed=seed).embedding("tag")) for seed in seeds]
    return found


def tasks(domain):
    """Return what a layer can be asked about a clip beside its genre, in three classes of equal size.

    Parameters
    ----------
    domain : Domain
        The clips; tempo is known for excerpts of gtzan-synth only.

    Returns
    -------
    dict of str to ndarray of str, shape (n,)
    """
    sounds = [domain.audio(i) for i in range(len(domain))]
    values = {
        "brightness": [_centroid(y) for y in sounds],
        "loudness": [float(np.sqrt(np.mean(np.square(y)))) for y in sounds],
    }
    if domain.name == "synthetic":
        tempo = {one.id: one.score().tempo for one in plan("gtzan")}
        values["tempo"] = [tempo[name] for name in domain.ids]
    thirds = np.array(["low", "middle", "high"])
    ranks = {name: np.argsort(np.argsort(of, kind="stable")) for name, of in values.items()}
    return {"genre": domain.labels} | {n: thirds[r * 3 // len(domain)] for n, r in ranks.items()}


def _centroid(y):
    """Return the mean frequency of a sound in Hz, weighted by its power."""
    power = np.square(np.abs(np.fft.rfft(y)))
    return float(power @ np.fft.rfftfreq(len(y), 1 / RATE) / power.sum())


def middle(y):
    """Return the middle three seconds of a sound: what one patch of a network covers.

    Parameters
    ----------
    y : ndarray, shape (samples,)
        Sound at 22 050 Hz, of three seconds or more.

    Returns
    -------
    ndarray, shape (66150,)

    Examples
    --------
    >>> middle(np.arange(10 * RATE))[0] / RATE
    np.float64(3.5)
    """
    start = (len(y) - 3 * RATE) // 2
    return y[start : start + 3 * RATE]
