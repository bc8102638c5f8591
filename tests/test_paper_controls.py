"""Features made without labels: what each keeps, what it loses, and that the target never reaches it."""

from dataclasses import replace

import numpy as np
import pytest
from made_course import SYNTHETIC, garbled, made_features
from scipy.spatial.distance import pdist

from mirlab import features, paper, store
from mirlab.features import aggregate, block_level
from mirlab.paper import CONTROLS, Study, controls, protocol

DRAWN = ("random", "rotation", "whitened")


def frames_of(n=500, d=12, seed=0):
    """Correlated frames on different scales, far from zero."""
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(n, d)) @ rng.normal(size=(d, d)) * np.logspace(-2, 2, d) + 50).astype(np.float32)


# --- maps of frames -----------------------------------------------------------------------------------


def test_a_rotation_keeps_all_distances_of_standardised_frames():
    frames = frames_of()
    turned = controls.rotation(frames, seed=0)(frames)
    scaled = (frames - frames.mean(axis=0, dtype=float)) / frames.std(axis=0, dtype=float)
    np.testing.assert_allclose(pdist(turned[:60]), pdist(scaled[:60]), rtol=1e-3)
    l1 = pdist(turned[:60], "cityblock") / pdist(scaled[:60], "cityblock")
    assert np.ptp(l1) > 0.1, "but not those of L1, which knows the mel bands"
    assert np.abs(turned - scaled).max() > 1


def test_a_random_map_is_what_an_embedding_is_before_it_learns():
    frames = frames_of()
    space = controls.random_map(frames, 5, seed=0)
    assert space(frames).shape == (500, 5) and not space.sources and not space.label_embeddings
    np.testing.assert_allclose(space.mean, frames.mean(axis=0, dtype=float), rtol=1e-6)
    np.testing.assert_allclose(space.scale, frames.std(axis=0, dtype=float), rtol=1e-4)
    wide = controls.random_map(frames_of(d=200), 100, seed=0).components
    assert wide.shape == (100, 200) and np.abs(wide.mean()) < 0.005
    assert wide.std() == pytest.approx(100**-0.5, rel=0.02)
    # Many dimensions keep squared lengths on average; few do not.
    assert np.linalg.norm(wide, axis=0).mean() == pytest.approx(1, rel=0.02)


@pytest.mark.parametrize(
    "draw", [controls.rotation, lambda frames, seed: controls.random_map(frames, 5, seed)]
)
def test_a_draw_follows_from_its_seed(draw, monkeypatch):
    frames = frames_of()
    one, again, other = (draw(frames, seed).components for seed in (0, 0, 1))
    assert np.array_equal(one, again) and (one != other).all()
    whole = draw(frames, 0)
    monkeypatch.setattr(controls, "_FRAMES", 64)  # several parts, as real sets have
    parts = draw(frames, 0)
    np.testing.assert_allclose((parts.mean, parts.scale), (whole.mean, whole.scale), rtol=1e-9)


# --- whitening ----------------------------------------------------------------------------------------


def test_whitened_vectors_have_variance_1_and_no_correlation():
    X = frames_of()
    white = controls.whitening(X, 7).transform(X)
    np.testing.assert_allclose(np.cov(white.T), np.eye(7), atol=1e-3)
    assert controls.whitening(X, 200).transform(X).shape == (500, 12)
    assert controls.whitening(X[:9], 200).transform(X).shape == (500, 9)  # no more axes than vectors


def test_whitening_does_not_see_units():
    X = frames_of().astype(float)
    moved = X * np.logspace(-3, 3, 12) + 7
    one, other = (np.abs(controls.whitening(v, 4).transform(v)) for v in (X, moved))
    np.testing.assert_allclose(one, other, atol=1e-6)


