import subprocess
import sys


def test_python_m_kiosk_is_the_command_line():
    asked = subprocess.run([sys.executable, "-m", "kiosk", "--version"], capture_output=True, text=True, check=True)
    assert asked.stdout.startswith("kiosk ")
