"""WARP: learn one space in which features lie near the labels they carry (§5 of the paper).

A frame x becomes a point z = V x, a label i is a point W_i, and their affinity is the inner product
f_i(x) = W_i · z. Training wants every positive label of an example above every negative one, by a
margin of 1. One step, for one example:

1. draw one of its positive labels, j;
2. draw negative labels, none twice, until one of them, j', comes too close: f_j' > f_j - 1. Call N
   the number of draws this took. If no negative comes too close, there is nothing to learn here;
3. few draws mean that many negatives are too close, so j ranks badly: its rank is about
   r = ⌊(Y - 1) / N⌋, and the mistake weighs L(r) = 1 + 1/2 + … + 1/r;
4. the loss is L(r) · |1 - f_j + f_j'|: pull W_j and z together, push W_j' and z apart.

`warp_draw`, `warp_gradient` and `warp_step` say this in plain NumPy, one example at a time.
`WarpEmbedding` does the same for batches, compiled, and is what everything else uses.

References
----------
P. Hamel, M. E. P. Davies, K. Yoshii, M. Goto: Transfer learning in MIR, ISMIR 2013, §5.
J. Weston, S. Bengio, N. Usunier: WSABIE, scaling up to large vocabulary image annotation, IJCAI 2011.
"""

import itertools
import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from numbers import Integral, Real
from typing import NamedTuple

import numba
import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_random_state, check_scalar
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data
from threadpoolctl import ThreadpoolController

ROWS_AT_ONCE = 4096  # rows of X that are float32 at a time when a whole X is embedded


def rank_weight(r):
    """Return L(r) = 1 + 1/2 + … + 1/r, the weight of a positive label at rank `r` (§5).

    Parameters
    ----------
    r : int or array-like of int
        Number of negative labels above the positive one, 0 or more.

    Returns
    -------
    float, or ndarray of float64 with the shape of `r`
        The weight; 0 at rank 0.

    Raises
    ------
    ValueError
        If a rank is negative or not a whole number.

    Examples
    --------
    >>> rank_weight(3)
    1.8333333333333333
    >>> rank_weight([0, 1, 2])
    array([0. , 1. , 1.5])
    """
    ranks = np.asarray(r)
    whole = ranks.dtype.kind in "iuf" and np.all((ranks >= 0) & (ranks < np.inf) & (ranks == np.floor(ranks)))
    if not whole:
        raise ValueError(f"a rank must be a whole number, 0 or more; got {r!r}")
    ranks = ranks.astype(np.int64)
    weights = np.concatenate([[0.0], np.cumsum(1 / np.arange(1, ranks.max(initial=0) + 1))])[ranks]
    return weights if ranks.ndim else float(weights)


class Draw(NamedTuple):
    """What one example's draw found.

    Attributes
    ----------
    positive : int
        The positive label j.
    negative : int or None
        The negative label j' within the margin of j; None if there is none.
    n_draws : int
        N, the number of negatives drawn.
    rank : int
        r = ⌊(Y - 1) / N⌋, the estimated rank of j; 0 if no negative is within its margin.
    loss : float
        L(r) · |1 - f_j + f_j'|; 0 if no negative is within the margin.
    """

    positive: int
    negative: int | None
    n_draws: int
    rank: int
    loss: float


