"""Pictures of sound: mel spectra, their filters, their averages."""

import librosa
import numpy as np

from mirlab.audio import SAMPLE_RATE
from mirlab.features import HOP_LENGTH, N_MELS, log_mel
from mirlab.plots.look import LINES, LOOK, MARKS, finish, headline, legend_below
from mirlab.show.figures import Figure, draws_figure


@draws_figure
def mel_spectrogram(y, *, title=""):
    """Draw the log-mel spectrum of a sound.

    Parameters
    ----------
    y : ndarray, shape (samples,)
        Mono sound at 22 050 Hz.
    title : str
        The name of the sound.

    Returns
    -------
    matplotlib.figure.Figure
        Time to the right, mel bands upward, brighter is louder.

    Examples
    --------
    >>> mel_spectrogram(np.zeros(22050, np.float32)).alt
    'Mel spectrogram, 1.0 s.'
    """
    figure = Figure(figsize=(7, 2.4), layout="constrained")
    axis = figure.subplots()
    _draw_mel(axis, y)
    axis.set(xlabel="seconds", ylabel="mel band")
    headline(figure, title)
    return finish(figure, f"Mel spectrogram{' of ' + title if title else ''}, {len(y) / SAMPLE_RATE:.1f} s.")


def _draw_mel(axis, y):
    frames = log_mel(y)
    seconds = len(frames) * HOP_LENGTH / SAMPLE_RATE
    top = frames.max()
    axis.imshow(
        frames.T,
        origin="lower",
        aspect="auto",
        cmap="magma",
        vmin=top - 9,
        vmax=top,
        extent=(0, seconds, 0, frames.shape[1]),
    )


