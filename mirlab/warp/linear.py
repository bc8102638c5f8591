"""The linear WARP embedding, z = V x, as a scikit-learn estimator."""

import itertools
from numbers import Integral, Real

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import check_random_state, check_scalar
from sklearn.utils.validation import check_is_fitted, validate_data
from threadpoolctl import ThreadpoolController

from mirlab.warp.examples import (
    ROWS_AT_ONCE,
    Labelled,
    batches,
    finite_rows,
    moments,
    read_labels,
    without_read_ahead,
)
from mirlab.warp.plain import bound_norms


class WarpEmbedding(ClassNamePrefixFeaturesOutMixin, TransformerMixin, ClassifierMixin, BaseEstimator):
    """Embed features and labels in one space, trained on the WARP loss (§5 of the paper).

    The model is linear and has no offset, so standardise the features, with `standardize` or before. If you
    do not, one loud band dominates all others.

    Training is plain stochastic gradient descent, with the gradient averaged over each batch. As in WSABIE, V
    and W start from a normal distribution of standard deviation 1/√D, and after each step every vector longer
    than `max_norm` is scaled back to it. The paper gives neither a learning rate nor a number of epochs. The
    defaults were chosen for convergence on unrelated data (digits, simulated genres and tags). There, half or
    twice the rate worked nearly as well. With ten times the rate, the loss first explodes if features are
    strongly correlated; with a tenth of it, training has not converged after 20 epochs.

    Parameters
    ----------
    n_components : int, default=100
        D, the dimension of the space.
    batch_size : int, default=100
        Number of examples over which a gradient is averaged.
    n_epochs : int, default=20
        Number of epochs.
    epoch_size : int or None, default=None
        Number of examples in an epoch; None for all examples of all data sets.
    learning_rate : float, default=0.1
        Length of the first step. It falls linearly to 0 during a `fit`. If it did not, the correlated
        features of sound would keep the affinities moving around their best values.
    max_norm : float or None, default=1.0
        Bound on the norm of each column of V (one per feature) and each W_i; None for no bound.
    label_max_norm : float or None, default=None
        A different bound for each W_i, to put knowledge into V instead of W (§7 of the paper); None for the
        same as `max_norm`.
    standardize : bool, default=False
        First subtract from each feature its mean over all data sets, and divide by its standard deviation.
        This is the same as a `StandardScaler` before this model, but batch by batch, so a memory map need not
        be copied. Not for `partial_fit`, which does not see all data.
    callback : callable or None, default=None
        Called as ``callback(model)`` after every epoch. It can use the model; copy the arrays that you want
        to keep, since training continues to change them.
    random_state : int, numpy.random.Generator, RandomState or None, default=None
        Source of randomness. Anything but a Generator is passed through `sklearn.utils.check_random_state`
        and seeds a Generator. The same seed gives the same bits for any number of threads.

    Attributes
    ----------
    components_ : ndarray, shape (D, d), float32
        V.
    label_embeddings_ : list of ndarray, each of shape (labels, D), float32
        W of each data set, one row per label, in the order of `classes_`.
    mean_, scale_ : ndarray, shape (d,), float64
        Mean and standard deviation of the features over all data sets; 0 and 1 without `standardize`.
    classes_ : ndarray, or list of ndarray after `fit_datasets`
        The labels. For an indicator, the numbers of its columns.
    labels_per_example_ : list of int or None
        For each data set given as an indicator, the number of labels that `predict` returns per example.
    loss_curve_ : list of float
        Mean loss of the examples of each epoch.
    violation_curve_ : list of float
        Share of the examples of each epoch for which a negative within the margin was found.
    n_features_in_ : int
        d.
    feature_names_in_ : ndarray of str
        Names of the features, if X has any.

    Notes
    -----
    X may be a memory map of any size and of float16: only the rows of a batch are read and converted to
    float32. Whether they are finite is therefore checked when they are drawn. Examples with no label, or with
    all labels, are never drawn, since there is nothing to rank.

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
            One label per example, or an indicator of 0 and 1.

        Returns
        -------
        WarpEmbedding
            This model, trained.

        Raises
        ------
        ValueError, TypeError
            If a parameter, X or y is invalid.
        """
        self._check_parameters()
        data = self._read(X, y)
        self._start([data])
        self.classes_ = data.classes
        return self._train([data], self.n_epochs, decay=True)

    def fit_datasets(self, datasets):
        """Learn one V, and a W for each of several data sets, one batch of each in turn (§5).

        An epoch has as many batches as all sets fill together. Since every set gets the same number of
        batches, the examples of small sets are used more often than those of large ones.

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
        ValueError, TypeError
            If a parameter or a data set, named by its number, is invalid.

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
        """Train for one more epoch on one data set, which may differ from call to call.

        The learning rate stays at `learning_rate`, since the number of calls is not known.

        Parameters
        ----------
        X : array-like, shape (n, d)
            Examples, standardised.
        y : array-like, shape (n,), or array or sparse matrix, shape (n, labels)
            One label per example, or an indicator of 0 and 1.
        classes : array-like or None, default=None
            All labels of this and all later calls. Needed at the first call, unless `y` is an indicator.

        Returns
        -------
        WarpEmbedding
            This model, after one more epoch.

        Raises
        ------
        ValueError, TypeError
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
            raise ValueError("partial_fit cannot standardize, since it never sees all data; do it before")
        known = getattr(self, "classes_", None)
        if isinstance(known, list):
            raise ValueError("partial_fit continues with a model of one data set; this was fit on several")
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
            for name in self._map_parameters:  # so a shallow copy of this model does not change
                setattr(self, name, getattr(self, name).copy())
            self.label_embeddings_ = [self.label_embeddings_[0].copy()]
        return self._train([data], 1, decay=False)

    def transform(self, X):
        """Embed examples: z = V x.

        Parameters
        ----------
        X : array-like, shape (n, d)
            Examples, standardised like those of `fit`.

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
            Z[rows], _ = self._map(self._standardized(finite_rows(X, rows, dtype, where="")))
        return Z

    def affinity(self, X, dataset=0):
        """Return f_i(x) = W_i · V x for every example and label: higher values fit better.

        Parameters
        ----------
        X : array-like, shape (n, d)
            Examples, standardised like those of `fit`.
        dataset : int, default=0
            The data set whose labels to use, by its number in `fit_datasets`.

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
        """Return the labels of the highest affinity.

        WARP learns an order of labels, but not how many of them to predict. After training on an indicator,
        every example gets the average number of labels in training (`labels_per_example_`). For any other
        rule, use `affinity`.

        Parameters
        ----------
        X : array-like, shape (n, d)
            Examples, standardised like those of `fit`.
        dataset : int, default=0
            The data set whose labels to use, by its number in `fit_datasets`.

        Returns
        -------
        ndarray, shape (n,), or (n, labels) of int
            One class per example, or an indicator if the model was trained on one.

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

    def _read(self, X, y, *, known=None, where="", first=True) -> Labelled:
        """Check one data set without copying X; if it is not the `first`, its features must match."""
        X, y = validate_data(self, X, y, reset=first, multi_output=True, ensure_all_finite=False)
        classes, labels, starts, typical = read_labels(y, known)
        return Labelled(X, classes, labels, starts, typical, where)

    def _start(self, sets) -> None:
        """Draw the initial V and W."""
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
            moments(sets)
            if self.standardize
            else (np.zeros(self.n_features_in_), np.ones(self.n_features_in_))
        )
        self.loss_curve_, self.violation_curve_ = [], []

    def _start_map(self, initial) -> None:
        """Draw the initial map from features to the space."""
        self.components_ = initial(self.n_components, self.n_features_in_)

    def _map(self, X):
        """Map standardised examples; return Z, and a function that moves the map by -dZ, in place."""
        V = self.components_

        def move(dZ):
            np.subtract(V, dZ.T @ X, out=V)
            bound_norms(V.T, self.max_norm)

        return X @ V.astype(X.dtype, copy=False).T, move

    def _train(self, sets, n_epochs, *, decay):
        """Continue to train the map and `label_embeddings_`, in place."""
        rng, epoch_size = self._rng, self.epoch_size or sum(len(data.rows) for data in sets)
        drawn = [batches(data.rows, self.batch_size, rng) for data in sets]
        turns = itertools.cycle(zip(sets, self.label_embeddings_, drawn, strict=True))
        steps = -(-epoch_size // self.batch_size)
        blas = ThreadpoolController()
        for epoch in range(n_epochs):
            losses = []
            # For products as small as those of a batch, several threads are slower and may change the last
            # bit.
            with (
                without_read_ahead(sets),
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
                f"training has diverged in epoch {len(self.loss_curve_) + 1}: standardise X, lower "
                f"learning_rate (now {self.learning_rate}), or set max_norm (now {self.max_norm})"
            )

    def _standardized(self, x):
        return ((x - self.mean_) / self.scale_).astype(x.dtype) if self.standardize else x

    def _step(self, data, W, rows, rate) -> np.ndarray:
        """Take one step on the batch `rows`, changing the map and W in place; return its losses."""
        from mirlab.warp.compiled import draw_batch  # numba: time and memory that only training needs

        Z, move = self._map(self._standardized(finite_rows(data.X, rows, np.float32, data.where)))
        F = Z @ W.T
        self._check_convergence(F)
        uniforms = self._rng.random(F.shape, dtype=np.float32)
        starts, ends = data.starts[rows], data.starts[rows + 1]
        dF, losses = draw_batch(F, starts, ends, data.labels, uniforms, data.weights)
        dF *= rate / len(rows)
        move(dF @ W)  # the chain rule, back through F = Z Wᵀ and the map
        W -= dF.T @ Z
        bound_norms(W, self.max_norm if self.label_max_norm is None else self.label_max_norm)
        return losses
