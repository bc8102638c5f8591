"""Makes the files that networks are read from: checkpoints, a wheel, ONNX files; for tests and fuzzing."""

import dataclasses
import hashlib
import io
import sys
import zipfile

import numpy as np

from mirlab.networks import checkpoint, download, files, wheel
from mirlab.networks.catalogue import NORM, PRETRAINED

# --- protocol buffers ---------------------------------------------------------------------------------------


def varint(number):
    """Encode a number with 7 bits in each byte; negative ones as 64 bits."""
    number %= 2**64
    encoded = b""
    while number >= 0x80:
        encoded, number = encoded + bytes([number & 0x7F | 0x80]), number >> 7
    return encoded + bytes([number])


def message(*fields):
    """Encode pairs of field number and value: int, float, str, or bytes."""
    encoded = b""
    for number, value in fields:
        if isinstance(value, int):
            encoded += varint(number * 8) + varint(value)
        else:
            value = value.encode() if isinstance(value, str) else value
            encoded += varint(number * 8 + 2) + varint(len(value)) + value
    return encoded


def fixed32(number, value):
    return varint(number * 8 + 5) + value.to_bytes(4, "little")


# --- checkpoints --------------------------------------------------------------------------------------------


def block(entries, restart_every=16):
    """Write the entries of a block, keys shortened by what they share with the one before."""
    content, restarts, last = b"", [], b""
    for i, (key, value) in enumerate(entries):
        shared = 0
        if i % restart_every == 0:
            restarts.append(len(content))
        else:
            while shared < min(len(key), len(last)) and key[shared] == last[shared]:
                shared += 1
        content += varint(shared) + varint(len(key) - shared) + varint(len(value)) + key[shared:] + value
        last = key
    restarts = restarts or [0]
    return content + b"".join(n.to_bytes(4, "little") for n in [*restarts, len(restarts)])


def table(entries, per_block=1000, restart_every=16, kind=0, spoil=bytes):
    """Write a sorted table of pairs of bytes; `spoil` may damage a block before it gets its checksum."""
    written, places = b"", []
    for start in range(0, len(entries), per_block):
        part = entries[start : start + per_block]
        content = spoil(block(part, restart_every))
        places.append((part[-1][0] + b"\0", varint(len(written)) + varint(len(content))))
        written += sealed(content, kind)
    handles = b""
    for content in (block([]), spoil(block(places, restart_every))):
        handles += varint(len(written)) + varint(len(content))
        written += sealed(content, kind)
    return written + handles.ljust(40, b"\0") + checkpoint.MAGIC.to_bytes(8, "little")


def sealed(content, kind=0):
    """Add compression and checksum to a block."""
    content += bytes([kind])
    return content + checkpoint.masked_crc32c(content).to_bytes(4, "little")


def header(shards=1, endianness=0, version=((1, 1),)):
    return message((1, shards), (2, endianness), (3, message(*version)))


def entry(array, offset, *, checksum=True, **changes):
    """Describe an array; `changes` replace numbers in the description."""
    number = {np.dtype("<f4"): 1, np.dtype("<f8"): 2, np.dtype("<i4"): 3, np.dtype("<i8"): 9}[array.dtype]
    known = {"dtype": number, "shape": array.shape, "shard": 0, "offset": offset, "size": array.nbytes}
    known |= changes
    shape = message(*((2, message((1, length))) for length in known["shape"]))
    encoded = message((1, known["dtype"]), (2, shape), (3, known["shard"]), (4, known["offset"]))
    encoded += message((5, known["size"]))
    return encoded + (fixed32(6, checkpoint.masked_crc32c(array.tobytes())) if checksum else b"")


def as_checkpoint(arrays, *, checksums=True, **how):
    """Return the two files of a checkpoint, as bytes."""
    entries, data = [(b"", header())], b""
    for name, array in sorted(arrays.items(), key=lambda pair: pair[0].encode()):
        entries.append((name.encode(), entry(array, len(data), checksum=checksums)))
        data += array.tobytes()
    return table(entries, **how), data


# --- networks with random weights, and the wheel that holds them --------------------------------------------


