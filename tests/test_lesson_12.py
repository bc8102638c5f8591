"""Hold the sentences of lesson 12 to the kept report, to the stored outputs, and to their controls.

What the network computes live is in the stored notebook; nothing here needs the network.
"""

import re

import nbformat
import numpy as np
import pytest

from mirlab import corpus, lessons, networks, paper, remaking
from mirlab.evaluate.regression import Songs, fit_regression
from mirlab.lessons.contents import lesson12
from mirlab.networks import frontends, mistakes
from mirlab.networks.plain import VGG_POOLS
from mirlab.paper import clips, panels


@pytest.fixture(scope="module")
def kept():
    return paper.kept("listening")


@pytest.fixture(scope="module")
def notebook():
    return nbformat.read(lessons.open("12").path, as_version=4)


@pytest.fixture(scope="module")
def text(notebook):
    return " ".join("\n".join(c.source for c in notebook.cells if c.cell_type == "markdown").split())


def shown(notebook, source):
    """Return all stored outputs, as text, of the cell that contains a piece of source."""
    (cell,) = [c for c in notebook.cells if c.cell_type == "code" and source in c.source]
    return "\n".join(o.get("text") or o["data"].get("text/plain", "") for o in cell.outputs)


def test_the_kept_report_is_of_the_protocol_of_today(kept):
    assert remaking.is_current("listening") and kept["seeds"] == [*paper.SEEDS]


def values(kept, **about):
    return [row for row in kept["layers"] if all(row[key] == value for key, value in about.items())]


# -- what is heard, and what a layer is ------------------------------------------------------------------


def test_the_first_word_for_a_bossa_nova_and_for_metal_is_jazz(notebook):
    plan = corpus.plan("gtzan")
    assert (plan[212].label, plan[212].style) == ("jazz", "bossa")
    assert plan[276].label == "metal" and "metal" in plan[276].true_tags()
    said = shown(notebook, "network = networks.load")
    assert "excerpt 212: jazz" in said and "excerpt 276: jazz" in said
    assert not {plan[i].id for i in (212, 276)} & set(clips.synthetic(each=5).ids)  # held out


def test_real_clips_get_words_that_a_person_might_say(kept):
    first = {(row["domain"], row["genre"]): row["tags"][0][0] for row in kept["tags"]}
    tags = {row["genre"]: [tag for tag, _ in row["tags"]] for row in kept["tags"] if row["domain"] == "real"}
    assert first["real", "blues"] == "blues" and first["real", "hiphop"] == "Hip-Hop"
    assert "metal" in tags["metal"]
    synthetic = [tag for (domain, _), tag in first.items() if domain == "synthetic"]
    assert sum(tag in ("jazz", "electronic") for tag in synthetic) >= 6  # "most"


def test_the_exercise_describes_the_vgg_of_the_course(notebook, text):
    pools = tuple((window[0], step[0]) for window, step in VGG_POOLS)
    assert str(pools)[1:-1] in " ".join(c.source for c in notebook.cells if c.cell_type == "code")
    vgg = [layer for pool in pools for layer in ((3, 1), pool)]
    seen = [lesson12.frames_seen(vgg[: 2 * n]) for n in range(1, 6)]
    assert seen == [6, 12, 24, 48, 128] and "a tenth of a second" in text and "two seconds" in text


# -- layers ------------------------------------------------------------------------------------------------


def test_genre_rises_through_the_trained_network_only(kept):
    genre = {
        network: {
            row["layer"]: row["value"] for row in values(kept, domain="real", network=network, task="genre")
        }
        for network in ("msd_musicnn", "untrained")
    }
    assert genre["msd_musicnn"]["mel"] == genre["untrained"]["mel"] == pytest.approx(0.61, abs=0.005)
    assert genre["msd_musicnn"]["embedding"] == pytest.approx(0.90, abs=0.005)
    assert genre["untrained"]["embedding"] == pytest.approx(0.66, abs=0.005)


