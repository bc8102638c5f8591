"""Measure how far the synthetic corpus is from real music, and what carries over.

    python benchmarks/sim_to_real.py --root DIR [--part all|tune|report] [--only differences,zero-shot]
    [--write]

DIR holds real music as ``<label>/<recording>``, with labels of gtzan-synth; the script takes the first 10 s
of each recording. It answers four questions:

*classifier*
    Can a classifier separate real from synthetic songs? As many of one kind as of the other, the mean base
    features of each song, standardised, ten folds by song. Two classifiers: the five nearest neighbours
    (Manhattan distance), and logistic regression, which finds any constant difference. Mean over three draws
    of synthetic songs. For comparison: gtzan-synth against unique-synth.
*differences*
    How large are measured differences, in standard deviations?
*centroids*
    Do the genres have the same order of brightness? Correlation of their mean spectral centroids.
*zero-shot*
    Does an embedding that was learned on synthetic songs name real genres (affinity to labels of the same
    name)? Does it help similarity (precision at 10) more than a PCA without labels does?
"""

import os

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(threads, "1")  # read when NumPy is imported

import argparse  # noqa: E402
import warnings  # noqa: E402

import librosa  # noqa: E402
import numpy as np  # noqa: E402
from ear import real, write_between  # noqa: E402
from sklearn.decomposition import PCA  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402
from sklearn.model_selection import StratifiedKFold, cross_val_score  # noqa: E402
from sklearn.neighbors import KNeighborsClassifier  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402

from mirlab import corpus, datasets, evaluate, paper, store  # noqa: E402
from mirlab.features import aggregate, log_mel  # noqa: E402

SR = 22050
DRAWS = 3
PARTS = ("classifier", "differences", "centroids", "zero-shot")
CLASSIFIERS = {
    "five nearest neighbours": KNeighborsClassifier(5, p=1),
    "logistic regression": LogisticRegression(max_iter=3000),
}
SAME = {"classical": "klassik", "hiphop": "hip-hop"}
"""Labels of unique-synth that gtzan-synth spells differently."""


def song_vector(y):
    """Return the mean of the base features of a song, shape (800,)."""
    return aggregate(log_mel(y)).mean(axis=0)


def drawn(name, labels, per_label, seed):
    """Draw as many excerpts of each label of a synthetic set."""
    rng = np.random.default_rng(seed)
    plan = corpus.plan(name)
    by_label = {label: [e for e in plan if e.label == label] for label in labels}
    return [group[i] for group in by_label.values() for i in rng.permutation(len(group))[:per_label]]


def separability(first, second, model):
    """Return the accuracy of a classifier that says of which kind a song is, and its error over folds."""
    X, y = np.concatenate([first, second]), np.repeat([1, 0], [len(first), len(second)])
    folds = StratifiedKFold(10, shuffle=True, random_state=0)
    return cross_val_score(make_pipeline(StandardScaler(), model), X, y, cv=folds).mean()


def kindred(first, second, k=10):
    """Return the share of songs of their own kind among the k nearest neighbours of the first."""
    X = StandardScaler().fit_transform(np.concatenate([first, second]))
    kind = np.repeat([1, 0], [len(first), len(second)])
    return evaluate.precision_per_query(X, kind, k=k)[: len(first)].mean()


def compare_kinds(sounds, labels):
    """Yield rows: how well real and synthetic songs can be separated."""
    vectors = np.array([song_vector(sound()) for sound in sounds])
    names = sorted(set(labels))
    per_label = len(labels) // len(names)
    draws = [
        np.array([song_vector(e.audio()) for e in drawn("gtzan", names, per_label, seed)])
        for seed in range(DRAWS)
    ]
    others = [SAME.get(name, name) for name in names]
    other = drawn(
        "unique", [n for n in others if any(e.label == n for e in corpus.plan("unique"))], per_label, 0
    )
    other = np.array([song_vector(e.audio()) for e in other])
    for what, model in CLASSIFIERS.items():
        yield (
            f"real against synthetic, {what}",
            np.mean([separability(vectors, draw, model) for draw in draws]),
        )
        yield f"gtzan-synth against unique-synth, {what}", separability(draws[0], other, model)
    yield "real songs among the ten neighbours of a real song", np.mean([kindred(vectors, d) for d in draws])


def measures(y):
    """Return what is compared of a song: loudness, spectrum, texture, pulse."""
    magnitudes = np.abs(librosa.stft(y, n_fft=2048, hop_length=512))
    f = librosa.fft_frequencies(sr=SR, n_fft=2048)
    power = (magnitudes**2).mean(axis=1)
    share = {
        f"energy {low}-{high} Hz (dB)": 10
        * np.log10(power[(f >= low) & (f < high)].sum() / power.sum() + 1e-9)
        for low, high in ((30, 125), (125, 250), (250, 1000), (1000, 4000), (4000, 8000))
    }
    mel = 10 * np.log10(librosa.feature.melspectrogram(S=magnitudes**2, sr=SR, n_mels=40) + 1e-7)
    rise = np.maximum(np.diff(mel, axis=1), 0).mean(axis=0)  # the onset envelope
    beats = np.correlate(rise - rise.mean(), rise - rise.mean(), "full")[len(rise) - 1 :]
    beats = beats / max(beats[0], 1e-12)
    rms = np.sqrt(np.mean(y**2))
    frames = log_mel(y)
    top = frames[:, librosa.mel_frequencies(202, fmax=SR / 2)[1:-1] > 10_000]
    return {
        "level (dB)": 20 * np.log10(rms),
        "peak": np.abs(y).max(),
        "crest factor (dB)": 20 * np.log10(np.abs(y).max() / rms),
        "spectral centroid (Hz)": librosa.feature.spectral_centroid(S=magnitudes, sr=SR).mean(),
        **share,
        "log-mel above 10 kHz": top.mean(),
        "spectral flux (dB a frame)": rise.mean(),
        "onset contrast": rise.std() / max(rise.mean(), 1e-9),
        "pulse clarity": beats[10:90].max(),  # 0.23 to 2.1 s
        "autocorrelation at 16 frames": beats[16],
    }


