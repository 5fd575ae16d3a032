"""kiosk calibrate: find the threshold that a door needs."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kiosk.cli.output import (
    ConfigOption,
    GalleryOption,
    JsonOption,
    print_json,
    print_table,
    progress_bar,
    read_config,
    rounded,
)
from kiosk.errors import EvaluationError, require_extra
from kiosk.paths import gallery_folder

if TYPE_CHECKING:
    from kiosk.evaluation.calibration.calibrating import DoorReport
    from kiosk.evaluation.calibration.model import Setting


def calibrate(
    *,
    stranger_rate: Annotated[
        float,
        typer.Option(metavar="RATE", min=1e-7, max=0.1, help="How often a stranger's visit may open the door."),
    ] = 0.0001,
    journal: Annotated[bool, typer.Option("--journal", help="Also use the journal of the last 90 days.")] = False,
    write: Annotated[
        bool, typer.Option("--write", help="Write threshold, margin, k and n into the configuration.")
    ] = False,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write an HTML page with the pictures.")
    ] = None,
    as_json: JsonOption = False,
    gallery: GalleryOption = None,
    config: ConfigOption = None,
) -> int:
    """Find the threshold that keeps strangers out as often as you ask, and how often members are then refused.

    Exit code 1 where it is an estimate, not a promise; such a threshold is not written.

    Example: kiosk calibrate --stranger-rate 0.001 --write
    """
    from kiosk.evaluation.calibration.calibrating import calibrate_door, write_answer

    if html is not None:
        require_extra("evaluation", "jinja2", "matplotlib", fault=EvaluationError)
    settings = read_config(config)
    with progress_bar("") as show:
        report = calibrate_door(
            settings,
            gallery or gallery_folder(settings),
            asked=stranger_rate,
            with_journal=journal,
            show=show,
        )
    if html is not None:
        from kiosk.evaluation.pages.calibration import calibration_page
        from kiosk.evaluation.pages.page import write_page

        write_page(html, calibration_page(report))
    if as_json:
        print_json(_fields(report))
    else:
        _print(report)
    if write and report.promised:
        typer.echo(f"\nwritten into {write_answer(report)}", err=as_json)
    elif write:
        typer.echo("nothing was written: it is not a promise", err=True)
    return 0 if report.promised else 1


def _print(report: DoorReport) -> None:
    from kiosk.evaluation.calibration import sentences

    typer.echo(sentences.heading(report))
    typer.echo("\n".join(["", *sentences.answer_lines(report)]))
    if report.calibration is not None:
        print_table(*sentences.table_rows(report, report.calibration))
    alike = [sentences.pair_line(pair, report) for pair in report.confusable]
    for title, lines in {
        "Pictures to check": sentences.picture_lines(report),
        "People who look most alike (distance, nearest first)": alike,
        "What would help most": sentences.advice_lines(report),
        "Basis of these figures": sentences.basis_lines(report),
    }.items():
        if told := "".join(f"\n  {line}" for line in lines):
            typer.echo(f"\n{title}:{told}")


def _fields(report: DoorReport) -> dict[str, Any]:
    from kiosk.evaluation.calibration.sentences import basis_lines

    found, known = report.calibration, report.statistics
    return {
        "folder": str(report.folder),
        "encoder": report.encoder.name,
        "people": len(report.gallery.people),
        "pictures": len(report.gallery.templates),
        "stranger_rate": report.asked,
        "promised": report.promised,
        "margin": report.margin,
        "k": report.rule.k,
        "n": report.rule.n,
        "frame_correlation": report.rule.correlation,
        "now": _setting(found.now if found else None),
        "alternatives": {name: _setting(one) for name, one in found.alternatives.items()} if found else {},
        "more_pictures": _setting(found.more_pictures[1]) if found and found.more_pictures else None,
        "statistics": {
            "source": known.source,
            "people": known.people,
            "impostor_pairs": known.impostor.pairs,
            "genuine_pairs": known.genuine.pairs,
            "own": report.own_statistics,
        }
        if known is not None
        else None,
        "evidence": _evidence(report),
        "confusable": [
            {
                "people": [pair.one.person, pair.other.person],
                "pictures": [pair.one.source, pair.other.source],
                "distance": rounded(pair.distance),
            }
            for pair in report.confusable
        ],
        "odd": [
            {
                "picture": odd.picture.source,
                "person": odd.picture.person,
                "own": rounded(odd.own) if odd.own < float("inf") else None,
                "looks_like": odd.other.source if odd.other else None,
                "distance": rounded(odd.distance) if odd.other else None,
            }
            for odd in report.odd
        ],
        "poor": [
            {"picture": picture.source, "reasons": [reason.value for reason in reasons]}
            for picture, reasons in report.poor
        ],
        "skipped": [{"file": entry.source, "reason": entry.reason} for entry in report.gallery.skipped],
        "assumptions": list(basis_lines(report)),
    }


def _setting(setting: Setting | None) -> dict[str, Any] | None:
    if setting is None:
        return None
    return {
        "threshold": rounded(setting.threshold),
        "strangers": asdict(setting.strangers),
        "refused": asdict(setting.refused),
        "promised": setting.promised,
        "doubts": [doubt.value for doubt in setting.doubts],
    }


def _evidence(report: DoorReport) -> dict[str, Any] | None:
    found = report.calibration
    if found is None:
        return None
    kinds = {
        "impostor": (found.model.impostor, found.evidence),
        "genuine": (found.model.genuine, found.genuine_evidence),
    }
    believed = {
        kind: {"believed": asdict(shift), "said": [None if each is None else asdict(each) for each in said]}
        for kind, (shift, said) in kinds.items()
    }
    return {**believed, "template_correlation": rounded(found.model.template_correlation)}
