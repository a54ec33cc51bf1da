/**
 * Markdown of descriptions, as a tree: the view makes elements of it, and nothing becomes markup.
 *
 * Paragraphs, lists, headings, `**strong**`, `*emphasis*`, code and links to http, https, mailto.
 *
 * @typedef {{kind: "text" | "code", text: string}
 *   | {kind: "strong" | "emphasis", children: Inline[]}
 *   | {kind: "link", to: string, children: Inline[]}} Inline
 * @typedef {{kind: "paragraph" | "heading" | "pre", lines: Inline[][]}
 *   | {kind: "list", ordered: boolean, items: Inline[][]}} Block
 */

const BULLET = /^\s{0,3}[-*+]\s+(.*)$/su;
const NUMBER = /^\s{0,3}\d{1,9}[.)]\s+(.*)$/su;
const HEADING = /^#{1,6}\s+(.*)$/su;
const OPENING = /[`*[]|https?:\/\//gu;
const EMPHASIS = /\*([^\s*](?:[^*\n]*[^\s*])?)\*/uy;
const TARGET = /\]\(([^\s()]+)\)/uy;
const BARE = /https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]]/uy;

/**
 * Return the address if a link may lead there.
 * @param {string} address
 */
export const safe = (address) =>
  /^(?:https?:\/\/|mailto:)[^\s\p{C}]+$/iu.test(address) ? address : null;

/**
 * Return what a pattern finds at a place, and nowhere else.
 * @param {RegExp} pattern
 * @param {string} text
 * @param {number} at
 */
function found(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** @typedef {{end: number, part: Inline | null}} Mark where it ends, and what it is, if anything */

/**
 * A text whose marks are asked for from its beginning to its end. What could close one is looked for
 * once, however many are opened: so hostile text takes as long as any other.
 */
class Marks {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    /** Where `**` closes: behind what is no blank. */
    this.closings = closings(text);
    this.closing = 0;
    /** The next `]`. */
    this.bracket = -1;
    /** @type {RegExpExecArray | null} */
    this.target = null;
  }

  /**
   * @param {number} at
   * @returns {Mark | null}
   */
  at(at) {
    switch (this.text[at]) {
      case "`":
        return this.code(at);
      case "*":
        return this.strong(at) ?? this.emphasis(at);
      case "[":
        return this.link(at);
      default: {
        const address = found(BARE, this.text, at)?.[0] ?? "";
        const to = safe(address);
        return to ? { end: at + address.length, part: link(to, to) } : null;
      }
    }
  }

  /**
   * @param {number} at
   * @returns {Mark | null}
   */
  code(at) {
    const end = this.text.indexOf("`", at + 1);
    const text = this.text.slice(at + 1, Math.max(end, 0));
    return text && !text.includes("\n") ? { end: end + 1, part: { kind: "code", text } } : null;
  }

  /**
   * @param {number} at
   * @returns {Mark | null}
   */
  strong(at) {
    if (!/^\*\*\S/u.test(this.text.slice(at, at + 4))) return null;
    while ((this.closings[this.closing] ?? Infinity) < at + 3) this.closing += 1;
    const end = this.closings[this.closing];
    if (end === undefined) return null;
    const children = inline(this.text.slice(at + 2, end));
    return { end: end + 2, part: { kind: "strong", children } };
  }

  /**
   * @param {number} at
   * @returns {Mark | null}
   */
  emphasis(at) {
    const match = found(EMPHASIS, this.text, at);
    if (!match) return null;
    const children = inline(match[1] ?? "");
    return { end: at + match[0].length, part: { kind: "emphasis", children } };
  }

  /**
   * Return a link; nothing of one that leads where none may.
   * @param {number} at
   * @returns {Mark | null}
   */
  link(at) {
    if (this.bracket <= at) {
      const bracket = this.text.indexOf("]", at + 1);
      this.bracket = bracket < 0 ? Infinity : bracket;
      this.target = bracket < 0 ? null : found(TARGET, this.text, bracket);
    }
    if (!this.target || this.bracket === at + 1) return null;
    const to = safe(this.target[1] ?? "");
    const words = this.text.slice(at + 1, this.bracket);
    return { end: this.bracket + this.target[0].length, part: to ? link(to, words) : null };
  }
}

/** @param {string} text */
function closings(text) {
  const places = [];
  for (let at = text.indexOf("**"); at >= 0; at = text.indexOf("**", at + 1)) {
    if (/\S/u.test(text[at - 1] ?? " ")) places.push(at);
  }
  return places;
}

/**
 * @param {string} to
 * @param {string} words
 * @returns {Inline}
 */
const link = (to, words) => ({ kind: "link", to, children: [{ kind: "text", text: words }] });

/**
 * @param {string} text a line
 * @returns {Inline[]}
 */
export function inline(text) {
  /** @type {Inline[]} */
  const parts = [];
  const marks = new Marks(text);
  let from = 0;
  let read = 0;
  for (const { index } of text.matchAll(OPENING)) {
    const mark = index < read ? null : marks.at(index);
    if (!mark) continue;
    read = mark.end;
    if (!mark.part) continue;
    if (index > from) parts.push({ kind: "text", text: text.slice(from, index) });
    parts.push(mark.part);
    from = mark.end;
  }
  if (from < text.length) parts.push({ kind: "text", text: text.slice(from) });
  return parts;
}

/**
 * @param {string} text
 * @returns {Block[]}
 */
export function blocks(text) {
  /** @type {Block[]} */
  const parts = [];
  let isApart = true;
  let isCode = false;
  for (const line of text.split(/\r\n?|\n/u)) {
    const last = parts.at(-1);
    if (/^\s*```/u.test(line)) {
      isCode = !isCode;
      if (isCode) parts.push({ kind: "pre", lines: [] });
      isApart = true;
      continue;
    }
    if (isCode) {
      if (last?.kind === "pre") last.lines.push([{ kind: "text", text: line }]);
      continue;
    }
    if (!line.trim()) {
      isApart = true;
      continue;
    }
    const heading = HEADING.exec(line);
    const item = BULLET.exec(line) ?? NUMBER.exec(line);
    if (heading) {
      parts.push({ kind: "heading", lines: [inline(heading[1] ?? "")] });
      isApart = true;
      continue;
    }
    if (item) {
      const ordered = !BULLET.test(line);
      const content = inline(item[1] ?? "");
      if (last?.kind === "list" && last.ordered === ordered) last.items.push(content);
      else parts.push({ kind: "list", ordered, items: [content] });
    } else if (last?.kind === "paragraph" && !isApart) last.lines.push(inline(line));
    else parts.push({ kind: "paragraph", lines: [inline(line)] });
    isApart = false;
  }
  return parts;
}