def measured(sounds):
    """Return {measure: values of all songs}."""
    rows = [measures(sound()) for sound in sounds]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def differences(real_values, synthetic_values):
    """Yield rows: mean and deviation of each measure, and Cohen's d."""
    for name, a in real_values.items():
        b = synthetic_values[name]
        d = (b.mean() - a.mean()) / np.sqrt((a.var() + b.var()) / 2)
        yield name, f"{a.mean():.2f} ± {a.std():.2f}", f"{b.mean():.2f} ± {b.std():.2f}", f"{d:+.2f}"


def genre_order(real_values, labels, synthetic_values, synthetic_labels):
    """Return the correlation of the genres' mean spectral centroids."""
    names = sorted(set(labels))
    means = [
        [values["spectral centroid (Hz)"][np.array(of) == name].mean() for name in names]
        for values, of in ((real_values, labels), (synthetic_values, synthetic_labels))
    ]
    return np.corrcoef(means)[0, 1]


def named(embedding, frames, labels, source, translate):
    """Return how often the label of highest affinity has the name of the true one, and by chance."""
    known = embedding.sources[source]
    columns = {
        name: known.index(translate.get(name, name))
        for name in sorted(set(labels))
        if translate.get(name, name) in known
    }
    rows = [i for i, label in enumerate(labels) if label in columns]
    names = list(columns)
    guesses = [
        names[embedding.affinity(frames[i], source).mean(axis=0)[list(columns.values())].argmax()]
        for i in rows
    ]
    return np.mean([guess == labels[i] for guess, i in zip(guesses, rows, strict=True)]), 1 / len(names)


def similarity(frames, labels, change):
    """Return the precision at 10 of song vectors whose frames were changed in some way."""
    vectors = [aggregate(change(f)).mean(axis=0) for f in frames]
    return evaluate.precision_at_k(StandardScaler().fit_transform(vectors), labels)


def carried_over(sounds, labels, jobs):
    """Yield rows: what embeddings of synthetic songs do for real ones."""
    frames = [log_mel(sound()) for sound in sounds]
    sets = {name: store.extract(datasets.load(f"{name}-synth"), n_jobs=jobs) for name in paper.GENRE_SETS}
    unique = paper.learn([sets["unique"]])
    joint = paper.learn(list(sets.values()))
    for what, embedding, source, translate in (
        ("unique-synth", unique, "unique-synth", SAME),
        ("all genre sets", joint, "gtzan-synth", {}),
    ):
        share, chance = named(embedding, frames, labels, source, translate)
        yield f"zero-shot accuracy, learned on {what} (chance {chance:.2f})", share
    some = np.concatenate([features.frames[::20] for features in sets.values()]).astype(np.float32)
    scaler = StandardScaler().fit(some)
    pca = PCA(100, random_state=0).fit(scaler.transform(some))
    for what, change in (
        ("base features", lambda f: f),
        ("PCA of synthetic frames, no labels", lambda f: pca.transform(scaler.transform(f))),
        ("embedding of unique-synth", unique),
        ("embedding of all genre sets", joint),
    ):
        yield f"precision at 10, {what}", similarity(frames, labels, change)


def report(sounds, labels, parts, jobs):
    """Return the whole report as Markdown."""
    lines = [f"{len(sounds)} real recordings of {len(set(labels))} genres.", ""]
    rows = list(compare_kinds(sounds, labels)) if "classifier" in parts else []
    if {"differences", "centroids"} & set(parts):
        excerpts = corpus.plan("gtzan")
        a, b = measured(sounds), measured([e.audio for e in excerpts])
        r = genre_order(a, labels, b, [e.label for e in excerpts])
        rows.append(("correlation of the genres' spectral centroids", r))
        lines += ["| measure | real | gtzan-synth | difference / sd |", "|---|---|---|---|"]
        lines += [f"| {' | '.join(row)} |" for row in differences(a, b)] + [""]
    if "zero-shot" in parts:
        rows += carried_over(sounds, labels, jobs)
    lines += ["| question | answer |", "|---|---|", *(f"| {what} | {value:.2f} |" for what, value in rows)]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--root", required=True, help="a folder of real music, <label>/<recording>")
    parser.add_argument("--part", choices=("all", "tune", "report"), default="all", help="of each label")
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="put the tables into the data card")
    args = parser.parse_args()
    warnings.simplefilter("ignore", UserWarning)
    text = report(*real(args.root, args.part), args.only.split(","), args.jobs)
    print(text)
    if args.write:
        write_between("sim to real", text)


if __name__ == "__main__":
    main()
