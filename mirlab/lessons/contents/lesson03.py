"""Exercises of lesson 03."""

import librosa
import numpy as np

from mirlab import features
from mirlab.lessons import exercise


@exercise(
    hints=[
        "Ten seconds are `10 * 22050` samples.",
        "The centres are 0, 512, 1024, …: how many whole steps of 512 fit into the sound?",
        "`10 * 22050 // 512` steps. The centre at 0, before the first step, counts too.",
    ],
    reason="`1 + samples // hop_length`, whatever the size of the frame: the step makes the number.",
)
def frames_in_ten_seconds():
    return 1 + 10 * 22050 // 512


@frames_in_ten_seconds.mistake("these are the steps; the frame at sample 0 comes before the first step.")
def steps():
    return 10 * 22050 // 512


@frames_in_ten_seconds.mistake(
    "frames overlap by half: the next one begins after 512 samples, not after 1024."
)
def no_overlap():
    return 1 + 10 * 22050 // 1024


@frames_in_ten_seconds.mistake(
    "frames overlap by half: the next one begins after 512 samples, not after 1024."
)
def no_overlap_and_no_first():
    return 10 * 22050 // 1024


@frames_in_ten_seconds.mistake(
    "so many lie within the sound; but frames are centred, and zeros fill what is missing at both ends."
)
def frames_that_fit():
    return 1 + (10 * 22050 - 1024) // 512


@frames_in_ten_seconds.mistake("frames come whole: round down.")
def not_whole():
    return 10 * 22050 / 512


def _frames(rng):
    time = np.arange(1024) / 22050
    taper = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(1024) / 1024)
    mel = librosa.filters.mel(sr=22050, n_fft=1024, n_mels=40)
    return {
        "a tone of 440 Hz": (0.5 * np.sin(2 * np.pi * 440 * time), taper, mel),
        "silence": (np.zeros(1024), taper, mel),
        "noise": (rng.normal(0, 0.1, 1024), taper, mel),
        "a frame of 8 samples": (np.arange(8) - 4.0, np.ones(8), np.eye(3, 5)),
    }


@exercise(
    hints=[
        "Four steps, from the inside out: taper, spectrum, bands, logarithm.",
        "`np.abs(np.fft.rfft(taper * frame))` is the magnitude spectrum.",
        "`mel @ spectrum` sums it up into bands. Add `1e-5` before `np.log`.",
    ],
    reason="Two of the four steps lose something: `np.abs` drops the phase, and `mel @` pools lines into "
    "bands. What the taper fades out, the neighbouring frames keep; the logarithm can be undone.",
    inputs=_frames,
)
def log_mel_frame(frame, taper, mel):
    """Return the logarithm of the mel bands of one frame, shape (n_mels,)."""
    spectrum = np.abs(np.fft.rfft(taper * frame))
    return np.log(mel @ spectrum + 1e-5)


@log_mel_frame.mistake("the taper is missing: the frame was cut off sharply at both ends.")
def no_taper(frame, taper, mel):
    return np.log(mel @ np.abs(np.fft.rfft(frame)) + 1e-5)


@log_mel_frame.mistake("a spectrum is complex, with level and phase: `np.abs` takes the magnitude.")
def complex_spectrum(frame, taper, mel):
    return np.log(mel @ np.fft.rfft(taper * frame) + 1e-5)


@log_mel_frame.mistake("this takes the power, the square of the magnitude.")
def power(frame, taper, mel):
    return np.log(mel @ np.abs(np.fft.rfft(taper * frame)) ** 2 + 1e-5)


@log_mel_frame.mistake("this is the logarithm to the base 10; `np.log` is the natural one.")
def base_ten(frame, taper, mel):
    return np.log10(mel @ np.abs(np.fft.rfft(taper * frame)) + 1e-5)


@log_mel_frame.mistake("the offset is missing: silence becomes minus infinity.")
def no_offset(frame, taper, mel):
    with np.errstate(divide="ignore"):
        return np.log(mel @ np.abs(np.fft.rfft(taper * frame)))


@log_mel_frame.mistake("the logarithm is missing.")
def no_logarithm(frame, taper, mel):
    return mel @ np.abs(np.fft.rfft(taper * frame)) + 1e-5


