"""Log-mel frames: mirlab against librosa's own mel spectrogram at the same constants, on one thread.

Run with ``python benchmarks/features.py``. The two take turns in one process, so that whatever else the
machine does falls on both; the best of each counts.
"""

import os

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[threads] = "1"  # read when NumPy is imported

from time import perf_counter  # noqa: E402

import librosa  # noqa: E402
import numpy as np  # noqa: E402

from mirlab.features import HOP_LENGTH, LOG_OFFSET, N_FFT, N_MELS, log_mel  # noqa: E402

SR = 22050
TURNS = 40


def with_librosa(y):
    mel = librosa.feature.melspectrogram(
        y=y, sr=SR, n_fft=N_FFT, hop_length=HOP_LENGTH, n_mels=N_MELS, power=1.0
    )
    return np.log(mel + np.float32(LOG_OFFSET)).T


def seconds(function, y):
    start = perf_counter()
    function(y)
    return perf_counter() - start


def main():
    print(f"librosa {librosa.__version__}, NumPy {np.__version__}, best of {TURNS} turns")
    print(f"{'sound':>6} {'mirlab':>22} {'librosa':>22} {'ratio':>7} {'largest difference':>20}")
    for length in (10, 30):
        y = np.random.default_rng(0).normal(0, 0.1, length * SR).astype(np.float32)
        difference = np.abs(log_mel(y) - with_librosa(y)).max()  # and all caches are filled
        turns = [(seconds(log_mel, y), seconds(with_librosa, y)) for _ in range(TURNS)]
        ours, theirs = np.min(turns, axis=0)
        cells = [f"{1000 * t:6.2f} ms {length / t:6.0f} x" for t in (ours, theirs)]
        print(f"{length:4} s {cells[0]:>22} {cells[1]:>22} {theirs / ours:6.2f}x {difference:20.1e}")


if __name__ == "__main__":
    main()
