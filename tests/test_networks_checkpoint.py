"""Checkpoints: what TensorFlow wrote, what comes back, and what is refused."""

import numpy as np
import pytest
import tiny_networks as tiny
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mirlab import NetworkError
from mirlab.networks import checkpoint

# Written by TensorFlow 2.21: layer/kernel [[1, 2, 3], [4, 5, 6]], layer/bias [7, 8, 9], step 10.
INDEX = bytes.fromhex(
    "00000608011a020801000a0f6c617965722f626961730801120412020803280c35192ca9670606156b65726e656c0801120812"
    "02080212020803200c2818357aebf5ab00040d73746570080912002024280835aea3bf3a000000000100000000f7900fbe00"
    "0000000100000000c0f2a1b000010274005f000000000100000000539ea3256408710e000000000000000000000000000000"
    "00000000000000000000000000000000000000000057fb808b247547db"
)
DATA = bytes.fromhex(
    "0000e04000000041000010410000803f0000004000004040000080400000a0400000c0400a00000000000000"
)
ONE = np.arange(3, dtype="<f4")


def test_what_tensorflow_wrote_is_read():
    found = checkpoint.read(INDEX, DATA)
    assert list(found) == ["layer/bias", "layer/kernel", "step"]
    np.testing.assert_array_equal(found["layer/kernel"], [[1, 2, 3], [4, 5, 6]])
    np.testing.assert_array_equal(found["layer/bias"], [7, 8, 9])
    assert found["step"] == 10 and found["step"].dtype == np.int64
    assert list(checkpoint.read(INDEX, DATA, ["step"])) == ["step"]


def test_the_test_writer_writes_what_tensorflow_wrote():
    """So that what the other tests build is a checkpoint; only keys of blocks are chosen freely."""
    arrays = checkpoint.read(INDEX, DATA)
    index, data = tiny.as_checkpoint(arrays)
    assert data == DATA
    assert checkpoint.read_index(index) == checkpoint.read_index(INDEX)


def arrays():
    names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
    shapes = hnp.array_shapes(min_dims=0, max_dims=3, max_side=3)
    values = st.sampled_from(["<f4", "<f8", "<i4", "<i8"]).flatmap(lambda kind: hnp.arrays(kind, shapes))
    return st.dictionaries(names, values, min_size=1, max_size=6)


@given(arrays(), st.integers(1, 4), st.integers(1, 4), st.booleans())
@settings(deadline=None)
def test_what_is_written_is_read(arrays, per_block, restart_every, checksums):
    how = {"per_block": per_block, "restart_every": restart_every, "checksums": checksums}
    found = checkpoint.read(*tiny.as_checkpoint(arrays, **how))
    assert sorted(found) == sorted(arrays)
    for name, values in arrays.items():
        assert found[name].dtype == values.dtype and found[name].shape == values.shape
        assert found[name].tobytes() == values.tobytes()


def test_any_changed_byte_is_noticed():
    whole = {name: values.tobytes() for name, values in checkpoint.read(INDEX, DATA).items()}
    unused = 0
    for at in range(len(INDEX)):
        changed = INDEX[:at] + bytes([INDEX[at] ^ 0x55]) + INDEX[at + 1 :]
        try:
            found = checkpoint.read(changed, DATA)
        except NetworkError:
            continue
        unused += 1
        assert {name: values.tobytes() for name, values in found.items()} == whole
    assert unused < 55  # the block that nobody uses, its place, and the filling of the footer
    for at in range(len(DATA)):
        changed = DATA[:at] + bytes([DATA[at] ^ 0x55]) + DATA[at + 1 :]
        with pytest.raises(NetworkError, match="damaged numbers"):
            checkpoint.read(INDEX, changed)


def test_files_cut_short_or_continued_are_refused():
    for length in range(len(INDEX)):
        with pytest.raises(NetworkError):
            checkpoint.read(INDEX[:length], DATA)
    for data in (DATA[:-1], DATA + b"\0", b""):
        with pytest.raises(NetworkError, match="bytes of data, but there are"):
            checkpoint.read(INDEX, data)


def with_entry(offset=0, **changes):
    """Return a checkpoint of one variable whose description is wrong."""
    entries = [(b"", tiny.header()), (b"a", tiny.entry(ONE, offset, **changes))]
    return tiny.table(entries), ONE.tobytes()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"dtype": 7}, "type other than float"),
        ({"dtype": 2}, "do not hold the shape"),
        ({"shape": (4,)}, "do not hold the shape"),
        ({"shape": (-3,)}, "do not hold the shape"),
        ({"shape": (0,), "size": 0}, "do not hold the shape"),
        ({"shape": (2**40, 2**40)}, "do not hold the shape"),
        ({"shape": (1,) * 9}, "9 dimensions"),
        ({"size": 8}, "do not hold the shape"),
        ({"size": -12}, "do not hold the shape"),
        ({"offset": 4}, "describes 16 bytes"),
        ({"offset": -4}, "describes"),
        ({"shard": 1}, "another data file"),
    ],
)
def test_a_wrong_description_is_refused(changes, sentence):
    with pytest.raises(NetworkError, match=sentence):
        checkpoint.read(*with_entry(**changes))


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        ([], "lists a block|no header"),
        ([(b"a", tiny.entry(ONE, 0))], "no header"),
        ([(b"", tiny.header(shards=2))], "several data files"),
        ([(b"", tiny.header(endianness=1))], "big-endian"),
        ([(b"", tiny.header(version=((1, 2), (2, 2))))], "later version"),
        ([(b"", tiny.header()), (b"b", b""), (b"a", b"")], "not sorted|wrong place"),
        ([(b"", tiny.header()), (b"a", b""), (b"a", b"")], "not sorted"),
        ([(b"", tiny.header()), (b"\xff", tiny.entry(ONE, 0))], "not UTF-8"),
        ([(b"", tiny.header()), (b"a", tiny.entry(ONE, 0) + tiny.message((7, b"")))], "slices"),
        ([(b"", tiny.header()), (b"a", b"\x0b")], "unknown kind"),
        ([(b"", tiny.header()), (b"a", tiny.message((1, b"float")))], "wrong kind"),
        ([(b"", tiny.header()), (b"a", b"\x08" + b"\xff" * 10)], "more than 64 bits"),
        ([(b"", tiny.header()), (b"a" * 1025, tiny.entry(ONE, 0))], "broken key"),
    ],
)
def test_a_wrong_table_is_refused(entries, sentence):
    with pytest.raises(NetworkError, match=sentence):
        checkpoint.read(tiny.table(entries), ONE.tobytes())


def test_variables_on_top_of_each_other_are_refused():
    entries = [(b"", tiny.header()), (b"a", tiny.entry(ONE, 0)), (b"b", tiny.entry(ONE, 8))]
    with pytest.raises(NetworkError, match="'b' on top of another"):
        checkpoint.read(tiny.table(entries), bytes(20))


def test_compression_is_refused_in_a_sentence():
    with pytest.raises(NetworkError, match=r"is compressed \(kind 1\); this reader does not know that"):
        checkpoint.read(tiny.table([(b"", tiny.header())], kind=1), b"")


def test_a_missing_variable_is_named():
    with pytest.raises(NetworkError, match="has no variable 'layer/scale'"):
        checkpoint.read(INDEX, DATA, ["layer/scale"])


def test_a_huge_index_is_not_read():
    with pytest.raises(NetworkError, match="bytes in its index"):
        checkpoint.read_index(bytes(2**20 + 1))