def test_random_layers_keep_brightness_and_loudness_as_well(kept):
    for task in ("brightness", "loudness"):
        trained, untrained = (
            np.mean([row["value"] for row in values(kept, domain="real", network=network, task=task)])
            for network in ("msd_musicnn", "untrained")
        )
        assert untrained > trained - 0.01


def test_early_minus_late_has_the_expected_signs_and_only_genre_is_clear(kept):
    ends = {(r["domain"], r["network"], r["task"]): r for r in kept["early_minus_late"]}
    genre, loudness = (ends["real", "msd_musicnn", task] for task in ("genre", "loudness"))
    assert (genre["difference"], genre["reach"]) == pytest.approx((-0.15, 0.09), abs=0.005)
    assert 0 < loudness["difference"] < loudness["reach"]
    alone = {row["task"]: row["value"] for row in kept["genre_alone"] if row["domain"] == "real"}
    assert alone["loudness"] == pytest.approx(0.63)
    read = [row["value"] for row in values(kept, domain="real", network="msd_musicnn", task="loudness")]
    assert (min(read), max(read)) == pytest.approx((0.61, 0.76), abs=0.005)


# -- the new last layer, and the gap -----------------------------------------------------------------------


def test_the_layer_of_the_exercise_is_the_regression_of_mirlab():
    """With standardised embeddings, and the ridge as a fraction of the number of windows."""
    rng = np.random.default_rng(0)
    E, y = rng.normal(size=(20, 3)), np.arange(20) % 4
    E = (E - E.mean(axis=0)) / E.std(axis=0)
    new = rng.normal(size=(5, 3))
    songs = Songs([*E[:, None], *new[:, None]], 25)
    theirs = fit_regression(songs, np.append(y, np.zeros(5, int)), 4, np.arange(20), ridge=0.3)
    ours = lesson12.last_layer(E, y, new, 0.3 * 20)
    np.testing.assert_allclose(ours, theirs(np.arange(20, 25)), atol=1e-8)


def test_the_network_is_clearly_ahead_with_few_real_songs_only(kept):
    found = {(row["domain"], row["features"], row["per_class"]): row for row in kept["differences"]}
    ahead = {about for about, row in found.items() if row["verdict"] == "better"}
    assert ahead == {("real", "msd_musicnn", k) for k in (1, 5)}
    one = found["real", "msd_musicnn", 1]
    assert (one["difference"], one["reach"]) == pytest.approx((0.18, 0.09), abs=0.005)
    behind = {about for about, row in found.items() if row["verdict"] == "worse"}
    assert behind == {(domain, "untrained", k) for domain in ("real", "synthetic") for k in (5, 9)}
    assert all(found["synthetic", "msd_musicnn", k]["difference"] < 0.02 for k in (1, 5, 9))


def test_the_lead_is_smaller_on_synthetic_clips_and_base_is_lower_too(kept, notebook):
    real, synthetic = (panels.gain(kept, "msd_musicnn", "base", d, songs=1) for d in ("real", "synthetic"))
    change, reach = real.value - synthetic.value, np.hypot(real.reach, synthetic.reach)
    assert (change, reach) == pytest.approx((0.17, 0.12), abs=0.005) and change > reach
    assert "+0.17 ± 0.12" in shown(notebook, "panel.feature_panels")
    base = panels.feature_panels(kept, ["base"])["9 songs per genre"]["base (mel)"]
    assert (base["real"][0], base["synthetic"][0]) == pytest.approx((0.84, 0.68), abs=0.005)


def test_each_genre_tag_ranks_real_clips_better(kept):
    tags = panels.tag_panels(kept)["msd_musicnn"]
    assert len(tags) == 7 and all(one["real"] > one["synthetic"] for one in tags.values())
    mean = {domain: np.mean([one[domain][0] for one in tags.values()]) for domain in ("real", "synthetic")}
    assert mean["real"] == pytest.approx(0.96, abs=0.005) and mean["synthetic"] == pytest.approx(
        0.77, abs=0.005
    )
    for network in ("mtt_vgg", "mtt_musicnn"):
        drops = [
            one["real"][0] - one["synthetic"][0]
            for one in panels.tag_panels(kept, [network])[network].values()
        ]
        assert abs(np.mean(drops)) < 0.05  # "hardly drop"


