/**
 * Bodies that are files of text, such as JSON Lines and CSV: they can be typed or chosen. Swagger UI
 * lets them be chosen alone, or quotes them as if they were JSON.
 */

const mediaOf = ({ requestBody, contentType }) =>
  requestBody.getIn(["content", contentType || requestBody.get("content").keySeq().first()]);

const isFile = (media) => media?.getIn(["schema", "format"]) === "binary";

const exampleOf = (media, name) => {
  const examples = media.get("examples");
  return (examples.get(name) ?? examples.first()).get("value");
};

/** Make the component, which keeps what is typed where Swagger UI keeps it. */
const fileBody = ({ createElement, useEffect, useRef }) =>
  function FileBody(props) {
    const { requestBody, requestBodyValue, requestBodyErrors, onChange, isExecute } = props;
    const { getComponent, activeExamplesKey, updateActiveExamplesKey, contentType } = props;
    const media = mediaOf(props);
    const first = exampleOf(media, activeExamplesKey);
    // Swagger UI takes an empty body for none: one that was emptied must not be filled in again.
    const isEmptied = useRef(false);
    useEffect(() => {
      isEmptied.current = false;
    }, [contentType]);
    useEffect(() => {
      if (!requestBodyValue && !isEmptied.current) onChange(first);
    });
    const type = ({ target }) => {
      isEmptied.current = target.value === "";
      onChange(target.value);
    };
    const isChosen = requestBodyValue instanceof File;
    const text = isChosen ? "" : (requestBodyValue ?? "");
    const choose = ({ target }) => onChange(target.files[0] ?? first);
    const showExample = ({ target }) => {
      updateActiveExamplesKey(target.value);
      onChange(exampleOf(media, target.value));
    };
    const options = media
      .get("examples")
      .map((example, name) =>
        createElement("option", { key: name, value: name }, example.get("summary") ?? name),
      )
      .valueSeq();
    const faults = requestBodyErrors?.join(", ");
    return createElement(
      "div",
      { className: "file-body" },
      createElement(getComponent("Markdown", true), { source: requestBody.get("description") }),
      options.count() > 1 &&
        createElement(
          "label",
          null,
          "Example: ",
          createElement(
            "select",
            { value: activeExamplesKey ?? "", onChange: showExample, disabled: !isExecute },
            options,
          ),
        ),
      createElement("textarea", {
        "aria-label": `Request body, ${contentType}`,
        "aria-invalid": Boolean(faults),
        className: "body-param__text",
        disabled: isChosen || !isExecute,
        onChange: type,
        placeholder: isChosen ? "The file is sent as it is." : "",
        spellCheck: false,
        title: faults,
        value: text,
      }),
      createElement(
        "label",
        null,
        "or a file: ",
        createElement("input", { type: "file", onChange: choose, disabled: !isExecute }),
      ),
    );
  };

const defaultOf = ({ specSelectors, oas3Selectors }, path, method) => {
  const requestBody = specSelectors.specResolvedSubtree(["paths", path, method, "requestBody"]);
  const contentType = oas3Selectors.requestContentType(path, method);
  const media = requestBody && mediaOf({ requestBody, contentType });
  const name = oas3Selectors.activeExamplesMember(path, method, "requestBody", "requestBody");
  return isFile(media) ? exampleOf(media, name) : undefined;
};

export const files = {
  wrapComponents: {
    RequestBody: (Original, { React }) => {
      const FileBody = fileBody(React);
      return (props) => React.createElement(isFile(mediaOf(props)) ? FileBody : Original, props);
    },
  },
  statePlugins: {
    oas3: {
      wrapSelectors: {
        selectDefaultRequestBodyValue: (select, system) => (state, path, method) =>
          defaultOf(system, path, method) ?? select(state, path, method),
        hasUserEditedBody: (hasEdited, system) => (state, path, method) => {
          const first = defaultOf(system, path, method);
          const value = system.oas3Selectors.requestBodyValue(path, method);
          return first === undefined
            ? hasEdited(state, path, method)
            : Boolean(value) && value !== first;
        },
      },
    },
  },
};
