"""Figures of features: panels of one sound, one frame, and the mel filters."""

import librosa
import numpy as np
import pytest

from mirlab import plots

SR = 22050


def test_mel_panels_share_time_and_the_mel_scale():
    frames = {"few": np.full((25, 10), -20.0), "many": np.full((769, 200), 0.5)}
    frames["few"][0, 0], frames["many"][-1, -1] = 5, -1
    figure = plots.mel_panels(frames, seconds=4.5, title="Few and many")
    assert figure.alt == "Few and many. few: 25 frames of 10 bands; many: 769 frames of 200 bands."
    assert plots.mel_panels(frames, seconds=4.5).alt.startswith("Mel features over 4.5 s. few: 25 frames")
    first, second = figure.axes
    assert (first.get_title(), second.get_title(), second.get_xlabel()) == ("few", "many", "seconds")
    top = librosa.hz_to_mel(SR / 2)
    for axis, (low, high), panel in zip(figure.axes, ((-4, 5), (-1, 0.5)), frames.values(), strict=True):
        (image,) = axis.images
        assert image.get_extent() == [0, 4.5, 0, top] and image.origin == "lower"
        assert image.get_clim() == (low, high)  # 9 below the highest value, or less
        assert np.array_equal(image.get_array(), panel.T)
        ticks = zip(axis.get_yticklabels(), axis.get_yticks(), strict=True)
        labels = {text.get_text(): y for text, y in ticks}
        assert labels["1000"] == pytest.approx(15)  # of the mel scale by Slaney


def test_one_frame_names_the_strongest_bin():
    filters = librosa.filters.mel(sr=SR, n_fft=1024, n_mels=40)
    frame = np.sin(2 * np.pi * 100 * np.arange(1024) / 1024)  # 100 periods
    figure = plots.one_frame(frame, filters, title="A tone")
    assert figure.alt == (
        "A tone: 1024 samples (46 ms), the magnitudes of its 513 bins, strongest at 2153 Hz, and its 40 mel "
        "bands."
    )
    samples, lines, bands = (axis.lines[0].get_xydata() for axis in figure.axes)
    assert np.array_equal(samples[:, 1], frame) and samples[-1, 0] == pytest.approx(1000 * 1023 / SR)
    assert lines[[99, 100, 101], 1] == pytest.approx([128, 256, 128], rel=1e-6)  # a Hann window
    assert lines[100, 0] == pytest.approx(2.1533, abs=1e-4)  # kHz
    assert bands[:, 1] == pytest.approx(filters @ lines[:, 1], rel=1e-5)


def test_filters_with_a_single_line_differ_in_more_than_colour():
    filters = librosa.filters.mel(sr=SR, n_fft=1024, n_mels=200)
    figure = plots.mel_filters(filters, [(0, 1200), (5000, 6000)])
    one_line = (filters > 0).sum(axis=1) == 1
    for axis, single in zip(figure.axes, (31, 0), strict=True):
        sizes = [len(dots.get_offsets()) for dots in axis.collections[:-1]]
        shapes = [dots.get_paths()[0].vertices.shape for dots in axis.collections[:-1]]
        assert len({shape for shape, size in zip(shapes, sizes, strict=True) if size == 1}) == (single > 0)
        assert not {s for s, n in zip(shapes, sizes, strict=True) if n == 1} & {
            s for s, n in zip(shapes, sizes, strict=True) if n > 1
        }
        assert sizes.count(1) == single
    assert one_line.sum() == 31  # all in the first range
    assert figure.alt == (
        "Mel filters over the lines of the spectrum. 0 to 1200 Hz: 56 lines, 71 filters peak here, 31 of "
        "them see one line. 5000 to 6000 Hz: 46 lines, 11 filters peak here, 0 of them see one line."
    )
    low = figure.axes[0]
    dots = low.collections[0].get_offsets()
    left, peak, right = low.lines[0].get_xdata()
    assert list(low.lines[0].get_ydata()) == [0, 1, 0]
    for x, y in dots:
        assert y == pytest.approx(np.interp(x, [left, peak, right], [0, 1, 0]))
    assert (low.get_xlim(), low.get_ylim()) == ((0, 1200), (0, 1.1))
    assert len(low.collections[-1].get_segments()) == 56  # every line of the spectrum