@log_mel_frame.mistake("the logarithm comes last: first sum up the magnitudes, then take it.")
def logarithm_first(frame, taper, mel):
    return mel @ np.log(np.abs(np.fft.rfft(taper * frame)) + 1e-5)


@exercise(
    hints=[
        "`frames.reshape(n, width, -1)` makes `n` windows of `width` frames, once the rest is cut off.",
        "`n = len(frames) // width`, and `frames[: n * width]` is what fills whole windows.",
        "Then axis 1 runs over the frames of a window: `x.mean(axis=1)` has shape (n, d).",
        "`np.concatenate([x.mean(1), x.var(1), …], axis=1)`: mean, variance, maximum, minimum.",
    ],
    reason="Four statistics that don't ask in which order the frames came. `mirlab.features.aggregate` does "
    "the same, and one thing more: a sound shorter than a window becomes a window of its own.",
    inputs=lambda rng: {
        "two windows of two frames": (np.array([[1.0], [3.0], [5.0], [5.0]]), 2),
        "a frame left over at the end": (np.array([[1.0, 2], [3, 0], [5, 4], [2, 2], [9, 9]]), 2),
        "windows of a single frame": (np.array([[1.0, -2.0], [0.5, 4.0]]), 1),
        "random frames": (rng.integers(-8, 9, (14, 3)) / 4, 4),
    },
    reference=lambda frames, width: features.aggregate(frames, width=width),
)
def aggregate(frames, width):
    """Return one row a window: all means, then all variances, maxima and minima."""
    n = len(frames) // width
    x = frames[: n * width].reshape(n, width, -1)
    return np.concatenate([x.mean(axis=1), x.var(axis=1), x.max(axis=1), x.min(axis=1)], axis=1)


def _windows(frames, width, **changed):
    """Aggregate as it should be, but for the parts that are `changed`."""
    n = len(frames) // width
    x = frames[: n * width].reshape(n, width, -1)
    parts = {"mean": x.mean(1), "var": x.var(1), "max": x.max(1), "min": x.min(1)}
    return np.concatenate(list((parts | {k: change(x) for k, change in changed.items()}).values()), axis=1)


@aggregate.mistake("this has the standard deviation where the variance, its square, should be: `.var`.")
def standard_deviation(frames, width):
    return _windows(frames, width, var=lambda x: x.std(1))


@aggregate.mistake("the statistics ran over the dimensions; over the frames of a window it is `axis=1`.")
def wrong_axis(frames, width):
    n = len(frames) // width
    x = frames[: n * width].reshape(n, width, -1)
    return np.concatenate([x.mean(2), x.var(2), x.max(2), x.min(2)], axis=1)


@aggregate.mistake("minimum and maximum have changed places: mean, variance, maximum, minimum.")
def other_order(frames, width):
    return _windows(frames, width, max=lambda x: x.min(1), min=lambda x: x.max(1))


@aggregate.mistake(
    "the four numbers of each dimension stand together; all means come first, then all variances."
)
def interleaved(frames, width):
    n = len(frames) // width
    x = frames[: n * width].reshape(n, width, -1)
    return np.stack([x.mean(1), x.var(1), x.max(1), x.min(1)], axis=-1).reshape(n, -1)


@aggregate.mistake("the window left over at the end is incomplete; drop it.")
def keeps_the_rest(frames, width):
    parts = [frames[i : i + width] for i in range(0, len(frames), width)]
    return np.array([np.concatenate([p.mean(0), p.var(0), p.max(0), p.min(0)]) for p in parts])


@aggregate.mistake("all frames went into one window; cut them into windows of `width` first.")
def one_window(frames, width):
    return np.concatenate([frames.mean(0), frames.var(0), frames.max(0), frames.min(0)])[None]


@aggregate.mistake(
    "every width-th frame fell into the same window: `reshape(n, width, -1)` keeps neighbours together."
)
def strided(frames, width):
    n = len(frames) // width
    x = frames[: n * width].reshape(width, n, -1)
    return np.concatenate([x.mean(0), x.var(0), x.max(0), x.min(0)], axis=1)


@aggregate.mistake("the variance is divided by `width - 1`; here it is the plain mean of squares, `ddof=0`.")
def sample_variance(frames, width):
    return _windows(frames, width, var=lambda x: x.var(1) * width / max(1, width - 1))
