import contextlib
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import broken
import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mirlab import AudioError, audio
from mirlab.audio import disk, kinds, mpeg, ogg, quiet

FORMATS = {
    "wav": ("WAV", "PCM_16"),
    "flac": ("FLAC", "PCM_16"),
    "ogg": ("OGG", "VORBIS"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
    "au": ("AU", "PCM_16"),
    "aiff": ("AIFF", "PCM_16"),
}


def sine(seconds, sr=22050, hz=440.0):
    return 0.5 * np.sin(2 * np.pi * hz * np.arange(round(seconds * sr)) / sr)


def write(path, y, sr=22050, ending=None):
    form, subtype = FORMATS[ending or path.suffix[1:]]
    soundfile.write(path, y, sr, format=form, subtype=subtype)
    return path


@pytest.fixture(scope="module")
def whole_files(tmp_path_factory):
    """Four seconds of noise in every format, as bytes."""
    folder = tmp_path_factory.mktemp("whole")
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (4 * 22050, 2))
    return {ending: write(folder / f"noise.{ending}", noise).read_bytes() for ending in FORMATS}


def refused(path, *words, **kwargs):
    with pytest.raises(AudioError) as caught:
        audio.load(path, **kwargs)
    message = str(caught.value)
    assert str(path) in message and "\n" not in message
    for word in words:
        assert word in message
    return message


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("rate", [8000, 22050, 44100, 48000])
def test_every_format_and_rate_gives_the_same_sine(tmp_path, ending, rate):
    path = write(tmp_path / f"a.{ending}", np.stack([sine(2, rate)] * 2, axis=1), rate)
    y = audio.load(path)
    assert y.dtype == np.float32 and y.shape == (44100,)
    middle = slice(4410, -4410)  # resampling and codecs may ring at the ends
    np.testing.assert_allclose(y[middle], sine(2)[middle], atol=0.06 if ending in ("mp3", "ogg") else 1e-3)


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW"])
def test_every_bit_depth(tmp_path, subtype):
    soundfile.write(tmp_path / "a.wav", sine(0.5), 22050, subtype=subtype)
    np.testing.assert_allclose(audio.load(tmp_path / "a.wav"), sine(0.5), atol=0.02)


def test_channels_are_averaged(tmp_path):
    channels = np.array([[0.5, -0.25, 0.125], [0.0, 0.75, 0.0]])
    path = write(tmp_path / "three.wav", channels)
    np.testing.assert_allclose(audio.load(path), [0.125, 0.25], atol=1e-7)


@pytest.mark.parametrize("ending", FORMATS)
def test_offset_and_duration_cut_what_the_whole_file_holds(tmp_path, ending):
    path = write(tmp_path / f"a.{ending}", sine(5, hz=333.0))
    part = audio.load(path, offset=1.25, duration=2.0)
    assert part.shape == (44100,)
    whole = audio.load(path, duration=None)
    assert whole.shape == (5 * 22050,)
    np.testing.assert_allclose(part, whole[27562 : 27562 + 44100], atol=1e-5)


@pytest.mark.parametrize("rate", [8000, 11025, 44100, 48000, 96000])
def test_length_is_exactly_what_was_asked_for(tmp_path, rate):
    path = write(tmp_path / "a.wav", sine(4, rate), rate)
    assert audio.load(path, duration=3.0).shape == (66150,)
    assert audio.load(path, duration=3.0, sr=16000).shape == (48000,)
    assert audio.load(path, duration=30.0, offset=3.0).shape == (22050,)


def test_only_what_is_needed_is_read(tmp_path, whole_files):
    broken = bytearray(whole_files["flac"])
    broken[-5000:] = bytes(5000)
    path = tmp_path / "late.flac"
    path.write_bytes(broken)
    assert audio.load(path, duration=2.0).shape == (44100,)
    refused(path, "damaged", "whole copy")


def test_silence_is_sound(tmp_path):
    y = audio.load(write(tmp_path / "silent.wav", np.zeros(1000)))
    assert y.shape == (1000,) and not y.any()


def test_names_with_spaces_and_letters_from_anywhere(tmp_path):
    folder = tmp_path / "Übung 1 – 練習"
    folder.mkdir()
    assert len(audio.load(str(write(folder / "a b’c ñ.mp3", sine(1)))))


@pytest.mark.parametrize(("content", "name"), [("mp3", "a.wav"), ("wav", "a.mp3"), ("flac", "a.ogg")])
def test_content_counts_not_the_ending(tmp_path, content, name):
    np.testing.assert_allclose(
        audio.load(write(tmp_path / name, sine(2), ending=content))[:22050], sine(1), atol=0.05
    )


def test_missing_file_and_folder(tmp_path):
    refused(tmp_path / "none.wav", "no such file")
    refused(tmp_path, "is a folder")


