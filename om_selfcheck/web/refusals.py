"""What refusals say: what happened, what is safe, what to do next."""

from dataclasses import dataclass

from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.i18n.translation import ngettext

NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class Refusal:
    """The words of an error page, the way back to what it is about, and what was typed there (label, text)."""

    title: str
    what_happened: str
    what_is_safe: str
    what_next: str
    is_about_lost_link: bool = False
    is_of_office: bool = False
    back_url: str = ""
    typed: tuple[tuple[str, str], ...] = ()


def explain_damage() -> Refusal:
    return Refusal(
        _("Etwas, das hier stehen müsste, ist in der Datenbank beschädigt"),
        _("Ein gespeicherter Text ist nicht mehr lesbar. Das ist ein Fehler auf dem Server, nicht an Ihrer Eingabe."),
        _("Alles andere ist lesbar wie zuvor. Diese Eingabe ist nicht gespeichert."),
        _("Sagen Sie dem Betreiber Bescheid und nennen Sie die Kennung unten. Er hat Sicherungen."),
    )


def explain_missing_in_office() -> Refusal:
    """Say it whoever asks: who is not of the office learns no more from it than from any other address."""
    return Refusal(
        _("Diese Seite gibt es nicht"),
        _("Die Adresse ist falsch, oder es gibt nicht mehr, wohin sie führte."),
        _("Es wurde nichts geändert."),
        _("Suchen Sie auf dem Überblick der Geschäftsstelle weiter."),
        is_of_office=True,
    )


def explain_right() -> Refusal:
    return Refusal(
        _("Dazu berechtigt dieser Link nicht"),
        _("Ihr Zugangslink erlaubt weniger, als diese Seite braucht; vielleicht dürfen Sie nur lesen."),
        _("Es wurde nichts geändert."),
        _("Bitten Sie die Person, die Ihnen den Link gegeben hat, um einen anderen."),
    )


def explain_frozen() -> Refusal:
    return Refusal(
        _("Diese Runde ist abgeschlossen"),
        _("Die Selbsterklärung ist ausgestellt. Bewertungen und Plan dieser Runde ändern sich nicht mehr."),
        _("Alles Ausgestellte bleibt, wie es ist."),
        _("Änderungen gehören in die nächste Runde. Das Unternehmen beginnt sie auf der Übersicht dieser Runde."),
    )


def explain_not_correctable() -> Refusal:
    return Refusal(
        _("Hier lässt sich nichts mehr berichtigen"),
        _("Die Selbsterklärung ist widerrufen, oder die Angaben des Unternehmens sind gelöscht."),
        _("Es wurde nichts geändert."),
        _("Sehen Sie unter der Nummer nach, was gilt."),
    )


def explain_not_declared() -> Refusal:
    return Refusal(
        _("Diese Runde läuft noch"),
        _("Eine neue Runde folgt auf eine ausgestellte Selbsterklärung. In dieser Runde ist noch keine ausgestellt."),
        _("Es wurde nichts geändert."),
        _("Gehen Sie zurück und machen Sie mit dieser Runde weiter."),
    )


def explain_changed_questions() -> Refusal:
    return Refusal(
        _("Die Fragen dieses Checks wurden auf dem Server verändert"),
        _("Ihre Runde gehört zu einer festen Fassung der Fragen. Deren Datei ist nicht mehr dieselbe."),
        _("Ihre Antworten sind gespeichert und unverändert."),
        _("Bitte sagen Sie dem Betreiber Bescheid: Er muss die ursprüngliche Datei zurücklegen."),
    )


def explain_not_printed() -> Refusal:
    return Refusal(
        _("Die PDF-Datei ist nicht fertig geworden"),
        _("Was die Dateien schreibt, hat nicht rechtzeitig geantwortet; es startet von selbst neu."),
        _("Ihre Angaben sind gespeichert. Die Datei entsteht daraus jederzeit neu."),
        _("Gehen Sie zurück und öffnen Sie die Datei in ein paar Sekunden noch einmal."),
    )


def explain_busy_press() -> Refusal:
    return Refusal(
        _("Gerade warten viele auf eine PDF-Datei"),
        _("Damit Speichern und Lesen schnell bleiben, entstehen nur wenige zugleich."),
        _("Ihre Angaben sind gespeichert. Die Datei entsteht daraus jederzeit neu."),
        _("Gehen Sie zurück und öffnen Sie die Datei in ein paar Sekunden noch einmal."),
    )


def explain_many_senders() -> Refusal:
    return Refusal(
        _("Gerade ist viel los"),
        _("Auf sehr viele Eingaben wird zugleich gewartet; manche kommen nur langsam an."),
        _("Was als gespeichert gemeldet wurde, ist gespeichert. Diese Eingabe noch nicht."),
        _("Gehen Sie zurück und senden Sie in ein paar Sekunden noch einmal."),
    )


def explain_ended_link() -> Refusal:
    return Refusal(
        _("Dieser Link öffnet nichts mehr"),
        _("Er ist abgelaufen, beendet oder nicht vollständig kopiert."),
        _("An den Antworten hat sich nichts geändert."),
        _(
            "Vergleichen Sie den Link mit dem Original. Hat ihn Ihnen jemand gegeben, bitten Sie um einen neuen."
            " Ist es der Link Ihres Unternehmens, suchen Sie den neuesten; vielleicht wurde er erneuert. Ist eine"
            " E-Mail-Adresse bestätigt, lassen Sie sich dorthin einen neuen schicken."
        ),
        is_about_lost_link=True,
    )


