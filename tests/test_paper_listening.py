"""What is asked of layers and features: known values, no leak between songs, and the kept report."""

import numpy as np
import pytest
import tiny_networks as tiny

from mirlab import evaluate
from mirlab.networks import files, mistakes, pretrained
from mirlab.paper import SEEDS, Study, clips, listening, probes

LABELS = np.repeat(["blues", "jazz"], 10)


def tones(n=20, name="real"):
    t = np.arange(4 * clips.RATE) / clips.RATE

    def audio(i):
        return (0.01 * (i + 1) * np.sin(2 * np.pi * (200 + 150 * i) * t)).astype(np.float32)

    return clips.Domain(name, LABELS[:n], np.arange(n) // 2, [f"clip {i}" for i in range(n)], audio)


def songs(rng, shift=1.0, labels=LABELS):
    return [rng.normal(shift * (label == "jazz"), 0.1, (3, 4)) for label in labels]


def for_all_seeds(windows):
    return [windows] * len(SEEDS)


def test_the_synthetic_domain_has_as_many_clips_of_each_genre():
    domain = clips.synthetic(each=2)
    assert len(domain) == 20 and np.unique(domain.labels, return_counts=True)[1].tolist() == [2] * 10
    assert domain.ids[:2] == ["blues.00000", "blues.00020"]


def test_classes_are_thirds_by_loudness_and_by_brightness():
    asked = probes.tasks(tones())
    assert list(asked) == ["genre", "brightness", "loudness"]
    for name in ("brightness", "loudness"):
        assert asked[name].tolist() == ["low"] * 7 + ["middle"] * 7 + ["high"] * 6


def test_the_course_features_are_those_of_the_paper():
    found = clips.course_features(tones(1))
    shapes = {name: of_seed[0].shape[1] for name, [of_seed] in found.items()}
    assert shapes == {"base": 800, "mfcc": 80, "tag": 400}


def test_no_song_is_learned_from_and_predicted():
    """Every song has a pattern of its own and a random label: only a leak could do better than chance."""
    rng = np.random.default_rng(0)
    own = [np.eye(20)[[i] * 3] for i in range(20)]
    labels = rng.permutation(LABELS)
    fold = evaluate.folds(labels, n_splits=5, random_state=0)
    assert probes.learned_elsewhere(own, own, labels, labels).mean() == 1
    assert probes.learned_elsewhere(own, own, labels, labels, fold).mean() < 0.7


def test_what_was_learned_elsewhere_fails_if_the_other_domain_is_turned_round():
    rng = np.random.default_rng(1)
    source, same, turned = songs(rng), songs(rng), songs(rng, shift=-1.0)
    assert probes.learned_elsewhere(source, same, LABELS, LABELS).mean() == 1
    assert probes.learned_elsewhere(source, turned, LABELS, LABELS).mean() == 0.5  # all are called blues


def test_comparisons_with_base_are_paired_by_fold():
    rng = np.random.default_rng(2)
    windows = {"base": for_all_seeds(songs(rng, shift=0.0)), "better": for_all_seeds(songs(rng))}
    rows, compared = probes.measure_features(tones(), windows)
    assert len(rows) == 6 and [row["per_class"] for row in compared] == [1, 5, 9]
    scores = {row["features"]: row["scores"] for row in rows if row["per_class"] == 9}
    assert compared[2]["difference"] == pytest.approx(np.subtract(scores["better"], scores["base"]).mean())
    assert compared[2]["verdict"] == "better"


def test_the_auc_of_a_genre_tag_is_one_if_the_tag_knows_it():
    tags = ("rock", "jazz", "Hip-Hop")
    labels = np.array(["jazz", "hiphop", "jazz", "disco"])
    scores = np.array([[0, 0.9, 0.1], [0, 0.1, 0.1], [0, 0.8, 0.1], [0, 0.2, 0.1]])
    assert probes.genre_auc(scores, tags, labels) == {"hiphop": 0.5, "jazz": 1.0}


def test_a_front_end_without_a_mistake_loses_nothing(monkeypatch):
    monkeypatch.setattr(files, "read", tiny.weights)
    monkeypatch.setattr(mistakes, "MISTAKES", {"16-bit integers": {"gain": 32768}})
    monkeypatch.setattr(mistakes, "HARMLESS", {"nothing": {}})
    seen = []
    rows = probes.measure_front_ends(tones(), pretrained.Pretrained("msd_vgg"), lambda: seen.append(1))
    assert [row["kind"] for row in rows] == ["right", "harmless", "mistake"] and len(seen) == 60
    assert rows[1]["same_first_tag"] == 1 and rows[1]["moved"] == 0
    assert rows[1]["in use"]["lost"] == {"value": 0, "reach": 0}
    assert rows[2]["moved"] > 0.01


def test_every_step_of_the_report_is_counted_and_networks_listen_once(monkeypatch, data_dir):
    """All parts of the report, on two domains of twenty tones; what is asked of them is tested above."""
    asked, news = [], []
    monkeypatch.setattr(listening, "real", lambda root: tones())
    monkeypatch.setattr(listening, "synthetic", lambda: tones(name="synthetic"))
    monkeypatch.setattr(
        listening, "course_features", lambda *_: {"base": for_all_seeds([np.ones((2, 3))] * 20)}
    )
    for name in ("load", "untrained"):
        monkeypatch.setattr(listening.networks, name, lambda *which: which[0])
    layers = {"embedding": [np.ones((2, 3))] * 20, "logits": [np.ones((2, 50))] * 20}
    monkeypatch.setattr(listening, "layers", lambda *which: asked.append(which[1]) or layers)
    monkeypatch.setattr(listening, "measure_features", lambda domain, windows: ([domain.name], [*windows]))
    monkeypatch.setattr(listening, "measure_layers", lambda *_: ([1], [2], [3]))
    for name in ("genre_auc", "first_tags", "distances"):
        monkeypatch.setattr(listening, name, lambda *_: {})
    monkeypatch.setattr(listening, "measure_crossing", lambda a, b, *_: [[a.name, b.name]])
    monkeypatch.setattr(listening, "measure_front_ends", lambda domain, network: [[domain.name, network]])
    study = Study(root="clips", progress=lambda *one: news.append(one))
    report = listening.measured(study)
    assert [done for done, _, _ in news] == [*range(1, listening.STEPS + 1)]
    assert {total for _, total, _ in news} == {listening.STEPS}
    heard = 2 * (len(listening.TRAINED) + len(SEEDS))  # an untrained network for each seed
    assert len(asked) == heard and asked.count("msd_musicnn") == 2 * (1 + len(SEEDS))
    assert report["features"] == ["real", "synthetic"]
    assert report["differences"] == ["base", *listening.TRAINED, listening.UNTRAINED] * 2
    assert report["crossing"] == [["real", "synthetic"], ["synthetic", "real"]]
    assert report["front_end"] == [["real", "msd_musicnn"]]
    again = listening.measured(study)
    assert len(asked) == heard
    assert again | {"seconds": 0} == report | {"seconds": 0}
