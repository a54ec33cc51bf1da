/**
 * Links to operations. The page's address names the operation that was opened last, in the form that
 * Swagger UI gives them elsewhere (`#/tasks/get_tasks`), and the one that it names is opened.
 *
 * Swagger UI's own `deepLinking` takes `_` for a space, fills the history with its guesses, does not
 * follow the Back button, and puts links into buttons.
 */

/** The operations that are open, such as `tasks/get_tasks`, in the order in which they were opened. */
let open = [];
let isFollowing = false;

const elementOf = (name) => document.getElementById(`operations-${name.replace("/", "-")}`);

const inAddress = () => {
  const name = window.location.hash.replace(/^#\//u, "");
  return name.includes("/") && elementOf(name) ? [name] : [];
};

const record = (name, isShown) => {
  open = open.filter((other) => other !== name);
  if (isShown) open.push(name);
  const { pathname, search } = window.location;
  const last = open.at(-1);
  window.history.pushState({ open }, "", last ? `#/${last}` : `${pathname}${search}`);
};

/** The plugin that names in the address what is opened. */
export const links = {
  statePlugins: {
    layout: {
      wrapActions: {
        show: (show) => (key, isShown) => {
          const [kind, ...names] = key;
          if (kind === "operations" && !isFollowing) record(names.join("/"), isShown);
          return show(key, isShown);
        },
      },
    },
  },
};

/** Open what the address names, and what was open when it was left; go to what it names. */
export const followAddress = ({ layoutActions }) => {
  const wanted = window.history.state?.open ?? [...new Set([...open, ...inAddress()])];
  isFollowing = true;
  for (const name of open.filter((other) => !wanted.includes(other))) {
    layoutActions.show(["operations", ...name.split("/")], false);
  }
  for (const name of wanted) {
    const [tag, operationId] = name.split("/");
    layoutActions.show(["operations-tag", tag], true);
    layoutActions.show(["operations", tag, operationId], true);
  }
  isFollowing = false;
  open = wanted;
  for (const name of inAddress()) {
    elementOf(name).scrollIntoView();
    elementOf(name).querySelector("button").focus({ preventScroll: true });
  }
};
