/**
 * Every text that the client shows, in one table; those of what is loaded later are in words.later.js
 * and words.signin.js.
 * Another language is two files, like words.de.js and words.later.de.js.
 */

const ENGLISH = {
  "app.name": "To-do list",
  "app.skip": "Skip to the tasks",

  "signin.password": "Password",
  "signin.ended": "Your session has ended. Sign in again: nothing that you wrote is lost.",
  "register.email": "E-mail (optional)",
  "register.passwordHint": "8 characters or more, and hard to guess.",

  "view.today": "Today",
  "view.upcoming": "Upcoming",
  "view.all": "All tasks",
  "view.mine": "Assigned to me",
  "view.done": "Done",
  "view.search": "Search results",
  "view.trash": "Trash",
  "nav.views": "Views",
  "nav.lists": "Lists",
  "nav.newList": "New list",
  "nav.labels": "Labels",
  "nav.search": "Search",
  "nav.menu": "Menu",
  "nav.keys": "Shortcuts",
  "nav.account": "Account",
  "nav.console": "API console",
  "nav.signOut": "Sign out",
  "nav.theme": "Theme",
  "theme.system": "System",
  "theme.light": "Light",
  "theme.dark": "Dark",

  "add.label": "Add a task",
  "add.placeholder": "Add a task: Buy milk tomorrow 17:00 #errand !2",
  "add.hint":
    "A day, a time, a repetition such as every friday, #labels and a priority from !1 to !3 are understood.",
  "add.submit": "Add",
  "add.added": "Added “{title}”",
  "add.long": "A title has at most 200 characters: this one has {count}.",

  "list.label": "Tasks",
  "list.overdue": "Overdue",
  "list.count": "{count} {count|task|tasks}",
  "list.edit": "Edit or share",
  "list.members": "Members",
  "list.reads": "only to read",
  "list.readOnly": "You can only read this list. Its owner can let you change it.",
  "list.unsent": "Not sent yet",
  "list.subtasksOf": "Subtasks of “{title}”",
  "list.progress": "{done} of {all} {all|subtask|subtasks} done",
  "list.under": "below “{title}”",
  "list.repeats": "Repeats",
  "list.selected": "Selected",
  "empty.today": "Nothing is due today. Enjoy it, or add a task above.",
  "empty.upcoming": "Nothing is planned. Give a task a day, and it appears here.",
  "empty.all": "No tasks yet. Write the first one above.",
  "empty.mine": "Nothing open is assigned to you.",
  "empty.done": "What you tick off appears here.",
  "empty.search": "No task has all of these words.",
  "empty.label": "No open task has this label.",
  "empty.read": "No open tasks in this list.",
  "empty.list": "No open tasks in this list. Write one above.",
  "trash.hint": "What you delete stays here for a while.",

  "task.priority": "Priority",
  "priority.0": "None",
  "priority.1": "Low",
  "priority.2": "Medium",
  "priority.3": "High",

  "undo.button": "Undo",
  "undo.done": "“{title}” is done",
  "undo.open": "“{title}” is open again",
  "undo.deleted": "“{title}” is deleted",
  "undo.deletedBranch":
    "“{title}” is deleted, and so {count|is its subtask|are its subtasks}: {count}",
  "undo.edited": "“{title}” is changed",
  "undo.severalDone": "{count} {count|task is|tasks are} done",
  "undo.severalOpen": "{count} tasks are open again",
  "undo.severalDeleted": "{count} tasks are deleted",
  "undo.severalChanged": "{count} tasks are changed",

  "status.saved": "All changes saved",
  "status.saving": "Saving …",
  "status.offline": "Offline",
  "status.throttled": "Waiting",
  "status.full": "Not saved",
  "status.failing": "Not saved",
  "status.broken": "Not saved",
  "status.refused": "Not saved",
  "status.unsent": "{count} unsent",
  "trouble.readOnly": "Nothing is changed: this is in a list that you can only read.",
  "notice.close": "Dismiss",

  "error.credentials": "The username or the password is wrong. Check both and try again.",
  "error.throttled":
    "Too many attempts have failed. Wait {seconds} {seconds|second|seconds}, then try again.",
  "error.offline":
    "The service cannot be reached. Check your connection and try again; what you typed is still here.",
  "error.unkept":
    "This browser keeps nothing for this page. Allow it to keep data, or make room on the device, then load the page again.",
  "error.server": "The service has failed, and it is not your fault. Try again in a moment.",
  "error.refused": "The service refused this: {detail}",
};

/** @typedef {keyof typeof import("./words.later.js").LATER_WORDS} LaterWord */
/** @typedef {keyof typeof import("./words.signin.js").SIGNIN_WORDS} SigninWord */
/** @typedef {keyof typeof ENGLISH | LaterWord | SigninWord} Word */
/** @typedef {Partial<Record<Word, string>>} Words */

/** @type {Record<string, (() => Promise<{WORDS: Words}>)[]>} what comes at once, what comes later */
const OTHERS = { de: [() => import("./words.de.js"), () => import("./words.later.de.js")] };

/** @type {Words} */
const english = { ...ENGLISH };

/** @type {Words} */
const words = {};

/** The language of the texts; days and times are written as the browser's own locale does. */
let language = "en";

/** Choose the language that the browser prefers, of those that there are. */
export async function chooseLanguage() {
  const wanted = navigator.languages.map((name) => name.slice(0, 2));
  language = wanted.find((name) => name === "en" || name in OTHERS) ?? "en";
  Object.assign(words, (await OTHERS[language]?.[0]?.())?.WORDS);
  document.documentElement.lang = language;
}

/** Have more of the texts. @param {Words} more */
export const teach = (more) => void Object.assign(english, more);

/**
 * Have the texts of what is loaded later as well.
 * @param {Record<LaterWord, string>} more
 */
export async function learnWords(more) {
  Object.assign(words, (await OTHERS[language]?.[1]?.())?.WORDS);
  teach(more);
}

/** How days and times are written: as the browser says, in the language of the texts. */
export const locale = () =>
  navigator.languages.find((name) => name.startsWith(language)) ?? language;

/** What turns around the text after it, which nobody's name may do. */
const TURNING = /[\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Return a text, with these values in it; `{count|one|several}` is the word for so many.
 * @param {Word} word
 * @param {Record<string, string | number>} [values]
 */
export const say = (word, values = {}) =>
  (words[word] ?? english[word] ?? word).replace(
    /\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/gu,
    (all, name, one, several) =>
      several === undefined
        ? String(values[name] ?? all).replace(TURNING, "")
        : Number(values[name]) === 1
          ? one
          : several,
  );
