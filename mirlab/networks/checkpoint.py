"""Read a TensorFlow checkpoint without TensorFlow, and without trusting it.

A checkpoint is two files. The *data* file holds the numbers of all variables, one variable after another.
The *index* is a sorted table with one entry per variable: name, type, shape, and place in the data file. ::

    index   block, block, …, block of blocks, footer
    block   entry, entry, …; offsets of the entries with a whole key; how many these are (uint32);
            then the compression (1 byte) and a checksum (4 bytes)
    entry   how many bytes of the key are as in the entry before, how many follow, size of the value; rest
            of the key; value
    footer  places of two blocks, filled up with zeros to 40 bytes; a magic number (8 bytes)

The value is a protocol buffer message. Every number, size and place is checked before it is used, so that a
damaged or malicious file gives a `NetworkError` and nothing else. No code runs, and no array is larger than
the data file.

References
----------
The table is LevelDB's (``doc/table_format.md`` there, ``tensorflow/core/lib/io/table_builder.cc`` and
``format.cc`` in TensorFlow); the messages are in ``tensorflow/core/protobuf/tensor_bundle.proto``.
"""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import prod

import numpy as np

from mirlab.errors import NetworkError

MAGIC = 0xDB4775248B80FB57
FOOTER = 48  # bytes
TRAILER = 5  # bytes behind a block
TYPES = {1: "<f4", 2: "<f8", 3: "<i4", 9: "<i8"}  # DataType in tensorflow/core/framework/types.proto
LARGEST_INDEX = 2**20  # bytes; the ones that we read have 5000
LONGEST_KEY = 1024  # bytes
MOST_DIMENSIONS = 8
UNREAD = "this reader does not know that; save the network in another way"


@dataclass(frozen=True)
class Entry:
    """Where a variable is in the data file, and what it is."""

    dtype: str
    shape: tuple[int, ...]
    offset: int
    size: int
    checksum: int | None

    @property
    def end(self):
        """First byte behind it."""
        return self.offset + self.size


def read(index, data, names=None):
    """Return the variables of a checkpoint.

    Parameters
    ----------
    index : bytes
        Content of the file whose name ends with ``.index``.
    data : bytes
        Content of the file whose name ends with ``.data-00000-of-00001``.
    names : iterable of str, optional
        Only these variables; by default all of them.

    Returns
    -------
    dict of str to ndarray
        By name, with the shape and type of the file; read-only views of `data`.

    Raises
    ------
    NetworkError
        If the two files are not a whole checkpoint, or a name in `names` is missing.
    """
    entries = read_index(index)
    _check_places(entries, len(data))
    wanted = list(entries if names is None else names)
    for name in wanted:
        _check(name in entries, f"has no variable {name!r}")
    return {name: _numbers(name, entries[name], data) for name in wanted}


def read_index(index):
    """Return the entry of each variable that an index lists.

    Parameters
    ----------
    index : bytes
        Content of the file whose name ends with ``.index``.

    Returns
    -------
    dict of str to Entry
        In the order of the names.

    Raises
    ------
    NetworkError
        If it is damaged, or uses a feature that is not read here: several data files, big-endian numbers,
        compression, variables in slices, types other than float and integer.
    """
    _check(FOOTER <= len(index) <= LARGEST_INDEX, f"has {len(index)} bytes in its index")
    footer = Bytes(index[-FOOTER:])
    footer.varint(), footer.varint()  # a block that is not used here
    offset, size = footer.varint(), footer.varint()
    footer.take(FOOTER - 8 - footer.position)
    _check(footer.uint(8) == MAGIC, "does not end with the magic number of a table")

    table = []
    for separator, place in _block(index, offset, size):
        handle = Bytes(place)
        table += _block(index, handle.varint(), handle.varint())
        _check(not handle.left and table and table[-1][0] <= separator, "lists a block in the wrong place")
    keys = [key for key, _ in table]
    _check(all(a < b for a, b in pairwise(keys)), "is not sorted")
    _check(bool(keys) and keys[0] == b"", "has no header")
    _check_header(message(table[0][1]))
    return {_text(key): _entry(_text(key), message(value)) for key, value in table[1:]}


def _block(index, offset, size):
    """Return the entries of a block, as pairs of key and value."""
    end = offset + size
    _check(end + TRAILER <= len(index) - FOOTER and size >= 4, f"places a block of {size} bytes at {offset}")
    compression, checksum = index[end], int.from_bytes(index[end + 1 : end + TRAILER], "little")
    _check(compression == 0, f"is compressed (kind {compression})", UNREAD)
    _check(checksum == masked_crc32c(index[offset : end + 1]), f"is damaged in the block at byte {offset}")

    content = Bytes(index[offset:end])
    restarts = int.from_bytes(index[end - 4 : end], "little")
    stop = size - 4 - 4 * restarts
    _check(stop >= 0, f"has {restarts} restarts in a block of {size} bytes")
    entries, whole, key = [], [], b""
    while content.position < stop:
        start = content.position
        shared, unshared, length = content.varint(), content.varint(), content.varint()
        _check(shared <= len(key) and shared + unshared <= LONGEST_KEY, f"has a broken key at byte {start}")
        key = key[:shared] + content.take(unshared)
        entries.append((key, content.take(length)))
        whole += [start] if shared == 0 else []
    _check(content.position == stop, "has an entry that runs out of its block")
    # Even a block without entries has one restart.
    restart = [content.uint(4) for _ in range(restarts)]
    _check(set(restart) <= {*whole, 0}, "has restarts that are not at an entry")
    return entries