@pytest.mark.parametrize("name", ["a.wav", "a.mp3", "a.ogg", "a.raw", "a.txt", "a"])
def test_what_is_not_sound(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"")
    refused(path, "empty")
    path.write_text("This is no sound at all. " * 400)
    refused(path, "cannot be read as sound", "flac")


@pytest.mark.parametrize("ending", ["wav", "au"])
def test_no_samples(tmp_path, ending):
    refused(write(tmp_path / f"none.{ending}", np.zeros(0)), "no samples")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("pair", [(np.nan, 0), (np.inf, -np.inf), (0, -np.inf), (3e38, 3e38), (-32768.0, 0)])
def test_values_that_no_recording_has(tmp_path, pair):
    soundfile.write(tmp_path / "odd.wav", np.array([(0.0, 0.0), pair]), 22050, subtype="FLOAT")
    refused(tmp_path / "odd.wav", "not finite or far beyond -1 to 1")


def test_a_little_beyond_one_is_sound(tmp_path):
    soundfile.write(tmp_path / "hot.wav", np.array([1.5, -2.0]), 22050, subtype="FLOAT")
    assert audio.load(tmp_path / "hot.wav").tolist() == [1.5, -2.0]


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("duration", [30.0, None])
def test_half_a_file_is_not_a_file(tmp_path, whole_files, ending, duration):
    content = whole_files[ending]
    path = tmp_path / f"half.{ending}"
    path.write_bytes(content[: len(content) // 2])
    refused(path, duration=duration)


@pytest.mark.parametrize("ending", ["wav", "au", "aiff", "mp3", "ogg"])
def test_what_comes_before_a_break_can_be_used(tmp_path, whole_files, ending):
    content = whole_files[ending]
    path = tmp_path / f"cut.{ending}"
    path.write_bytes(content[: len(content) * 3 // 4])
    assert audio.load(path, duration=1.0).shape == (22050,)
    refused(path, "breaks off at")


def test_a_size_that_was_never_filled_in(tmp_path, whole_files):
    streamed = bytearray(whole_files["wav"])
    streamed[4:8] = streamed[40:44] = b"\xff" * 4
    (tmp_path / "streamed.wav").write_bytes(streamed)
    assert audio.load(tmp_path / "streamed.wav").shape == (4 * 22050,)


@given(data=st.data())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_but_audio_error_whatever_is_in_the_file(tmp_path, whole_files, data):
    ending = data.draw(st.sampled_from(sorted(FORMATS)))
    content = bytearray(whole_files[ending])
    content = content[: data.draw(st.integers(0, len(content)))]
    if content:
        for _ in range(data.draw(st.integers(0, 4))):
            where = data.draw(st.integers(0, min(len(content), 200) - 1))
            content[where] = data.draw(st.integers(0, 255))
    path = tmp_path / f"fuzz.{ending}"
    path.write_bytes(content)
    try:
        y = audio.load(path, offset=data.draw(st.sampled_from([0.0, 1.5])), duration=2.0)
    except AudioError as error:
        assert str(path) in str(error)
    else:
        assert y.dtype == np.float32 and 0 < len(y) <= 44100 and np.isfinite(y).all()


@pytest.mark.parametrize(
    "wrong",
    [
        {"sr": 0},
        {"sr": -1},
        {"sr": np.nan},
        {"offset": -0.1},
        {"offset": np.inf},
        {"duration": 0},
        {"duration": -1.0},
        {"duration": np.nan},
    ],
)
def test_parameters_out_of_range_are_named(tmp_path, wrong):
    path = write(tmp_path / "a.wav", sine(1))
    with pytest.raises(ValueError, match=f"{next(iter(wrong))}=.* must be"):
        audio.load(path, **wrong)


def test_offset_beyond_the_end(tmp_path):
    refused(write(tmp_path / "a.wav", sine(1)), "lasts 1 s", "offset=1 s", offset=1.0)


@pytest.mark.parametrize("ending", FORMATS)
def test_seconds(tmp_path, ending):
    assert audio.seconds(write(tmp_path / f"a.{ending}", sine(2.5, 8000), 8000)) == 2.5
    with pytest.raises(AudioError, match="no such file"):
        audio.seconds(tmp_path / "none.wav")


def test_fingerprint_follows_content_alone(tmp_path):
    a, b = tmp_path / "a", tmp_path / "b"
    a.write_bytes(b"one")
    b.write_bytes(b"one")
    os.utime(b, ns=(0, 0))
    first = audio.fingerprint(a)
    assert audio.fingerprint(b) == first
    a.write_bytes(b"two")  # the same size
    os.utime(a, ns=(10**9, 10**9))
    assert audio.fingerprint(a) != first
    with pytest.raises(AudioError, match="none: no such file"):
        audio.fingerprint(tmp_path / "none")


# -- what decoders write -----------------------------------------------------------------------------------


@pytest.fixture
def noisy_mp3(tmp_path):
    """An MP3 whose decoder comments on it, while it is opened and while it is read."""
    whole = write(tmp_path / "whole.mp3", np.random.default_rng(0).uniform(-0.5, 0.5, 4 * 22050)).read_bytes()
    path = tmp_path / "noisy.mp3"
    path.write_bytes(whole[: len(whole) // 2] + bytes(500) + whole[len(whole) // 2 :] + bytes(5000))
    return path


def test_the_decoder_writes_nothing_on_the_screen(noisy_mp3, capfd):
    with soundfile.SoundFile(noisy_mp3) as file:
        file.read()
    assert "Illegal Audio-MPEG-Header" in capfd.readouterr().err  # or this test is of nothing
    assert audio.load(noisy_mp3, offset=1.0).size
    assert audio.seconds(noisy_mp3) == 4.0
    os.write(2, b"still there\n")
    assert capfd.readouterr() == ("", "still there\n")


def test_the_screen_comes_back_after_an_error(tmp_path, capfd):
    (tmp_path / "words.mp3").write_text("Verse 1\nThe river runs\n" * 100, encoding="utf-8")
    refused(tmp_path / "words.mp3", "cannot be read as sound")
    refused(tmp_path / "none.mp3", "no such file")
    os.write(2, b"still there\n")
    assert capfd.readouterr().err == "still there\n"


def test_the_screen_comes_back_whichever_thread_ends_last(noisy_mp3, capfd):
    with ThreadPoolExecutor(8) as pool:
        lengths = list(pool.map(lambda _: len(audio.load(noisy_mp3)), range(80)))
    assert len(set(lengths)) == 1
    os.write(2, b"still there\n")
    assert capfd.readouterr().err == "still there\n"


def test_threads_that_leave_in_any_order(capfd):
    silence = quiet._Quiet()
    with silence:
        os.write(2, b"hidden\n")
        second = contextlib.ExitStack()
        second.enter_context(silence)
        os.write(2, b"hidden\n")
    os.write(2, b"the first has left, the second has not\n")
    second.close()
    os.write(2, b"shown\n")
    assert capfd.readouterr().err == "shown\n"


def test_no_file_is_left_open(noisy_mp3):
    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("this system does not list what is open")
    audio.load(noisy_mp3)
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        audio.load(noisy_mp3)
        refused(noisy_mp3, offset=100.0)
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.skipif(os.name == "nt", reason="a closed stream ends the interpreter there")
def test_without_a_screen_sound_is_read(noisy_mp3):
    code = "import os, sys; os.close(2); from mirlab import audio; print(audio.load(sys.argv[1]).size)"
    command = [sys.executable, "-c", code, str(noisy_mp3)]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300, check=True)
    assert int(done.stdout) == len(audio.load(noisy_mp3))


# -- MP3s without an index ---------------------------------------------------------------------------------


def test_an_mp3_without_index_is_as_long_as_it_is(tmp_path):
    """libsndfile takes all frames to be as large as the first, and reads no further than that makes it."""
    y = np.concatenate([np.random.default_rng(0).uniform(-0.9, 0.9, 22050), sine(9) * 0.1])
    content = write(tmp_path / "a.mp3", y).read_bytes()
    path = tmp_path / "no index.mp3"
    path.write_bytes(content[broken.mp3_frames(content)[1] :])
    with soundfile.SoundFile(path) as file:
        assert file.frames < 5 * 22050  # what libsndfile makes of it
    assert audio.seconds(path) == pytest.approx(10.0, abs=0.1)
    assert len(audio.load(path, duration=None)) == round(audio.seconds(path) * 22050)
    start = 7 * 22050
    np.testing.assert_allclose(
        audio.load(path, offset=7.0, duration=2.0), audio.load(path)[start : start + 44100], atol=1e-4
    )


@pytest.mark.parametrize("rate", [8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000])
@pytest.mark.parametrize("channels", [1, 2])
def test_every_frame_of_an_mp3_is_found(tmp_path, rate, channels):
    content = broken.mp3_without_index(2.0, rate, channels)
    path = tmp_path / "a.mp3"
    path.write_bytes(broken.id3(5000) + content + broken.ID3V1)
    with disk.opened(path) as source:
        found = mpeg.find(source)
    assert found.starts.tolist() == [5010 + start for start in broken.mp3_frames(content)]
    assert found.kind == (3 if rate >= 32000 else 2 if rate >= 16000 else 0, 3, rate, channels == 1)
    assert found.samples == len(found.starts) * (1152 if rate >= 32000 else 576)


@pytest.mark.parametrize("rate", [16000, 44100])
def test_an_mp3_with_a_right_index_is_what_libsndfile_reads(tmp_path, rate):
    path = write(tmp_path / "a.mp3", sine(3.0, rate), rate)
    expected, _ = soundfile.read(path, dtype="float32")
    np.testing.assert_allclose(audio.load(path, sr=rate), expected, atol=1e-6)


# Header by header, from the tables of ISO 11172-3 and 13818-3.
@pytest.mark.parametrize(
    ("head", "kind", "size"),
    [
        ("fffb9000", (3, 3, 44100, False), 417),  # 128 kbit/s: 144 * 128000 / 44100
        ("fffb9200", (3, 3, 44100, False), 418),  # padded
        ("fff350c0", (2, 3, 22050, True), 130),  # 40 kbit/s: 72 * 40000 / 22050
        ("fffd8400", (3, 2, 48000, False), 384),  # 128 kbit/s: 144 * 128000 / 48000
        ("ffff4000", (3, 1, 44100, False), 136),  # 128 kbit/s: 12 * 128000 / 44100 = 34 slots of 4 bytes
    ],
)
def test_what_a_header_says(head, kind, size):
    header = mpeg._header(bytes.fromhex(head))
    assert (header.kind, header.size) == (kind, size)


@pytest.mark.parametrize("head", ["ffeb9000", "fff99000", "fffbf000", "fffb9c00", "7ffb9000", "fffb90"])
def test_what_is_not_a_header(head):
    assert mpeg._header(bytes.fromhex(head)) is None


@given(page=st.binary(min_size=27, max_size=200))
def test_checksums_of_pages(page):
    assert ogg.checksum(page) == broken.ogg_checksum(page[:22] + bytes(4) + page[26:])


# -- what a file is ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("0000002066747970 4d344120", "an MP4 or QuickTime file"),
        ("00000008 77696465 00001000 6d646174", "an MP4 or QuickTime file"),
        ("1a45dfa3 01000000", "a Matroska or WebM file"),
        ("3026b2758e66cf11a6d900aa0062ce6c", "a Windows Media file"),
        ("fff15080 2ffffc21", "an AAC file"),
        ("7776706b 00000000", "a WavPack file"),
        ("4d414320 96 0f", "a Monkey's Audio file"),
        ("2321414d520a", "an AMR file"),
        ("0b77", "a Dolby Digital file"),
        ("52494646 00000000 41564920", "an AVI film"),
        ("504b0304", "an archive"),
        ("89504e47", "a picture or a document"),
        ("3c21444f43545950452068746d6c3e", "a web page"),
        ("4d546864 00000006", "notes, not sound"),
    ],
)
@pytest.mark.parametrize("name", ["a.wav", "a.mp3", "a.m4a"])
def test_a_file_of_another_kind_is_named_by_its_content(tmp_path, head, words, name):
    path = tmp_path / name
    path.write_bytes(bytes.fromhex(head) + np.random.default_rng(0).bytes(5000))
    message = refused(path, words, "cannot be read as sound here; ")
    assert "damaged" not in message
    path.write_bytes(broken.id3(300) + path.read_bytes())
    refused(path, words)


def test_a_wav_in_a_rare_encoding(tmp_path):
    content = broken.put(broken.whole("wav"), 20, "<H", 0x00FF)  # AAC
    (tmp_path / "a.wav").write_bytes(content)
    refused(tmp_path / "a.wav", "a WAV file in a rare encoding", "convert it")


def test_every_ending_of_sound_is_listed_with_what_to_do():
    read = {ending for ending, sentence in audio.ENDINGS.items() if sentence is None}
    assert read >= {".wav", ".wave", ".rf64", ".w64", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".mp2", ".au"}
    assert read >= {".snd", ".aif", ".aiff", ".aifc", ".caf"}
    others = {".m4a", ".m4b", ".mp4", ".mov", ".3gp", ".aac", ".wma", ".webm", ".mka", ".ape", ".wv", ".amr"}
    assert others | {".ac3", ".dsf", ".spx", ".mid"} <= audio.SUFFIXES - read
    for ending in audio.SUFFIXES - read:
        assert "cannot be read as sound here; " in audio.ENDINGS[ending]
    assert all(re.fullmatch(r"\.[a-z0-9+]+", ending) for ending in audio.SUFFIXES)


@pytest.mark.parametrize("form", ["WAV", "WAVEX", "RF64", "AIFF", "CAF", "AU", "W64"])
def test_every_ending_that_is_read_can_be(tmp_path, form):
    path = tmp_path / f"a.{form.lower()}"
    soundfile.write(path, sine(0.5), 22050, format=form, subtype="PCM_16")
    assert audio.load(path).shape == (11025,)


def test_signatures_do_not_fit_files_that_can_be_read(whole_files):
    for content in whole_files.values():
        assert kinds.recognise(content[: kinds.HEAD]) is None
