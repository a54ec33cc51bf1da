/**
 * What nobody needs at once, in a file of its own, which is fetched when it is first wanted; the service
 * worker has kept it for when the service cannot be reached.
 */

import { Account } from "./account.js";
import { Assignee } from "./assignee.js";
import { Help } from "./help.js";
import { Join } from "./join.js";
import { ListEditor } from "./lists.js";
import { Markdown } from "./text.js";
import { Trash } from "./trash.js";
import { LATER_WORDS } from "./words.later.js";

export const LATER = { Account, Assignee, Help, Join, ListEditor, Markdown, Trash };

/** The texts of all that. */
export const TEXTS = LATER_WORDS;
