"""What cases and withdrawals refuse, in words; for the company and the office alike."""

from flask import Flask, Response, request

from om_selfcheck.domain.audit import AlreadyWithdrawn, HearingNotOver, MoveNotAllowed, SamePerson
from om_selfcheck.domain.snapshot import SnapshotChanged
from om_selfcheck.i18n.formats import day
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services.openings import NotOpen
from om_selfcheck.web.errors import CONFLICT, Refusal, refuse


def init_app(app: Flask) -> None:
    app.register_error_handler(MoveNotAllowed, lambda _error: refuse(CONFLICT, explain_move()))
    app.register_error_handler(SamePerson, lambda _error: refuse(CONFLICT, explain_same_person()))
    app.register_error_handler(SnapshotChanged, lambda _error: refuse(CONFLICT, explain_changed_snapshot()))
    app.register_error_handler(NotOpen, lambda _error: refuse(CONFLICT, explain_not_open()))
    app.register_error_handler(AlreadyWithdrawn, lambda _error: refuse(CONFLICT, explain_withdrawn()))
    app.register_error_handler(HearingNotOver, _on_hearing)


def explain_move() -> Refusal:
    return Refusal(
        _("Der Fall ist inzwischen weiter"),
        _("Jemand anderes hat ihn weitergebracht, oder der Schritt ist von hier aus nicht vorgesehen."),
        _("Es wurde nichts geändert."),
        _("Gehen Sie zurück und laden Sie die Seite des Falls neu. Dort steht, wie es weitergeht."),
    )


def explain_same_person() -> Refusal:
    return Refusal(
        _("Das tut eine andere Person"),
        _("Wer Feststellungen schreibt, liest sie nicht als Zweite. Wer einen Widerruf vorschlägt, entscheidet nicht."),
        _("Es wurde nichts geändert."),
        _("Bitten Sie eine andere Person der Geschäftsstelle darum."),
    )


def explain_changed_snapshot() -> Refusal:
    title = _("Die Antworten sind nicht mehr die erklärten")
    what_happened = _(
        "Die Prüfsumme der eingefrorenen Antworten ist nicht die, die beim Ausstellen festgehalten wurde. Darum wird"
        " nichts davon gezeigt, gedruckt oder geändert."
    )
    if request.blueprint == "company":
        return Refusal(
            title,
            what_happened,
            _("Die Nummer antwortet wie bisher, und PDF-Dateien von früher bleiben, wie sie sind."),
            _(
                "Sagen Sie dem Betreiber Bescheid und nennen Sie die Kennung unten. Er kann in seinen Sicherungen"
                " nachsehen. Auf der Seite „Ihre Daten“ können Sie trotzdem alles mitnehmen oder löschen."
            ),
        )
    return Refusal(
        title,
        what_happened,
        _("Nummer, Status, Ereignisprotokoll und Fälle sind davon nicht berührt."),
        _(
            "Sagen Sie dem Betreiber Bescheid. Er sieht mit „./om record verify“ nach, ob am Ereignisprotokoll etwas"
            " fehlt, und in seinen Sicherungen, was sich geändert hat. Vorwerfen lässt sich das dem Unternehmen nicht."
        ),
    )


def explain_not_open() -> Refusal:
    return Refusal(
        _("Zurzeit ist nichts geöffnet"),
        _("Das Unternehmen hat nichts geöffnet oder die Einsicht beendet, oder ihr letzter Tag ist vorbei."),
        _("Was Sie im Fall schon notiert haben, ist gespeichert."),
        _("Fragen Sie das Unternehmen auf der Seite des Falls, oder schließen Sie ihn ab."),
    )


def explain_withdrawn() -> Refusal:
    return Refusal(
        _("Diese Selbsterklärung ist schon widerrufen"),
        _("Ihre Nummer antwortet „widerrufen“ und bleibt dabei."),
        _("Es wurde nichts geändert."),
        _("Mehr ist nicht zu tun. Das Unternehmen kann jederzeit eine neue Runde beginnen."),
    )


def _on_hearing(error: HearingNotOver) -> Response:
    refusal = Refusal(
        _("Die Anhörung läuft noch"),
        _(
            "Das Unternehmen hat bis zum %(day)s Zeit, sich zu äußern. Vorher wird nichts widerrufen.",
            day=day(error.ends_on),
        ),
        _("Es wurde nichts geändert."),
        _("Entscheiden Sie nach diesem Tag. Bestehen lassen können Sie die Erklärung jederzeit."),
    )
    return refuse(CONFLICT, refusal)
