"""How fast is the corpus composed, sounded and recorded? Seconds of audio a second, one process."""

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import statistics
import time

from mirlab import corpus
from mirlab.corpus import sound
from mirlab.features import log_mel

EXCERPTS = 60  # neighbours in the plan, as a build meets them


def timed(excerpts, features):
    """Return seconds of audio per second of work."""
    started = time.perf_counter()
    for excerpt in excerpts:
        y = excerpt.audio()
        if features:
            log_mel(y)
    return sum(e.seconds for e in excerpts) / (time.perf_counter() - started)


def main():
    log_mel(corpus.plan("gtzan")[0].audio())  # compile and import before the clock runs
    print(f"{EXCERPTS} excerpts of 10 s a set, three runs each; seconds of audio a second (median)")
    for name in ("gtzan", "homburg", "magnatagatune"):
        excerpts = corpus.plan(name)[:EXCERPTS]
        cold, warm, with_features = [], [], []
        for _ in range(3):
            sound.note.cache_clear()
            cold.append(timed(excerpts, features=False))
            warm.append(timed(excerpts, features=False))
            with_features.append(timed(excerpts, features=True))
        rates = " | ".join(
            f"{what} {statistics.median(values):6.0f}"
            for what, values in (
                ("no note kept", cold),
                ("notes kept", warm),
                ("with features", with_features),
            )
        )
        ratio = statistics.median(w / c for w, c in zip(warm, cold, strict=True))
        print(f"{name + '-synth':20s} {rates} | kept notes are worth {ratio:.1f} times")


if __name__ == "__main__":
    main()
