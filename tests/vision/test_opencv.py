import os
import subprocess
import sys

QT_VARIABLES = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")


def variables_after(statement):
    code = f"import os\n{statement}\nprint([name for name in {QT_VARIABLES!r} if name in os.environ])"
    environment = {name: value for name, value in os.environ.items() if name not in QT_VARIABLES}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_opencv_leaves_no_path_of_its_own_qt_behind():
    assert variables_after("from kiosk.vision.opencv import cv2") == "[]"
