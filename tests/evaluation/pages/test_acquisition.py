from kiosk.evaluation.pages import acquisition as module
from kiosk.evaluation.pages.acquisition import acquisition_section, worst_section
from kiosk.evaluation.pages.page import Pairs, Plots, Table, Thumbnails
from kiosk.evaluation.results import Acquisition, PathLabel, WorstPair


def test_failures_are_told_by_reason_in_words(lfw_result) -> None:
    (part,) = acquisition_section([lfw_result()])
    (table,) = (item for item in part.items if isinstance(item, Table))
    assert {"no face found", "unreadable"} <= set(table.headings)
    assert table.rows[0][2].detail.startswith("4\u00a0of\u00a01,000\n")
    (plots,) = (item for item in part.items if isinstance(item, Plots))
    assert [plot.name for plot, _ in plots.plots] == ["milliseconds", "failures"]


def test_without_failures_and_times_there_is_only_the_table(open_set_result) -> None:
    acquired = open_set_result.acquisition
    silent = type(open_set_result)(
        open_set_result.path, Acquisition(acquired.pictures, {}, acquired.rate, {}), open_set_result.rows, ()
    )
    (part,) = acquisition_section([silent])
    assert [item.kind for item in part.items] == ["table"]


def test_worst_pairs_of_either_kind_stand_apart_with_their_pictures(report, lfw_result) -> None:
    (part,) = worst_section(report("lfw", lfw_result()), ("far", "close"))
    far, close = part.items
    assert isinstance(far, Pairs)
    assert (far.caption, close.caption) == ("far", "close")
    assert all(portrait.source for portrait in far.pairs[0].portraits)
    assert [bool(portrait.source) for portrait in close.pairs[0].portraits] == [True, False]
    assert (far.pairs[0].value, close.pairs[0].tone) == ("0.710", "warn")


def test_with_several_paths_each_has_its_own_pairs(report, lfw_result) -> None:
    both = report("lfw", lfw_result(), lfw_result(PathLabel("dlib", "hog", peer=True)))
    (part,) = worst_section(both, ("far", "close"))
    assert [item.caption for item in part.items][::2] == ["dlib_resnet, haar: far", "dlib, hog (peer): far"]


def test_result_without_pairs_has_no_such_section(report, visits_result) -> None:
    assert worst_section(report("visits", visits_result), ("far", "close")) == ()


def test_pictures_are_named_by_person_and_file(folder) -> None:
    pairs = [
        ("Ada_Lovelace/Ada_Lovelace_0001.jpg", "Ada Lovelace 0001"),
        ("Ada/3.jpg", "Ada, 3"),
        ("loose.png", "loose"),
        ("Ada/.jpg", "Ada, .jpg"),
    ]
    for picture, name in pairs:
        shown = module._pair(WorstPair(picture, picture, 0.5, same=True), Thumbnails(folder))
        assert shown.portraits[0].name == name
