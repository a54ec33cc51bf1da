import js from "@eslint/js";
import globals from "globals";

export default [
  { ignores: ["**/vendor.js", "**/*.d.ts", "node_modules/"] },
  js.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.serviceworker } },
    rules: {
      eqeqeq: "error",
      "no-restricted-properties": [
        "error",
        { property: "innerHTML", message: "Markup is made by htm, never from text." },
      ],
      "no-var": "error",
      "prefer-const": "error",
    },
  },
  { files: ["**/*.test.js"], languageOptions: { globals: globals.node } },
];
