"""What another threshold would do, in sentences. No Qt."""

from kiosk.domain import Identification, display_name
from kiosk.door.report import Report
from kiosk.door.what_if import Changes
from kiosk.gui.reception.settings.shown import distance_text
from kiosk.i18n import translate


def live(report: Report | None, threshold: float, margin: float) -> str:
    """What would become of whoever stands nearest to the camera."""
    found = _nearest(report)
    if found is None or report is None:
        return translate("settings", "Nobody in front of the camera can be compared now.")
    if found.best is None:
        return translate("settings", "Nobody is enrolled yet.")
    judged = Identification(found.candidates, threshold, margin, found.gallery_size)
    return _sentence(judged).format(
        name=report.shown.get(found.best.person, display_name(found.best.person)),
        distance=distance_text(found.best.distance),
        threshold=distance_text(threshold),
        other=report.shown.get(found.second.person, display_name(found.second.person)) if found.second else "",
        gap=distance_text(found.second.distance - found.best.distance) if found.second else "",
        margin=distance_text(margin),
    )


def what_if(changes: Changes) -> str:
    """How many of the last days' decisions would have fallen otherwise."""
    if not changes.considered:
        return translate("settings", "In the last 7 days nothing was decided that could be compared.")
    if not changes.changed:
        return translate(
            "settings", "None of the %n decisions of the last 7 days would have changed.", "", changes.considered
        )
    decisions = translate(
        "settings", "Of the %n decisions of the last 7 days, {changed} would have changed.", "", changes.considered
    )
    parts = [decisions.format(changed=changes.changed)]
    if changes.let_in:
        parts.append(translate("settings", "%n more would have been let in.", "", changes.let_in))
    if changes.refused:
        parts.append(translate("settings", "%n more would have been refused.", "", changes.refused))
    return " ".join(parts)


def _nearest(report: Report | None) -> Identification | None:
    """Of the largest face that could be compared."""
    faces = report.observation.faces if report is not None else ()
    compared = [face for face in faces if face.identification is not None]
    return max(compared, key=lambda face: face.face.box.area).identification if compared else None


def _sentence(judged: Identification) -> str:
    if judged.match is not None:
        return translate(
            "settings", "In front of the camera: {name} at {distance}. Within {threshold}, so would be recognised."
        )
    if judged.within_threshold:
        return translate(
            "settings",
            "In front of the camera: {name} at {distance}, but {other} is only {gap} farther, and it needs {margin}. "
            "Would not be recognised.",
        )
    return translate(
        "settings",
        "In front of the camera: the nearest is {name} at {distance}. "
        "That is more than {threshold}, so nobody would be recognised.",
    )
