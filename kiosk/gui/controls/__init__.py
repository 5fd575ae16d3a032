"""The buttons, fields and layouts of the staff side; they look as the style sheet says."""

from kiosk.gui.controls.buttons import Button
from kiosk.gui.controls.fields import Choice, Switch, TextField
from kiosk.gui.controls.folding import Bar, Folding
from kiosk.gui.controls.labels import Heading, Note, State
from kiosk.gui.controls.layouts import centred, column, fit_layouts, flow, limit_width, row, spaced
from kiosk.gui.controls.panels import Panel, ScrollPage
from kiosk.gui.controls.scale import px, set_scale
from kiosk.gui.controls.tables import Table

__all__ = [
    "Bar",
    "Button",
    "Choice",
    "Folding",
    "Heading",
    "Note",
    "Panel",
    "ScrollPage",
    "State",
    "Switch",
    "Table",
    "TextField",
    "centred",
    "column",
    "fit_layouts",
    "flow",
    "limit_width",
    "px",
    "row",
    "set_scale",
    "spaced",
]