def test_training_is_worth_something_on_both_kinds_of_clips(kept):
    real, synthetic = (panels.gain(kept, "msd_musicnn", "untrained", d) for d in ("real", "synthetic"))
    assert (real.value, real.reach) == pytest.approx((0.24, 0.10), abs=0.005)
    assert (synthetic.value, synthetic.reach) == pytest.approx((0.16, 0.12), abs=0.005)


def test_the_network_crosses_over_best_and_its_space_has_no_distance(kept):
    for domain in ("real", "synthetic"):
        crossing = {row["features"]: row["value"] for row in kept["crossing"] if row["train"] == domain}
        assert max(crossing, key=crossing.get) == "msd_musicnn" and crossing["base"] < 0.16
    far = {row["features"]: row for row in kept["distances"]}
    assert all(far[kind]["synthetic"] > far[kind]["another genre"] + 0.2 for kind in ("base", "mfcc", "tag"))
    assert far["msd_musicnn"]["synthetic"] < far["msd_musicnn"]["another genre"]


# -- the front end -----------------------------------------------------------------------------------------


def test_the_exercise_is_the_front_end_of_the_network():
    y = np.random.default_rng(1).normal(0, 0.1, 66150).astype(np.float32)
    frames = frontends.windowed(frontends.resample(y, 22050, 16000))
    found = lesson12.front_end(frames, frontends.slaney_filters(16000, 512, 96))
    np.testing.assert_allclose(found[:187], mistakes.patches(y)[0], atol=1e-3)  # float16 between
    wrong = lesson12.front_end.start(frames, frontends.slaney_filters(16000, 512, 96))
    assert np.abs(wrong[:187] - found[:187]).mean() > 1


def test_what_mistakes_cost(kept):
    rows = {row["step"]: row for row in kept["front_end"]}
    assert list(rows) == ["right", *mistakes.HARMLESS, *mistakes.MISTAKES]
    lost = {
        step: (row["in use"]["lost"]["value"], row["in use"]["lost"]["reach"])
        for step, row in rows.items()
        if "lost" in row["in use"]
    }
    assert lost["natural logarithm"] == pytest.approx((0.73, 0.09), abs=0.005)
    assert lost["not resampled"] == pytest.approx((0.18, 0.11), abs=0.005)
    for step in ("HTK's mel scale", "half the amplitude"):
        assert lost[step] == pytest.approx((0.08, 0.07), abs=0.005)
    assert abs(lost["frames not centred"][0]) < lost["frames not centred"][1]
    assert rows["natural logarithm"]["in use"]["value"] < 0.12  # guessing gives 0.1
    hidden = rows["not resampled"]["in training too"]["lost"]
    assert abs(hidden["value"]) < hidden["reach"]
    better = {
        s for s in mistakes.MISTAKES if rows[s]["in training too"]["value"] > rows[s]["in use"]["value"]
    }
    assert {*mistakes.MISTAKES} - better <= {"HTK's mel scale"}  # "most"


# -- the page ----------------------------------------------------------------------------------------------


def test_the_predictions_are_about_what_the_cells_compute(notebook):
    assert "The result: no clear difference" in shown(notebook, "predict.loudness.reveal(")
    found = re.search(r"The result: (0\.\d+)", shown(notebook, "predict.gap.reveal("))[1]
    assert float(found) == pytest.approx(0.772, abs=0.001)


def test_facts_about_the_networks_are_those_of_the_catalogue(text):
    facts = networks.facts("msd_musicnn")
    assert len(facts.tags) == 50 and facts.embedding_size == 200 and "200 000" in facts.trained_on
    assert "embedding** of 200 numbers" in text


def test_links_lead_somewhere(text):
    folder = lessons.open("12").path.parent
    for link in re.findall(r"\]\((.+?)\)", text):
        assert (folder / link).exists(), link
