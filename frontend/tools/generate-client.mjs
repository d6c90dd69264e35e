// Writes the client package's types from the served documents: `npm run generate [-- --out FOLDER]`.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { compile } from "json-schema-to-typescript";
import openapiTS, { astToString } from "openapi-typescript";
import { format } from "prettier";
import { protocolSchema } from "./socket-schema.mjs";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const SPECS = path.join(HERE, "../../backend/specs");
const TARGET = path.join(HERE, "../packages/client/src/generated");
const MODULES = ["broker", "datafeed"];
const BANNER = "// Written by `make specs` from backend/specs; not to be edited.\n";
const REFERENCED_BY = /( \* *\n)? \* This interface was referenced by .*\n \* via the `\w+` .*\n/g;
const EMPTY_COMMENT = /\/\*\*\n \*\/\n/g;
const STYLE = { parser: "typescript", printWidth: 100 };

/** The generated files: name to text. */
async function generate() {
  const openapi = await readSpec("openapi.json");
  const files = { "rest.ts": await restTypes(openapi) };
  for (const module of MODULES) {
    const asyncapi = await readSpec(`${module}.asyncapi.json`);
    files[`${module}.ts`] = await socketTypes(module, asyncapi, openapi);
  }
  for (const [name, text] of Object.entries(files)) {
    files[name] = await format(BANNER + text, STYLE);
  }
  return files;
}

async function readSpec(name) {
  return JSON.parse(await readFile(path.join(SPECS, name), "utf8"));
}

async function restTypes(openapi) {
  const tree = await openapiTS(openapi, {
    defaultNonNullable: false, // a member with a default may be left out of a request
    rootTypes: true,
    rootTypesNoSchemaPrefix: true,
  });
  return astToString(tree);
}

async function socketTypes(module, asyncapi, openapi) {
  const { schema, shared, delivery } = protocolSchema(module, asyncapi, openapi);
  const declarations = await compile(schema, schema.title, {
    additionalProperties: false,
    bannerComment: "",
    format: false,
    ignoreMinAndMaxItems: true, // else a list of at least one is a tuple, which no list fits
    unreachableDefinitions: true,
  });
  const text = declarations.replaceAll(REFERENCED_BY, "").replaceAll(EMPTY_COMMENT, "");
  const used = shared.filter((name) => new RegExp(`\\b${name}\\b`).test(text));
  return `import type { ${used.join(", ")} } from "./rest.js";

${text}
/** Which routes number their updates without a hole (\`every\`), and which skip to the newest. */
export const ${module}Delivery = ${JSON.stringify(delivery)} as const;
`;
}

const { values } = parseArgs({ options: { out: { type: "string", default: TARGET } } });
await mkdir(values.out, { recursive: true });
for (const [name, text] of Object.entries(await generate())) {
  await writeFile(path.join(values.out, name), text);
  console.log(`wrote ${path.relative(process.cwd(), path.join(values.out, name))}`);
}