def explain_ended_confirmation() -> Refusal:
    return Refusal(
        _("Dieser Link bestätigt nichts mehr"),
        _("Er ist älter als 24 Stunden, es gibt eine neuere E-Mail, oder die Adresse wurde inzwischen geändert."),
        _("An Check und Adresse hat sich nichts geändert."),
        _(
            "Öffnen Sie den Link in der neuesten E-Mail, oder lassen Sie im Check auf der Seite „E-Mail und"
            " Erinnerungen“ noch eine schicken."
        ),
    )


def explain_broken_unsubscribing() -> Refusal:
    return Refusal(
        _("Dieser Link beendet keine Erinnerungen"),
        _("Er ist nicht vollständig kopiert, oder die E-Mail kam von einem anderen Server."),
        _("Es wurde nichts geändert."),
        _(
            "Öffnen Sie den Link noch einmal aus der E-Mail."
            " Oder öffnen Sie Ihren Check mit Ihrem Zugangslink und wählen Sie dort, dass Sie nicht erinnert werden."
        ),
    )


def explain_too_often(minutes: int) -> Refusal:
    return Refusal(
        _("Das waren zu viele Versuche"),
        _("Damit niemand Passwörter, Codes oder Links errät, nimmt das Programm davon nur wenige in kurzer Zeit an."),
        _("Es wurde nichts geändert, und niemand ist hereingekommen."),
        ngettext(
            "Warten Sie eine Minute und versuchen Sie es dann noch einmal.",
            "Warten Sie %(num)s Minuten und versuchen Sie es dann noch einmal.",
            minutes,
        ),
    )


def explain_stale_form() -> Refusal:
    return Refusal(
        _("Das Formular ist nicht mehr gültig"),
        _("Die Seite war zu lange offen oder der Zugang auf diesem Gerät wurde beendet."),
        _("Was vorher gespeichert war, ist noch da. Diese Eingabe wurde nicht gespeichert."),
        _(
            "Gehen Sie zurück und kopieren Sie, was Sie geschrieben haben."
            " Laden Sie die Seite dann neu und senden Sie noch einmal."
        ),
    )


def explain(status: int) -> Refusal:
    """Return the words for a status; what has no words of its own is explained by its class."""
    words = {
        403: (
            _("Diese Anfrage kam von einer fremden Seite"),
            _("Formulare nimmt das Programm nur von seinen eigenen Seiten an."),
            _("Es wurde nichts geändert."),
            _("Öffnen Sie die Seite hier noch einmal und senden Sie das Formular von dort."),
        ),
        404: (
            _("Diese Seite gibt es nicht"),
            _("Die Adresse ist falsch, der Link ist abgelaufen oder der Zugang auf diesem Gerät wurde beendet."),
            _("An Ihren Antworten hat sich nichts geändert."),
            _("Öffnen Sie Ihren Check mit Ihrem Zugangslink, oder beginnen Sie auf der Startseite."),
        ),
        405: (
            _("So lässt sich diese Seite nicht aufrufen"),
            _("Diese Adresse lässt sich nicht direkt öffnen."),
            _("Es wurde nichts geändert."),
            _("Gehen Sie zurück und benutzen Sie den Knopf auf der Seite."),
        ),
        408: (
            _("Die Eingabe ist nicht ganz angekommen"),
            _("Die Verbindung riss ab, bevor alles da war."),
            _("Es wurde nichts geändert."),
            _("Gehen Sie zurück und senden Sie in ein paar Sekunden noch einmal."),
        ),
        413: (
            _("Das ist zu viel auf einmal"),
            _("Die Eingabe ist größer als ein Megabyte."),
            _("Was vorher gespeichert war, ist noch da."),
            _("Gehen Sie zurück und kürzen Sie die Texte."),
        ),
        503: (
            _("Die Datenbank antwortet gerade nicht"),
            _("Sie war einige Sekunden lang nicht frei oder nicht erreichbar."),
            _(
                "Was als gespeichert gemeldet wurde, ist gespeichert."
                " Haben Sie eben etwas eingegeben, ist das noch nicht gespeichert."
            ),
            _("Versuchen Sie es in ein paar Sekunden noch einmal; nach einer Eingabe gehen Sie dazu zurück."),
        ),
        507: (
            _("Der Speicher des Servers ist voll"),
            _("Es lässt sich zurzeit nichts Neues speichern. Lesen geht weiter."),
            _("Was als gespeichert gemeldet wurde, ist gespeichert. Diese Eingabe noch nicht."),
            _(
                "Gehen Sie zurück, kopieren Sie Ihre Eingabe und versuchen Sie es später;"
                " sagen Sie dem Betreiber Bescheid."
            ),
        ),
    }
    if status in words:
        return Refusal(*words[status], is_about_lost_link=status == NOT_FOUND)
    return _explain_class(status)


def _explain_class(status: int) -> Refusal:
    if status < 500:  # noqa: PLR2004 - the class of statuses
        return Refusal(
            _("Diese Anfrage war nicht zu verstehen"),
            _("Etwas an der Adresse oder am Formular passt nicht."),
            _("Es wurde nichts geändert."),
            _(
                "Gehen Sie zurück und kopieren Sie, was Sie geschrieben haben."
                " Laden Sie die Seite dann neu und senden Sie noch einmal."
            ),
        )
    return Refusal(
        _("Das hat nicht geklappt"),
        _("Auf dem Server ist ein Fehler passiert. Er ist unter der Kennung unten vermerkt."),
        _("Was als gespeichert gemeldet wurde, ist gespeichert."),
        _("Gehen Sie zurück und versuchen Sie es noch einmal. Bleibt es dabei, nennen Sie dem Betreiber die Kennung."),
    )
