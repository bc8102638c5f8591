"""Exercises of lesson 03."""

import librosa
import numpy as np

from mirlab import features
from mirlab.lessons import exercise

# -- how many frames ----------------------------------------------------------------------------------


@exercise(
    hints=[
        "Ten seconds are `10 * 22050` samples.",
        "The centres are at 0, 512, 1024, …: how many whole steps of 512 samples fit into the sound?",
        "`10 * 22050 // 512` steps. The frame at sample 0, before the first step, counts too.",
    ],
    reason="The number of frames is `1 + samples // hop`. It depends on the hop, not on the frame length.",
)
def frames_in_ten_seconds():
    return 1 + 10 * 22050 // 512


@frames_in_ten_seconds.mistake("these are the steps; the frame at sample 0 comes before the first step.")
def steps():
    return 10 * 22050 // 512


@frames_in_ten_seconds.mistake("the hop is 512 samples; 1024 is the length of a frame.")
def no_overlap():
    return 1 + 10 * 22050 // 1024


@frames_in_ten_seconds.mistake("the hop is 512 samples, not 1024; and the frame at sample 0 counts too.")
def no_overlap_and_no_first():
    return 10 * 22050 // 1024


@frames_in_ten_seconds.mistake(
    "this counts the frames that lie within the sound. But frames are centred on 0, 512, 1024, …, with zeros "
    "where they reach beyond an end."
)
def frames_that_fit():
    return 1 + (10 * 22050 - 1024) // 512


@frames_in_ten_seconds.mistake(
    "this is samples divided by hop. Only whole steps count, and one frame, at sample 0, comes before the "
    "first step."
)
def not_whole():
    return 10 * 22050 / 512


@frames_in_ten_seconds.mistake("the frame at sample 0 is counted, but the steps have to be rounded down.")
def one_more_and_not_whole():
    return 1 + 10 * 22050 / 512


# -- one log-mel frame --------------------------------------------------------------------------------


def _frames(rng):
    time = np.arange(1024) / 22050
    taper = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(1024) / 1024)
    mel = librosa.filters.mel(sr=22050, n_fft=1024, n_mels=40)
    return {
        "a tone of 440 Hz": (0.5 * np.sin(2 * np.pi * 440 * time), taper, mel),
        "silence": (np.zeros(1024), taper, mel),
        "noise": (rng.normal(0, 0.1, 1024), taper, mel),
        "a random tone": (0.3 * np.sin(2 * np.pi * rng.uniform(100, 4000) * time), taper, mel),
        "a frame of 8 samples and a single band": (rng.normal(size=8).round(2), np.ones(8), np.ones((1, 5))),
    }


@exercise(
    kind="find the bug",
    hints=[
        "The steps are: taper, spectrum, mel bands, logarithm. In which order are the last two here?",
        "A band adds up magnitudes. Here it adds up logarithms of magnitudes.",
        "`mel @ spectrum` first. Then add `1e-5` and take the logarithm.",
    ],
    reason="A mel band adds up magnitudes; the logarithm comes last. A sum of logarithms is the logarithm "
    "of a product: one bin near zero makes the whole band small, and silence does not get the value "
    "log(1e-5) in every band.",
    inputs=_frames,
    lacks={"empty": "a frame has at least one sample"},
)
def log_mel_frame(frame, taper, mel):
    """Return the logarithm of the mel bands of one frame, shape (bands,)."""
    spectrum = np.abs(np.fft.rfft(taper * frame))
    return np.log(mel @ spectrum + 1e-5)


@log_mel_frame.given
def log_mel_frame_given(frame, taper, mel):
    """Return the logarithm of the mel bands of one frame, shape (bands,)."""
    spectrum = np.abs(np.fft.rfft(taper * frame))
    return mel @ np.log(spectrum + 1e-5)


@log_mel_frame.also
def band_by_band(frame, taper, mel):
    spectrum = np.fft.rfft(frame * taper)
    magnitude = np.sqrt(spectrum.real**2 + spectrum.imag**2)
    return [np.log((weights * magnitude).sum() + 1e-5) for weights in mel]


@log_mel_frame.mistake("the bands still add up logarithms; first add up the magnitudes.")
def logarithm_first(frame, taper, mel):
    return mel @ np.log(np.abs(np.fft.rfft(taper * frame)) + 1e-5)


@log_mel_frame.mistake(
    "the taper is missing: the frame is cut off sharply at both ends. That line was right."
)
def no_taper(frame, taper, mel):
    return np.log(mel @ np.abs(np.fft.rfft(frame)) + 1e-5)


