export default {
  todo: {
    input: { target: process.env.DOCUMENT },
    output: {
      target: "generated/todo.ts",
      client: "fetch",
      headers: true,
      baseUrl: { getBaseUrlFromSpecification: true },
    },
  },
};
