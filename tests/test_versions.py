"""Kept things are named by versions: if code computes other figures than before, its version must be raised.

Each test computes a few figures of fixed made data and compares them with figures that are written here,
beside the version that computed them. If they differ, kept embeddings, scores, sounds or features of older
code would be used as if they were of this code.
"""

import numpy as np
import pytest
from made_course import made_dataset, made_features
from sklearn.naive_bayes import GaussianNB

from mirlab import corpus, extractors
from mirlab.features import block_level, log_mel
from mirlab.paper import Study, embedding, variants
from mirlab.paper.variants import NAMES, Variant


def check(where, version, written, figures, tolerance):
    """Compare figures with those that are written here for a version."""
    then, expected = written
    new = np.round(figures, 6).tolist()
    if (
        np.shape(figures) == np.shape(expected)
        and (np.abs(np.subtract(figures, expected)) <= tolerance).all()
    ):
        assert version == then, f"{where} is {version!r} now: write it here for {then!r}"
    elif version == then:
        pytest.fail(
            f"the figures of {where} changed: raise VERSION in it and write the new figures here: {new}"
        )
    else:
        pytest.fail(f"{where} was raised: write {version!r} and its figures here: {new}")


EMBEDDING = (
    "e953876caebdf219",
    [
        3.31634,
        3.146601,
        2.704134,
        1.448301,
        1.293165,
        0.753169,
        0.391637,
        0.287581,
        0.329745,
        0.32584,
        0.079281,
        0.32326,
        0.010613,
        0.079864,
    ],
)
VARIANTS = (
    "2",
    [0.74, 0.41, 0.46, 0.71, 0.74, 0.74, 0.775, 0.69, 0.62, 0.41, 0.99, 0.99, 0.775, 0.75, 0.38, 0.65],
)
CORPUS = (
    "2",
    [
        0.169815,
        0.584716,
        0.027618,
        0.124415,
        0.544173,
        0.053257,
        0.162682,
        0.668212,
        0.087853,
        0.116401,
        0.505948,
        0.025213,
        0.177525,
        0.765528,
        0.072122,
        241.0,
        182.0,
    ],
)
FORMAT = 1, [44.0, 200.0, -4.654191, -4.575582, -4.671435, -4.829658, 0.968425, 1.177965, 0.223164]


def test_embeddings_have_a_version():
    """Short trainings: early losses, and sizes of what was learned."""
    sources = [made_features(made_dataset(name, seed=1), seed=1) for name in ("gtzan-synth", "homburg-synth")]
    space = embedding.learn(sources, seed=3, epoch_size=300, n_epochs=3, n_components=5)
    hidden = embedding.learn(
        [made_features(made_dataset("magnatagatune-synth"), seed=2)], epoch_size=300, n_epochs=2, n_hidden=4
    )
    part = embedding.learn(
        [made_features(made_dataset("magnatagatune-synth"), seed=2)],
        epoch_size=300,
        n_epochs=2,
        only={"clips": 20, "frames": 40, "tags": 2},
    )
    vectors = [space.components, *space.label_embeddings, hidden.components, *hidden.hidden, part.components]
    curves = [*space.loss_curve, *hidden.loss_curve, *part.loss_curve]
    figures = [*curves, *(np.abs(array).mean() for array in vectors)]
    check("mirlab.paper.embedding", embedding.VERSION, EMBEDDING, figures, 0.002)


def test_variants_have_a_version(course):
    """Every measure of a control and of variants that change summary, classifier and distances."""
    course["gtzan-synth"] = made_features(made_dataset("gtzan-synth", 10, seed=5), seed=7, width=4)
    study = Study(seed=2)
    figures = []
    for variant, measures in (
        (Variant("control", "base"), NAMES),
        (Variant("blocks, to scale", "base", summary=block_level, to_scale=True), variants.MEASURES),
        (Variant("Bayes, by song", "base", classifier=GaussianNB(), by_song=True), variants.MEASURES),
        (Variant("no ridge", "base", ridge=0.0, every=2), ["one", "few", "full"]),
    ):
        scores = variants.measure(variant, study, "gtzan-synth", list(measures))
        figures += [one.mean() for one in scores.values()]
    check("mirlab.paper.variants", variants.VERSION, VARIANTS, figures, 0.011)  # one song of a hundred


def test_the_corpus_has_a_version():
    """Level, peak and changes of sound, mean of eight excerpts per set; and the tags of ten excerpts."""
    figures, tolerance = [], []
    for name in ("gtzan", "unique", "artists1517", "magnatagatune", "homburg"):
        plan = corpus.plan(name)
        sounds = [excerpt.audio() for excerpt in plan[3 :: len(plan) // 8][:8]]
        figures += [np.mean([np.sqrt(np.mean(y**2)) for y in sounds]), np.mean(np.abs(sounds).max(axis=1))]
        figures.append(np.abs(np.diff(sounds)).mean())
        tolerance += [5e-3 if name == "homburg" else 1e-5] * 3  # homburg goes through a codec, which rounds
    clips = corpus.plan("magnatagatune")[:10]
    figures += [sum(len(clip.true_tags()) for clip in clips), sum(len(clip.given_tags()) for clip in clips)]
    check("mirlab.corpus", corpus.VERSION, CORPUS, figures, [*tolerance, 0, 0])


def test_features_have_a_version():
    """Log-mel frames of a sweep in noise."""
    rng = np.random.default_rng(0)
    t = np.arange(22050) / 22050
    y = (0.3 * np.sin(2 * np.pi * (100 * t + 3000 * t**2)) + rng.normal(0, 0.01, 22050)).astype(np.float32)
    frames = log_mel(y)
    figures = [*frames.shape, *frames[[0, 10, 20, 40]].mean(axis=1), *frames[:, [5, 60, 199]].std(axis=0)]
    found = extractors.PARAMETERS["format"]
    check("mirlab.extractors (the format in PARAMETERS)", found, FORMAT, figures, 0.002)
