import json

from kiosk.cli.output import print_json, print_table, progress_bar, rounded


def test_json_is_one_line_in_which_names_stay_readable(capsys):
    print_json({"name": "Nguyễn\nThị"})
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert json.loads(out) == {"name": "Nguyễn\nThị"}
    assert "Nguyễn" in out


def test_a_table_is_as_wide_as_its_words_where_nobody_watches(capsys):
    print_table(("file", "reason"), [("x" * 200, "[bold]no markup[/bold]")])
    out = capsys.readouterr().out
    assert "x" * 200 in out
    assert "[bold]no markup[/bold]" in out


def test_the_bar_is_silent_where_nobody_watches(capsys):
    with progress_bar() as show:
        show(0, 10)
        show(10, 10)
    assert capsys.readouterr() == ("", "")


def test_distances_keep_the_digits_that_mean_something():
    assert rounded(0.123456) == 0.1235
    assert rounded(None) is None
