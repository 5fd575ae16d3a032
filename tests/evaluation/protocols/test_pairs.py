import os

import pytest

from kiosk.errors import EvaluationError
from kiosk.evaluation.lfw import read_pairs


@pytest.fixture
def read(tmp_path):
    """read("Ada\t1\t2\n"): the pairs of a file with that content, of pictures in a folder `faces`."""

    def of(content):
        path = tmp_path / "pairs.txt"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_pairs(path, tmp_path / "faces")

    return of


def told(pairs):
    return [(one.a.source, one.b.source, one.same, one.fold) for one in pairs.pairs]


def test_a_development_file_has_pairs_of_one_person_and_of_two(read, tmp_path):
    pairs = read("Ada_Lovelace\t1\t12\nAda_Lovelace\t2\tAlan_Turing\t1\n")
    assert told(pairs) == [
        ("Ada_Lovelace/Ada_Lovelace_0001.jpg", "Ada_Lovelace/Ada_Lovelace_0012.jpg", True, 0),
        ("Ada_Lovelace/Ada_Lovelace_0002.jpg", "Alan_Turing/Alan_Turing_0001.jpg", False, 0),
    ]
    assert pairs.folds == 1
    assert pairs.pairs[0].a.path == tmp_path / "faces" / "Ada_Lovelace" / "Ada_Lovelace_0001.jpg"
    assert [one.source[-8:] for one in pairs.pictures] == ["0001.jpg", "0002.jpg", "0012.jpg", "0001.jpg"]


def test_a_first_line_may_say_how_many_there_are(read):
    pairs = read("1\nAda\t1\t2\nAda\t1\tAlan\t1\n")
    assert (len(pairs.pairs), pairs.folds) == (2, 1)


def test_ten_folds_are_told_by_their_place(read):
    lines = "".join(f"Ada\t{fold + 1}\t20\nAda\t{fold + 1}\tAlan\t1\n" for fold in range(10))
    pairs = read(f"10\t1\n{lines}")
    assert pairs.folds == 10
    assert [one.fold for one in pairs.pairs] == [number // 2 for number in range(20)]


@pytest.mark.parametrize(
    "content",
    [
        "Ada\t1\t2\r\nAda\t1\tAlan\t1\r\n",
        "\ufeffAda\t1\t2\nAda\t1\tAlan\t1",
        "Ada 1 2\n\n\nAda   1 Alan 1\n\n",
    ],
    ids=["lines of Windows", "a mark before the text", "blanks and empty lines"],
)
def test_the_same_pairs_may_be_written_in_several_ways(read, content):
    assert [one[:3] for one in told(read(content))] == [
        ("Ada/Ada_0001.jpg", "Ada/Ada_0002.jpg", True),
        ("Ada/Ada_0001.jpg", "Alan/Alan_0001.jpg", False),
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "is empty"),
        ("\n \n\t\n", "is empty"),
        ("Ada\t1\t2\nAda\t1\n", "line 2: a pair of 3 or 4 columns was expected, found 'Ada 1'"),
        ("Ada\t1\t2\tAlan\t3\n", "line 1: a pair of 3 or 4 columns was expected"),
        ("Ada\t0\t2\n", "line 1: a picture's number, 1 or more, was expected"),
        ("Ada\t-1\t2\n", "line 1: a picture's number"),
        ("Ada\t1\ttwo\n", "line 1: a picture's number"),
        ("Ada\t1\t٢\n", "line 1: a picture's number"),
        ("Ada\t1\t9999999999999999999999\n", "line 1: a picture's number"),
        ("Ada\t1\t2\nAda\t1\tAda\t2\n", "line 2: two people were expected"),
        ("Ada\t2\t2\n", "line 1: one picture is named twice"),
        ("../../etc\t1\t2\n", "line 1: the name holds a slash"),
        ("..\t1\t2\n", "line 1: the name starts with “.”"),
        ("A\x1b[2Jda\t1\t2\n", "line 1: the name holds characters that cannot be shown"),
        ("ten\t300\nAda\t1\t2\n", "line 1: one or two whole numbers, or a pair, were expected"),
        ("1\t1\nAda\t1\t2\n", "line 1 promises 2 pairs, 1 follow"),
        ("999999\t999999\nAda\t1\t2\n", "line 1 promises 1999996000002 pairs, 1 follow"),
        ("300\n", "line 1 promises 600 pairs, 0 follow"),
        (b"Ada\t1\t2\nAda\t1\t\xff\n", "line 2: is not UTF-8"),
        (b"\x00\x01\x02\x03" * 99, "line 1: one or two whole numbers, or a pair, were expected"),
        ("Ada\t1\t2\n" * 100_001, "holds more than 100000 lines"),
        ("x" * (2**24 + 1), "is larger than 16 MB"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(read, content, reason):
    with pytest.raises(EvaluationError) as caught:
        read(content)
    assert reason in caught.value.reason
    assert caught.value.thing.endswith("pairs.txt")
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("kind", ["missing", "folder", "pipe"])
def test_a_path_that_is_no_file_is_told(tmp_path, kind):
    path = tmp_path / "pairs.txt"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    with pytest.raises(EvaluationError):
        read_pairs(path, tmp_path)


@pytest.mark.data
def test_the_files_of_view_1_can_be_read(data):
    folder = data / "lfw-view1"
    test, train = (read_pairs(folder / name, folder) for name in ("pairsDevTest.txt", "pairsDevTrain.txt"))
    assert (len(test.pairs), sum(one.same for one in test.pairs)) == (1000, 500)
    assert (len(train.pairs), sum(one.same for one in train.pairs)) == (2200, 1100)
    assert all(one.path.is_file() for one in test.pictures)
