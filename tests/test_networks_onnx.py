"""Networks from ONNX files: tiny graphs of the right signature, and files that do not fit.

The files are written by hand (`tiny_networks.onnx_model`). The format is a protocol buffer like that of
checkpoints, whose writer is needed anyway; the package `onnx` would add 30 MB to what tests install.
"""

import builtins
import math

import numpy as np
import pytest
import tiny_networks as tiny
from tiny_networks import constant, node, value

from mirlab import NetworkError, networks
from mirlab.networks import frontends, onnx_file

pytest.importorskip("onnxruntime", reason="the extra `onnx` is not installed")

RNG = np.random.default_rng(0)
SIZES = {"vggish": 128, "yamnet": 1024, "openl3": 512}
BANDS = {"vggish": 64, "yamnet": 64, "openl3": 256}
KERNELS = {name: RNG.normal(0, 0.1, (BANDS[name], size)).astype("<f4") for name, size in SIZES.items()}
CLASSES = RNG.normal(0, 0.1, (64, 521)).astype("<f4")


def graph(name, shape=None, time=None, kind=tiny.FLOAT, size=None, sigmoid=True):
    """Return a network that averages over all axes but frequency, then multiplies with a matrix."""
    shape = shape or {"openl3": ["batch", 256, 199, 1]}.get(name, ["batch", 96, 64])
    time = time or {"openl3": [2, 3]}.get(name, [1])
    kernel = KERNELS[name] if size is None else np.zeros((BANDS[name], size), "<f4")
    nodes = [
        node("ReduceMean", ["x"], "mean", axes=time),
        node("Reshape", ["mean", "flat"], "bands"),
        node("MatMul", ["bands", "kernel"], "embedding"),
    ]
    constants = [constant("kernel", kernel), constant("flat", np.array([-1, BANDS[name]], "<i8"))]
    outputs = [value("embedding", ["batch", kernel.shape[1]])]
    if name == "yamnet":
        constants.append(constant("classes", CLASSES))
        nodes.append(node("MatMul", ["bands", "classes"], "logits" if sigmoid else "scores"))
        nodes += [node("Sigmoid", ["logits"], "scores")] if sigmoid else []
        outputs.insert(0, value("scores", ["batch", 521]))
    return tiny.onnx_model([value("x", shape, kind)], nodes, outputs, constants)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "network.onnx"


def noise(seconds, sr=22050):
    return RNG.normal(0, 0.1, int(seconds * sr)).astype(np.float32)


@pytest.mark.parametrize("name", SIZES)
def test_a_file_gets_the_front_end_it_was_trained_with(file, name):
    file.write_bytes(graph(name))
    network = networks.load(name, weights=file)
    y = noise(4)
    found = network.embed(y)
    patches = np.stack(list(getattr(frontends, name)(frontends.resample(y, 22050, network.sample_rate))))
    bands = patches.mean(axis=2 if name == "openl3" else 1)
    np.testing.assert_allclose(found, bands @ KERNELS[name], rtol=1e-3, atol=1e-4)
    assert found.dtype == np.float32 and found.shape[1] == network.embedding_size == SIZES[name]
    assert len(found) > onnx_file.BATCH or name != "openl3"


def test_yamnet_predicts_classes(file):
    file.write_bytes(graph("yamnet"))
    network = networks.load("yamnet", weights=str(file))
    found = network.tag(noise(2))
    assert found.shape == (4, 521) and found.min() >= 0 and found.max() <= 1
    assert network.tags[:2] == ("class 0", "class 1") and len(network.tags) == 521


def test_classes_are_named_if_their_list_is_there(file):
    file.write_bytes(graph("yamnet"))
    rows = "".join(f'{i},/m/0{i},"Name {i}, or so"\n' for i in range(521))
    (file.parent / onnx_file.CLASS_MAP).write_text("index,mid,display_name\n" + rows)
    assert networks.load("yamnet", weights=file).tags[7] == "Name 7, or so"
    (file.parent / onnx_file.CLASS_MAP).write_text("index,mid,display_name\n0,/m/0,Speech\n")
    with pytest.raises(NetworkError, match="must have 521 rows with a display_name"):
        networks.load("yamnet", weights=file)


def test_vggish_predicts_no_tags(file):
    file.write_bytes(graph("vggish"))
    network = networks.load("vggish", weights=file)
    assert network.tags == ()
    with pytest.raises(NetworkError, match="vggish predicts no tags; use its embedding"):
        network.tag(noise(1))


@pytest.mark.parametrize(
    ("name", "shape", "time"),
    [
        ("vggish", [1, 96, 64], [1]),
        ("vggish", ["n", 1, 96, 64], [1, 2]),
        ("vggish", ["n", 96, 64, 1], [1, 3]),
        ("vggish", ["n", 64, 96], [2]),
        ("vggish", ["n", "time", 64], [1]),
        ("openl3", ["n", 199, 256, 1], [1, 3]),
    ],
)
def test_the_arrangement_of_axes_does_not_matter(file, name, shape, time):
    file.write_bytes(graph(name))
    y = noise(3)
    usual = networks.load(name, weights=file).embed(y)
    file.write_bytes(graph(name, shape, time))
    np.testing.assert_allclose(networks.load(name, weights=file).embed(y), usual, rtol=1e-4, atol=1e-3)


