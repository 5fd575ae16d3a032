"""Report pages and their plots; they need the libraries of the extra [evaluation]."""

from importlib.util import find_spec

from kiosk.errors import EvaluationError


def require_libraries() -> None:
    """Raise EvaluationError where the libraries of the extra [evaluation] are not installed."""
    missing = [library for library in ("jinja2", "matplotlib") if find_spec(library) is None]
    if missing:
        raise EvaluationError(
            "a report page", f"{' and '.join(missing)} cannot be found", "type: pip install 'kiosk[evaluation]'"
        )
