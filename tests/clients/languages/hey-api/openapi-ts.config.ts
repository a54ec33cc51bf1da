export default {
  input: process.env.DOCUMENT,
  output: { path: "generated", module: { extension: ".js" } },
  plugins: [
    "@hey-api/client-fetch",
    "@hey-api/typescript",
    { name: "@hey-api/transformers", bigInt: false },
    { name: "@hey-api/sdk", transformer: true },
  ],
};
