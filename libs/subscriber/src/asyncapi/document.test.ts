import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { described, encodeBatch, encodeJson } from "@madang/contracts";
import { lineAt } from "@madang/devkit";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { asyncApiText } from "./document.ts";

const checkedIn = readFileSync(join(import.meta.dirname, "../../../../docs/asyncapi.json"), "utf8");

const specification = createRequire(import.meta.url).resolve("@asyncapi/specs/schemas/3.0.0-without-$id.json");
// Formats are notes for people here: URIs, and base64, which JSON Schema does not know.
const ajv = new Ajv({ strict: false, validateFormats: false });
ajv.addSchema({ $id: "document", ...JSON.parse(checkedIn) });

describe("the document of internal events", () => {
  test("is the one that the contracts make: `npm run asyncapi` writes it anew", () => {
    expect(checkedIn).toBe(asyncApiText());
  });

  test("is an AsyncAPI 3 document, as AsyncAPI itself says", () => {
    const validate = ajv.compile(JSON.parse(readFileSync(specification, "utf8")));
    expect(validate(JSON.parse(checkedIn)), JSON.stringify(validate.errors)).toBe(true);
  });

  test("has references that lead somewhere, schemas that are some, and addresses that name their parameters", () => {
    const document = JSON.parse(checkedIn);
    for (const [, reference = ""] of checkedIn.matchAll(/"\$ref": "#\/([^"]+)"/g)) {
      const found = reference.split("/").reduce((part, key) => part?.[key], document);
      expect(found, reference).toBeTypeOf("object");
    }
    for (const name of Object.keys(document.components.schemas)) ajv.compile({ $ref: `document#/components/schemas/${name}` });
    for (const { address, parameters = {} } of Object.values<{ address: string; parameters?: object }>(document.channels))
      expect([...address.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)).toEqual(Object.keys(parameters));
  });

  test("describes a batch as it is written, line by line", () => {
    const note = { kind: "note", type: "hearts", line: encodeJson({ hearts: { "❤️": 3 } }) } as const;
    const event = lineAt(7, { author: "kim", lane: "shard:2", mentions: ["lee"], tags: { masked: "true", held: "5" } });
    const bytes = encodeBatch({ epoch: "52b7708e", head: 8, time: 1_000, entries: [note, event, lineAt(8)] });
    const [index, ...lines] = Buffer.from(bytes)
      .toString()
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const isBatch = ajv.compile({ $ref: "document#/components/schemas/Batch" });
    expect(isBatch([index, ...lines]), JSON.stringify(isBatch.errors)).toBe(true);
    expect(isBatch([index, { ...lines[1], offset: 0 }])).toBe(false);
    // Parsed again they are the same: nothing in them is left undescribed.
    expect(described.BatchIndex.parse(index)).toEqual(index);
    expect(described.noteBody.hearts.parse(lines[0])).toEqual(lines[0]);
    expect(described.PublicationLine.parse(lines[1])).toEqual(lines[1]);
    expect(described.PublicationLine.parse(lines[2])).toEqual(lines[2]);
  });
});
