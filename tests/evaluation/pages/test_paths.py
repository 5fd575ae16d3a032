from kiosk.evaluation.pages.wording import path_name, subject
from kiosk.evaluation.results import PathLabel


def test_peer_is_named_as_one() -> None:
    assert path_name(PathLabel("dlib", "hog", peer=True)) == "dlib, hog (peer)"
    assert path_name(PathLabel("dlib_resnet", "haar")) == "dlib_resnet, haar"


def test_page_speaks_of_the_first_own_path(lfw_result) -> None:
    peer, own = lfw_result(PathLabel("dlib", "hog", peer=True)), lfw_result()
    assert subject([peer, own]) is own
    assert subject([peer]) is peer