def message(content):
    """Return the fields of a protocol buffer message.

    Parameters
    ----------
    content : bytes
        The message.

    Returns
    -------
    dict of int to list
        By field number, all its values in order: int for numbers, bytes for anything else.

    Raises
    ------
    NetworkError
        If it is cut off or malformed.
    """
    left, fields = Bytes(content), {}
    while left.left:
        number, kind = divmod(left.varint(), 8)
        _check(number > 0 and kind in (0, 1, 2, 5), f"has a field of the unknown kind {kind}")
        value = left.varint() if kind == 0 else left.take(left.varint()) if kind == 2 else None
        if value is None:
            value = left.uint(8 if kind == 1 else 4)
        fields.setdefault(number, []).append(value)
    return fields


def _check_header(fields):
    """Refuse files written for other machines or later versions (BundleHeaderProto)."""
    _check(_number(fields, 1) == 1, "has its numbers in several data files", UNREAD)
    _check(_number(fields, 2) == 0, "has big-endian numbers", UNREAD)
    version = message(_last(fields, 3, bytes, b""))
    _check(_number(version, 2) <= 1, "is of a later version", UNREAD)


def _entry(name, fields):
    """Turn the message about a variable (BundleEntryProto) into an `Entry`."""
    shape_fields = message(_last(fields, 2, bytes, b""))
    _check(7 not in fields and 3 not in shape_fields, f"has {name!r} in slices, or without a shape", UNREAD)
    _check(_number(fields, 3) == 0, f"has {name!r} in another data file", UNREAD)
    dtype = TYPES.get(_number(fields, 1))
    _check(dtype is not None, f"has {name!r} with a type other than float or integer", UNREAD)
    sizes = shape_fields.get(2, [])
    _check(len(sizes) <= MOST_DIMENSIONS, f"has {name!r} with {len(sizes)} dimensions", UNREAD)
    _check(all(isinstance(length, bytes) for length in sizes), f"has {name!r} with a broken shape")
    shape = tuple(_number(message(dimension), 1) for dimension in sizes)
    size = _number(fields, 5)
    fits = all(0 < length <= size for length in shape) and prod(shape) * np.dtype(dtype).itemsize == size
    _check(fits, f"has {name!r} in {size} bytes, which do not hold the shape {shape}")
    return Entry(dtype, shape, _number(fields, 4), size, _last(fields, 6, int, None))


def _check_places(entries, total):
    """Check that the variables follow one another and fill the data file."""
    end = 0
    for name, entry in sorted(entries.items(), key=lambda pair: pair[1].offset):
        _check(entry.offset >= end, f"has {name!r} on top of another variable")
        end = entry.end
    _check(end == total, f"describes {end} bytes of data, but there are {total}")


def _numbers(name, entry, data):
    """Return a variable."""
    content = data[entry.offset : entry.end]
    intact = entry.checksum is None or entry.checksum == masked_crc32c(content)
    _check(intact, f"has damaged numbers in {name!r}")
    return np.frombuffer(content, entry.dtype).reshape(entry.shape)


def masked_crc32c(content):
    """Return the checksum of some bytes as tables and checkpoints store it.

    Parameters
    ----------
    content : bytes
        Anything.

    Returns
    -------
    int
        CRC-32C, rotated and shifted. The plain CRC of bytes with their own CRC behind them is a constant.

    Examples
    --------
    CRC-32C of "123456789" is E3069283; rotated by 15 bits it is 2507C60D.

    >>> hex(masked_crc32c(b"123456789") - 0xA282EAD8)
    '0x2507c60d'
    """
    table, crc = _crc_table(), 0xFFFFFFFF
    for byte in content:
        crc = table[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


@cache
def _crc_table():
    """Return what each value of a byte does to a CRC-32C (polynomial 1EDC6F41, bits reversed)."""
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    return table


class Bytes:
    """Some bytes, taken from the front, never more than there are."""

    def __init__(self, content):
        self.content, self.position = content, 0

    @property
    def left(self):
        """How many bytes are left."""
        return len(self.content) - self.position

    def take(self, length):
        """Return the next `length` bytes."""
        _check(0 <= length <= self.left, f"breaks off: {length} bytes are announced, {self.left} are left")
        self.position += length
        return self.content[self.position - length : self.position]

    def uint(self, length):
        """Return the next `length` bytes as a number."""
        return int.from_bytes(self.take(length), "little")

    def varint(self):
        """Return a number that uses 7 bits of each byte; the eighth says that more follow."""
        value = 0
        for shift in range(0, 64, 7):
            byte = self.uint(1)
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                _check(value < 2**64, "has a number of more than 64 bits")
                return value
        raise NetworkError("the checkpoint has a number of more than 64 bits; get a whole copy of it")


def _number(fields, field):
    return _last(fields, field, int, 0)


def _last(fields, field, kind, default):
    """Return the value of a field; if there are several, the last one counts."""
    value = fields.get(field, [default])[-1]
    _check(value is default or isinstance(value, kind), f"has a field {field} of the wrong kind")
    return value


def _text(key):
    try:
        return key.decode()
    except UnicodeDecodeError:
        raise NetworkError(f"the checkpoint has a variable name {key!r} that is not UTF-8") from None


def _check(condition, sentence, advice="get a whole copy of it"):
    if not condition:
        raise NetworkError(f"the checkpoint {sentence}; {advice}")