def warp_draw(affinities, positives, uniforms) -> Draw:
    """Draw a positive label, then negatives until one is within its margin (§5).

    Parameters
    ----------
    affinities : array-like, shape (labels,)
        f_i(x) of every label i.
    positives : sequence of int
        The labels that the example carries.
    uniforms : sequence of float in [0, 1)
        The random numbers to use: the first picks the positive, each further one a negative. As
        many as there are labels always suffice.

    Returns
    -------
    Draw
        The two labels, the number of draws, the estimated rank and the loss.

    Raises
    ------
    ValueError
        If there is no positive label, or `uniforms` are too few.

    Examples
    --------
    Label 2 is positive; the first negative drawn, 1, is far below it, the second, 0, is not.

    >>> warp_draw([0.5, -3.0, 1.0], positives=[2], uniforms=[0.0, 0.9, 0.3])
    Draw(positive=2, negative=0, n_draws=2, rank=1, loss=0.5)
    """
    f, uniforms = [float(value) for value in affinities], [float(u) for u in uniforms]
    negatives = [label for label in range(len(f)) if label not in positives]
    if len(positives) == 0:
        raise ValueError("positives is empty: an example needs a positive label to draw")
    if len(uniforms) < 1 + len(negatives):
        raise ValueError(
            f"uniforms holds {len(uniforms)} numbers; one positive and {len(negatives)} negatives "
            f"may need {1 + len(negatives)}"
        )
    j = int(positives[int(uniforms[0] * len(positives))])
    n_draws = 0
    while negatives:
        n_draws += 1
        pick = int(uniforms[n_draws] * len(negatives))
        negatives[pick], negatives[-1] = negatives[-1], negatives[pick]  # the last can be taken out
        candidate = negatives.pop()
        if f[candidate] > f[j] - 1:
            rank = (len(f) - 1) // n_draws
            return Draw(j, candidate, n_draws, rank, rank_weight(rank) * abs(1 - f[j] + f[candidate]))
    return Draw(j, None, n_draws, 0, 0.0)


def warp_gradient(x, V, W, positives, uniforms) -> tuple[np.ndarray, np.ndarray, Draw]:
    """Return the gradient of one example's loss with regard to V and W.

    Parameters
    ----------
    x : array-like, shape (d,)
        One example.
    V : array-like, shape (D, d)
        The embedding of the features.
    W : array-like, shape (labels, D)
        The embedding of the labels, one a row (the paper writes one a column).
    positives : sequence of int
        The labels that the example carries.
    uniforms : sequence of float in [0, 1)
        Random numbers for `warp_draw`.

    Returns
    -------
    dV : ndarray, shape (D, d)
        Gradient for `V`.
    dW : ndarray, shape (labels, D)
        Gradient for `W`; only the rows of the two labels drawn can differ from 0.
    draw : Draw
        What was drawn.

    Examples
    --------
    >>> dV, dW, draw = warp_gradient([1.0, 2.0], [[1.0, 0.0]], [[0.5], [1.0]], [0], [0.0, 0.0])
    >>> draw.loss
    1.5
    >>> dV, dW.ravel()
    (array([[0.5, 1. ]]), array([-1.,  1.]))
    """
    x, V, W = (np.asarray(a, dtype=float) for a in (x, V, W))
    z = V @ x
    draw = warp_draw(W @ z, positives, uniforms)
    dV, dW = np.zeros_like(V), np.zeros_like(W)
    if draw.negative is not None:
        weight = rank_weight(draw.rank)
        dW[draw.positive] = -weight * z
        dW[draw.negative] = weight * z
        dV = weight * np.outer(W[draw.negative] - W[draw.positive], x)
    return dV, dW, draw


def warp_step(x, V, W, positives, uniforms, *, learning_rate=0.1, max_norm=1.0):
    """Take one step of gradient descent for one example, then bound the norms.

    `WarpEmbedding` takes the same step with the gradient averaged over a batch.

    Parameters
    ----------
    x, V, W, positives, uniforms
        As for `warp_gradient`.
    learning_rate : float
        Length of the step.
    max_norm : float or None
        No column of V and no row of W is left longer than this; None for no bound.

    Returns
    -------
    V : ndarray, shape (D, d)
        The new embedding of the features; the one passed in is left as it was.
    W : ndarray, shape (labels, D)
        The new embedding of the labels.
    draw : Draw
        What was drawn.

    Examples
    --------
    >>> V, W, draw = warp_step([1.0], [[0.5], [0.0]], [[0.0, 0.1], [0.0, 0.0]], [0], [0.0, 0.0])
    >>> V.ravel(), W
    (array([0.5 , 0.01]), array([[ 0.05,  0.1 ],
           [-0.05,  0.  ]]))
    """
    dV, dW, draw = warp_gradient(x, V, W, positives, uniforms)
    V = np.asarray(V, dtype=float) - learning_rate * dV
    W = np.asarray(W, dtype=float) - learning_rate * dW
    _bound(V.T, max_norm)
    _bound(W, max_norm)
    return V, W, draw