def weights(name, seed=0):
    """Return weights for a network that keep its activations in the range of a trained one."""
    rng = np.random.default_rng(seed)
    made = {}
    for ours, (_, shape) in PRETRAINED[name].variables().items():
        part = ours.partition("/")[2]
        spread = {"kernel": np.sqrt(2 / max(1, np.prod(shape[:-1]))), "mean": 0.1, "bias": 0.1, "offset": 0.3}
        if part in spread:
            values = rng.normal(0, spread[part], shape)
        else:  # the deviation, and a scale that is negative now and then, as in the trained networks
            values = rng.uniform(0.5, 2, shape) * (rng.choice([1, 1, 1, -1], shape) if part == "scale" else 1)
        made[ours] = values.astype(np.float16)
    assert all(part in {"kernel", "bias", *NORM} for part in (n.partition("/")[2] for n in made))
    return made


def as_wheel():
    """Return the bytes of a wheel like that of musicnn, with random networks and slots of an optimiser."""
    packed = io.BytesIO()
    info = "musicnn-0.1.0.dist-info"
    with zipfile.ZipFile(packed, "w") as archive:
        for name, facts in PRETRAINED.items():
            made = weights(name)
            there = {scope: made[ours] for ours, (scope, _) in facts.variables().items()}
            there |= {"beta1_power": np.zeros((), np.float16), "dense/bias/Adam": np.zeros(50, np.float16)}
            arrays = {scope: values.astype("<f4") for scope, values in there.items()}
            index, data = as_checkpoint(arrays, checksums=False)  # those of the real size take seconds
            archive.writestr(f"musicnn/{facts.folder}/.index", index)
            archive.writestr(f"musicnn/{facts.folder}/.data-00000-of-00001", data)
        archive.writestr("musicnn/__init__.py", "raise SystemExit('code of the wheel was run')")
        archive.writestr(f"{info}/LICENSE.md", "Permission to use, copy, modify: ISC")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: musicnn\nVersion: 0.1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return packed.getvalue()


def known(content):
    """Return what is known about the networks of a wheel: their facts with the checksums of its weights."""
    return {
        name: dataclasses.replace(facts, checksum=files.checksum(wheel.weights(content, name)))
        for name, facts in PRETRAINED.items()
    }


def main(stick, last_step):
    """Fetch in a process of its own, which kills itself at a step of the progress if it comes there."""
    content = (stick / wheel.NAME).read_bytes()
    wheel.SHA256 = hashlib.sha256(content).hexdigest()
    PRETRAINED.update(known(content))
    steps = []

    def progress(done, total, what):
        steps.append(what)
        if len(steps) == last_step:
            import os
            import signal

            os.kill(os.getpid(), signal.SIGKILL)

    print(download.fetch(folder=stick, progress=progress))


# --- ONNX ---------------------------------------------------------------------------------------------------

FLOAT, DOUBLE = 1, 11


def value(name, shape, kind=FLOAT):
    """Declare an input or output; names stand for lengths that are open."""
    dims = (message((1, message((1 if isinstance(n, int) else 2, n)))) for n in shape)
    return message((1, name), (2, message((1, message((1, kind), (2, b"".join(dims)))))))


def node(kind, inputs, output, **attributes):
    """Make a step of the graph; attributes are lists of integers."""
    fields = [(1, name) for name in inputs] + [(2, output), (4, kind)]
    for name, numbers in attributes.items():
        fields.append((5, message((1, name), *((8, n) for n in numbers), (20, 7))))
    return message(*fields)


def constant(name, array):
    kind = {np.dtype("<f4"): FLOAT, np.dtype("<f8"): DOUBLE, np.dtype("<i8"): 7}[array.dtype]
    dims = [(1, n) for n in array.shape]
    return message(*dims, (2, kind), (8, name), (9, array.tobytes()))


def onnx_model(inputs, nodes, outputs, constants=()):
    """Return an ONNX file (IR version 8, operators of version 13)."""
    graph = [(1, n) for n in nodes] + [(2, "tiny")] + [(5, c) for c in constants]
    graph += [(11, i) for i in inputs] + [(12, o) for o in outputs]
    return message((1, 8), (7, message(*graph)), (8, message((1, ""), (2, 13))))


if __name__ == "__main__":
    from pathlib import Path

    main(Path(sys.argv[1]), int(sys.argv[2]))