@log_mel_frame.mistake("this takes the power, the square of the magnitude. `np.abs` was right.")
def power(frame, taper, mel):
    return np.log(mel @ np.abs(np.fft.rfft(taper * frame)) ** 2 + 1e-5)


@log_mel_frame.mistake("this is the logarithm to the base 10; `np.log` is the natural one.")
def base_ten(frame, taper, mel):
    return np.log10(mel @ np.abs(np.fft.rfft(taper * frame)) + 1e-5)


@log_mel_frame.mistake("the offset 1e-5 is missing: silence becomes minus infinity.")
def no_offset(frame, taper, mel):
    with np.errstate(divide="ignore"):
        return np.log(mel @ np.abs(np.fft.rfft(taper * frame)))


@log_mel_frame.mistake("the offset 1e-5 belongs to the bands: add it after `mel @ spectrum`.")
def offset_before_the_bands(frame, taper, mel):
    return np.log(mel @ (np.abs(np.fft.rfft(taper * frame)) + 1e-5))


@log_mel_frame.mistake("the logarithm is missing.")
def no_logarithm(frame, taper, mel):
    return mel @ np.abs(np.fft.rfft(taper * frame)) + 1e-5


# -- the spectral centroid ----------------------------------------------------------------------------


def _with_silence(rng):
    spectra = rng.random((5, 4)).round(2)
    spectra[2] = 0
    return spectra, np.array([0.0, 100.0, 200.0, 300.0])


@exercise(
    hints=[
        "Multiply each frequency by its magnitude and add up: one number per frame. "
        "Then divide by the sum of the magnitudes.",
        "`spectra @ hertz` are the weighted sums, and `spectra.sum(axis=1)` the sums of the magnitudes.",
        "A silent frame has the sum 0. Divide only where the sum is above 0; the other frames are 0.",
    ],
    reason="The centroid is the mean frequency, weighted by magnitude: the centre of mass of the spectrum. A "
    "silent frame has no centre; by convention it gets 0.",
    inputs=lambda rng: {
        "one bin in each frame": (
            np.array([[0.0, 2.0, 0.0], [0.0, 0.0, 0.5]]),
            np.array([0.0, 100.0, 200.0]),
        ),
        "equal magnitudes": (np.ones((2, 4)), np.array([0.0, 10.0, 20.0, 30.0])),
        "a single frame": (np.array([[3.0, 1.0]]), np.array([0.0, 400.0])),
        "no frame": (np.zeros((0, 3)), np.array([0.0, 100.0, 200.0])),
        "a silent frame among others": _with_silence(rng),
        "random magnitudes": (rng.random((6, 5)).round(2), np.linspace(0, 11025, 5)),
        "random magnitudes, more bins": (rng.random((3, 9)).round(2), np.linspace(0, 4000, 9)),
    },
)
def centroid(spectra, hertz):
    """Return the spectral centroid of each frame in Hz, and 0 for a silent frame."""
    weighted, total = spectra @ hertz, spectra.sum(axis=1)
    return np.where(total > 0, weighted / np.where(total > 0, total, 1), 0)


@centroid.also
def frame_by_frame(spectra, hertz):
    return [np.average(hertz, weights=frame) if frame.any() else 0 for frame in spectra]


@centroid.mistake("a silent frame gives nan: its sum is 0. Return 0 for it.")
def nan_for_silence(spectra, hertz):
    with np.errstate(all="ignore"):
        return spectra @ hertz / spectra.sum(axis=1)


@centroid.mistake("this is the frequency of the strongest bin; the centroid is the mean over all bins.")
def strongest(spectra, hertz):
    return hertz[spectra.argmax(axis=1)] if len(spectra) else np.zeros(0)


@centroid.mistake("the frequencies are weighted by power here; use the magnitudes.")
def by_power(spectra, hertz):
    return centroid(spectra**2, hertz)


@centroid.mistake("this is a sum over the bins; divide it by the sum of the magnitudes.")
def not_divided(spectra, hertz):
    return spectra @ hertz


@centroid.mistake("this divides by the number of bins; divide by the sum of the magnitudes.")
def mean_over_bins(spectra, hertz):
    return spectra @ hertz / len(hertz)


# -- windows ------------------------------------------------------------------------------------------