def _bound(vectors, max_norm) -> None:
    """Shorten, in place, every row that is longer than `max_norm`."""
    if max_norm is not None and max_norm < np.inf:
        norms = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
        vectors *= (max_norm / np.maximum(norms, max_norm))[:, None]


@numba.njit(cache=True)
def _draw(affinities, starts, ends, labels, uniforms, weights):
    """Do `warp_draw` for a batch, and return the loss's derivative with regard to each affinity.

    Example e carries `labels[starts[e]:ends[e]]`. In its row of the derivative, -L(r) stands at the
    positive label and L(r) at the negative one.
    """
    n_examples, n_labels = affinities.shape
    derivative = np.zeros((n_examples, n_labels), np.float32)
    losses = np.zeros(n_examples)
    is_positive = np.zeros(n_labels, np.bool_)
    negatives = np.empty(n_labels, np.int64)
    for e in range(n_examples):
        positives = labels[starts[e] : ends[e]]
        for label in positives:
            is_positive[label] = True
        left = 0
        for label in range(n_labels):
            if not is_positive[label]:
                negatives[left] = label
                left += 1
        for label in positives:
            is_positive[label] = False
        j = positives[int(uniforms[e, 0] * len(positives))]
        f_j = np.float64(affinities[e, j])
        n_draws = 0
        while left:
            n_draws += 1
            pick = int(uniforms[e, n_draws] * left)
            candidate = negatives[pick]
            left -= 1
            negatives[pick] = negatives[left]
            f = np.float64(affinities[e, candidate])
            if f > f_j - 1:
                weight = weights[(n_labels - 1) // n_draws]
                derivative[e, j] = -weight
                derivative[e, candidate] = weight
                losses[e] = weight * abs(1 - f_j + f)
                break
    return derivative, losses


def _finite_rows(X, rows, dtype, where) -> np.ndarray:
    """Return `X[rows]` (an index array or a slice) as `dtype`, refusing what is not finite."""
    with np.errstate(over="ignore"):
        x = np.asarray(X[rows], dtype=dtype)
    if not np.isfinite(x).all():
        bad = np.arange(len(X))[rows][~np.isfinite(x).all(axis=1)][0]
        raise ValueError(f"{where}row {bad} of X holds NaN or infinity; features must be finite")
    return x


def _moments(sets) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation of every feature over all sets (1 where a feature is constant)."""
    scaler = StandardScaler()
    for data in sets:
        for start in range(0, len(data.X), ROWS_AT_ONCE):
            rows = slice(start, start + ROWS_AT_ONCE)
            scaler.partial_fit(_finite_rows(data.X, rows, np.float64, data.where))
    return scaler.mean_, scaler.scale_


@contextmanager
def _drawn_at_random(sets):
    """Keep the system from reading on behind each example of a memory map, as it does in the hope of more.

    From a map of four times the memory it read 1500 times what was drawn, and training was a hundred times
    slower (`benchmarks/scale.py`).
    """
    maps = [data.X for data in sets]
    for number, X in enumerate(maps):
        while isinstance(X, np.ndarray):
            X = X.base
        maps[number] = X
    maps = [X for X in maps if hasattr(X, "madvise")]  # not on Windows
    for X in maps:
        X.madvise(mmap.MADV_RANDOM)
    try:
        yield
    finally:
        for X in maps:
            X.madvise(mmap.MADV_NORMAL)


def _batches(rows, batch_size, rng) -> Iterator[np.ndarray]:
    """Yield batches of `rows` for ever; every row comes once before any comes again."""
    while True:
        order = rng.permutation(rows)
        for start in range(0, len(order), batch_size):
            yield np.sort(order[start : start + batch_size])  # a memory map is read forwards


@dataclass
class _Labelled:
    """One data set, ready to be trained on: example i carries `labels[starts[i]:starts[i + 1]]`."""

    X: np.ndarray
    classes: np.ndarray
    labels: np.ndarray
    starts: np.ndarray
    labels_per_example: int | None
    where: str

    def __post_init__(self):
        n_labels, counts = len(self.classes), np.diff(self.starts)
        if n_labels < 2:
            raise ValueError(
                f"y has one class only ({', '.join(map(str, self.classes))}); WARP ranks positive labels "
                "above negative ones, so there must be two classes at least"
            )
        self.rows = np.flatnonzero((counts > 0) & (counts < n_labels))
        if not len(self.rows):
            raise ValueError(
                "no example of y has both a positive and a negative label, so there is nothing to rank"
            )
        self.weights = rank_weight(np.arange(n_labels))


def _read_labels(y, known):
    """Return the classes, the labels of all examples in a row, where each starts, and how many they have.

    The last is None if `y` gives one label an example. `known` is an array of classes, or None to find
    them in `y`.
    """
    if y.ndim == 2 and not sparse.issparse(y) and y.shape[1] == 1:
        y = column_or_1d(y, warn=True)
    if y.ndim == 1:
        check_classification_targets(y)
        classes, codes = np.unique(y, return_inverse=True)
        if known is not None:
            if len(new := np.setdiff1d(classes, known)):
                raise ValueError(
                    f"y holds {new.tolist()[0]!r}, which is not among the classes {known.tolist()}"
                )
            classes, codes = known, np.searchsorted(known, classes)[codes]
        return classes, codes.astype(np.int32), np.arange(len(y) + 1), None

    classes = np.arange(y.shape[1]) if known is None else known
    if len(classes) != y.shape[1]:
        raise ValueError(f"y has {y.shape[1]} columns; this model knows {len(classes)} classes")
    if y.dtype.kind not in "biuf":
        raise ValueError(f"y of two dimensions must be an indicator of 0 and 1, not of dtype {y.dtype}")
    indicator = sparse.csr_array(y, copy=True)
    indicator.sum_duplicates()
    indicator.eliminate_zeros()
    if (wrong := indicator.data[indicator.data != 1]).size:
        raise ValueError(f"y of two dimensions must be an indicator of 0 and 1; it holds {wrong[0]}")
    starts = indicator.indptr.astype(np.int64)
    typical = max(1, round(indicator.nnz / indicator.shape[0]))
    return classes, indicator.indices.astype(np.int32), starts, typical


class WarpEmbedding(ClassNamePrefixFeaturesOutMixin, TransformerMixin, ClassifierMixin, BaseEstimator):
    """Embed features and labels in one space, trained on the WARP loss (§5 of the paper).

    The model is linear and has no offset: standardise the features, here or before, or one loud band
    will drown the others.

    Training is plain stochastic gradient descent on batches, the gradient averaged over each batch.
    As in WSABIE, V and W start from a normal distribution of standard deviation 1/√D, and after each
    step every vector longer than `max_norm` is scaled back to it. The paper names neither a learning
    rate nor a number of epochs: those below were chosen for convergence on data of no relation to it
    (digits, simulated genres and tags). There, half or twice the rate did nearly as well; with ten times
    as much the loss first explodes where features are strongly correlated, with a tenth it is far from
    done after 20 epochs.

    Parameters
    ----------
    n_components : int, default=100
        D, the dimension of the space.
    batch_size : int, default=100
        Examples over which a gradient is averaged.
    n_epochs : int, default=20
        Number of epochs.
    epoch_size : int or None, default=None
        Examples that make an epoch; None for all examples of all data sets.
    learning_rate : float, default=0.1
        Length of the first step. It falls linearly to 0 over a `fit`; without that, the correlated
        features of sound keep the affinities rattling about their best values.
    max_norm : float or None, default=1.0
        Bound on the norm of each column of V (one a feature) and each W_i; None for no bound.
    label_max_norm : float or None, default=None
        Another bound for each W_i, to make knowledge go into V rather than W (§7 of the paper); None for
        the same as `max_norm`.
    standardize : bool, default=False
        Subtract from each feature its mean over all data sets, and divide by its standard deviation, before
        anything else. The same as a `StandardScaler` before this model, but batch by batch, so that a
        memory map need not be copied. Not for `partial_fit`, which never sees all data.
    callback : callable or None, default=None
        Called as ``callback(model)`` after every epoch. The model can be used there; its arrays go on
        changing, so copy what is to be kept.
    random_state : int, numpy.random.Generator, RandomState or None, default=None
        Where randomness comes from. Anything but a Generator is passed through
        `sklearn.utils.check_random_state` and seeds a Generator. The same seed gives the same bits
        whatever the number of threads.

    Attributes
    ----------
    components_ : ndarray, shape (D, d), float32
        V.
    label_embeddings_ : list of ndarray, each of shape (labels, D), float32
        W of each data set, one label a row, in the order of `classes_`.
    mean_, scale_ : ndarray, shape (d,), float64
        Of the features over all data sets; 0 and 1 without `standardize`.
    classes_ : ndarray, or a list of them after `fit_datasets`
        The labels. For an indicator, the numbers of its columns.
    labels_per_example_ : list of int or None
        For each data set: how many labels `predict` gives out, if it was an indicator.
    loss_curve_ : list of float
        Mean loss of the examples of each epoch.
    violation_curve_ : list of float
        Share of the examples of each epoch for which a negative within the margin was found.
    n_features_in_ : int
        d.
    feature_names_in_ : ndarray of str
        Names of the features, if X had any.

    Notes
    -----
    X may be a memory map of any size and of float16: only the rows of a batch are read and made
    float32. So whether they are finite is seen when they are drawn. Examples with no label, or with
    all of them, are never drawn: there is nothing to rank.

    The last batch of a pass over a data set may be smaller than the others.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.random.default_rng(0).normal(size=(200, 2))
    >>> y = np.where(X[:, 0] > 0, "right", "left")
    >>> model = WarpEmbedding(n_components=2, random_state=0).fit(X, y)
    >>> model.predict([[3.0, 0.0], [-3.0, 1.0]])
    array(['right', 'left'], dtype='<U5')
    >>> model.transform(X).shape
    (200, 2)
    """

    def __init__(
        self,
        n_components=100,
        *,
        batch_size=100,
        n_epochs=20,
        epoch_size=None,
        learning_rate=0.1,
        max_norm=1.0,
        label_max_norm=None,
        standardize=False,
        callback=None,
        random_state=None,
    ):
        self.n_components = n_components
        self.batch_size = batch_size
        self.n_epochs = n_epochs
        self.epoch_size = epoch_size
        self.learning_rate = learning_rate
        self.max_norm = max_norm
        self.label_max_norm = label_max_norm
        self.standardize = standardize
        self.callback = callback
        self.random_state = random_state

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    _map_parameters = ("components_",)

    @property
    def _n_features_out(self):
        return len(self.components_)

    def fit(self, X, y):
        """Learn V and W from one data set.

        Parameters
        ----------
        X : array-like, shape (n, d)
            Examples, standardised.
        y : array-like, shape (n,), or array or sparse matrix, shape (n, labels)
            One label an example, or an indicator of 0 and 1.

        Returns
        -------
        WarpEmbedding
            This model, trained.

        Raises
        ------
        ValueError
            If a parameter, X or y is not as it should be.
        """
        self._check_parameters()
        data = self._read(X, y)
        self._start([data])
        self.classes_ = data.classes
        return self._train([data], self.n_epochs, decay=True)

    def fit_datasets(self, datasets):
        """Learn one V, and a W for each of several data sets, one batch of each in turn (§5).

        An epoch has as many batches as all sets together fill. Since every set gets as many batches as the
        others, small sets are gone through more often than large ones.

        Parameters
        ----------
        datasets : sequence of (X, y)
            As for `fit`; all X must have the same features.

        Returns
        -------
        WarpEmbedding
            This model, trained; `label_embeddings_` and `classes_` are in the order of `datasets`.

        Raises
        ------
        ValueError
            If a parameter or a data set, named by its number, is not as it should be.

        Examples
        --------
        >>> import numpy as np
        >>> X = np.random.default_rng(0).normal(size=(200, 3))
        >>> colours, sizes = np.where(X[:, 0] > 0, "red", "blue"), (X[:, 1] > 0).astype(int)
        >>> model = WarpEmbedding(n_components=5, random_state=0).fit_datasets([(X, colours), (X, sizes)])
        >>> model.components_.shape, [W.shape for W in model.label_embeddings_]
        ((5, 3), [(2, 5), (2, 5)])
        >>> model.predict([[0.0, 2.0, 0.0]], dataset=1)
        array([1])
        """
        self._check_parameters()
        sets = []
        for number, pair in enumerate(datasets):
            where = f"data set {number}: "
            try:
                X, y = pair
                sets.append(self._read(X, y, where=where, first=number == 0))
            except (TypeError, ValueError) as error:
                kind = TypeError if isinstance(error, TypeError) else ValueError
                raise kind(f"{where}{error}") from error
        if not sets:
            raise ValueError("datasets is empty; it must hold at least one pair (X, y)")
        self._start(sets)
        self.classes_ = [data.classes for data in sets]
        return self._train(sets, self.n_epochs, decay=True)

    def partial_fit(self, X, y, classes=None):
        """Train for one epoch more on one data set, which may differ from call to call.

        The learning rate stays at `learning_rate`, since nobody knows how many calls will follow.

        Parameters
        ----------
        X : array-like, shape (n, d)
            Examples, standardised.
        y : array-like, shape (n,), or array or sparse matrix, shape (n, labels)
            One label an example, or an indicator of 0 and 1.
        classes : array-like or None, default=None
            All labels that will ever come. Needed at the first call, unless `y` is an indicator.

        Returns
        -------
        WarpEmbedding
            This model, trained a little more.

        Raises
        ------
        ValueError
            If `classes` is missing or not that of the first call, or the model was trained on several data
            sets, or as for `fit`.

        Examples
        --------
        >>> import numpy as np
        >>> X = np.random.default_rng(0).normal(size=(200, 2))
        >>> model = WarpEmbedding(n_components=2, random_state=0)
        >>> for _ in range(10):
        ...     model = model.partial_fit(X, X[:, 0] > 0, classes=[False, True])
        >>> len(model.loss_curve_)
        10
        """
        self._check_parameters()
        if self.standardize:
            raise ValueError("partial_fit cannot standardize, since it never sees all data: do it before")
        known = getattr(self, "classes_", None)
        if isinstance(known, list):
            raise ValueError("partial_fit goes on with a model of one data set; this one was fit on several")
        if classes is not None:
            classes = np.unique(classes)
            if known is not None and not np.array_equal(known, classes):
                raise ValueError(f"classes is {classes.tolist()}; at the first call it was {known.tolist()}")
        if known is None and classes is None and np.ndim(y) == 1:
            raise ValueError(
                "classes must be given at the first call of partial_fit: y may lack some of them"
            )
        data = self._read(X, y, known=classes if known is None else known, first=known is None)
        if known is None:
            self._start([data])
            self.classes_ = data.classes
        else:
            for name in self._map_parameters:  # a shallow copy of this model keeps what it has
                setattr(self, name, getattr(self, name).copy())
            self.label_embeddings_ = [self.label_embeddings_[0].copy()]
        return self._train([data], 1, decay=False)

    def transform(self, X):
        """Embed examples: z = V x.

        Parameters
        ----------
        X : array-like, shape (n, d)
            Examples, standardised as those of `fit`.

        Returns
        -------
        ndarray, shape (n, D)
            Their embedding, float32 for features of up to 32 bits, else float64.

        Raises
        ------
        ValueError
            If X has other features than in `fit`, or is not finite.
        """
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, ensure_all_finite=False)
        dtype = np.result_type(X.dtype, np.float32)
        Z = np.empty((len(X), len(self.components_)), dtype)
        for start in range(0, len(X), ROWS_AT_ONCE):
            rows = slice(start, start + ROWS_AT_ONCE)
            Z[rows], _ = self._map(self._standardized(_finite_rows(X, rows, dtype, where="")))
        return Z

    def affinity(self, X, dataset=0):
        """Return f_i(x) = W_i · V x for every example and label: the higher, the better they fit.

        Parameters
        ----------
        X : array-like, shape (n, d)
            Examples, standardised as those of `fit`.
        dataset : int, default=0
            The data set whose labels are meant, by its number in `fit_datasets`.

        Returns
        -------
        ndarray, shape (n, labels)
            Affinities, in the order of `classes_`.

        Raises
        ------
        ValueError
            If there is no such data set, or as for `transform`.
        """
        check_is_fitted(self)
        last = len(self.label_embeddings_) - 1
        if not isinstance(dataset, Integral) or not 0 <= dataset <= last:
            raise ValueError(f"dataset must be a whole number from 0 to {last}; got {dataset!r}")
        return self.transform(X) @ self.label_embeddings_[dataset].T

    def predict(self, X, dataset=0):
        """Name the labels of the highest affinity.

        WARP learns an order of labels, not where to cut it. So after training on an indicator, every
        example gets as many labels as those in training had on average (`labels_per_example_`); for any
        other cut, use `affinity`.

        Parameters
        ----------
        X : array-like, shape (n, d)
            Examples, standardised as those of `fit`.
        dataset : int, default=0
            The data set whose labels are meant, by its number in `fit_datasets`.

        Returns
        -------
        ndarray, shape (n,), or (n, labels) of int
            One class an example; or an indicator, if that is what the model was trained on.

        Raises
        ------
        ValueError
            As for `affinity`.
        """
        affinity = self.affinity(X, dataset)
        classes = self.classes_[dataset] if isinstance(self.classes_, list) else self.classes_
        n_top = self.labels_per_example_[dataset]
        if n_top is None:
            return classes[affinity.argmax(axis=1)]
        indicator = np.zeros(affinity.shape, dtype=np.int64)
        top = np.argsort(-affinity, axis=1, kind="stable")[:, :n_top]
        np.put_along_axis(indicator, top, 1, axis=1)
        return indicator

    def _check_parameters(self):
        whole = {"target_type": Integral, "min_val": 1}
        positive = {"target_type": Real, "min_val": 0, "include_boundaries": "neither"}
        for names, rule, optional in (
            (("n_components", "batch_size", "n_epochs"), whole, False),
            (("epoch_size",), whole, True),
            (("learning_rate",), positive, False),
            (("max_norm", "label_max_norm"), positive, True),
        ):
            for name in names:
                value = getattr(self, name)
                if not (optional and value is None):
                    check_scalar(value, name, **rule)
        if self.callback is not None and not callable(self.callback):
            raise TypeError(f"callback must be callable or None, not {self.callback!r}")

    def _read(self, X, y, *, known=None, where="", first=True) -> _Labelled:
        """Check one data set without copying X; `first` sets what the features are, else they must match."""
        X, y = validate_data(self, X, y, reset=first, multi_output=True, ensure_all_finite=False)
        classes, labels, starts, typical = _read_labels(y, known)
        return _Labelled(X, classes, labels, starts, typical, where)

    def _start(self, sets) -> None:
        """Draw a first V and W."""
        if isinstance(self.random_state, np.random.Generator):
            self._rng = self.random_state
        else:
            seed = check_random_state(self.random_state).randint(2**31, size=4)
            self._rng = np.random.default_rng(seed)

        def initial(*shape):
            return self._rng.normal(0, self.n_components**-0.5, shape).astype(np.float32)

        self._start_map(initial)
        self.label_embeddings_ = [initial(len(data.classes), self.n_components) for data in sets]
        self.labels_per_example_ = [data.labels_per_example for data in sets]
        self.mean_, self.scale_ = (
            _moments(sets)
            if self.standardize
            else (np.zeros(self.n_features_in_), np.ones(self.n_features_in_))
        )
        self.loss_curve_, self.violation_curve_ = [], []

    def _start_map(self, initial) -> None:
        """Draw what maps features into the space."""
        self.components_ = initial(self.n_components, self.n_features_in_)

    def _map(self, X):
        """Map standardised examples; return Z, and a function that moves the map by -dZ, in place."""
        V = self.components_

        def move(dZ):
            np.subtract(V, dZ.T @ X, out=V)
            _bound(V.T, self.max_norm)

        return X @ V.astype(X.dtype, copy=False).T, move

    def _train(self, sets, n_epochs, *, decay):
        """Go on training the map and `label_embeddings_`, in place."""
        rng, epoch_size = self._rng, self.epoch_size or sum(len(data.rows) for data in sets)
        batches = [_batches(data.rows, self.batch_size, rng) for data in sets]
        turns = itertools.cycle(zip(sets, self.label_embeddings_, batches, strict=True))
        steps = -(-epoch_size // self.batch_size)
        blas = ThreadpoolController()
        for epoch in range(n_epochs):
            losses = []
            # On products as small as a batch's, more threads are slower, and may change the last bit.
            with (
                _drawn_at_random(sets),
                blas.limit(limits=1, user_api="blas"),
                np.errstate(over="ignore", invalid="ignore"),
            ):
                for step in range(steps):
                    data, W, rows = next(turns)
                    rate = self.learning_rate
                    if decay:
                        rate *= 1 - (epoch * steps + step) / (n_epochs * steps)
                    losses.append(self._step(data, W, next(rows), rate))
            self._check_convergence(self.components_)
            losses = np.concatenate(losses)
            self.loss_curve_.append(float(losses.mean()))
            self.violation_curve_.append(float((losses > 0).mean()))
            if self.callback is not None:
                self.callback(self)
        return self

    def _check_convergence(self, values) -> None:
        if not np.isfinite(values).all():
            raise ValueError(
                f"training has diverged in epoch {len(self.loss_curve_) + 1}: standardise X, or lower "
                f"learning_rate (now {self.learning_rate}), or set max_norm (now {self.max_norm})"
            )

    def _standardized(self, x):
        return ((x - self.mean_) / self.scale_).astype(x.dtype) if self.standardize else x

    def _step(self, data, W, rows, rate) -> np.ndarray:
        """Take one step on the batch `rows`, changing the map and W in place; return its losses."""
        Z, move = self._map(self._standardized(_finite_rows(data.X, rows, np.float32, data.where)))
        F = Z @ W.T
        self._check_convergence(F)
        uniforms = self._rng.random(F.shape, dtype=np.float32)
        dF, losses = _draw(F, data.starts[rows], data.starts[rows + 1], data.labels, uniforms, data.weights)
        dF *= rate / len(rows)
        move(dF @ W)  # the chain rule, back through F = Z Wᵀ and the map
        W -= dF.T @ Z
        _bound(W, self.max_norm if self.label_max_norm is None else self.label_max_norm)
        return losses