@draws_figure
def contact_sheet(sounds):
    """Draw many sounds, one small mel spectrogram each.

    Parameters
    ----------
    sounds : dict of str to ndarray, shape (samples,)
        Mono sounds at 22 050 Hz by title.

    Returns
    -------
    matplotlib.figure.Figure
        Five panels per row.

    Examples
    --------
    >>> len(contact_sheet({"silence": np.zeros(22050, np.float32)}).axes)
    1
    """
    lines = -(-len(sounds) // 5)
    figure = Figure(figsize=(13, 1.9 * lines), layout="constrained")
    axes = np.ravel(figure.subplots(lines, 5, squeeze=False))
    for axis in axes[len(sounds) :]:
        axis.remove()
    for axis, (title, y) in zip(axes, sounds.items(), strict=False):
        _draw_mel(axis, y)
        axis.set_title(title)
        axis.set(xticks=[], yticks=[])
    return finish(figure, "Mel spectrograms of " + ", ".join(sounds) + ".")


@draws_figure
def average_spectra(panels, *, title=""):
    """Draw how long-term average spectra differ: the frequencies that are louder in one than in the others.

    Parameters
    ----------
    panels : dict of str to dict of str to ndarray, shape (200,)
        For each panel its curves by name: log-mel frames, averaged over a recording or many.
    title : str
        What the figure shows.

    Returns
    -------
    matplotlib.figure.Figure
        Decibels relative to the mean of the panel's curves, smoothed over a third of an octave. Differences
        of overall loudness are removed.

    Examples
    --------
    >>> flat = np.zeros(200)
    >>> average_spectra({"noise": {"a": flat, "b": flat}}).alt
    'Spectra against their mean. noise: a +0 dB at 100 Hz, +0 dB at 1 kHz, +0 dB at 8 kHz; b +0 dB at ...
    """
    hertz = librosa.mel_frequencies(n_mels=N_MELS + 2, fmax=SAMPLE_RATE / 2)[1:-1]
    at = np.geomspace(80, 10000, 120)
    near = np.exp(-0.5 * (6 * np.log2(at[:, None] / hertz)) ** 2)
    figure = Figure(figsize=(4.8 * len(panels), 3.6), layout="constrained")
    axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    words = [] if title else ["Spectra against their mean"]
    for axis, (panel, curves) in zip(axes, panels.items(), strict=True):
        levels = (
            20 / np.log(10) * np.array(list(curves.values())) @ (near / near.sum(axis=1, keepdims=True)).T
        )
        levels -= levels.mean(axis=0)
        levels -= levels.mean(axis=1, keepdims=True)
        values = []
        for name, level, (color, _), line in zip(curves, levels, MARKS, LINES, strict=False):
            axis.plot(at, level, color=color, linestyle=line, linewidth=2, label=name)
            some = zip(np.interp([100, 1000, 8000], at, level), ("100 Hz", "1 kHz", "8 kHz"), strict=True)
            values.append(f"{name} " + ", ".join(f"{round(dB) + 0:+d} dB at {where}" for dB, where in some))
        axis.set_xscale("log")
        axis.set_xticks([100, 300, 1000, 3000, 10000], ["100", "300", "1k", "3k", "10k"])
        axis.minorticks_off()
        axis.set(xlabel="frequency, Hz", title=panel)
        axis.grid(alpha=0.3)
        words.append(f"{panel}: {'; '.join(values)}")
    axes[0].set_ylabel("level against the mean, dB")
    legend_below(figure, axes[0])
    return finish(figure, ". ".join(words) + ".", title=title)


@draws_figure
def one_frame(frame, filters, *, title=""):
    """Draw one frame three times: its samples, its spectrum, its mel bands.

    Parameters
    ----------
    frame : array-like, shape (n_fft,)
        Samples at 22 050 Hz.
    filters : array-like, shape (n_mels, 1 + n_fft // 2)
        Mel filters.
    title : str
        What the figure shows.

    Returns
    -------
    matplotlib.figure.Figure
        Three panels: samples over milliseconds, levels over hertz, levels over mel bands.

    Examples
    --------
    >>> one_frame(np.sin(np.arange(1024)), np.ones((2, 513))).alt
    'One frame: 1024 samples (46 ms), the magnitudes of its 513 bins, strongest at 3510 Hz, and its ...'
    """
    n_fft = len(frame)
    spectrum = np.abs(np.fft.rfft(frame * (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft))))
    bands = np.asarray(filters) @ spectrum
    hertz = np.arange(len(spectrum)) * SAMPLE_RATE / n_fft
    milliseconds = 1000 * np.arange(n_fft) / SAMPLE_RATE
    panels = [
        (milliseconds, frame, "milliseconds", f"{n_fft} samples"),
        (hertz / 1000, spectrum, "kHz", f"magnitudes of {len(spectrum)} bins"),
        (np.arange(len(bands)), bands, "mel band", f"{len(bands)} mel bands"),
    ]
    figure = Figure(figsize=(10, 2.7), layout="constrained")
    for axis, (x, values, unit, name) in zip(figure.subplots(1, 3), panels, strict=True):
        axis.plot(x, values, color=LOOK["tag"]["color"], linewidth=0.9)
        axis.set(xlabel=unit, xlim=(x[0], x[-1]))
        axis.set_title(name)
        axis.grid(alpha=0.3)
    headline(figure, title)
    return finish(
        figure,
        f"{title or 'One frame'}: {n_fft} samples ({milliseconds[-1]:.0f} ms), the magnitudes of its "
        f"{len(spectrum)} bins, strongest at {hertz[spectrum.argmax()]:.0f} Hz, and its {len(bands)} "
        "mel bands.",
    )


