"""What accounts refuse, in words."""

from flask import Flask

from om_selfcheck.domain.errors import LastSecondFactor, OwnAccount
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.web.errors import CONFLICT, refuse
from om_selfcheck.web.refusals import Refusal


def init_app(app: Flask) -> None:
    app.register_error_handler(OwnAccount, lambda _error: refuse(CONFLICT, explain_own_account()))
    app.register_error_handler(LastSecondFactor, lambda _error: refuse(CONFLICT, explain_last_factor()))


def explain_own_account() -> Refusal:
    return Refusal(
        _("Das geht nicht mit dem eigenen Zugang"),
        _("Niemand deaktiviert sich selbst oder ändert die eigene Aufgabe; sonst könnte zuletzt niemand mehr herein."),
        _("Es wurde nichts geändert."),
        _("Bitten Sie eine andere Person der Geschäftsstelle darum."),
    )


def explain_last_factor() -> Refusal:
    return Refusal(
        _("Der letzte zweite Faktor bleibt"),
        _("Die Geschäftsstelle meldet sich immer mit zweitem Faktor an."),
        _("Es wurde nichts geändert."),
        _("Richten Sie erst einen anderen ein, eine App oder einen Passkey. Dann lässt sich dieser entfernen."),
    )


def explain_ended_account_link() -> Refusal:
    return Refusal(
        _("Dieser Link öffnet nichts mehr"),
        _("Er wurde schon benutzt, ist abgelaufen oder nicht vollständig kopiert."),
        _("Ihr Zugang ist unverändert."),
        _("Lassen Sie sich auf der Anmeldeseite einen neuen Link schicken, oder bitten Sie die Geschäftsstelle darum."),
    )
