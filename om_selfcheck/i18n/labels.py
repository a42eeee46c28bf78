"""What the domain's codes are called. A test shows that no code lacks a label."""

from enum import StrEnum

from flask_babel import lazy_gettext as _

from om_selfcheck.domain.access import Right, Role, Strength
from om_selfcheck.domain.action_plan import ActionField, Hint, Urgency
from om_selfcheck.domain.address import CodeAnswer
from om_selfcheck.domain.audit import (
    AuditOutcome,
    AuditState,
    CheckItem,
    Decision,
    FindingAnswer,
    Side,
    StepKind,
)
from om_selfcheck.domain.comparison import MeasureChange
from om_selfcheck.domain.completeness import Criterion
from om_selfcheck.domain.correction import CorrectedPart
from om_selfcheck.domain.deadlines import DeadlineKind
from om_selfcheck.domain.declaration import (
    Confirmation,
    DeclarationStatus,
    DetailField,
    ReminderChoice,
    WithdrawalReason,
)
from om_selfcheck.domain.delivery import Delivery
from om_selfcheck.domain.foreign_report import ReportOutcome
from om_selfcheck.domain.help import OrganisationKind
from om_selfcheck.domain.invitation import InvitationState
from om_selfcheck.domain.message import MessageKind, MessageState, Problem
from om_selfcheck.domain.network import NetworkKind
from om_selfcheck.domain.progress import ActionState, Effect
from om_selfcheck.domain.rating import NeedForAction
from om_selfcheck.domain.record import Verb
from om_selfcheck.domain.register import AuditStanding, RegisterOrder
from om_selfcheck.domain.release import ReleaseLevel
from om_selfcheck.domain.statistics.report import Bound
from om_selfcheck.domain.statistics.stages import Stage
from om_selfcheck.domain.waiting import CaseWait

