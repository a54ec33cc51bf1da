/**
 * What keyboards and screen readers need and Swagger UI 4 leaves out: names, buttons that are some,
 * text that can be scrolled, and a dialog that keeps the focus and gives it back.
 */

const parameterOf = (element) => element.closest("tr").dataset.paramName;

/** The attributes that the elements of a selector lack; null takes one away. */
const ATTRIBUTES = [
  // It leaves out what the operation does, which the button says.
  [".opblock-summary-control", () => ({ "aria-label": null })],
  [".info .title", () => ({ role: "heading", "aria-level": "1" })],
  [".parameters select, .parameters input", (input) => ({ "aria-label": parameterOf(input) })],
  [
    ".json-schema-form-item-remove",
    (button) => ({ "aria-label": `Remove ${parameterOf(button)}` }),
  ],
  [".examples-select-element", () => ({ "aria-label": "Example" })],
  [".body-param__text", () => ({ "aria-label": "Request body" })],
  [".copy-to-clipboard button", () => ({ "aria-label": "Copy to clipboard" })],
  [
    ".copy-to-clipboard > svg",
    () => ({ role: "button", tabindex: "0", "aria-label": "Copy the path to the clipboard" }),
  ],
  [".download-contents", () => ({ role: "button", tabindex: "0" })],
  ["pre.microlight", () => ({ tabindex: "0", role: "group", "aria-label": "Text" })],
];

const complete = (root) => {
  for (const [selector, attributesOf] of ATTRIBUTES) {
    for (const element of root.querySelectorAll(selector)) {
      for (const [name, value] of Object.entries(attributesOf(element))) {
        if (value === null) element.removeAttribute(name);
        else if (!element.hasAttribute(name)) element.setAttribute(name, value);
      }
    }
  }
};

/** Add what is missing below an element, now and whenever Swagger UI changes what is there. */
export const makeAccessible = (root) => {
  new MutationObserver(() => complete(root)).observe(root, { childList: true, subtree: true });
  root.addEventListener("keydown", (event) => {
    const isButton = event.target.matches("[role=button]:not(button)");
    if (!isButton || !["Enter", " "].includes(event.key)) return;
    event.preventDefault();
    event.target.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  });
};

const LABELS = {
  "auth-basic-username": "Username",
  "auth-basic-password": "Password",
  "auth-bearer-value": "Value",
};

/** Make "Authorize" a dialog of the browser's, which knows Escape and where the focus belongs. */
const authorizationDialog = ({ createElement, useLayoutEffect, useRef }) =>
  function AuthorizationDialog({ authSelectors, authActions, errSelectors, ...props }) {
    const { getComponent, specSelectors, fn } = props;
    const dialog = useRef(null);
    const close = () => authActions.showDefinitions(false);
    useLayoutEffect(() => {
      const element = dialog.current;
      element.showModal();
      return () => element.close();
    }, []);
    const schemes = authSelectors.shownDefinitions().valueSeq();
    return createElement(
      "dialog",
      { className: "modal-ux", "aria-labelledby": "authorizations", ref: dialog, onCancel: close },
      createElement(
        "div",
        { className: "modal-ux-header" },
        createElement("h3", { id: "authorizations" }, "Available authorizations"),
      ),
      createElement(
        "div",
        { className: "modal-ux-content" },
        schemes.map((definitions, key) =>
          createElement(getComponent("auths"), {
            ...{ key, definitions, getComponent, errSelectors, authSelectors, authActions },
            ...{ specSelectors, AST: fn.AST },
          }),
        ),
      ),
    );
  };

export const access = {
  wrapComponents: {
    authorizationPopup: (_original, { React }) => authorizationDialog(React),
    Input:
      (_original, { React }) =>
      ({ "aria-label": label, ...props }) =>
        React.createElement("input", { ...props, "aria-label": LABELS[label] ?? label }),
  },
};
