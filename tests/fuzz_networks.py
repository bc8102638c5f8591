"""Throw damaged and made-up checkpoints and files of weights at their readers, for as long as you like.

Run by hand, from the folder of the course:

    python tests/fuzz_networks.py --minutes 10 [--wheel musicnn-0.1.0-py3-none-any.whl]

With the wheel, real checkpoints are damaged as well. Only a `NetworkError` on one line may come of it, within
a few seconds and 300 MB. What it finds becomes a test in test_networks_checkpoint.py.
"""

import argparse
import io
import os
import resource
import tempfile
import time
import zipfile

import numpy as np
import tiny_networks as tiny
from fuzz import damaged

from mirlab import NetworkError
from mirlab.networks import checkpoint, files
from mirlab.networks.catalogue import PRETRAINED

MEMORY = 300 * 2**20  # bytes more than at the beginning
LONGEST = 5.0  # s; far more than any turn needs on a busy machine


def seeds(wheel):
    """Return whole checkpoints, as pairs of index and data."""
    rng = np.random.default_rng(0)
    arrays = {f"layer{i}/part{j}": rng.normal(size=(i, j)).astype("<f4") for i in (1, 2) for j in (1, 3)}
    made = [tiny.as_checkpoint(arrays, per_block=n, restart_every=r) for n in (1, 3, 100) for r in (1, 2, 16)]
    if wheel:
        with zipfile.ZipFile(wheel) as archive:
            for facts in PRETRAINED.values():
                folder = f"musicnn/{facts.folder}"
                data = archive.read(f"{folder}/.data-00000-of-00001")
                made.append((archive.read(f"{folder}/.index"), data))
    return made


def any_bytes(rng):
    return rng.integers(0, 256, rng.integers(0, 12), dtype=np.uint8).tobytes()


def any_message(rng, depth=0):
    """Return a message with the fields of a description, most of them wrong."""
    fields = []
    for _ in range(rng.integers(0, 8)):
        number = int(rng.integers(0, 9))
        kind = rng.integers(0, 4)
        if kind == 0:
            fields.append((number, int(2 ** rng.integers(0, 64)) - int(rng.integers(0, 2))))
        elif kind == 1:
            fields.append((number, any_bytes(rng)))
        elif kind == 2 and depth < 3:
            fields.append((number, any_message(rng, depth + 1)))
        else:
            fields.append((number, int(rng.integers(0, 20))))
    return tiny.message(*fields)


def any_checkpoint(rng):
    """Return a table that is well formed, with checksums, and holds nonsense."""
    one = np.arange(3, dtype="<f4")
    made = [(b"", tiny.header() if rng.random() < 0.8 else any_message(rng))]
    for _ in range(rng.integers(0, 6)):
        changes = {}
        for name in ("dtype", "shard", "offset", "size"):
            if rng.random() < 0.2:
                changes[name] = int(2 ** rng.integers(0, 64)) - 1
        if rng.random() < 0.3:
            changes["shape"] = tuple(int(2 ** rng.integers(0, 63)) for _ in range(rng.integers(0, 12)))
        sensible = rng.random() < 0.7
        value = tiny.entry(one, changes.pop("offset", 0), **changes) if sensible else any_message(rng)
        made.append((any_bytes(rng), value))
    if rng.random() < 0.8:
        made.sort()
    return tiny.table(made, int(rng.integers(1, 4)), int(rng.integers(1, 4))), one.tobytes()


def one_turn(rng, whole, home):
    """Damage something and read it."""
    index, data = whole[rng.integers(0, len(whole))]
    match rng.integers(0, 6):
        case 0 | 1:
            index = damaged(index, rng, [i for i, _ in whole])
        case 2:
            data = damaged(data[: 2**16], rng)
        case 3:
            index, data = any_checkpoint(rng)
        case 4:  # with right checksums, so that the damage reaches what is behind them
            index = tiny.table(entries(index), spoil=lambda b: damaged(b, rng) if rng.random() < 0.6 else b)
        case 5:
            (home / "mtt_vgg.npz").write_bytes(weights_file(rng))
            return files.read("mtt_vgg")
    # Reading the numbers of a large checkpoint takes seconds; its index is what may lie.
    return checkpoint.read(index, data, None if len(data) < 2**16 else [])


def entries(index):
    """Return the raw entries of a whole index."""
    footer = checkpoint.Bytes(index[-checkpoint.FOOTER :])
    footer.varint(), footer.varint()
    found = []
    for _, place in checkpoint._block(index, footer.varint(), footer.varint()):
        handle = checkpoint.Bytes(place)
        found += checkpoint._block(index, handle.varint(), handle.varint())
    return found


def weights_file(rng):
    """Return a damaged file of weights."""
    packed = io.BytesIO()
    np.savez(packed, **{"conv1/kernel": np.ones((3, 3), np.float16), "conv1/bias": np.ones(3, np.float16)})
    return damaged(packed.getvalue(), rng)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--wheel")
    asked = parser.parse_args()
    whole = seeds(asked.wheel)
    os.environ["MIRLAB_DATA"] = tempfile.mkdtemp()
    home = files.home()
    home.mkdir()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    end, turn, read, refused = time.time() + 60 * asked.minutes, asked.seed, 0, {}
    while time.time() < end:
        rng = np.random.default_rng(turn)
        started = time.perf_counter()
        try:
            one_turn(rng, whole, home)
            read += 1
        except NetworkError as error:
            sentence = str(error)
            assert len(sentence.splitlines()) == 1, f"not one line: {sentence!r}, --seed {turn}"
            kind = " ".join(word for word in sentence.split() if word.isalpha())[:60]
            refused[kind] = refused.get(kind, 0) + 1
        except BaseException:
            print(f"repeat it with --seed {turn}")
            raise
        assert time.perf_counter() - started < LONGEST, f"took too long, --seed {turn}"
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - peak
        assert grown < MEMORY, f"took {grown / 2**20:.0f} MB, --seed {turn}"
        turn += 1
    print(f"{turn - asked.seed} turns: {read} read, {sum(refused.values())} refused:")
    for kind, count in sorted(refused.items(), key=lambda pair: -pair[1]):
        print(f"{count:8}  {kind}")


if __name__ == "__main__":
    main()