@draws_figure
def mel_filters(filters, ranges, *, title=""):
    """Draw the mel filters in some ranges of frequency, over the frequency bins that they sum.

    Parameters
    ----------
    filters : array-like, shape (n_mels, 1 + n_fft // 2)
        Mel filters for sound at 22 050 Hz.
    ranges : list of (float, float)
        Lowest and highest frequency of each panel in Hz.
    title : str
        What the figure shows.

    Returns
    -------
    matplotlib.figure.Figure
        Each filter is drawn with a height of 1. A grey vertical line is a bin of the spectrum, a dot a bin
        that a filter uses, and a diamond a bin that is the only one of its filter.

    Examples
    --------
    >>> import librosa
    >>> mel_filters(librosa.filters.mel(sr=22050, n_fft=1024, n_mels=200), [(0, 200)]).alt
    'Mel filters over the lines of the spectrum. 0 to 200 Hz: 10 lines, 12 filters peak here, 6 of them ...'
    """
    filters = np.asarray(filters)
    edges = librosa.mel_frequencies(n_mels=len(filters) + 2, fmax=SAMPLE_RATE / 2)
    hertz = np.linspace(0, SAMPLE_RATE / 2, filters.shape[1])
    figure = Figure(figsize=(10, 2.9), layout="constrained")
    words = [] if title else ["Mel filters over the lines of the spectrum"]
    for axis, (low, high) in zip(figure.subplots(1, len(ranges), squeeze=False)[0], ranges, strict=True):
        for i in (i for i in range(len(filters)) if edges[i] < high and edges[i + 2] > low):
            _draw_filter(axis, edges[i : i + 3], hertz[filters[i] > 0])
        axis.vlines(hertz[(hertz >= low) & (hertz <= high)], 0, 1, color="0.8", linewidth=0.6, zorder=0)
        axis.set(xlim=(low, high), ylim=(0, 1.1), yticks=[0, 1], xlabel="Hz")
        axis.set_title(f"{low} to {high} Hz")
        peaks = [i for i in range(len(filters)) if low <= edges[i + 1] <= high]
        lone = sum((filters[i] > 0).sum() == 1 for i in peaks)
        lines = int(((hertz >= low) & (hertz <= high)).sum())
        words.append(
            f"{low} to {high} Hz: {lines} lines, {len(peaks)} filters peak here, {lone} of them see one line"
        )
    return finish(figure, ". ".join(words) + ".", title=title)


def _draw_filter(axis, corners, bins):
    """Draw a filter as a triangle with dots at its bins; a single bin is a diamond in another colour."""
    heights = np.interp(bins, corners, [0, 1, 0])
    color, width, size, marker = ("#b35806", 1.6, 46, "D") if len(bins) == 1 else ("#2166ac", 0.7, 12, "o")
    axis.plot(corners, [0, 1, 0], color=color, linewidth=width)
    axis.scatter(bins, heights, s=size, color=color, marker=marker, zorder=3)


@draws_figure
def mel_panels(panels, *, seconds, title=""):
    """Draw several sets of mel features of one sound, one below the other, on the same axes.

    Parameters
    ----------
    panels : dict of str to ndarray, shape (frames, n_mels)
        Features by title; numbers of frames and of bands may differ.
    seconds : float
        Duration of the sound.
    title : str
        What the figure shows.

    Returns
    -------
    matplotlib.figure.Figure
        Time to the right, frequency upward on the mel scale. The colours of each panel span the range
        of 9 (78 dB, for log-mel features) below its highest value, or less if its lowest value is higher.

    Examples
    --------
    >>> mel_panels({"silence": np.zeros((9, 40))}, seconds=1).alt
    'Mel features over 1.0 s. silence: 9 frames of 40 bands.'
    """
    figure = Figure(figsize=(7.5, 0.6 + 1.7 * len(panels)), layout="constrained")
    hertz = [0, 500, 1000, 2000, 4000, 8000]
    top = librosa.hz_to_mel(SAMPLE_RATE / 2)
    axes = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
    for axis, (name, frames) in zip(axes, panels.items(), strict=True):
        high = frames.max()
        axis.imshow(
            frames.T,
            origin="lower",
            aspect="auto",
            interpolation="nearest",
            cmap="magma",
            vmin=max(high - 9, frames.min()),
            vmax=high,
            extent=(0, seconds, 0, top),
        )
        axis.set_ylabel("Hz")
        axis.set_title(name)
        axis.set_yticks(librosa.hz_to_mel(hertz), hertz)
    axes[-1].set_xlabel("seconds")
    sizes = "; ".join(
        f"{name}: {len(frames)} frames of {frames.shape[1]} bands" for name, frames in panels.items()
    )
    return finish(figure, f"Mel features over {seconds:.1f} s. " * (not title) + f"{sizes}.", title=title)
