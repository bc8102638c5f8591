"""Figures of neighbours: what they show, and that their words say the same."""

import numpy as np
import pandas as pd
import pytest

from mirlab import plots


def test_matches_fills_the_hits_and_counts_them():
    hits = {"base": [[True, False, False], [False, False, False]], "genre": np.ones((2, 3))}
    figure = plots.matches(["jazz.1", "rock.2"], hits, title="Two queries")
    assert figure.alt == (
        "Two queries. Of 3 neighbours, so many carry the label of the query: jazz.1: base 1, genre 3; "
        "rock.2: base 0, genre 3."
    )
    base = figure.axes[0]
    assert [axis.get_title() for axis in figure.axes] == ["base features", "genre embedding"]
    filled, hollow = base.collections
    assert filled.get_offsets().tolist() == [[1, 0]] and len(hollow.get_offsets()) == 5
    assert [text.get_text() for text in base.texts] == ["1", "0"]
    assert filled.get_facecolor()[0].tolist() != hollow.get_facecolor()[0].tolist()
    assert base.get_ylim()[0] > base.get_ylim()[1]  # the first query on top
    with pytest.raises(ValueError, match=r"hits\['base'\] has shape \(1, 3\); it must have 2 rows"):
        plots.matches(["a", "b"], {"base": [[True, False, True]]})


def test_k_occurrences_count_who_stands_in_at_least_so_many():
    figure = plots.k_occurrences({"base": [0, 1, 1, 6], "tag": [2, 2, 2, 2]}, [1, 2, 2, 3], k=2, title="Hubs")
    assert figure.alt == (
        "Hubs. Of 4 excerpts, in lists of 2: base features: at most 6 lists, 1 in none; tag embedding: at "
        "most 2 lists, 0 in none; drawn blindly: at most 3 lists, 0 in none."
    )
    (axis,) = figure.axes
    lines = {line.get_label(): line for line in axis.lines}
    assert lines["base features"].get_ydata().tolist() == [4, 3, 1, 1, 1, 1, 1]
    assert lines["tag embedding"].get_ydata().tolist() == [4, 4, 4]
    assert lines["drawn blindly"].get_ydata().tolist() == [4, 4, 3, 1]
    assert len({line.get_linestyle() for line in lines.values() if line.get_linestyle() != "None"}) >= 3


def test_found_copies_draws_shares_with_their_errors():
    rows = [("noisy", 20, "base", p) for p in (1, 1, 2, 9)] + [("noisy", 20, "tag", p) for p in (1, 1, 1, 1)]
    rows += [("noisy", 10, kind, p) for kind in ("base", "tag") for p in (3, 1, 2, 9)]
    rows += [("faster", 1.5, kind, 1) for kind in ("base", "tag") for _ in range(4)]
    found = pd.DataFrame(rows, columns=["disguise", "strength", "space", "place"])
    figure = plots.found_copies(found, {"noisy": "dB", "faster": "times"}, title="Noise")
    assert figure.alt == (
        "Noise. Share of copies that find their original first. noisy (dB): base 0.50 at 20, 0.25 at 10; "
        "tag 1.00 at 20, 0.25 at 10. faster (times): base 1.00 at 1.5; tag 1.00 at 1.5."
    )
    noisy, faster = figure.axes
    assert [text.get_text() for text in noisy.get_xticklabels()] == ["20", "10"]
    assert (noisy.get_title(), faster.get_xlabel()) == ("noisy", "times")
    bars = noisy.containers[0].lines[2][0].get_segments()
    assert np.ptp(bars[0][:, 1]) / 2 == pytest.approx(np.std([1, 1, 0, 0], ddof=1) / 2)
    with pytest.raises(ValueError, match="found is empty"):
        plots.found_copies(found[:0], {})
