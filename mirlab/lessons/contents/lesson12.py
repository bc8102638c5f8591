"""Exercises of lesson 12."""

import numpy as np
from sklearn.linear_model import Ridge

from mirlab.lessons import exercise

# -- how much sound one unit sees --------------------------------------------------------------------------


@exercise(
    hints=[
        "Begin with one frame. A convolution of size 3 over frames adds 2: the unit sees 3 frames.",
        "After a layer with step 2, places are 2 frames apart, so a size of 3 adds 2 · 2 frames.",
        "Keep two numbers: `seen = 1` and `apart = 1`. In each layer, `seen += (size - 1) * apart`, and then "
        "`apart *= step`.",
    ],
    reason="Sizes add up, and steps multiply. Late layers see a lot of sound, and see it coarsely.",
    inputs=lambda rng: {
        "one convolution": ([(3, 1)],),
        "two convolutions": ([(3, 1), (5, 1)],),
        "a convolution after a step of 2": ([(2, 2), (3, 1)],),
        "random layers": ([(int(rng.integers(1, 9)), int(rng.integers(1, 4))) for _ in range(4)],),
        "other random layers": ([(int(rng.integers(2, 9)), int(rng.integers(1, 5))) for _ in range(5)],),
        "equal layers": ([(4, 2)] * int(rng.integers(2, 5)),),
        "no layer": ([],),
    },
)
def frames_seen(layers):
    """Return how many frames of the input one place in the output of the last layer depends on."""
    seen = apart = 1
    for size, step in layers:
        seen += (size - 1) * apart
        apart *= step
    return seen


@frames_seen.also
def from_the_end(layers):
    seen = 1
    for size, step in reversed(layers):
        seen = (seen - 1) * step + size
    return seen


@frames_seen.also
def with_products(layers):
    steps = np.cumprod([1, *(step for _, step in layers)])
    return 1 + sum((size - 1) * int(apart) for (size, _), apart in zip(layers, steps, strict=False))


@frames_seen.mistake("you add the sizes and leave the steps out; after a step of 2, each frame counts twice.")
def without_steps(layers):
    return 1 + sum(size - 1 for size, _ in layers)


@frames_seen.mistake(
    "you add the whole size of each layer. One frame is there already, so a size of 3 adds 2."
)
def whole_sizes(layers):
    seen, apart = 1, 1
    for size, step in layers:
        seen += size * apart
        apart *= step
    return seen


@frames_seen.mistake("the step of a layer counts for the layers after it, and not for this layer itself.")
def step_too_early(layers):
    seen, apart = 1, 1
    for size, step in layers:
        apart *= step
        seen += (size - 1) * apart
    return seen


@frames_seen.mistake("you multiply the sizes; they add up.")
def product_of_sizes(layers):
    return int(np.prod([size for size, _ in layers])) if layers else 1


# -- the new last layer ------------------------------------------------------------------------------------


def _frozen(rng, n, m, d, k):
    """Draw embeddings with a large mean, labels that all occur, and new embeddings."""
    y = np.concatenate([np.arange(k), rng.integers(0, k, n - k)])
    rng.shuffle(y)
    shift = rng.normal(size=(k, d))
    E = 5 + shift[y] + rng.normal(size=(n, d))
    return E, y, 5 + rng.normal(size=(m, d)), float(rng.uniform(0.5, 3))


@exercise(
    hints=[
        "Make the targets: `T = np.eye(y.max() + 1)[y]` has a 1 in the column of each label, else 0.",
        "Subtract the mean of `E` and the mean of `T`, over excerpts, before you solve. Add the mean of `T` "
        "at the end.",
        "With centred A and T, solve `(A.T @ A + ridge * I) W = A.T @ T`: `np.linalg.solve` does that.",
        "The scores of new excerpts are `(new - mean_of_E) @ W + mean_of_T`.",
    ],
    reason="The network stays as it is. Only this matrix is learned, in closed form, in milliseconds.",
    inputs=lambda rng: {
        "one dimension, worked out by hand": (
            np.array([[0.0], [2.0]]),
            np.array([0, 1]),
            np.array([[1.0], [3.0]]),
            2.0,
        ),
        "three labels": _frozen(rng, 9, 3, 2, 3),
        "more dimensions than excerpts": _frozen(rng, 6, 2, 12, 2),
        "many excerpts": _frozen(rng, 40, 5, 4, 3),
        "equal embeddings": (np.full((4, 2), 3.0), np.array([0, 1, 1, 1]), rng.normal(size=(2, 2)), 1.0),
        "a single excerpt": (rng.normal(size=(1, 3)), np.array([0]), rng.normal(size=(2, 3)), 1.0),
    },
    lacks={"empty": "there is at least one excerpt to learn from, and one to score"},
)
def last_layer(E, y, new, ridge):
    """Learn a linear layer on frozen embeddings; return the score of each label for new excerpts."""
    T = np.eye(y.max() + 1)[y]
    A, B = E - E.mean(axis=0), T - T.mean(axis=0)
    W = np.linalg.solve(A.T @ A + ridge * np.eye(E.shape[1]), A.T @ B)
    return (new - E.mean(axis=0)) @ W + T.mean(axis=0)


