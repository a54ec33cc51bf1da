/**
 * Alle Texte auf Deutsch; was hier fehlt, steht auf Englisch in words.js.
 * @type {Partial<Record<import("./words.js").Word, string>>}
 */
export const WORDS = {
  "app.name": "Aufgaben",
  "app.skip": "Zu den Aufgaben",

  "signin.title": "Anmelden",
  "signin.username": "Benutzername",
  "signin.password": "Passwort",
  "signin.submit": "Anmelden",
  "signin.stay": "Angemeldet bleiben",
  "signin.stayHint": "Sonst nur in diesem Tab.",
  "signin.demo": "Dies ist die Demo: {username} mit dem Passwort {password} ist schon eingetragen.",
  "signin.toRegister": "Konto anlegen",
  "signin.ended":
    "Die Sitzung ist beendet. Bitte neu anmelden: Nichts Geschriebenes geht verloren.",
  "signin.invited":
    "Dies ist eine Einladung zu einer Liste: Bitte anmelden oder ein Konto anlegen, dann lässt sich beitreten.",
  "signin.console": "Die Konsole der API",
  "register.title": "Konto anlegen",
  "register.email": "E-Mail (freiwillig)",
  "register.invitation": "Einladung",
  "register.invitationHint":
    "Die Registrierung ist geschlossen: Es braucht den Code einer Einladung.",
  "register.usernameHint": "Kleine Buchstaben und Ziffern, dazwischen auch . _ -",
  "register.passwordHint": "Mindestens 8 Zeichen, und schwer zu erraten.",
  "register.submit": "Konto anlegen",
  "register.toSignIn": "Ich habe ein Konto",

  "view.today": "Heute",
  "view.upcoming": "Demnächst",
  "view.all": "Alle",
  "view.mine": "Mir zugewiesen",
  "view.done": "Erledigt",
  "view.search": "Gefunden",
  "view.trash": "Papierkorb",
  "nav.views": "Ansichten",
  "nav.lists": "Listen",
  "nav.newList": "Neue Liste",
  "nav.labels": "Etiketten",
  "nav.search": "Suchen",
  "nav.menu": "Menü",
  "nav.keys": "Tastenkürzel",
  "nav.account": "Konto",
  "nav.console": "API-Konsole",
  "nav.signOut": "Abmelden",
  "nav.theme": "Farben",
  "theme.system": "Wie das System",
  "theme.light": "Hell",
  "theme.dark": "Dunkel",

  "add.label": "Neue Aufgabe",
  "add.placeholder": "Neue Aufgabe: Milch kaufen morgen 17:00 #einkauf !2",
  "add.hint":
    "Ein Tag, eine Uhrzeit, eine Wiederholung wie jeden Freitag, #etiketten und eine Priorität von !1 bis !3 werden verstanden.",
  "add.submit": "Anlegen",
  "add.added": "„{title}“ hinzugefügt",
  "add.long": "Ein Titel hat höchstens 200 Zeichen: Dieser hat {count}.",

  "list.label": "Aufgaben",
  "list.overdue": "Überfällig",
  "list.count": "{count} {count|Aufgabe|Aufgaben}",
  "list.edit": "Bearbeiten, teilen",
  "list.members": "Mitglieder",
  "list.reads": "nur zu lesen",
  "list.readOnly": "Diese Liste ist nur zu lesen. Wem sie gehört, kann Änderungen erlauben.",
  "list.unsent": "Noch nicht gesendet",
  "list.subtasksOf": "Teilaufgaben von „{title}“",
  "list.progress": "{done} von {all} {all|Teilaufgabe|Teilaufgaben} erledigt",
  "list.under": "unter „{title}“",
  "list.repeats": "Wiederholt sich",
  "list.selected": "Ausgewählt",
  "empty.today": "Heute ist nichts fällig. Genieß es, oder schreib oben etwas auf.",
  "empty.upcoming": "Nichts geplant. Aufgaben mit einem Tag erscheinen hier.",
  "empty.all": "Noch keine Aufgaben. Die erste kommt oben hinein.",
  "empty.mine": "Nichts Offenes ist dir zugewiesen.",
  "empty.done": "Was abgehakt ist, erscheint hier.",
  "empty.search": "Keine Aufgabe hat all diese Wörter.",
  "empty.label": "Keine offene Aufgabe hat dieses Etikett.",
  "empty.read": "Keine offenen Aufgaben in dieser Liste.",
  "empty.list": "Keine offenen Aufgaben in dieser Liste. Schreib oben eine auf.",
  "trash.hint": "Was gelöscht ist, bleibt eine Weile hier.",

  "task.priority": "Priorität",
  "priority.0": "Keine",
  "priority.1": "Niedrig",
  "priority.2": "Mittel",
  "priority.3": "Hoch",

  "undo.button": "Rückgängig",
  "undo.done": "„{title}“ ist erledigt",
  "undo.open": "„{title}“ ist wieder offen",
  "undo.deleted": "„{title}“ ist gelöscht",
  "undo.deletedBranch":
    "„{title}“ ist gelöscht, samt {count|ihrer Teilaufgabe|ihren Teilaufgaben}: {count}",
  "undo.edited": "„{title}“ ist geändert",
  "undo.severalDone": "{count} {count|Aufgabe ist|Aufgaben sind} erledigt",
  "undo.severalOpen": "{count} Aufgaben sind wieder offen",
  "undo.severalDeleted": "{count} Aufgaben sind gelöscht",
  "undo.severalChanged": "{count} Aufgaben sind geändert",

  "status.saved": "Alles gespeichert",
  "status.saving": "Speichert …",
  "status.offline": "Offline",
  "status.throttled": "Wartet",
  "status.full": "Nicht gespeichert",
  "status.failing": "Nicht gespeichert",
  "status.broken": "Nicht gespeichert",
  "status.refused": "Nicht gespeichert",
  "status.unsent": "{count} ungesendet",
  "trouble.throttled":
    "Der Dienst bittet zu warten: Die Änderungen bleiben hier und werden um {time} gesendet.",
  "trouble.full":
    "Der Dienst nimmt nichts mehr an: Das Kontingent ist voll, oder das Konto darf dies nicht. Bitte löschen, was niemand mehr braucht; alles Geschriebene bleibt hier und wird dann gesendet.",
  "trouble.failing":
    "Der Dienst hat einen Fehler. Die Änderungen bleiben hier und werden um {time} wieder gesendet.",
  "trouble.broken":
    "Dieser Browser konnte die Änderungen nicht behalten. Bitte die Seite offen lassen und Platz schaffen, falls das Gerät voll ist: Um {time} wird es wieder versucht.",
  "trouble.refused":
    "Der Dienst lehnt „{title}“ ab: {fault} Nach einer Änderung wird sie wieder gesendet.",
  "trouble.readOnly": "Nichts ist geändert: Die Liste davon ist nur zu lesen.",
  "notice.close": "Schließen",

  "error.credentials":
    "Benutzername oder Passwort sind falsch. Bitte beides prüfen und noch einmal versuchen.",
  "error.throttled":
    "Zu viele Versuche. Bitte {seconds} {seconds|Sekunde|Sekunden} warten und dann noch einmal versuchen.",
  "error.offline":
    "Der Dienst ist nicht erreichbar. Bitte die Verbindung prüfen; alles Getippte ist noch da.",
  "error.server": "Der Dienst hat einen Fehler. Bitte gleich noch einmal versuchen.",
  "error.refused": "Der Dienst lehnt das ab: {detail}",
};