@exercise(
    hints=[
        "`frames.reshape(n, width, -1)` makes `n` windows of `width` frames, after the rest is cut off.",
        "`n = len(frames) // width`, and `frames[: n * width]` are the frames that fill whole windows.",
        "Axis 1 then runs over the frames of a window: `x.mean(axis=1)` has shape (n, d).",
        "`np.concatenate([x.mean(axis=1), x.var(axis=1), …], axis=1)`: mean, variance, maximum, minimum.",
    ],
    reason="The four statistics do not depend on the order of the frames. `mirlab.features.aggregate` does "
    "the same, except that it makes one window of a sound that is shorter than a window.",
    inputs=lambda rng: {
        "two windows of two frames": (np.array([[1.0], [3.0], [5.0], [5.0]]), 2),
        "a frame left over at the end": (np.array([[1.0, 2], [3, 0], [5, 4], [2, 2], [9, 9]]), 2),
        "a single frame": (np.array([[1.0, -2.0]]), 1),
        "windows of one frame": (np.array([[1.0, -2.0], [0.5, 4.0]]), 1),
        "random frames": (rng.integers(-8, 9, (14, 3)) / 4, 4),
        "random frames, other sizes": (rng.normal(size=(int(rng.integers(12, 20)), 2)).round(2), 5),
    },
    reference=lambda frames, width: features.aggregate(frames, width=width),
    lacks={"empty": "there is at least one whole window"},
)
def aggregate(frames, width):
    """Return one row per window: all means, then all variances, maxima and minima."""
    n = len(frames) // width
    x = frames[: n * width].reshape(n, width, -1)
    return np.concatenate([x.mean(axis=1), x.var(axis=1), x.max(axis=1), x.min(axis=1)], axis=1)


@aggregate.also
def window_by_window(frames, width):
    rows = []
    for start in range(0, len(frames) - width + 1, width):
        part = frames[start : start + width]
        rows.append([*part.mean(0), *part.var(0), *part.max(0), *part.min(0)])
    return rows


def _windows(frames, width, **changed):
    """Aggregate as it should be, except for the parts that are `changed`."""
    n = len(frames) // width
    x = frames[: n * width].reshape(n, width, -1)
    parts = {"mean": x.mean(1), "var": x.var(1), "max": x.max(1), "min": x.min(1)}
    return np.concatenate(list((parts | {k: change(x) for k, change in changed.items()}).values()), axis=1)


@aggregate.mistake("this has the standard deviation in place of the variance, its square: `.var`.")
def standard_deviation(frames, width):
    return _windows(frames, width, var=lambda x: x.std(1))


@aggregate.mistake("the statistics are taken over the dimensions; the frames of a window are `axis=1`.")
def wrong_axis(frames, width):
    n = len(frames) // width
    x = frames[: n * width].reshape(n, width, -1)
    return np.concatenate([x.mean(2), x.var(2), x.max(2), x.min(2)], axis=1)


@aggregate.mistake("minimum and maximum are exchanged. The order is mean, variance, maximum, minimum.")
def other_order(frames, width):
    return _windows(frames, width, max=lambda x: x.min(1), min=lambda x: x.max(1))


@aggregate.mistake(
    "the four numbers of each dimension are side by side; all means come first, then all variances."
)
def interleaved(frames, width):
    n = len(frames) // width
    x = frames[: n * width].reshape(n, width, -1)
    return np.stack([x.mean(1), x.var(1), x.max(1), x.min(1)], axis=-1).reshape(n, -1)


@aggregate.mistake("the last window is incomplete; drop it.")
def keeps_the_rest(frames, width):
    parts = [frames[i : i + width] for i in range(0, len(frames), width)]
    return np.array([np.concatenate([p.mean(0), p.var(0), p.max(0), p.min(0)]) for p in parts])


@aggregate.mistake("all frames are in one window; cut them into windows of `width` first.")
def one_window(frames, width):
    return np.concatenate([frames.mean(0), frames.var(0), frames.max(0), frames.min(0)])[None]


@aggregate.mistake(
    "every n-th frame is in the same window: `reshape(n, width, -1)` keeps neighbouring frames together."
)
def strided(frames, width):
    n = len(frames) // width
    x = frames[: n * width].reshape(width, n, -1)
    return np.concatenate([x.mean(0), x.var(0), x.max(0), x.min(0)], axis=1)


@aggregate.mistake("the variance is divided by `width - 1`; here it is divided by `width` (`ddof=0`).")
def sample_variance(frames, width):
    return _windows(frames, width, var=lambda x: x.var(1) * width / max(1, width - 1))
