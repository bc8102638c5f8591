import contextlib
import csv
import io
import os
import unicodedata

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from mirlab import DatasetError
from mirlab.datasets.tables import Table

ROWS = [
    {"id": "1", "artist": "Ärzte, Die", "note": ""},
    {"id": "2", "artist": "AC/DC", "note": 'so "loud"; \t!'},
]


def written(rows, *, separator=",", end="\n", encoding="utf-8", quoting=csv.QUOTE_MINIMAL):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator=end, quoting=quoting)
    writer.writerows([rows[0].keys(), *([row[name] for name in rows[0]] for row in rows)])
    return text.getvalue().encode(encoding)


def table(tmp_path, content, columns=("id", "artist"), **options):
    path = tmp_path / "t.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return Table(path, list(columns), **options)


def told(table):
    return [problem.removeprefix(f"{table.path}: ") for problem in table.problems]


# what is read right


@pytest.mark.parametrize("separator", [",", "\t", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-32"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_every_dialect_gives_the_same_rows(tmp_path, separator, end, encoding, quoting):
    content = written(ROWS, separator=separator, end=end, encoding=encoding, quoting=quoting)
    read = table(tmp_path, content, key="id")
    assert read.columns == ["id", "artist", "note"]
    assert list(read) == [(2, ROWS[0]), (3, ROWS[1])] and read.problems == []


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
WESTERN = st.text("abc ,;\t\"'\r\näöüßéñÅ", max_size=20)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_table_comes_back_as_it_was_written(tmp_path_factory, data):
    encoding = data.draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"]))
    cells = WESTERN if encoding in ("cp1252", "latin-1") else CELLS
    rows = data.draw(
        st.lists(st.fixed_dictionaries({"a b": cells, "ü": cells, "id": st.just("x")}), min_size=1)
    )
    content = written(
        rows,
        separator=data.draw(st.sampled_from(",\t;")),
        end=data.draw(st.sampled_from(["\n", "\r", "\r\n"])),
        encoding=encoding,
        quoting=csv.QUOTE_ALL,
    )
    read = table(tmp_path_factory.mktemp("t"), content, ["id"])
    assert [row for _, row in read] == [{name: cell.strip() for name, cell in row.items()} for row in rows]
    assert read.problems == [] or encoding in ("cp1252", "latin-1")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_in_one_line(tmp_path_factory, content):
    try:
        read = table(tmp_path_factory.mktemp("t"), b"id,artist\n" + content, key="id")
        rows = list(read)
    except DatasetError as error:
        assert "\n" not in str(error)
    else:
        assert all(row.keys() == {"id", "artist"} and row["id"] for _, row in rows)
        assert len({row["id"] for _, row in rows}) == len(rows)
        assert not any("\n" in problem for problem in read.problems)


def test_one_line_in_another_encoding_does_not_spoil_the_others(tmp_path):
    content = "id,artist\n1,Björk\n".encode() + "2,Mötley Crüe – “live”\n".encode("cp1252") + b"3,\x81\n"
    read = table(tmp_path, content)
    assert [row["artist"] for _, row in read] == ["Björk", "Mötley Crüe – “live”", "\x81".strip()]
    assert told(read) == [
        "is not UTF-8 and was read as Windows-1252, which gives '\\x81' in line 4; if that is wrong, save "
        "the table as UTF-8"
    ]


@pytest.mark.parametrize("text", ["Кино", "日本", "Ελλάδα"])
def test_an_encoding_that_is_doubtful_is_reported(tmp_path, text):
    for encoding in ("cp1251", "shift_jis", "cp1253"):
        with contextlib.suppress(UnicodeEncodeError):
            read = table(tmp_path, f"id,artist\n1,a\n2,{text}\n".encode(encoding))
            assert len(list(read)) == 2
            [sentence] = told(read)
            assert "was read as Windows-1252, which gives" in sentence and "in line 3" in sentence
    read = table(tmp_path, f"id,artist,{text}\n1,a,b\n")
    assert len(list(read)) == 1 and read.problems == [] and read.columns[2] == text


def test_columns_can_be_displayed(tmp_path):
    apart = unicodedata.normalize("NFD", "Café")
    read = table(tmp_path, f"id,artist,{apart},rock\u202e\n1,2,3,4\n")
    assert read.columns == ["id", "artist", unicodedata.normalize("NFC", apart), r"rock\u202e"]


def test_several_header_rows_are_joined_by_dots(tmp_path):
    content = ",set,track\n,split,genre_top\ntrack_id,,\n2,training,Hip-Hop\n"
    read = table(tmp_path, content, ["track_id", "set.split", "track.genre_top"], header=3)
    assert read.columns == ["track_id", "set.split", "track.genre_top"]
    assert list(read) == [(4, {"track_id": "2", "set.split": "training", "track.genre_top": "Hip-Hop"})]


def test_lines_are_counted_as_an_editor_counts_them(tmp_path):
    content = 'id,artist\n\n1,"a\nb"\n\n,\n2,c\n3\n'
    read = table(tmp_path, content, ["id"])
    assert [(line, row["artist"]) for line, row in read] == [(3, "a\nb"), (7, "c")]
    assert told(read) == ["line 8 is left out: not the 2 cells of the header"]


def test_the_columns_asked_for_show_the_separator(tmp_path):
    read = table(tmp_path, "id\tartist, or band; or choir\n1\tx, y; z\n", ["id"])
    assert [row for _, row in read] == [{"id": "1", "artist, or band; or choir": "x, y; z"}]
    assert table(tmp_path, "id\n1\n2\n", ["id"]).columns == ["id"]
    assert table(tmp_path, "id;artist,name\n1;x\n", ["id", "artist,name"]).columns == ["id", "artist,name"]


def test_a_table_without_rows(tmp_path):
    read = table(tmp_path, "id,artist\n")
    assert list(read) == [] and read.problems == []


def test_iterating_twice_tells_problems_once(tmp_path):
    read = table(tmp_path, "id,artist\n1\n2,b\n")
    assert list(read) == list(read)
    assert told(read) == ["line 2 is left out: not the 2 cells of the header"]


# what is left out


def test_rows_of_another_width_are_left_out_and_told_together(tmp_path):
    content = "id,artist\n" + "1\n2,b\n3,c,d\n" + "4\n" * 5
    read = table(tmp_path, content)
    assert [row["id"] for _, row in read] == ["2"]
    assert told(read) == [
        "7 rows are left out, in lines 2, 4, 5, 6, 7 and 2 more: not the 2 cells of the header"
    ]


def test_missing_and_repeated_ids(tmp_path):
    read = table(tmp_path, "id,artist\n1,a\n,b\n1,c\n 1 ,d\n2,e\n", key="id")
    assert [row["artist"] for _, row in read] == ["a", "e"]
    assert told(read) == [
        "line 3 is left out: no id",
        "2 rows are left out, in lines 4, 5: the id of an earlier line",
    ]
    assert len(list(table(tmp_path, "id,artist\n1,a\n1,b\n"))) == 2


@pytest.mark.parametrize(
    ("rows", "kept", "problem"),
    [
        (
            '2,"b\n3,c\n4,"d"\n5,e\n',
            "5",
            "line 3-5 is left out: not valid csv (',' expected after '\"'); is a quote open?",
        ),
        ('2,"b\n3,c\n4,"\n5,e\n', "5", "line 3-5 is left out: a line break in 'artist'; is a quote open?"),
        ('"2,b\n3,c\n', "", "line 3-4 is left out: not valid csv (unexpected end of data); is a quote open?"),
        (
            '2,"b" c\n5,e\n',
            "5",
            "line 3 is left out: not valid csv (',' expected after '\"'); is a quote open?",
        ),
        ('2,"b,c\n3,"\n5,"e"\n', "5", "line 3-4 is left out: a line break in 'artist'; is a quote open?"),
    ],
)
def test_a_quote_that_is_not_paired_loses_no_row_in_silence(tmp_path, rows, kept, problem):
    read = table(tmp_path, "id,artist\n1,a\n" + rows)
    assert [row["id"] for _, row in read] == ["1", *kept]
    assert told(read) == [problem]


def test_quotes_and_line_breaks_where_they_may_be(tmp_path):
    content = 'id,artist,about\n1,12" mix,"so ""loud"",\nand long"\n2,"""x""",\n'
    assert [(line, *row.values()) for line, row in table(tmp_path, content)] == [
        (2, "1", '12" mix', 'so "loud",\nand long'),
        (4, "2", '"x"', ""),
    ]


def test_a_cell_without_end_is_given_up_and_reading_goes_on(tmp_path):
    read = table(tmp_path, 'id,artist\n1,a\n2,"' + "b\n" * 80000 + "3,c\n")
    assert [row["id"] for _, row in read] == ["1", "3"]
    assert "not valid csv (field larger than field limit (131072)); is a quote open?" in told(read)[0]


def test_nul_bytes_far_inside(tmp_path):
    read = table(tmp_path, b"id,artist\n" + b"1,aaaaaaaa\n" * 10000 + b"2,\0\n3,c\n")
    assert [row["id"] for _, row in read][-1] == "3"
    assert told(read) == ["line 10002 is left out: a NUL byte, which no text has"]


def test_faults_of_the_caller_stand_with_the_others(tmp_path):
    read = table(tmp_path, "id,artist\n1,a\n2\n3,c\n")
    for line, row in read:
        if row["artist"] == "c":
            read.fault(line, "an artist that is a letter")
    assert told(read) == [
        "line 3 is left out: not the 2 cells of the header",
        "line 4 is left out: an artist that is a letter",
    ]


# what is refused


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty, or not a csv table; it must begin with the columns 'id', 'artist'"),
        (b"\n\r\n\n", "is empty"),
        (b'"id,artist\n1,a\n', "is empty, or not a csv table"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"\xff\xfe", "is empty"),
        (b"id,name\n1,a\n", "has no column 'artist'; its columns are 'id', 'name'"),
        (b"ID;artist\n", "has no column 'id'; its columns are 'ID', 'artist'"),
        (b"id,artist,id\n", "has 2 columns called 'id'; its columns are 'id', 'artist', 'id'"),
        (b",".join(b"c%d" % i for i in range(190)), "'c0', 'c1', 'c2', 'c3', 'c4' and 185 more"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is not a text"),
        ("id,artist\n1,a".encode("utf-16-le"), "is not a text; save the table as csv, best in UTF-8"),
        (b"ID3" + b"\xff\xfb\x90d" * 1000, "has no column 'id'"),
        (b"x" * 100000, "has no column 'id'"),
        (b"x" * 200000, "has no column 'id'|is empty"),
    ],
)
def test_no_table(tmp_path, content, message):
    with pytest.raises(DatasetError, match=message) as caught:
        table(tmp_path, content)
    assert str(caught.value).startswith(f"{tmp_path / 't.csv'}: ")
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 400


def test_no_file(tmp_path):
    with pytest.raises(DatasetError, match=r"none\.csv: cannot be read \(No such file"):
        Table(tmp_path / "none.csv", ["id"])
    with pytest.raises(DatasetError, match="is not a file, so it cannot be read as a table"):
        Table(tmp_path, ["id"])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DatasetError, match="is not a file"):
        Table(tmp_path / "pipe", ["id"])


def test_no_permission(tmp_path, monkeypatch):
    path = tmp_path / "t.csv"
    path.write_text("id\n1\n")

    def refuse(file, *args, **kwargs):
        raise PermissionError(13, "Permission denied", str(file))

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(DatasetError, match=r"t\.csv: cannot be read \(Permission denied\)"):
        Table(path, ["id"])


def test_a_disk_that_fails_while_reading(tmp_path):
    read = table(tmp_path, "id,artist\n1,a\n")
    read.path.unlink()
    with pytest.raises(DatasetError, match=r"t\.csv: cannot be read \(No such file"):
        list(read)
