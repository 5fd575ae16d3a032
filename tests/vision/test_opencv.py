import os
import subprocess
import sys

import pytest

QT_VARIABLES = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")


def variables_after(statement):
    code = f"import os\n{statement}\nprint([name for name in {QT_VARIABLES!r} if name in os.environ])"
    environment = {name: value for name, value in os.environ.items() if name not in QT_VARIABLES}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_opencv_leaves_no_path_of_its_own_qt_behind():
    assert variables_after("from kiosk.vision.opencv import cv2") == "[]"


def test_opencv_imported_directly_would_leave_one():
    if variables_after("import cv2") == "[]":
        pytest.skip("this build of opencv-python carries no Qt")
    assert "QT_QPA" in variables_after("import cv2")


def test_paths_that_were_set_before_are_removed_too():
    assert variables_after("os.environ['QT_QPA_FONTDIR'] = '/nowhere'\nfrom kiosk.vision.opencv import cv2") == "[]"


def test_the_rest_of_qts_environment_stays():
    code = "import os\nfrom kiosk.vision.opencv import cv2\nprint(os.environ['QT_QPA_PLATFORM'])"
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "offscreen"
