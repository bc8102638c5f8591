"""Let networks that learned from real music judge whether the corpus has what its tags say.

    python benchmarks/ear.py [--set gtzan-synth] [--excerpts 400] [--networks mtt_musicnn,mtt_vgg]
    python benchmarks/ear.py --root DIR [--part tune|report|all]    real music, <DIR>/<label>/<recording>
    python benchmarks/ear.py --sheet FILE.png                       one mel spectrogram per style

For each tag that network and corpus both know, the script reports the area under the ROC curve (AUC): the
chance that an excerpt with the tag gets a higher score than an excerpt without it. .5 is chance. The interval
is a bootstrap over excerpts. ``--write MARKER`` puts the table into the data card.

Use the two networks of MagnaTagATune while you change the corpus. Keep the two of the Million Song Dataset
for an independent check at the end.
"""

import os

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(threads, "1")  # read when NumPy is imported

import argparse  # noqa: E402
import itertools  # noqa: E402
import re  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
from scipy.stats import rankdata  # noqa: E402

from mirlab import corpus, datasets, networks  # noqa: E402

CARD = Path(__file__).resolve().parents[1] / "data" / "cards" / "corpus.md"
ENOUGH = 8  # excerpts with the tag, and without it, below which no AUC is reported
DRAWS = 1000  # of the bootstrap

SAME = {
    *("guitar", "classical", "slow", "techno", "drums", "electronic", "rock", "fast", "piano", "ambient"),
    *("beat", "synth", "singing", "vocals", "no vocals", "harpsichord", "loud", "quiet", "pop", "soft"),
    *("solo", "choir", "voice", "new age", "dance", "harp", "cello", "no voice", "country", "metal"),
    *("choral", "sitar"),
    *("woman", "man", "jazz", "soul", "electronica", "folk", "instrumental", "punk", "blues", "hard rock"),
    *("acoustic", "catchy", "funk", "heavy metal", "sad", "alternative"),
}  # fmt: skip
"""Tags that networks and corpus spell alike."""

CALLED = {
    "strings": ("string section",),
    "violin": ("violin", "fiddle"),
    "flute": ("flute", "pan flute"),
    "classic": ("classical",),
    "beats": ("beat",),
    "indian": ("eastern",),
    **dict.fromkeys(("vocal",), ("vocals",)),
    **dict.fromkeys(("no vocal",), ("no vocals",)),
    **dict.fromkeys(("male", "male voice", "male vocal", "male vocalists"), ("man",)),
    **dict.fromkeys(("female", "female voice", "female vocal"), ("woman",)),
    **dict.fromkeys(("female vocalist", "female vocalists"), ("woman",)),
    "alternative rock": ("alternative",),
    "easy listening": ("lounge",),
    "Mellow": ("mellow",),
    "happy": ("cheerful",),
    "Hip-Hop": ("hip hop",),
    "House": ("house",),
    "rnb": ("r&b",),
}  # fmt: skip
"""Tags of a network that go by other names in the corpus: true if any of these is. What is in neither table
("weird", "opera", "80s") is not known to both."""

LABELS = {"hiphop": ("hip hop",), "disco": ("dance", "disco"), "rock": ("rock",)}
"""What the labels of a real folder are called in the corpus, where they are not called the same."""
GENRES = {
    "blues",
    "classical",
    "country",
    "dance",
    "disco",
    "hip hop",
    "jazz",
    "metal",
    "pop",
    "reggae",
    "rock",
}
"""The only tags that a folder of real genres can be scored on."""


def truth(tag, true):
    """Say whether a tag of a network is true of an excerpt that has these tags in the corpus."""
    return bool({tag} & SAME & true or set(CALLED.get(tag, ())) & true)


def synthetic(name, number):
    """Return up to `number` excerpts of a synthetic set, evenly spread, and the true tags of each."""
    excerpts = corpus.plan(datasets.real_name(name))
    excerpts = [excerpts[i] for i in np.unique(np.linspace(0, len(excerpts) - 1, number).astype(int))]
    return [e.audio for e in excerpts], [e.true_tags() for e in excerpts]


def real(root, part="all"):
    """Return the first 10 s of each recording of a folder, and its label.

    Parameters
    ----------
    root : path-like
        ``<root>/<label>/<recording>``.
    part : {"all", "tune", "report"}
        All recordings, or the first or last half of those of each label, by name.
    """
    data = datasets.load("folder", root=root)
    _, firsts = np.unique(data.groups, return_index=True)
    sounds, labels = [], []
    for label, name in enumerate(data.label_names):
        rows = [i for i in sorted(firsts) if data.y[i] == label]
        half = (len(rows) + 1) // 2
        rows = {"all": rows, "tune": rows[:half], "report": rows[half:]}[part]
        sounds += [lambda i=i: data.audio(i) for i in rows]
        labels += [name] * len(rows)
    return sounds, labels


def hear(sounds, name):
    """Return how likely a network thinks each tag, shape (sounds, tags): the mean over 3 s patches."""
    network = networks.load(name)
    return np.array([network.tag(sound()).mean(axis=0) for sound in sounds]), network.tags


