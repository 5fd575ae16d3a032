import pytest

from kiosk.evaluation.pages.wording import LIMITS, OPEN_SET, VERIFICATION, VISITS


@pytest.mark.parametrize("terms", [VERIFICATION, OPEN_SET, VISITS])
def test_no_word_is_explained_twice(terms) -> None:
    words = [word for word, _ in terms]
    assert len(set(words)) == len(words)
    assert all(meaning.endswith(".") for _, meaning in terms)


def test_limits_name_the_data_and_the_remedy() -> None:
    text = " ".join(LIMITS)
    assert "celebrities" in text
    assert "`kiosk calibrate`" in text
