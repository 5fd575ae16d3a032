"""The language of the screen, and what follows it: texts, dates, numbers and the menus of Qt."""

import gettext
import re
from datetime import datetime

from PyQt6.QtCore import QCoreApplication, QDateTime, QLibraryInfo, QLocale, QTranslator

from kiosk import i18n
from kiosk.config.schema import AUTO
from kiosk.files import asset

WELCOME = "welcome"  # the context of the texts that welcome a person


def languages() -> dict[str, str]:
    """Return the name of each language in that language, by code, English first."""
    files = sorted(asset("translations").glob("kiosk_*.mo"))
    codes = [i18n.ENGLISH, *(code for path in files if (code := path.stem.partition("_")[2]) != i18n.ENGLISH)]
    names = {code: QLocale(code).nativeLanguageName() for code in codes}
    return {code: name[:1].upper() + name[1:] for code, name in names.items()} | {i18n.ENGLISH: "English"}


def chosen(wanted: str) -> str:
    """Return the language for the option screen.language; English if there is no such translation."""
    known = languages()
    # The languages of the system are names such as de-AT, most wanted first.
    names = QLocale.system().uiLanguages() if wanted == AUTO else [wanted]
    codes = [code for name in names for code in (name.replace("-", "_"), re.split("[-_]", name)[0])]
    return next((code for code in codes if code in known), i18n.ENGLISH)


def locale_of(code: str) -> QLocale:
    """Return the formats of dates and numbers: those of the system if it has this language, else of its country."""
    system = QLocale.system()
    if system.name() != "C" and code in {system.name(), system.name().partition("_")[0]}:
        return system
    if code == i18n.ENGLISH:
        return QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom)
    return QLocale(code)


class ScreenLanguage:
    """Applies one language to texts, formats and Qt. Keep it as long as the window; use it in the GUI thread."""

    def __init__(self) -> None:
        self.code = i18n.ENGLISH
        self._qt = QTranslator()

    def use(self, wanted: str) -> bool:
        """Apply the option screen.language; return whether the language changed."""
        before, self.code = self.code, chosen(wanted)
        locale = locale_of(self.code)
        QLocale.setDefault(locale)
        i18n.install(_translate(self.code, locale), self.code, _figures(locale))
        if before != self.code:
            # Qt's own texts, such as the menu of a text field.
            QCoreApplication.removeTranslator(self._qt)
            self._qt = QTranslator()
            self._qt.load(f"qtbase_{self.code}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
            QCoreApplication.installTranslator(self._qt)
        return before != self.code

    def leave(self) -> None:
        """Return to English, as before the first call."""
        self.code = i18n.ENGLISH
        i18n.install(None)
        QLocale.setDefault(QLocale.system())
        QCoreApplication.removeTranslator(self._qt)


def use_for_welcome(wanted: str) -> None:
    """Translate the welcome only, for a kiosk without a window; everything else stays English."""
    code = chosen(wanted)
    translate, english = _translate(code, locale_of(code)), _translate(i18n.ENGLISH, locale_of(i18n.ENGLISH))

    def partly(context: str, text: str, disambiguation: str, n: int) -> str:
        return (translate if context == WELCOME else english)(context, text, disambiguation, n)

    i18n.install(partly, code)


def _translate(code: str, locale: QLocale) -> i18n.Translate:
    catalog = _catalog(code)

    def translate(context: str, text: str, disambiguation: str, n: int) -> str:
        context = f"{context}: {disambiguation}" if disambiguation else context
        if n < 0:
            return catalog.pgettext(context, text)
        return catalog.npgettext(context, text, text, n).replace("%n", locale.toString(n))

    return translate


def _catalog(code: str) -> gettext.NullTranslations:
    try:
        with asset("translations", f"kiosk_{code}.mo").open("rb") as file:
            return gettext.GNUTranslations(file)
    except FileNotFoundError:  # English without its plural forms, or a checkout whose texts were not compiled
        return gettext.NullTranslations()


def _figures(locale: QLocale) -> i18n.Figures:
    def moment(when: datetime) -> str:
        return locale.toString(QDateTime.fromSecsSinceEpoch(int(when.timestamp())), QLocale.FormatType.ShortFormat)

    return i18n.Figures(lambda value, digits: locale.toString(float(value), "f", digits), moment)
