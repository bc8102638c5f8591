"""How long until a WARP model ranks well? `mirlab.warp` against LightFM, on one thread.

    pip install lightfm-next
    python benchmarks/warp.py [--examples 20000] [--repeats 3] [--epochs 10]

Both learn the same examples: 200 dense features (as CSR for LightFM, which knows no dense ones), 160
tags, three tags an example, made by a seeded linear model with noise; D = 100. After every epoch, with the
clock stopped, precision at 1 on these examples is measured. The times reported are those at which each
first reaches a share of the lower of the two final precisions. Rates alone would compare nothing: LightFM
runs Adagrad with offsets and goes through three pairs an example in an epoch, mirlab runs plain gradient
descent, its rate falling to 0 at the last epoch, and goes through one.

Both run with their defaults. For LightFM these are a learning rate of 0.05 and at most 10 negatives
drawn; rates of 0.02 and 0.1, or up to 159 negatives, brought it there no sooner. Neither numba's compilation
nor any import is timed: both train a few examples first. Runs alternate; medians are printed.
"""

import argparse
from time import perf_counter

import numpy as np
from lightfm import LightFM
from scipy import sparse
from threadpoolctl import threadpool_limits

from mirlab.warp import WarpEmbedding

FEATURES, TAGS, TAGS_EACH, DIMENSIONS = 200, 160, 3, 100
SHARES = (0.8, 0.9, 0.95)


def make_data(examples):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(examples, FEATURES)).astype(np.float32)
    scores = X @ rng.normal(size=(FEATURES, TAGS)) / FEATURES**0.5 + 0.3 * rng.normal(size=(examples, TAGS))
    Y = np.zeros((examples, TAGS), dtype=np.int32)
    np.put_along_axis(Y, np.argpartition(-scores, TAGS_EACH, axis=1)[:, :TAGS_EACH], 1, axis=1)
    return X, Y


def precision_at_1(affinity, Y):
    return Y[np.arange(len(Y)), affinity.argmax(axis=1)].mean()


def run_lightfm(X, Y, epochs, seed):
    """Return the seconds of training and the precision at 1 after every epoch."""
    features, tags = sparse.csr_matrix(X), sparse.coo_matrix(Y)
    model = LightFM(no_components=DIMENSIONS, loss="warp", random_state=seed)
    seconds, curve = 0.0, []
    for _ in range(epochs):
        start = perf_counter()
        model.fit_partial(tags, user_features=features, epochs=1, num_threads=1)
        seconds += perf_counter() - start
        _, users = model.get_user_representations(features)
        offsets, items = model.get_item_representations()
        curve.append((seconds, precision_at_1(users @ items.T + offsets, Y)))
    return np.array(curve)


def run_mirlab(X, Y, epochs, seed):
    """Return the seconds of training and the precision at 1 after every epoch."""
    curve, seconds = [], 0.0

    def measure(model):
        nonlocal seconds, start
        seconds += perf_counter() - start
        curve.append((seconds, precision_at_1(model.affinity(X), Y)))
        start = perf_counter()

    model = WarpEmbedding(DIMENSIONS, n_epochs=epochs, random_state=seed, callback=measure)
    start = perf_counter()
    model.fit(X, Y)
    return np.array(curve)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--examples", type=int, default=20_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=10)
    options = parser.parse_args()

    peers = {"LightFM": run_lightfm, "mirlab": run_mirlab}
    pairs = {"LightFM": TAGS_EACH, "mirlab": 1}  # positives of an example gone through in an epoch
    curves = {name: [] for name in peers}
    X, Y = make_data(options.examples)
    with threadpool_limits(1):
        for run in peers.values():
            run(X[:200], Y[:200], 1, seed=0)
        for seed in range(options.repeats):
            for name, run in peers.items():
                curves[name].append(run(X, Y, options.epochs, seed))
                seconds, precision = curves[name][-1][-1]
                print(f"run {seed + 1} of {options.repeats}, {name}: p@1 {precision:.3f} in {seconds:.2f} s")

    final = min(np.median([curve[-1, 1] for curve in runs]) for runs in curves.values())
    print(f"\n{options.examples} examples, medians of {options.repeats} runs, one thread")
    print(f"{'':28}{'LightFM':>10}{'mirlab':>10}{'ratio':>8}")
    for share in SHARES:
        times = []
        for runs in curves.values():
            reached = [curve[curve[:, 1] >= share * final, 0] for curve in runs]
            times.append(np.median([at[0] if len(at) else np.inf for at in reached]))
        label = f"seconds to p@1 {share * final:.3f} ({share:.0%})"
        print(f"{label:28}{times[0]:10.2f}{times[1]:10.2f}{times[0] / times[1]:8.1f}")
    rates = [
        np.median([pairs[name] * options.examples * options.epochs / curve[-1, 0] for curve in runs]) / 1000
        for name, runs in curves.items()
    ]
    label = "thousand positives/s"
    print(f"{label:28}{rates[0]:10.1f}{rates[1]:10.1f}{rates[1] / rates[0]:8.1f}")


if __name__ == "__main__":
    main()
