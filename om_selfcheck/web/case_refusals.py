"""What cases, withdrawals and frozen answers refuse, in words; for the company and the office alike."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Flask, Response, g, request, url_for

from om_selfcheck.domain.access import Task
from om_selfcheck.domain.audit import AlreadyWithdrawn, HearingNotOver, MoveNotAllowed, SamePerson
from om_selfcheck.domain.snapshot import SnapshotChanged
from om_selfcheck.i18n.formats import day
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.openings import NotOpen
from om_selfcheck.web.case_forms import list_typed
from om_selfcheck.web.errors import CONFLICT, refuse
from om_selfcheck.web.refusals import Refusal


def init_app(app: Flask) -> None:
    app.register_error_handler(MoveNotAllowed, lambda _error: _refuse(explain_move()))
    app.register_error_handler(SamePerson, lambda _error: _refuse(explain_same_person()))
    app.register_error_handler(SnapshotChanged, _on_changed_snapshot)
    app.register_error_handler(NotOpen, lambda _error: _refuse(explain_not_open()))
    app.register_error_handler(AlreadyWithdrawn, lambda _error: _refuse(explain_withdrawn()))
    app.register_error_handler(HearingNotOver, _on_hearing)


def explain_move() -> Refusal:
    return Refusal(
        _("Der Fall ist inzwischen weiter"),
        _("Jemand anderes hat ihn weitergebracht, oder der Schritt ist von hier aus nicht vorgesehen."),
        _("Es wurde nichts geändert."),
        _("Laden Sie die Seite des Falls neu. Dort steht, wie es weitergeht."),
    )


def explain_same_person() -> Refusal:
    return Refusal(
        _("Das tut eine andere Person"),
        _("Wer Feststellungen schreibt, liest sie nicht als Zweite. Wer einen Widerruf vorschlägt, entscheidet nicht."),
        _("Es wurde nichts geändert."),
        _("Bitten Sie eine andere Person der Geschäftsstelle darum."),
    )


def explain_changed_snapshot(actor: Actor | None) -> Refusal:
    """Say it to whoever acts by a link of the company, or (None) to the office."""
    title = _("Die gespeicherten Antworten haben sich seit dem Ausstellen verändert")
    what_happened = _(
        "Was gespeichert ist, stimmt nicht mehr mit dem überein, was erklärt wurde: Die Prüfsumme ist eine andere. Das"
        " ist ein Fehler auf dem Server, niemand im Unternehmen hat etwas falsch gemacht. Das Programm zeigt, druckt"
        " und ändert deshalb nichts davon."
    )
    if actor is None:
        return Refusal(
            title,
            what_happened,
            _("Nummer, Status, Ereignisprotokoll und Fälle sind davon nicht berührt."),
            _(
                "Sagen Sie dem Betreiber Bescheid. Er sieht mit „./om record verify“, welche Erklärungen betroffen"
                " sind, und in seinen Sicherungen, was sich geändert hat."
            ),
        )
    own_data = _("Auf der Seite „Ihre Daten“ können Sie trotzdem alles mitnehmen oder löschen.")
    what_next = _(
        "Sagen Sie dem Betreiber Bescheid und nennen Sie die Kennung unten. Er kann in seinen Sicherungen nachsehen."
    )
    return Refusal(
        title,
        what_happened,
        _("Die Nummer antwortet weiter, und PDF-Dateien von früher bleiben, wie sie sind."),
        f"{what_next} {own_data}" if actor.may(Task.OWN) else what_next,
    )


def explain_not_open() -> Refusal:
    return Refusal(
        _("Zurzeit ist nichts geöffnet"),
        _("Das Unternehmen hat nichts geöffnet oder die Antworten wieder geschlossen, oder der letzte Tag ist vorbei."),
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


def _refuse(refusal: Refusal) -> Response:
    """Lead back to the case whose form was sent, and keep what was typed there to be copied."""
    back_url = _find_way_back(request.view_args or {})
    typed = list_typed() if back_url and request.method == "POST" else ()
    return refuse(CONFLICT, replace(refusal, back_url=back_url, typed=tuple(typed)))


def _find_way_back(arguments: Mapping[str, Any]) -> str:
    """Return the address of the case or report that was acted on; "" elsewhere."""
    if "report_id" in arguments:
        return url_for("staff.report", report_id=arguments["report_id"])
    if "audit_id" not in arguments:
        return ""
    names = ("assessment_id", "audit_id")
    return url_for(f"{request.blueprint}.audit", **{name: arguments[name] for name in names if name in arguments})


def _on_changed_snapshot(_error: SnapshotChanged) -> Response:
    return refuse(CONFLICT, explain_changed_snapshot(g.get("actor")))


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
    return _refuse(refusal)
