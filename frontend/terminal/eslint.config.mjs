// Rules that need types, for everything but the components, which vue-tsc checks: `npm run lint`.
import tseslint from "typescript-eslint";

export default tseslint.config({
  ignores: ["src/main.ts"], // all it does is with a component
  files: ["{src,tests,e2e}/**/*.ts", "vite.config.ts"],
  extends: [tseslint.configs.strictTypeChecked],
  languageOptions: { parserOptions: { project: ["tsconfig.json", "tsconfig.node.json"] } },
  rules: {
    "@typescript-eslint/no-confusing-void-expression": [
      "error",
      {
        ignoreArrowShorthand: true,
        ignoreVoidOperator: true,
        ignoreVoidReturningFunctions: true,
      },
    ],
    "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
  },
});
