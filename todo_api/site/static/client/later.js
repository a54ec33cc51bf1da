/**
 * What the first screen does without, in a file of its own: it is fetched as soon as that screen is
 * there, or when it is wanted before; the service worker has kept it for when the service cannot be
 * reached.
 */

import { Account } from "./account.js";
import { Chips } from "./chips.js";
import { Drag } from "./drag.js";
import { Editor } from "./editor.js";
import { Help } from "./help.js";
import { Join } from "./join.js";
import { Lines } from "./lines.js";
import { ListEditor } from "./lists.js";
import { moveTask } from "./order.js";
import { understand } from "./quickadd.js";
import { Selected } from "./selected.js";
import { Trash } from "./trash.js";
import { LATER_WORDS } from "./words.later.js";
import { ZoneOffer } from "./zones.js";

export const LATER = {
  Account,
  Chips,
  Drag,
  Editor,
  Help,
  Join,
  Lines,
  ListEditor,
  Selected,
  Trash,
  ZoneOffer,
  moveTask,
  understand,
};

/** The texts of all that. */
export const TEXTS = LATER_WORDS;
