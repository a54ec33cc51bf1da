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

const INLINE =
  /`([^`\n]+)`|\*\*(\S(?:[^\n]*?\S)?)\*\*|\*([^\s*](?:[^*\n]*[^\s*])?)\*|\[([^\]\n]+)\]\(([^\s()]+)\)|(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]])/gu;
const BULLET = /^\s{0,3}[-*+]\s+(.*)$/u;
const NUMBER = /^\s{0,3}\d{1,9}[.)]\s+(.*)$/u;

/**
 * Return the address if a link may lead there.
 * @param {string} address
 */
export const safe = (address) =>
  /^(?:https?:\/\/|mailto:)[^\s\p{C}]+$/iu.test(address) ? address : null;

/**
 * @param {string} text
 * @returns {Inline[]}
 */
export function inline(text) {
  /** @type {Inline[]} */
  const found = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    const [all, code, strong, emphasis, words, address, bare] = match;
    const to = safe(address ?? bare ?? "");
    if (words && !to) continue;
    if (match.index > from) found.push({ kind: "text", text: text.slice(from, match.index) });
    from = match.index + all.length;
    if (code) found.push({ kind: "code", text: code });
    else if (strong) found.push({ kind: "strong", children: inline(strong) });
    else if (emphasis) found.push({ kind: "emphasis", children: inline(emphasis) });
    else if (to)
      found.push({
        kind: "link",
        to,
        children: [{ kind: "text", text: words ?? to }],
      });
  }
  if (from < text.length) found.push({ kind: "text", text: text.slice(from) });
  return found;
}

/**
 * @param {string} text
 * @returns {Block[]}
 */
export function blocks(text) {
  /** @type {Block[]} */
  const found = [];
  let isApart = true;
  let isCode = false;
  for (const line of text.split(/\r\n?|\n/u)) {
    const last = found.at(-1);
    if (/^\s*```/u.test(line)) {
      isCode = !isCode;
      if (isCode) found.push({ kind: "pre", lines: [] });
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
    const heading = /^#{1,6}\s+(.*)$/u.exec(line);
    const item = BULLET.exec(line) ?? NUMBER.exec(line);
    if (heading) {
      found.push({ kind: "heading", lines: [inline(heading[1] ?? "")] });
      isApart = true;
      continue;
    }
    if (item) {
      const ordered = !BULLET.test(line);
      const content = inline(item[1] ?? "");
      if (last?.kind === "list" && last.ordered === ordered) last.items.push(content);
      else found.push({ kind: "list", ordered, items: [content] });
    } else if (last?.kind === "paragraph" && !isApart) last.lines.push(inline(line));
    else found.push({ kind: "paragraph", lines: [inline(line)] });
    isApart = false;
  }
  return found;
}
