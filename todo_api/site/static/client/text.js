/** Markdown as elements. */

import { html } from "./html.js";
import { blocks } from "./markdown.js";

/** @typedef {import("./markdown.js").Inline} Inline */

/** @param {{text: string}} props */
export const Markdown = ({ text }) =>
  html`<div class="markdown">${blocks(text).map(shownBlock)}</div>`;

/** @type {(block: import("./markdown.js").Block) => import("./html.js").View} */
function shownBlock(block) {
  switch (block.kind) {
    case "list": {
      const items = block.items.map((item) => html`<li>${item.map(shownInline)}</li>`);
      return block.ordered
        ? html`<ol dir="auto">
            ${items}
          </ol>`
        : html`<ul dir="auto">
            ${items}
          </ul>`;
    }
    case "heading":
      return html`<p dir="auto"><b>${block.lines.flat().map(shownInline)}</b></p>`;
    case "pre":
      return html`<pre
        dir="auto"
      ><code>${block.lines.map((line) => [...line.map(shownInline), "\n"])}</code></pre>`;
    default:
      return html`<p dir="auto">
        ${block.lines.map((line, index) => [index > 0 && html`<br />`, ...line.map(shownInline)])}
      </p>`;
  }
}

/** @type {(part: Inline) => import("./html.js").View} */
function shownInline(part) {
  switch (part.kind) {
    case "code":
      return html`<code>${part.text}</code>`;
    case "strong":
      return html`<strong>${part.children.map(shownInline)}</strong>`;
    case "emphasis":
      return html`<em>${part.children.map(shownInline)}</em>`;
    case "link":
      return html`<a href=${part.to} target="_blank" rel="noopener noreferrer nofollow"
        >${part.children.map(shownInline)}</a
      >`;
    default:
      return part.text;
  }
}
