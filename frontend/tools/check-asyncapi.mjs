// Validates AsyncAPI documents with the official parser: exit code 1 when one has an error.
import { readFile } from "node:fs/promises";
import process from "node:process";
import { Parser } from "@asyncapi/parser";

const ERROR = 0; // severity of a diagnostic; 1 is a warning, 2 a hint

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error("usage: node tools/check-asyncapi.mjs FILE...");
  process.exit(2);
}

const parser = new Parser();
let failed = false;
for (const file of files) {
  const { document, diagnostics } = await parser.parse(await readFile(file, "utf8"), {
    source: file,
  });
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === ERROR);
  for (const { code, path, message } of errors) {
    console.error(`${file}: ${path.join(".")}: ${message} (${code})`);
  }
  failed ||= document === undefined || errors.length > 0;
}
process.exit(failed ? 1 : 0);
