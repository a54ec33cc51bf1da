/**
 * Auf Deutsch, was in words.later.js steht.
 * @type {Partial<Record<keyof typeof import("./words.later.js").LATER_WORDS, string>>}
 */
export const WORDS = {
  "lists.name": "Name",
  "lists.hint":
    "Listen werden sofort angelegt, benannt und gelöscht: Dafür muss der Dienst erreichbar sein.",
  "lists.create": "Liste anlegen",
  "lists.save": "Namen speichern",
  "lists.own": "Dies ist die eigene Liste: Sie bleibt so lange wie das Konto.",
  "lists.delete": "Liste löschen",
  "lists.deleteHint":
    "Löscht auch ihre Aufgaben, und zwar für immer: Sie kommen nicht in den Papierkorb.",
  "lists.confirm": "„{name}“ und alle Aufgaben darin für immer löschen?",
  "lists.editor":
    "„{name}“ lässt sich hier bearbeiten, was die Aufgaben angeht. Über Namen und Mitglieder entscheidet, wem die Liste gehört.",
  "lists.viewer": "„{name}“ ist nur zu lesen.",

  "members.title": "Mitglieder",
  "members.you": "das bist du",
  "members.leave": "Liste verlassen",
  "members.leaveHint":
    "Wer die Liste verlässt, hat sie und ihre Aufgaben sofort nicht mehr. Zurück geht es nur mit einer neuen Einladung.",
  "members.confirmLeave": "„{name}“ verlassen?",
  "members.roleOf": "Rolle von {username}",
  "members.changed": "{username}, von jetzt an: {role}.",
  "members.makeOwner": "Übergeben",
  "members.confirmOwner":
    "„{name}“ an {username} übergeben? Bearbeiten bleibt möglich, aber zurückgeben kann sie nur {username}.",
  "members.remove": "Entfernen",
  "members.confirmRemove":
    "{username} aus „{name}“ entfernen? Liste und Aufgaben sind dort sofort weg.",
  "members.removed": "{username} ist kein Mitglied mehr.",
  "invitations.title": "Jemanden einladen",
  "invitations.hint":
    "Eine Einladung ist ein Link für eine Person: Wer ihn zuerst öffnet, kann beitreten.",
  "invitations.role": "Rolle",
  "invitations.days": "Tage gültig",
  "invitations.create": "Einladung anlegen",
  "invitations.link": "Link der Einladung",
  "invitations.linkHint": "Er ist nur jetzt zu sehen: bitte kopieren und weitergeben.",
  "invitations.copy": "Link kopieren",
  "invitations.copied": "Der Link ist kopiert.",
  "invitations.selected":
    "Das erlaubt dieser Browser hier nicht. Der Link ist ausgewählt: bitte mit Strg+C oder über das Menü kopieren.",
  "invitations.open": "Offene Einladungen",
  "invitations.expires": "{role}, bis {when}",
  "invitations.withdraw": "Zurückziehen",
  "invitations.withdrawn": "Die Einladung ist zurückgezogen: Ihr Link führt nirgendwohin.",
  "join.title": "Der Liste beitreten?",
  "join.hint":
    "Dies ist eine Einladung zu einer Liste. Wer beitritt, hat sie neben den eigenen, und ihre Mitglieder sehen, dass {username} dabei ist. Verlassen geht jederzeit.",
  "join.submit": "Beitreten",
  "role.owner": "Besitzt die Liste",
  "role.editor": "Bearbeitet Aufgaben",
  "role.viewer": "Liest nur",

  "task.assigned": "Zugewiesen an",
  "task.nobody": "Niemand",

  "empty.trash": "Im Papierkorb ist nichts.",
  "trash.deleted": "Gelöscht {when}",
  "trash.restore": "Wiederherstellen",
  "trash.restoreOf": "„{title}“ wiederherstellen",
  "trash.more": "Mehr zeigen",
  "trash.empty": "Papierkorb leeren",
  "trash.confirm": "Alles im Papierkorb für immer entfernen?",
  "trash.emptied": "Der Papierkorb ist leer.",

  "keys.title": "Tasten",
  "keys.add": "Neue Aufgabe",
  "keys.move": "Nächste, vorige Aufgabe",
  "keys.select": "Mehrere auswählen (oder Umschalt und ein Klick); Tasten gelten für alle",
  "keys.done": "Erledigt, oder wieder offen",
  "keys.edit": "Aufgabe öffnen",
  "keys.search": "Suchen",
  "keys.priority": "Priorität: niedrig, mittel, hoch, keine",
  "keys.delete": "Löschen",
  "keys.single": "Einzelne Tasten",
  "keys.singleHint": "Ausschalten, wer per Sprache eingibt oder Tasten aus Versehen drückt.",
  "keys.today": "Heute (g u, g a, g d: Demnächst, Alle, Erledigt)",
  "keys.undo": "Rückgängig",
  "keys.close": "Schließen, was offen ist",
  "keys.help": "Diese Tasten",

  "account.confirm": "Das Konto lässt sich nur mit dem Passwort ansehen und ändern.",
  "account.unlock": "Weiter",
  "account.wrong": "Das Passwort ist falsch. Bitte prüfen und noch einmal versuchen.",
  "account.shared":
    "Dies ist das Konto der Demo, das sich alle teilen: E-Mail-Adresse und Passwort bleiben, wie sie sind, und es lässt sich nicht löschen. Für eigene Änderungen bitte abmelden und ein eigenes Konto anlegen.",
  "account.email": "E-Mail",
  "account.emailSave": "E-Mail-Adresse speichern",
  "account.emailSaved": "Die E-Mail-Adresse ist gespeichert.",
  "account.emailRemoved": "Die E-Mail-Adresse ist entfernt.",
  "account.password": "Neues Passwort",
  "account.everywhere": "Überall abmelden",
  "account.everywhereHint":
    "Widerruft alle Tokens, falls jemand anders eines hat. Danach mit dem neuen Passwort anmelden.",
  "account.passwordSave": "Passwort ändern",
  "account.passwordSaved": "Das Passwort ist geändert.",
  "account.tokens": "Geräte und Programme",
  "account.tokensHint":
    "Jedes hat statt des Passworts ein eigenes Token. Bitte widerrufen, was unbekannt ist oder nicht mehr benutzt wird.",
  "account.noTokens": "Es gibt keine Tokens.",
  "account.here": "dieses hier",
  "account.read": "liest Aufgaben",
  "account.write": "liest und ändert Aufgaben",
  "account.used": "zuletzt benutzt {when}",
  "account.unused": "nie benutzt",
  "account.expires": "gilt bis {when}",
  "account.expired": "abgelaufen {when}",
  "account.endless": "läuft nicht ab",
  "account.revoke": "Widerrufen",
  "account.revokeOf": "„{name}“ widerrufen",
  "account.revoked": "„{name}“ ist widerrufen.",
  "account.export": "Die Aufgaben als Datei",
  "account.exportHint": "Alle, auch erledigte, wie der Dienst sie hat.",
  "account.exportUnsent":
    "{count} Änderungen sind noch nicht gesendet und fehlen in der Datei. Bitte warten, bis alles gespeichert ist.",
  "account.exported": "Die Datei ist gespeichert: {name}.",
  "account.csv": "CSV (eine Tabelle)",
  "account.excel": "CSV für Excel",
  "account.delete": "Konto löschen",
  "account.deleteHint":
    "Löscht {username} und alle Aufgaben, für immer. Wer sie behalten will, speichert sie vorher als Datei.",
  "account.deletePassword": "Passwort, zur Bestätigung",
  "account.deleteSubmit": "Konto und Aufgaben löschen",
};
