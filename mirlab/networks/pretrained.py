"""A pretrained network in use: sound in; embedding, tags or all layers out. Also its untrained twin."""

import numpy as np

from mirlab.networks import fast, files, frontends, plain

PATCH = (187, 96)  # frames, mel bands


class Pretrained:
    """One of the networks of musicnn 0.1.0, from `mirlab.networks.load`.

    Sound is cut into patches of 3 s (2.992 s), one after another; see `mirlab.networks.frontends.musicnn`
    for what happens at the end of a sound and with short ones. Each patch is processed alone, so its result
    does not depend on the others.

    Parameters
    ----------
    name : str
        "mtt_musicnn", "msd_musicnn", "mtt_vgg" or "msd_vgg".
    plain : bool
        Compute with `mirlab.networks.plain`, for reading, in place of `mirlab.networks.fast`.
    weights : dict of str to ndarray, optional
        Other weights for the same architecture, such as those of `untrained`.

    Attributes
    ----------
    name : str
    tags : tuple of str
        What the network predicts.
    embedding_size : int
        Length of an embedding: 256 for vgg (the last pooling layer, before the dense layer), 200 for musicnn
        (the dense layer before the last).
    sample_rate : int
        The rate in Hz that the network works at; sound of any rate is resampled.
    licence, author, trained_on : str
        Whose it is, and what it learned from.
    """

    sample_rate = 16000

    def __init__(self, name, *, plain=False, weights=None):
        facts = files.facts(name)
        self.name, self.tags, self.embedding_size = name, facts.tags, facts.embedding_size
        self.licence, self.author, self.trained_on = facts.licence, facts.author, facts.trained_on
        version = _VERSIONS[plain]
        self._weights = version.prepare(files.read(name) if weights is None else weights)
        self._forward = getattr(version, facts.kind)

    def __repr__(self):
        return (
            f"<pretrained network {self.name}: {self.embedding_size} numbers, {len(self.tags)} tags per 3 s>"
        )

    def embed(self, y, *, sr=22050):
        """Describe each 3 s of a sound by the numbers that the network's prediction is based on.

        Parameters
        ----------
        y : array-like, shape (samples,), float
            Mono sound, nominally within -1 and 1.
        sr : float
            Its sampling rate in Hz.

        Returns
        -------
        ndarray, shape (patches, embedding_size), float32

        Raises
        ------
        ValueError
            If `y` is not a mono sound or `sr` not its rate, see `mirlab.networks.frontends.resample`.
        """
        return np.stack([layers["embedding"] for layers in self._layers(y, sr)])

    def tag(self, y, *, sr=22050):
        """Predict how likely each tag is for each 3 s of a sound.

        Parameters
        ----------
        y : array-like, shape (samples,), float
            Mono sound, nominally within -1 and 1.
        sr : float
            Its sampling rate in Hz.

        Returns
        -------
        ndarray, shape (patches, tags), float32
            From 0 to 1, in the order of `tags`.

        Raises
        ------
        ValueError
            As for `embed`.
        """
        logits = np.stack([layers["logits"] for layers in self._layers(y, sr)])
        return 0.5 + 0.5 * np.tanh(0.5 * logits)  # 1 / (1 + exp(-x)), without its overflow

    def layers(self, y, *, sr=22050):
        """Describe each 3 s of a sound by every layer of the network, from the input to the output.

        A layer's maps are averaged over time, and over frequency where they still have it, so that each
        channel gives a number. This is how K. Choi et al. (Transfer learning for music classification and
        regression tasks, ISMIR 2017) compare layers.

        Parameters
        ----------
        y : array-like, shape (samples,), float
            Mono sound, nominally within -1 and 1.
        sr : float
            Its sampling rate in Hz.

        Returns
        -------
        dict of str to ndarray, shape (patches, channels), float32
            In the order of the layers: ``mel`` (the input), then the layers that `mirlab.networks.plain.vgg`
            or `mirlab.networks.plain.musicnn` lists; ``logits`` is the output before the sigmoid.

        Raises
        ------
        ValueError
            As for `embed`.
        """
        pooled = [
            {name: maps.mean(axis=tuple(range(maps.ndim - 1))) for name, maps in layers.items()}
            for layers in self._layers(y, sr)
        ]
        return {name: np.stack([patch[name] for patch in pooled]) for name in pooled[0]}

    def forward(self, patch):
        """Pass one patch through the network: for experiments with what it is given, and with its maps.

        Parameters
        ----------
        patch : array-like, shape (187, 96), float
            A log-mel spectrum, made as `mirlab.networks.frontends.musicnn` makes it.

        Returns
        -------
        dict of str to ndarray, float32
            ``mel``, the patch itself, then the maps of each layer, as `layers` names them, not averaged.

        Raises
        ------
        ValueError
            If the patch has another shape, or is not finite.
        """
        patch = np.asarray(patch, dtype=np.float32)
        if patch.shape != PATCH or not np.isfinite(patch).all():
            raise ValueError(f"patch has shape {patch.shape}; it must be {PATCH}, finite numbers")
        return {"mel": patch, **self._forward(patch, self._weights)}

    def _layers(self, y, sr):
        """Yield the layers of each patch in turn, so that only one patch's layers are in memory."""
        for patch in frontends.musicnn(frontends.resample(y, sr, self.sample_rate)):
            yield self.forward(patch)


def untrained(name, seed=0):
    """Return a network as it was before training: the control for everything that training is said to do.

    Parameters
    ----------
    name : str
        Whose architecture; that network must be on this machine, since the statistics of its input are kept.
    seed : int
        Seed of the weights.

    Returns
    -------
    Pretrained
        Kernels are normal with the deviation of K. He et al. (Delving deep into rectifiers, ICCV 2015), which
        keeps the size of what passes through. Biases are 0, and inner normalisations change nothing.

    Raises
    ------
    NetworkError
        If the network is unknown, or not on this machine.
    """
    rng = np.random.default_rng(seed)
    neutral = {"bias": 0, "mean": 0, "variance": 1, "scale": 1, "offset": 0}
    made = {}
    for key, values in files.read(name).items():
        layer, _, part = key.partition("/")
        if part == "kernel":
            made[key] = rng.normal(0, np.sqrt(2 / np.prod(values.shape[:-1])), values.shape)
        else:
            made[key] = values if layer == "norm0" else np.full(values.shape, neutral[part], np.float32)
    return Pretrained(name, weights=made)


_VERSIONS = {False: fast, True: plain}
