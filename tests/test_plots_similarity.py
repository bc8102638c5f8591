"""Figures of neighbours: what they show, and that their words say the same."""

import numpy as np
import pytest
from pictures import COPIES
from scipy import stats

from mirlab import plots


def test_matches_fills_the_hits_and_counts_them():
    hits = {"base": [[True, False, False], [False, False, False]], "genre": np.ones((2, 3))}
    figure = plots.matches(["jazz.1", "rock.2"], hits, title="Two queries")
    assert figure.alt == (
        "Two queries. Number of neighbours, of 3, with the label of the query: jazz.1: base 1, genre 3; "
        "rock.2: base 0, genre 3."
    )
    base = figure.axes[0]
    assert [axis.get_title() for axis in figure.axes] == ["base features", "genre embedding"]
    filled, hollow = base.collections
    assert filled.get_offsets().tolist() == [[1, 0]]
    assert hollow.get_offsets().tolist() == [[2, 0], [3, 0], [1, 1], [2, 1], [3, 1]]
    assert [(text.get_position()[1], text.get_text()) for text in base.texts] == [(0, "1"), (1, "0")]
    assert filled.get_facecolor()[0].tolist() != hollow.get_facecolor()[0].tolist()
    assert [text.get_text() for text in base.get_yticklabels()] == ["jazz.1", "rock.2"]
    assert base.get_ylim()[0] > base.get_ylim()[1]  # the first query on top
    for names, shape in ((["a", "b"], r"\(1, 3\)"), (["a"], r"\(3,\)")):
        bad = np.ones((1, 3)) if len(names) == 2 else np.ones(3)
        with pytest.raises(ValueError, match=rf"hits\['base'\] has shape {shape}; it must have"):
            plots.matches(names, {"base": bad})


def test_k_occurrences_count_excerpts_in_at_least_so_many_lists():
    figure = plots.k_occurrences({"base": [0, 1, 1, 6], "tag": [2, 2, 2, 2]}, [1, 2, 2, 3], k=2, title="Hubs")
    assert figure.alt == (
        "Hubs. Of 4 excerpts, in lists of 2: base features: at most 6 lists, 1 in none; tag embedding: at "
        "most 2 lists, 0 in none; drawn at random: at most 3 lists, 0 in none."
    )
    (axis,) = figure.axes
    lines = {line.get_label(): line for line in axis.lines}
    assert lines["base features"].get_xydata().tolist() == [[0, 4], [1, 3], *([k, 1] for k in range(2, 7))]
    assert lines["tag embedding"].get_ydata().tolist() == [4, 4, 4]
    assert lines["drawn at random"].get_ydata().tolist() == [4, 4, 3, 1]
    ends = [line.get_xydata().tolist() for line in axis.lines if line.get_marker() == "o"]
    assert ends == [[[6, 1]], [[2, 4]], [[3, 1]]]
    assert len({line.get_linestyle() for line in lines.values() if line.get_linestyle() != "None"}) >= 3
    assert axis.get_yscale() == "log" and axis.get_xlim()[0] == 0
    assert [line.get_xdata() for line in axis.lines if line.get_linewidth() == 6] == [[2, 2]]  # the mean


def test_found_copies_draws_shares_with_their_errors():
    figure = plots.found_copies(COPIES, {"noisy": "dB", "faster": "times"}, title="Noise")
    assert figure.alt == (
        "Noise. Share of copies that find their original first. noisy (dB): base 0.50 at 20, 0.25 at 10; "
        "tag 1.00 at 20, 0.25 at 10. faster (times): base 1.00 at 1.5; tag 1.00 at 1.5."
    )
    noisy, faster = figure.axes
    assert [text.get_text() for text in noisy.get_xticklabels()] == ["20", "10"]
    assert (noisy.get_title(), faster.get_xlabel()) == ("noisy", "times")
    assert (noisy.get_ylabel(), faster.get_ylabel()) == ("original comes first (95 % intervals)", "")
    base, tag = noisy.containers
    assert base.lines[0].get_ydata().tolist() == [0.5, 0.25]
    assert (
        np.round(base.lines[0].get_xdata()).tolist() == np.round(tag.lines[0].get_xdata()).tolist() == [0, 1]
    )
    bars = base.lines[2][0].get_segments()
    assert np.ptp(bars[0][:, 1]) / 2 == pytest.approx(
        stats.t.ppf(0.975, 3) * np.std([1, 1, 0, 0], ddof=1) / 2
    )
    with pytest.raises(ValueError, match="searches is empty"):
        plots.found_copies(COPIES[:0], {})


def test_found_copies_has_three_panels_in_a_row():
    four = COPIES.assign(disguise=[f"disguise {i % 4}" for i in range(len(COPIES))])
    figure = plots.found_copies(four, dict.fromkeys(four["disguise"], "dB"))
    rows = [axis.get_subplotspec().rowspan.start for axis in figure.axes]
    assert rows == [0, 0, 0, 1]
    assert [axis.get_ylabel() != "" for axis in figure.axes] == [True, False, False, True]