# --- order of frames ----------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [64, 64 * 3 + 10, 20], ids=["one window", "three, and a rest", "short"])
def test_shuffled_frames_keep_four_statistics_and_change_six(length):
    frames = np.cumsum(np.random.default_rng(0).normal(size=(length, 5)), axis=0)
    shuffled, ordered = controls.shuffled_block_level(frames), block_level(frames)
    assert shuffled.shape == ordered.shape == (max(1, length // 64), 50)
    np.testing.assert_allclose(shuffled[:, :20], ordered[:, :20], rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(shuffled[:, :20], aggregate(frames), rtol=1e-5, atol=1e-5)
    there = ordered[:, 20:] != 0  # a short window has no fast fluctuation at all
    assert (shuffled[:, 20:] != ordered[:, 20:])[there].all() and there.mean() > 0.6
    if length >= 64:  # neighbours in a random walk are near each other
        rises = slice(20, 25)
        assert (shuffled[:, rises] > ordered[:, rises]).all()


def test_no_frame_leaves_its_window(monkeypatch):
    seen = []
    monkeypatch.setattr(controls, "block_level", lambda frames, width: seen.append(frames))
    frames = np.arange(64 * 3 + 10.0)[:, None]
    controls.shuffled_block_level(frames)
    controls.shuffled_block_level(frames)
    windows = seen[0][: 64 * 3].reshape(3, 64)
    assert np.array_equal(np.sort(windows), frames[: 64 * 3].reshape(3, 64))
    assert all((np.diff(window) != 1).any() for window in windows)
    assert len({tuple(window - window.min()) for window in windows}) == 3  # each in an order of its own
    assert np.array_equal(*seen)


# --- in a study ---------------------------------------------------------------------------------------


@pytest.fixture
def course(course):
    """A made course with as many bands as MFCCs need."""
    for seed, name in enumerate(list(course)):
        course[name] = made_features(course[name].dataset, seed=seed, width=24, key=name)
    return course


def test_the_kinds_of_a_study(course):
    study = Study(parameters={"n_components": 7})
    made = course["gtzan-synth"]
    shapes = {kind: np.shape(study.windows("gtzan-synth", kind)) for kind in CONTROLS}
    assert shapes == {  # the tag set has thirty windows
        **{"mfcc": (50, 1, 80), "whitened": (50, 1, 30)},
        **{"random": (50, 1, 28), "rotation": (50, 1, 96)},
    }
    assert all(study.windows("gtzan-synth", kind)[0].dtype == np.float32 for kind in CONTROLS)
    tags = course["magnatagatune-synth"]
    turned = controls.rotation(tags.frames, 0)(made.track(3).astype(np.float32))
    np.testing.assert_allclose(
        study.windows("gtzan-synth", "rotation")[3], aggregate(turned), rtol=1e-5, atol=1e-5
    )
    white = controls.whitening(np.concatenate(tags.windows()), protocol.WHITENED)
    expected = white.transform(features.aggregate(made.track(3)))
    np.testing.assert_allclose(study.windows("gtzan-synth", "whitened")[3], expected, rtol=1e-4, atol=1e-4)


def test_whitened_dimensions_are_at_most_two_hundred(course):
    """Base features of 80 bands have 320 dimensions; windows of the tag set decide on the axes."""
    for name in ("magnatagatune-synth", "gtzan-synth"):
        course[name] = made_features(course[name].dataset, width=80)
    tags = course["magnatagatune-synth"]
    long = np.random.default_rng(0).normal(size=(30 * 64 * 10, 80)).astype(np.float16)
    course["magnatagatune-synth"] = store.StoredFeatures(tags.dataset, long, np.arange(31) * 640, [], "long")
    study = Study()
    assert np.shape(study.windows("gtzan-synth", "whitened")) == (50, 1, 200)
    white = controls.make("whitened", study)(np.concatenate(course["magnatagatune-synth"].windows()))
    assert white.std(axis=0, ddof=1) == pytest.approx(1, abs=1e-3), "variance 1 in the tag set, not elsewhere"
    there = np.concatenate(study.windows("gtzan-synth", "whitened"))
    assert abs(there.std(axis=0, ddof=1) - 1).max() > 0.1


@pytest.mark.parametrize("kind", DRAWN)
def test_garbage_changes_a_control_only_in_the_tag_set(course, kind):
    """Nothing of any target is used, not even a mean, and no label of the tag set."""
    sound = course["gtzan-synth"].track(0).astype(np.float32)

    def mapped():
        return controls.make(kind, Study())(aggregate(sound) if kind == "whitened" else sound)

    before = mapped()
    tags = course["magnatagatune-synth"]
    for name in SYNTHETIC:
        course[name] = garbled(course[name])
    course["magnatagatune-synth"] = replace(tags, dataset=replace(tags.dataset, y=~tags.dataset.y))
    assert np.array_equal(mapped(), before)
    course["magnatagatune-synth"] = garbled(tags)
    assert not np.allclose(mapped(), before)


def test_seeds_draw_other_maps_and_the_same_axes(course):
    one, other = Study(), Study(seed=1)
    cells = {
        kind: [study.windows("gtzan-synth", kind)[0] for study in (one, other)]
        for kind in ("whitened", "mfcc", "random", "rotation")
    }
    assert {kind for kind, (a, b) in cells.items() if np.array_equal(a, b)} == {"whitened", "mfcc"}


@pytest.mark.parametrize("other", [{"only": {"clips": 9}}, {"n_hidden": 9}])
def test_what_only_learning_knows_does_not_change_a_random_map(course, other):
    one, same = (
        Study(parameters=parameters).windows("gtzan-synth", "random")[0] for parameters in ({}, other)
    )
    assert one.shape == (1, 400) and np.array_equal(one, same)


def test_one_map_serves_all_targets(course, monkeypatch):
    study, made = Study(), []
    monkeypatch.setattr(controls, "make", lambda *what, make=controls.make: made.append(what) or make(*what))
    for target in ("gtzan-synth", "unique-synth"):
        study.windows(target, "random")
    assert made == [("random", study)]


def test_controls_are_measured_like_any_features_and_free_their_windows(course, monkeypatch):
    monkeypatch.setattr(Study, "targets", ["gtzan-synth"])
    study = Study(features=["base", "tag", *CONTROLS])
    measured = paper.measure(study, ("table4", "table5", "figure3_plain"))
    kinds = {name: [kind for _, kind in results] for name, results in measured["results"].items()}
    assert kinds["table4"] == kinds["table5"] == ["base", "tag", *CONTROLS]
    assert kinds["figure3_plain"] == ["base", "tag"], "plain least squares is for the paper's features only"
    assert measured["problems"] == []
    assert not [key for key in study._kept if key[0] == "windows"]