@last_layer.also
def with_scikit_learn(E, y, new, ridge):
    scores = Ridge(alpha=ridge).fit(E, np.eye(y.max() + 1)[y]).predict(new)
    return np.reshape(scores, (len(new), -1))


@last_layer.also
def from_the_excerpts(E, y, new, ridge):
    T = (y[:, None] == np.arange(y.max() + 1)).astype(float)
    A = E - E.mean(axis=0)
    dual = np.linalg.inv(A @ A.T + ridge * np.eye(len(E))) @ (T - T.mean(axis=0))
    return (new - E.mean(axis=0)) @ A.T @ dual + T.mean(axis=0)


@last_layer.mistake("there is no intercept: subtract the means of `E` and of the targets before you solve.")
def without_intercept(E, y, new, ridge):
    T = np.eye(y.max() + 1)[y]
    return new @ np.linalg.solve(E.T @ E + ridge * np.eye(E.shape[1]), E.T @ T)


@last_layer.mistake("the ridge is missing, so the layer fits noise as soon as there are many dimensions.")
def without_ridge(E, y, new, ridge):
    T = np.eye(y.max() + 1)[y]
    A = np.column_stack([np.ones(len(E)), E])
    return np.column_stack([np.ones(len(new)), new]) @ (np.linalg.pinv(A) @ T)


@last_layer.mistake("the ridge shrinks the intercept too; centre both sides in place of a column of ones.")
def shrunken_intercept(E, y, new, ridge):
    T = np.eye(y.max() + 1)[y]
    A = np.column_stack([np.ones(len(E)), E])
    W = np.linalg.solve(A.T @ A + ridge * np.eye(A.shape[1]), A.T @ T)
    return np.column_stack([np.ones(len(new)), new]) @ W


@last_layer.mistake(
    "the new excerpts are centred with their own mean; use the mean of the training excerpts."
)
def centred_by_the_new(E, y, new, ridge):
    return last_layer.solve(E, y, new - new.mean(axis=0) + E.mean(axis=0), ridge)


@last_layer.mistake("the mean of the targets is not added at the end, so the scores of all labels sum to 0.")
def mean_forgotten(E, y, new, ridge):
    return last_layer.solve(E, y, new, ridge) - np.eye(y.max() + 1)[y].mean(axis=0)


# -- the front end -----------------------------------------------------------------------------------------


def _random_sound(rng, frames, bands):
    """Draw frames that are already windowed, and mel filters."""
    return rng.normal(0, rng.uniform(0.01, 0.3), (frames, 16)), rng.uniform(0, 0.02, (9, bands))


@exercise(
    kind="find the bug",
    hints=[
        "Compare the function with the five steps, line by line. Two of them are wrong.",
        "`np.abs(np.fft.rfft(…))` is the magnitude. The filters should weigh its square, the power.",
        "`np.log` is the natural logarithm; the network was trained with `np.log10`.",
    ],
    reason="Nothing failed, and all shapes were right. Only a comparison with the front end of the training "
    "shows such an error.",
    inputs=lambda rng: {
        "one frame, two bands": (np.eye(1, 16), np.array([[0.5, 0.0]] * 9)),
        "random frames": _random_sound(rng, 3, 4),
        "other random frames": _random_sound(rng, 5, 2),
        "silence, and equal frames": (np.zeros((2, 16)), rng.uniform(0, 0.02, (9, 3))),
    },
    lacks={"empty": "a patch has frames"},
)
def front_end(frames, filters):
    """Return the log-mel spectrum, frames by bands, that the network was trained on."""
    power = np.abs(np.fft.rfft(frames)) ** 2
    mel = power @ filters
    return np.log10(10000 * mel + 1)


@front_end.given
def colleague(frames, filters):
    """Return the log-mel spectrum, frames by bands, that the network was trained on."""
    power = np.abs(np.fft.rfft(frames))
    mel = power @ filters
    return np.log(10000 * mel + 1)


@front_end.also
def from_real_and_imaginary_parts(frames, filters):
    spectrum = np.fft.rfft(frames, axis=1)
    return np.log1p(1e4 * ((spectrum.real**2 + spectrum.imag**2) @ filters)) / np.log(10)


@front_end.mistake("the power is right now, but `np.log` is still the natural logarithm.")
def still_natural(frames, filters):
    return np.log(10000 * (np.abs(np.fft.rfft(frames)) ** 2 @ filters) + 1)


@front_end.mistake(
    "the logarithm is right now, but the filters still weigh the magnitude and not its square."
)
def still_magnitude(frames, filters):
    return np.log10(10000 * (np.abs(np.fft.rfft(frames)) @ filters) + 1)


@front_end.mistake("square the spectrum before the filters, and not the mel spectrum after them.")
def squared_too_late(frames, filters):
    return np.log10(10000 * (np.abs(np.fft.rfft(frames)) @ filters) ** 2 + 1)