def test_openl3_with_its_front_end_inside_gets_sound(file):
    """A graph that squares each second of sound and averages it into 512 equal numbers."""
    nodes = [
        node("Mul", ["x", "x"], "power"),
        node("ReduceMean", ["power"], "mean", axes=[2]),
        node("MatMul", ["mean", "ones"], "embedding"),
    ]
    ones = constant("ones", np.ones((1, 512), "<f4"))
    model = tiny.onnx_model([value("x", ["n", 1, 48000])], nodes, [value("embedding", ["n", 512])], [ones])
    file.write_bytes(model)
    t = np.arange(48000 * 2) / 48000
    found = networks.load("openl3", weights=file).embed(np.sin(2 * np.pi * 100 * t), sr=48000)
    assert found.shape == (16, 512)
    # the first second has half a second of silence before the sound; the sixth is all sound
    np.testing.assert_allclose(found[[0, 5], 0], [0.25, 0.5], atol=1e-3)


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (graph("vggish", ["n", 96, 40]), r"takes x tensor\(float\) \['n', 96, 40\]; vggish takes one input"),
        (graph("vggish", [4, 96, 64]), r"takes x tensor\(float\) \[4, 96, 64\]"),
        (graph("vggish", [96, 64], [0]), r"takes x tensor\(float\) \[96, 64\]"),
        (graph("vggish", ["n", 15360]), r"takes x .*'n', 15360.* \('batch', 96, 64\)"),
        (graph("vggish", kind=tiny.DOUBLE), "takes|is not a whole ONNX file"),
        (graph("vggish", size=100), r"gives arrays of lengths \[100\]; vggish has an embedding of 128"),
        (graph("vggish")[:-50], "is not a whole ONNX file"),
        (b"", "is not a whole ONNX file"),
        (b"not an ONNX file at all", "is not a whole ONNX file"),
    ],
)
def test_what_does_not_fit_is_said_in_a_sentence(file, model, sentence):
    file.write_bytes(model)
    with pytest.raises(NetworkError, match=sentence) as caught:
        networks.load("vggish", weights=file)
    assert len(str(caught.value).splitlines()) == 1


def test_a_single_number_as_input_is_said(file):
    model = [[value("x", [])], [node("Identity", ["x"], "y")], [value("y", [])]]
    file.write_bytes(tiny.onnx_model(*model))
    with pytest.raises(NetworkError, match=r"takes x tensor\(float\) \[\]; vggish takes"):
        networks.load("vggish", weights=file)


def test_two_inputs_are_said(file):
    inputs = [value("x", ["n", 96, 64]), value("training", [1])]
    nodes = [node("Identity", ["x"], "y")]
    file.write_bytes(tiny.onnx_model(inputs, nodes, [value("y", ["n", 96, 64])]))
    with pytest.raises(NetworkError, match=r"takes x .*, training .*; vggish takes one input"):
        networks.load("vggish", weights=file)


def test_logits_in_place_of_probabilities_are_said(file):
    file.write_bytes(graph("yamnet", sigmoid=False))
    with pytest.raises(NetworkError, match="yamnet has 521 classes with values from 0 to 1"):
        networks.load("yamnet", weights=file)


def test_numbers_that_are_not_finite_are_said(file):
    """The logarithm of what is negative now and then."""
    nodes = [
        node("ReduceMean", ["x"], "mean", axes=[1]),
        node("MatMul", ["mean", "kernel"], "sums"),
        node("Log", ["sums"], "embedding"),
    ]
    model = [[value("x", ["n", 96, 64])], nodes, [value("embedding", ["n", 128])]]
    file.write_bytes(tiny.onnx_model(*model, [constant("kernel", KERNELS["vggish"])]))
    with pytest.raises(NetworkError, match="gives numbers that are not finite"):
        networks.load("vggish", weights=file).embed(noise(1))


def test_a_missing_file_is_said(file):
    for missing in (file, file.parent):
        with pytest.raises(NetworkError, match="no such file; name the ONNX file"):
            networks.load("openl3", weights=missing)
    with pytest.raises(NetworkError, match="cannot be read"):
        networks.parameters("openl3", file)


def test_a_missing_onnx_runtime_is_said(file, monkeypatch):
    real = builtins.__import__

    def without(name, *more):
        if name == "onnxruntime":
            raise ImportError(name)
        return real(name, *more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(NetworkError, match=r'need ONNX Runtime, .*"\.\[onnx\]" -c'):
        networks.load("vggish", weights=file)


def test_silence_gives_what_the_offset_gives(file):
    file.write_bytes(graph("vggish"))
    found = networks.load("vggish", weights=file).embed(np.zeros(22050))
    np.testing.assert_allclose(found[0], math.log(0.01) * KERNELS["vggish"].sum(axis=0), rtol=1e-4, atol=1e-5)
