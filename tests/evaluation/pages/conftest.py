"""Results of every protocol, small and made up."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from kiosk.evaluation.intervals import Interval, wilson
from kiosk.evaluation.rates import curve, equal_error_rate, operating_point
from kiosk.evaluation.results import (
    Acquisition,
    EvaluationReport,
    LfwResult,
    OpenSetResult,
    OpenSetRow,
    PathLabel,
    Scores,
    VisitsResult,
    VisitsRow,
    WorstPair,
)
from kiosk.vision.opencv import cv2

OWN, PEER = PathLabel("dlib_resnet", "haar"), PathLabel("dlib", "hog", peer=True)
WORST = (
    WorstPair("Ada/Ada_0001.jpg", "Ada/Ada_0002.jpg", 0.71, same=True),
    WorstPair("Ada/Ada_0001.jpg", "Bob/gone.jpg", 0.42, same=False),
)


def acquisition(pictures: int = 1000, **failures: int) -> Acquisition:
    took = {"detect": 5.0, "encode": 8.5}
    return Acquisition(pictures, failures, wilson(sum(failures.values()), pictures), took)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pictures of a person; what is said of others cannot be found there."""
    for number in (1, 2):
        path = tmp_path / "pictures" / "Ada" / f"Ada_000{number}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), np.full((120, 90, 3), 60 * number, np.uint8))
    return tmp_path / "pictures"


@pytest.fixture
def lfw_result() -> Callable[..., LfwResult]:
    def make(path: PathLabel = OWN, mean: float = 0.4, *, people_apart: float = 0.84) -> LfwResult:
        random = np.random.default_rng(3)
        genuine, impostor = random.normal(mean, 0.09, 200), random.normal(people_apart, 0.08, 200)
        points = tuple(operating_point(genuine, impostor, rate) for rate in (1e-2, 1e-3))
        errors, threshold = equal_error_rate(curve(genuine, impostor))
        return LfwResult(
            path=path,
            acquisition=acquisition(no_face=3, unreadable=1),
            pairs=400,
            people=310,
            folds="ten folds",
            accuracy=0.9882,
            accuracy_std=0.004,
            accuracy_error=0.0013,
            accuracy_interval=Interval(0.981, 0.993),
            accuracy_acquired=0.99,
            threshold=0.61,
            area=0.9991,
            area_interval=Interval(0.9985, 0.9996),
            equal_error_rate=errors,
            equal_error_interval=None,
            equal_error_threshold=threshold,
            points=points,
            points_acquired=points,
            scores=Scores(genuine, impostor),
            worst=WORST,
        )

    return make


def open_set_row(people: int, fpir: float = 0.01, missed: int = 38, templates: int = 1) -> OpenSetRow:
    rates = {"fpir": wilson(10, 1000), "fnir": wilson(missed, 100), "wrong_person": wilson(1, 100)}
    return OpenSetRow(
        people=people,
        templates=templates,
        seeds=5,
        fpir_asked=fpir,
        threshold=0.5,
        rank_one_errors=wilson(4, 100),
        strangers=800,
        members=people,
        **rates,
    )


@pytest.fixture
def open_set_result() -> OpenSetResult:
    rows = (open_set_row(10, missed=5), open_set_row(1000), open_set_row(1000, fpir=0.001, missed=70))
    return OpenSetResult(OWN, acquisition(), rows, WORST, ("1,000 people with five pictures each",))


def visits_row(people: int = 100, granted: int = 0, kind: str = "pictures") -> VisitsRow:
    return VisitsRow(
        kind=kind,
        people=people,
        templates=5,
        frames=5,
        seeds=2,
        threshold=0.52,
        margin=0.03,
        k=3,
        n=5,
        strangers_granted=wilson(granted, 10000),
        wrong_person_granted=wilson(0, 500),
        members_refused=wilson(9, 500),
        members_undecided=wilson(2, 500),
        frames_needed={"median": 3, "p90": 4},
        strangers=800,
        members=98,
    )


@pytest.fixture
def visits_result() -> VisitsResult:
    rows = (visits_row(10), visits_row(100), visits_row(100, granted=4, kind="clips"))
    facts = {
        "at 0.4000": {"strangers_granted": 0.0, "members_not_granted": 0.2},
        "at 0.6000": {"strangers_granted": 0.01, "members_not_granted": 0.05},
        "at 0.5000": {"strangers_granted": 0.001, "members_not_granted": 0.1},
        "at 0.7000": {"strangers_granted": None, "members_not_granted": 0.1},
        "frames": {"correlation": 0.61},
    }
    return VisitsResult(OWN, acquisition(too_dark=2), rows, (), {"pictures, N = 100": facts})


@pytest.fixture
def report(folder: Path) -> Callable[..., EvaluationReport]:
    def make(protocol: str, *results: LfwResult | OpenSetResult | VisitsResult) -> EvaluationReport:
        settings = {"pairs": Path("/somewhere/pairs.txt"), "training": None, "set": ["path.mirror=false"]}
        return EvaluationReport(protocol, folder, 7, 75.0, settings, results)

    return make