def auc(scores, true):
    """Return the AUC of each column, from the ranks; NaN where all or none are true."""
    positives = true.sum(axis=0)
    negatives = len(true) - positives
    ranks = (rankdata(scores, axis=0) * true).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (ranks - positives * (positives + 1) / 2) / (positives * negatives)


def judge(scores, tags, true, seed=0):
    """Score a network on excerpts whose true tags are known.

    Parameters
    ----------
    scores : ndarray, shape (excerpts, tags)
    tags : tuple of str
        Of the network.
    true : list of set of str
        What is true of each excerpt, in the words of the corpus.
    seed : int
        Of the bootstrap.

    Returns
    -------
    dict of str to (float, float, float, int)
        AUC, the ends of its 95 % interval, and the number of excerpts with the tag; for each tag, and "mean".
    """
    facts = np.array([[truth(tag, words) for tag in tags] for words in true])
    known = [k for k, n in enumerate(facts.sum(axis=0)) if ENOUGH <= n <= len(true) - ENOUGH]
    scores, facts = scores[:, known], facts[:, known]
    rng = np.random.default_rng(seed)
    draws = [auc(scores[rows], facts[rows]) for rows in rng.integers(len(true), size=(DRAWS, len(true)))]
    low, high = np.nanpercentile(draws, (2.5, 97.5), axis=0)
    mean_low, mean_high = np.percentile(np.nanmean(draws, axis=1), (2.5, 97.5))
    found = auc(scores, facts)
    rows = zip(found, low, high, facts.sum(axis=0), strict=True)
    each = {
        tags[k]: (float(a), float(b), float(c), int(n)) for k, (a, b, c, n) in zip(known, rows, strict=True)
    }
    return {"mean": (float(found.mean()), float(mean_low), float(mean_high), len(true)), **each}


def as_table(verdicts, what):
    """Write verdicts, one per network, as a table in Markdown; the tags of all networks in one column."""
    lines = [
        f"AUC on {what}, with a 95 % interval (bootstrap over excerpts); `mean` is over all tags.",
        "",
        "| tag | excerpts | " + " | ".join(verdicts) + " |",
        "|---|---|" + "---|" * len(verdicts),
    ]
    for tag in sorted({*itertools.chain(*verdicts.values())}, key=lambda t: (t != "mean", t)):
        cells = [verdict.get(tag) for verdict in verdicts.values()]
        count = next(cell[3] for cell in cells if cell)
        written = [f"{c[0]:.2f} ({c[1]:.2f}-{c[2]:.2f})".replace("0.", ".") if c else "" for c in cells]
        lines.append(f"| {tag} | {count} | " + " | ".join(written) + " |")
    return "\n".join(lines)


def write_between(marker, text, file=CARD):
    """Replace what is between ``<!-- marker -->`` and ``<!-- /marker -->`` in a file."""
    old = file.read_text(encoding="utf-8")
    pattern = rf"(<!-- {marker} -->\n).*?(<!-- /{marker} -->)"
    if not re.search(pattern, old, re.DOTALL):
        raise SystemExit(f"{file} has no part <!-- {marker} --> … <!-- /{marker} -->; add the two lines")
    new = re.sub(pattern, lambda found: found[1] + text + "\n" + found[2], old, flags=re.DOTALL)
    file.write_text(new, encoding="utf-8")


def sheet(file):
    """Draw the mel spectrogram of one excerpt per style."""
    from mirlab import plots
    from mirlab.corpus import styles

    plans = [corpus.plan(name) for name in styles.sets()]
    first = {
        style: next(e for plan in plans for e in plan if e.style == style) for style in styles.all_styles()
    }
    plots.contact_sheet({style: e.audio()[: 5 * 22050] for style, e in first.items()}).savefig(file, dpi=60)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--set", default="gtzan-synth", help="a synthetic set")
    parser.add_argument("--excerpts", type=int, default=400)
    parser.add_argument("--root", help="a folder of real music in place of the set")
    parser.add_argument("--part", choices=("all", "tune", "report"), default="all", help="of the real folder")
    parser.add_argument("--networks", default="mtt_musicnn,mtt_vgg")
    parser.add_argument("--sheet", metavar="FILE.png", help="draw a contact sheet and stop")
    parser.add_argument("--write", metavar="MARKER", help="put the table into the data card, at this marker")
    args = parser.parse_args()
    if args.sheet:
        return sheet(args.sheet)
    if args.root:
        sounds, labels = real(args.root, args.part)
        true = [set(LABELS.get(label, (label,))) & GENRES for label in labels]
        what = f"{len(sounds)} real recordings"
    else:
        sounds, true = synthetic(args.set, args.excerpts)
        what = f"{len(sounds)} excerpts of {args.set}"
    verdicts = {name: judge(*hear(sounds, name), true) for name in args.networks.split(",")}
    text = as_table(verdicts, what)
    print(text)
    if args.write:
        write_between(args.write, text)


if __name__ == "__main__":
    main()