# One table an enum: members of different enums may share a value and would be one key.
LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    NeedForAction: {
        NeedForAction.URGENT: _("Dringender Handlungsbedarf"),
        NeedForAction.SOME: _("Handlungsbedarf"),
        NeedForAction.NONE: _("Zurzeit kein Handlungsbedarf"),
    },
    Urgency: {
        Urgency.HIGH: _("hoch"),
        Urgency.MEDIUM: _("mittel"),
        Urgency.LOW: _("niedrig"),
    },
    ActionField: {
        ActionField.DESCRIPTION: _("Beschreibung"),
        ActionField.URGENCY: _("Dringlichkeit"),
        ActionField.RESPONSIBLE: _("verantwortliche Person"),
        ActionField.DUE_ON: _("Termin"),
        ActionField.FOLLOW_UP: _("Kontrolle (woran Sie es merken)"),
        ActionField.FOLLOW_UP_ON: _("Kontrolle (wann Sie nachsehen)"),
    },
    Hint: {
        Hint.SAME_TEXT_TWICE: _("Dieselbe Beschreibung steht zweimal im Plan; sie zählt einmal."),
        Hint.DUE_IN_THE_PAST: _("Der Termin liegt in der Vergangenheit."),
        Hint.DUE_AT_ONCE: _("Der Termin ist heute. Ein Datum mit etwas Luft wird eher gehalten."),
        Hint.FOLLOW_UP_BEFORE_DUE: _("Die Kontrolle liegt vor dem Termin. Als Zwischenstand ist das in Ordnung."),
        Hint.EVERYBODY_RESPONSIBLE: _("Wenn alle verantwortlich sind, ist es oft niemand. Nennen Sie eine Funktion."),
    },
    Criterion: {
        Criterion.RATED: _("Alle Maßnahmen des Checks sind bewertet"),
        Criterion.PLANNED: _("Mindestens zehn eigene Maßnahmen stehen vollständig im Plan"),
        Criterion.FILLED_IN: _("Die Selbsterklärung ist ausgefüllt"),
    },
    DetailField: {
        DetailField.COMPANY_NAME: _("Name des Unternehmens"),
        DetailField.STREET: _("Straße und Hausnummer"),
        DetailField.POSTAL_CODE: _("Postleitzahl"),
        DetailField.CITY: _("Ort"),
        DetailField.SIGNATORY_NAME: _("Name der Person, die unterzeichnet"),
        DetailField.SIGNATORY_FUNCTION: _("Funktion im Unternehmen"),
        DetailField.PLACE: _("Ort der Erklärung"),
        DetailField.CONFIRM_MAY_DECLARE: _("das Häkchen, dass Sie für das Unternehmen erklären dürfen"),
        DetailField.CONFIRM_PUBLIC_NUMBER: _("das Häkchen zur öffentlichen Nummer"),
        DetailField.CONFIRM_INSIGHT: _("das Häkchen zur Bitte um Einsicht"),
    },
    Confirmation: {
        Confirmation.MAY_DECLARE: _("Ich darf diese Erklärung für das Unternehmen abgeben."),
        Confirmation.PUBLIC_NUMBER: _(
            "Ich weiß: Wer die Nummer hat, sieht Firmenname, Check mit Version, Tag der Ausstellung, Ende der"
            " Gültigkeit und Status, später auch Berichtigungen mit dem früheren Namen, den Grund eines Widerrufs und"
            " die Nummer der neueren Erklärung, aber weder Bewertungen noch Plan."
        ),
        Confirmation.INSIGHT: _(
            "Ich weiß: Die Geschäftsstelle, die die Nummern betreut, darf mich für eine Stichprobe um Einsicht bitten."
            " Ich entscheide. Sage ich Nein, hat das keine öffentlichen Folgen."
        ),
    },
    DeclarationStatus: {
        DeclarationStatus.WITHDRAWN: _("widerrufen"),
        DeclarationStatus.REPLACED: _("ersetzt"),
        DeclarationStatus.EXPIRED: _("abgelaufen"),
        DeclarationStatus.VALID: _("gilt"),
        DeclarationStatus.UNKNOWN: _("unbekannt"),
    },
    WithdrawalReason: {
        WithdrawalReason.OWN_WISH: _("auf eigenen Wunsch des Unternehmens"),
        WithdrawalReason.CRITERIA_NOT_MET: _("Vollständigkeitskriterien nicht erfüllt"),
        WithdrawalReason.NOT_FROM_COMPANY: _("nicht vom genannten Unternehmen ausgestellt"),
    },
    ReminderChoice: {
        ReminderChoice.EMAIL: _("per E-Mail"),
        ReminderChoice.CALENDAR: _("mit einer Kalenderdatei, die ich mitnehme"),
        ReminderChoice.NOT_AT_ALL: _("gar nicht"),
    },
    Right: {
        Right.OWNER: _("alles, auch Selbsterklärung ausstellen und Links vergeben"),
        Right.EDITOR: _("mitarbeiten: bewerten und planen"),
        Right.READER: _("lesen"),
        Right.DOER: _("die eigenen Maßnahmen sehen und ihren Stand melden"),
        Right.CALENDAR: _("Termine in ein Kalenderprogramm holen"),
    },
    Role: {
        Role.STAFF: _("Geschäftsstelle"),
        Role.COORDINATOR: _("Netzwerkkoordination"),
    },
    Strength: {
        Strength.LINK: _("mit einem Link per E-Mail"),
        Strength.PASSWORD: _("mit Passwort"),
        Strength.SECOND_FACTOR: _("mit zweitem Faktor"),
    },
    InvitationState: {
        InvitationState.OPEN: _("offen"),
        InvitationState.EXPIRED: _("abgelaufen"),
        InvitationState.WITHDRAWN: _("zurückgezogen"),
    },
    ReleaseLevel: {
        ReleaseLevel.NOTHING: _("nichts"),
        ReleaseLevel.STATUS: _("Stand"),
        ReleaseLevel.TOPICS: _("Themen"),
        ReleaseLevel.PLAN: _("Plan"),
    },
    OrganisationKind: {
        OrganisationKind.CHAMBER: _("Kammer"),
        OrganisationKind.GUILD: _("Innung oder Kreishandwerkerschaft"),
        OrganisationKind.DEVELOPMENT: _("Wirtschaftsförderung"),
        OrganisationKind.SOCIAL_INSURER: _("Sozialversicherung"),
        OrganisationKind.SCIENCE: _("Hochschule, Forschung oder Bildung"),
        OrganisationKind.ASSOCIATION: _("Verband"),
        OrganisationKind.UNION: _("Gewerkschaft"),
        OrganisationKind.OTHER: _("andere nicht gewerbliche Stelle"),
    },
    NetworkKind: {
        NetworkKind.REGIONAL: _("regionales Netzwerk"),
        NetworkKind.SPECIALIST_GROUP: _("Fachgruppe"),
    },
    ActionState: {
        ActionState.OPEN: _("offen"),
        ActionState.IN_PROGRESS: _("in Arbeit"),
        ActionState.DONE: _("erledigt"),
        ActionState.DROPPED: _("verworfen"),
    },
    MeasureChange: {
        MeasureChange.UNCHANGED: _("unverändert"),
        MeasureChange.CHANGED: _("geändert"),
        MeasureChange.NEW: _("neu"),
        MeasureChange.DROPPED: _("entfallen"),
    },
    Effect: {
        Effect.YES: _("ja"),
        Effect.PARTLY: _("zum Teil"),
        Effect.NO: _("nein"),
        Effect.TOO_EARLY: _("noch nicht zu sagen"),
    },
    MessageKind: {
        MessageKind.CONFIRM_ADDRESS: _("Bitte um Bestätigung der Adresse"),
        MessageKind.ADDRESS_CHANGED: _("Nachricht an die alte Adresse: Adresse geändert"),
        MessageKind.ACCESS_LINK: _("Zugangslink"),
        MessageKind.LOST_LINK: _("neuer Zugangslink nach Verlust"),
        MessageKind.RENEWAL: _("Erinnerung an das Ende der zwei Jahre"),
        MessageKind.ACTION_DUE: _("Erinnerung an einen Termin"),
        MessageKind.FOLLOW_UP: _("Frage am Tag der Kontrolle"),
        MessageKind.DOER_INVITED: _("Link an eine verantwortliche Person"),
        MessageKind.RETENTION: _("Ankündigung einer Löschung"),
        MessageKind.CHECKPOINT: _("Signierter Stand des Ereignisprotokolls"),
        MessageKind.SIGN_IN_LINK: _("Link zum Anmelden"),
        MessageKind.SET_UP_LINK: _("Link zum Einrichten eines Zugangs"),
        MessageKind.ACCOUNT_CHANGED: _("Nachricht über eine Änderung am Zugang"),
        MessageKind.NUDGE: _("Erinnerung an einen Check, der liegen blieb"),
        MessageKind.DECLARATION_CORRECTED: _("Nachricht über eine Berichtigung"),
        MessageKind.AUDIT: _("Schreiben der Geschäftsstelle zu einem Fall"),
        MessageKind.OFFICE: _("E-Mail an die Geschäftsstelle: was wartet"),
    },
    MessageState: {
        MessageState.QUEUED: _("wird gleich verschickt"),
        MessageState.SENDING: _("wird gerade verschickt"),
        MessageState.SENT: _("verschickt"),
        MessageState.FAILED: _("noch nicht angenommen, wird wieder versucht"),
        MessageState.UNDELIVERABLE: _("nicht zustellbar"),
        MessageState.CANCELLED: _("nicht mehr nötig"),
    },
    CodeAnswer: {
        CodeAnswer.RIGHT: _("Die Adresse ist bestätigt."),
        CodeAnswer.WRONG: _("Dieser Code stimmt nicht. Bitte noch einmal mit der neuesten E-Mail vergleichen."),
        CodeAnswer.EXPIRED: _(
            "Dieser Code gilt nicht mehr; er galt zehn Minuten. Öffnen Sie den Link in der E-Mail, oder lassen Sie noch"
            " eine schicken."
        ),
        CodeAnswer.USED_UP: _(
            "Fünf Versuche sind verbraucht. Öffnen Sie den Link in der E-Mail, oder lassen Sie noch eine schicken."
        ),
        CodeAnswer.NOTHING_WAITS: _("Zurzeit wartet keine Adresse auf einen Code."),
    },
    Problem: {
        Problem.NOT_REACHED: _("Der Mailserver war nicht zu erreichen."),
        Problem.NOT_SECURE: _("Die Verbindung zum Mailserver ließ sich nicht sichern."),
        Problem.LOGIN_REFUSED: _("Der Mailserver hat die Anmeldung dieses Servers abgelehnt."),
        Problem.SENDER_REFUSED: _("Der Mailserver hat den Absender dieses Servers abgelehnt."),
        Problem.NOT_NOW: _("Der Mailserver wollte die E-Mail noch nicht annehmen."),
        Problem.UNANSWERED: _(
            "Der Mailserver hat nicht gesagt, ob er die E-Mail angenommen hat. Vielleicht ist sie da."
        ),
        Problem.ADDRESS_REFUSED: _("Der Mailserver hat die Adresse abgelehnt. Vielleicht ist sie falsch geschrieben."),
        Problem.TEXT_REFUSED: _("Der Mailserver hat die E-Mail abgelehnt."),
        Problem.NOT_WRITTEN: _("Die E-Mail ließ sich nicht schreiben."),
        Problem.BROKEN_OFF: _("Der Versand brach jedes Mal ab."),
    },
    Verb: {
        Verb.QUESTIONNAIRE_PUBLISHED: _("Fragebogen veröffentlicht"),
        Verb.ASSESSMENT_STARTED: _("Check begonnen"),
        Verb.GRANT_CREATED: _("Link vergeben"),
        Verb.GRANT_REVOKED: _("Link beendet"),
        Verb.KEY_RENEWED: _("Persönlicher Zugangslink erneuert"),
        Verb.DECLARATION_ISSUED: _("Selbsterklärung ausgestellt"),
        Verb.DECLARATION_REPLACED: _("Selbsterklärung durch eine neuere ersetzt"),
        Verb.RENEWAL_STARTED: _("Neue Runde begonnen"),
        Verb.ADDRESS_CONFIRMED: _("E-Mail-Adresse bestätigt"),
        Verb.ADDRESS_REMOVED: _("E-Mail-Adresse entfernt"),
        Verb.REMINDERS_ENDED: _("Erinnerungen per E-Mail beendet"),
        Verb.DATA_EXPORTED: _("Daten mitgenommen"),
        Verb.COMPANY_ERASED: _("Alles gelöscht"),
        Verb.GRANT_OPENED: _("Link zum ersten Mal geöffnet"),
        Verb.ASSESSMENT_CLEARED: _("Unbenutzter Check gelöscht"),
        Verb.PAYLOADS_ERASED: _("Einzelheiten gelöscht"),
        Verb.USER_ADDED: _("Zugang angelegt"),
        Verb.USER_DEACTIVATED: _("Zugang deaktiviert"),
        Verb.USER_REACTIVATED: _("Zugang wieder geöffnet"),
        Verb.USER_RESET: _("Zugang zum Neueinrichten freigegeben"),
        Verb.ROLE_CHANGED: _("Aufgabe geändert"),
        Verb.MEMBER_ADDED: _("Netzwerkkoordination begonnen"),
        Verb.MEMBER_REMOVED: _("Netzwerkkoordination beendet"),
        Verb.SIGNED_IN: _("angemeldet"),
        Verb.PASSWORD_SET: _("Passwort gewählt"),
        Verb.SECOND_FACTOR_ADDED: _("Zweiter Faktor eingerichtet"),
        Verb.SECOND_FACTOR_REMOVED: _("Zweiter Faktor entfernt"),
        Verb.RECOVERY_CODES_MADE: _("Ersatzcodes erstellt"),
        Verb.RECOVERY_CODE_USED: _("Ersatzcode benutzt"),
        Verb.NETWORK_ADDED: _("Netzwerk angelegt"),
        Verb.NETWORK_CHANGED: _("Angaben eines Netzwerks geändert"),
        Verb.NETWORK_CLOSED: _("Netzwerk geschlossen"),
        Verb.NETWORK_REOPENED: _("Netzwerk wieder geöffnet"),
        Verb.INVITATION_CREATED: _("Einladungslink erstellt"),
        Verb.INVITATION_CHANGED: _("Einladungslink geändert"),
        Verb.INVITATION_WITHDRAWN: _("Einladungslink zurückgezogen"),
        Verb.NETWORK_JOINED: _("Einem Netzwerk zugeordnet"),
        Verb.NETWORK_LEFT: _("Von einem Netzwerk gelöst"),
        Verb.NETWORK_CHOICE_CHANGED: _("Zustimmung gegenüber dem Netzwerk geändert"),
        Verb.RELEASE_BEGUN: _("Freigabe für ein Netzwerk begonnen"),
        Verb.RELEASE_ENDED: _("Freigabe für ein Netzwerk beendet"),
        Verb.MEMBERS_EXPORTED: _("Liste der Betriebe ausgegeben"),
        Verb.COMPANIES_NUDGED: _("An liegen gebliebene Checks erinnert"),
        Verb.DECLARATION_CORRECTED: _("Selbsterklärung berichtigt"),
        Verb.REGISTER_EXPORTED: _("Register ausgegeben"),
        Verb.RECORD_EXPORTED: _("Ereignisprotokoll ausgegeben"),
        Verb.SAMPLE_DRAWN: _("Stichprobe gezogen"),
        Verb.AUDIT_STARTED: _("Fall begonnen"),
        Verb.AUDIT_ASKED: _("Unternehmen um Einsicht gebeten"),
        Verb.SNAPSHOT_OPENED: _("Antworten geöffnet"),
        Verb.OPENING_ENDED: _("Antworten wieder geschlossen"),
        Verb.SNAPSHOT_SEEN: _("Antworten angesehen"),
        Verb.FINDINGS_NOTED: _("Feststellungen geschrieben oder geändert"),
        Verb.FINDINGS_SUBMITTED: _("Feststellungen zum Gegenlesen gegeben"),
        Verb.FINDINGS_RETURNED: _("Feststellungen zurückgegeben"),
        Verb.AUDIT_CLOSED: _("Fall abgeschlossen"),
        Verb.LETTER_POSTED: _("Schreiben zur Post gegeben"),
        Verb.WITHDRAWAL_PROPOSED: _("Widerruf vorgeschlagen"),
        Verb.HEARING_ANSWERED: _("Unternehmen hat sich zum Widerruf geäußert"),
        Verb.WITHDRAWAL_DROPPED: _("Selbsterklärung bleibt bestehen"),
        Verb.DECLARATION_WITHDRAWN: _("Selbsterklärung widerrufen"),
        Verb.REPORT_RECEIVED: _("Hinweis „nicht von uns“ eingegangen"),
        Verb.REPORT_CLOSED: _("Hinweis „nicht von uns“ abgeschlossen"),
        Verb.NAME_HIDDEN: _("Firmenname bei der Nummer ausgeblendet"),
        Verb.NAME_SHOWN: _("Firmenname bei der Nummer wieder gezeigt"),
    },
    CorrectedPart: {
        CorrectedPart.NAME: _("Name des Unternehmens"),
        CorrectedPart.ADDRESS: _("Anschrift"),
        CorrectedPart.SIGNATORY: _("wer unterzeichnet hat"),
    },
    RegisterOrder: {
        RegisterOrder.NEWEST: _("neueste zuerst"),
        RegisterOrder.OLDEST: _("älteste zuerst"),
    },
    AuditStanding: {
        AuditStanding.NONE: _("noch keine"),
        AuditStanding.OPEN: _("läuft"),
        AuditStanding.OVERDUE: _("läuft, Frist vorbei"),
        AuditStanding.CLOSED: _("abgeschlossen"),
    },
    DeadlineKind: {
        DeadlineKind.DUE: _("Termin"),
        DeadlineKind.FOLLOW_UP: _("Kontrolle"),
        DeadlineKind.END: _("Ende der Gültigkeit"),
    },
    AuditState: {
        AuditState.DRAWN: _("begonnen, noch nichts geschrieben"),
        AuditState.ASKED: _("um Einsicht gebeten"),
        AuditState.OPENED: _("wird angesehen"),
        AuditState.SECOND_READING: _("wird gegengelesen"),
        AuditState.HEARING: _("Anhörung"),
        AuditState.CLOSED: _("abgeschlossen"),
    },
    AuditOutcome: {
        AuditOutcome.IN_ORDER: _("in Ordnung"),
        AuditOutcome.ADVICE: _("in Ordnung, mit Hinweisen"),
        AuditOutcome.CORRECTION_AGREED: _("Berichtigung vereinbart"),
        AuditOutcome.NOT_LOOKED_INTO: _("ohne Ergebnis beendet"),
        AuditOutcome.WITHDRAWAL_PROPOSED: _("nach Anhörung widerrufen"),
        AuditOutcome.KEPT: _("Die Selbsterklärung bleibt bestehen"),
    },
    StepKind: {
        StepKind.DRAWN: _("Zufällig gezogen"),
        StepKind.REPORTED: _("Nach einem Hinweis „nicht von uns“ begonnen"),
        StepKind.ASKED: _("Um Einsicht gebeten"),
        StepKind.MESSAGE: _("Nachricht"),
        StepKind.OPENED: _("Antworten geöffnet"),
        StepKind.OPENING_ENDED: _("Antworten vor der Zeit wieder geschlossen"),
        StepKind.LOOKED: _("Antworten angesehen"),
        StepKind.NOTED: _("Feststellungen geschrieben oder geändert"),
        StepKind.SUBMITTED: _("Feststellungen zum Gegenlesen gegeben"),
        StepKind.RETURNED: _("Zur Überarbeitung zurückgegeben"),
        StepKind.CLOSED: _("Abgeschlossen"),
        StepKind.DECLINED: _("Keine Antworten geöffnet"),
        StepKind.WITHDRAWAL_PROPOSED: _("Widerruf vorgeschlagen, Anhörung begonnen"),
        StepKind.ANSWERED: _("Antwort in der Anhörung"),
        StepKind.WITHDRAWN: _("Selbsterklärung widerrufen"),
        StepKind.KEPT: _("Selbsterklärung bleibt bestehen"),
        StepKind.OWN_WITHDRAWAL: _("Vom Unternehmen selbst widerrufen"),
    },
    Side: {
        Side.STAFF: _("Geschäftsstelle"),
        Side.COMPANY: _("Unternehmen"),
        Side.SYSTEM: _("Programm"),
    },
    CheckItem: {
        CheckItem.CRITERIA: _("Waren die Kriterien am Tag der Ausstellung erfüllt?"),
        CheckItem.RATINGS: _("Sind die Bewertungen nachvollziehbar?"),
        CheckItem.DESCRIPTIONS: _("Sagen die Beschreibungen, was getan werden soll?"),
        CheckItem.RESPONSIBLE: _("Ist für jede Maßnahme jemand verantwortlich?"),
        CheckItem.DATES: _("Waren die Termine am Tag der Ausstellung einzuhalten?"),
        CheckItem.FOLLOW_UPS: _("Lässt sich an den Kontrollen ablesen, ob es wirkt?"),
        CheckItem.WORDING: _("Spricht das Unternehmen so von seiner Erklärung wie vereinbart?"),
    },
    Delivery: {
        Delivery.SENT: _("per E-Mail verschickt"),
        Delivery.UNDER_WAY: _("wird per E-Mail verschickt"),
        Delivery.NEEDLESS: _("nicht mehr verschickt, weil der Fall vorher abgeschlossen war"),
        Delivery.NO_ADDRESS: _("keine bestätigte Adresse: bitte drucken und mit der Post schicken"),
        Delivery.ADDRESS_CHANGED: _("bestätigte Adresse inzwischen geändert: bitte drucken und mit der Post schicken"),
        Delivery.UNDELIVERABLE: _("per E-Mail nicht zustellbar: bitte drucken und mit der Post schicken"),
    },
    CaseWait: {
        CaseWait.ANSWERED: _("Das Unternehmen hat zuletzt etwas getan"),
        CaseWait.OVERDUE: _("Die Frist ist überschritten"),
        CaseWait.UNPOSTED: _("Ein Schreiben ist zur Post zu geben"),
    },
    FindingAnswer: {
        FindingAnswer.YES: _("ja"),
        FindingAnswer.PARTLY: _("zum Teil"),
        FindingAnswer.NO: _("nein"),
        FindingAnswer.NOT_SEEN: _("nicht angesehen"),
    },
    Decision: {
        Decision.WITHDRAWN: _("Selbsterklärung widerrufen"),
        Decision.KEPT: _("Selbsterklärung bestehen lassen"),
    },
    ReportOutcome: {
        ReportOutcome.NOT_CONFIRMED: _("hat sich nicht bestätigt"),
        ReportOutcome.NO_ANSWER: _("keine Antwort auf Rückfragen"),
        ReportOutcome.WITHDRAWN: _("führte zum Widerruf"),
    },
    Stage: {
        Stage.STARTED: _("begonnen"),
        Stage.HALF_RATED: _("zur Hälfte bewertet"),
        Stage.ALL_RATED: _("vollständig bewertet"),
        Stage.PLAN_COMPLETE: _("Plan vollständig"),
        Stage.DECLARED: _("Selbsterklärung ausgestellt"),
        Stage.RENEWED: _("Selbsterklärung erneuert"),
    },
    Bound: {
        Bound.ABOUT: _("etwa"),
        Bound.BELOW: _("unter"),
        Bound.ABOVE: _("über"),
    },
}


def label(code: StrEnum) -> str:
    """Return the word for a code in the language of the page.

    >>> label(Urgency.HIGH)  # doctest: +SKIP
    'hoch'
    """
    return str(LABELS[type(code)][code])
