/** The AsyncAPI 3 document of what an internal subscriber sees, made of the schemas of the contracts. Pure. */
import {
  batchHeaders,
  Counters,
  deadLetterStream,
  described,
  EventType,
  limits,
  Signal,
  StoredLetter,
  streamName,
} from "@madang/contracts";
import { z } from "zod";

type Json = { [key: string]: unknown };

const ref = (path: string) => ({ $ref: `#/${path}` });
const schemaRef = (name: string) => ref(`components/schemas/${name}`);

/** AsyncAPI's own schemas are JSON Schema draft 7. What no schema can say is anything. */
function jsonSchema(schema: z.ZodType): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: "draft-7", unrepresentable: "any", io: "input" });
  return rest;
}

const nameOf = (kind: "Event" | "Note" | "Signal", type: string) => `${kind}${type.charAt(0).toUpperCase()}${type.slice(1)}`;

const eventTypes = Object.values(EventType).filter((type) => type !== "lost");
const noteTypes = Object.keys(described.noteBody) as (keyof typeof described.noteBody)[];
const signals = Signal.options.map((option) => ({ type: option.shape.type.value, schema: option as z.ZodType }));

function schemas(): Json {
  const events = eventTypes.map((type) => [
    nameOf("Event", type),
    {
      allOf: [
        schemaRef("Publication"),
        {
          type: "object",
          properties: {
            data: jsonSchema(described.eventData[type]),
            tags: { type: "object", properties: { type: { const: type } } },
          },
        },
      ],
    },
  ]);
  const notes = noteTypes.map((type) => [nameOf("Note", type), jsonSchema(described.noteBody[type])]);
  return {
    BatchIndex: jsonSchema(described.BatchIndex),
    Publication: jsonSchema(described.PublicationLine),
    ...Object.fromEntries(events),
    ...Object.fromEntries(notes),
    Batch: {
      description:
        "Lines of JSON, each ended by a newline (application/x-ndjson), given here as an array: the index, then one line for each of its entries, in their order. An entry with an offset is an event, one without is a note.",
      type: "array",
      minItems: 1,
      items: [schemaRef("BatchIndex")],
      additionalItems: {
        anyOf: [
          ...eventTypes.map((type) => schemaRef(nameOf("Event", type))),
          ...noteTypes.map((type) => schemaRef(nameOf("Note", type))),
        ],
      },
    },
    Counters: jsonSchema(Counters),
    ...Object.fromEntries(signals.map(({ type, schema }) => [nameOf("Signal", type), jsonSchema(schema)])),
    DeadLetter: jsonSchema(StoredLetter),
  };
}

const text = (description: string, more: Json = {}) => ({ type: "string", description, ...more });

const batchHeaderSchemas: Json = {
  [batchHeaders.version]: text("The version of the record: one that is not known is left for a later reader.", { const: "1" }),
  [batchHeaders.generation]: text("Which claim of the room wrote it.", { pattern: "^\\d+$" }),
  [batchHeaders.batchId]: text("Unique within the room."),
  [batchHeaders.traces]: text(
    "Where some of its commands are followed: up to eight contexts as in W3C's traceparent, with commas.",
  ),
  "Nats-Msg-Id": text("<room>.<generation>.<batch>"),
  "Nats-Expected-Last-Subject-Sequence": text("The sequence of the room's record before.", { pattern: "^\\d+$" }),
};

/** Put in by the server when it republishes. */
const republishedHeaders: Json = {
  "Nats-Stream": text("The stream that holds it.", { pattern: "^ROOMS_\\d+$" }),
  "Nats-Subject": text("room.log.<shard>.<room>"),
  "Nats-Sequence": text("Its sequence in that stream.", { pattern: "^\\d+$" }),
  "Nats-Last-Sequence": text("That of the room's record before, or 0: only a hint.", { pattern: "^\\d+$" }),
};

const headers = (properties: Json) => ({ type: "object", required: [batchHeaders.version], properties });

function messages(): Json {
  const ndjson = "application/x-ndjson";
  return {
    StoredBatch: {
      title: "A batch in the log",
      contentType: ndjson,
      headers: headers(batchHeaderSchemas),
      payload: schemaRef("Batch"),
    },
    LiveBatch: {
      title: "A batch just committed",
      contentType: ndjson,
      headers: headers({ ...batchHeaderSchemas, ...republishedHeaders }),
      payload: schemaRef("Batch"),
    },
    ...Object.fromEntries(
      signals.map(({ type }) => [
        nameOf("Signal", type),
        { title: `The signal ${type}`, contentType: "application/json", payload: schemaRef(nameOf("Signal", type)) },
      ]),
    ),
    DeadLetter: { title: "What could not be handled", contentType: "application/json", payload: schemaRef("DeadLetter") },
  };
}

const room = { description: "A room's id, which is one subject token: `live:concert`." };

function channel(
  address: string,
  { description, of, parameters }: { description: string; of: string[]; parameters?: Json },
): Json {
  return {
    address,
    description,
    ...(parameters === undefined ? {} : { parameters }),
    messages: Object.fromEntries(of.map((name) => [name, ref(`components/messages/${name}`)])),
  };
}

function channels(): Json {
  const shards = Array.from({ length: limits.streams }, (_, shard) => String(shard));
  return {
    log: channel("room.log.{shard}.{room}", {
      description: `The log: read with a durable pull consumer of each stream ${streamName(0)} … ${streamName(limits.streams - 1)}, never by a plain subscription, which sees what was refused, too.`,
      of: ["StoredBatch"],
      parameters: { shard: { description: "The stream that the room is in.", enum: shards }, room },
    }),
    live: channel("room.live.{room}", {
      description: "Batches after their commit, at most once.",
      of: ["LiveBatch"],
      parameters: { room },
    }),
    signal: channel("room.signal.{room}", {
      description: "What passes by, at most once: never numbered, never stored.",
      of: signals.map(({ type }) => nameOf("Signal", type)),
      parameters: { room },
    }),
    deadLetters: channel("dead-letters", {
      description: `What could not be handled, in the stream ${deadLetterStream}. For operators.`,
      of: ["DeadLetter"],
    }),
  };
}

function operation(channel: string, summary: string): Json {
  return { action: "receive", channel: ref(`channels/${channel}`), summary };
}

export function asyncApiDocument(): Json {
  return {
    asyncapi: "3.0.0",
    info: {
      title: "Madang: internal events",
      version: "1",
      description:
        "What an internal subscriber sees in NATS. Made of the schemas in libs/contracts by `npm run asyncapi`: change those. How it is to be read says docs/events.md.",
      license: { name: "Apache-2.0" },
    },
    defaultContentType: "application/json",
    servers: {
      nats: {
        host: "{host}",
        protocol: "nats",
        description: "The NATS of the site.",
        variables: { host: { default: "127.0.0.1:4222" } },
      },
    },
    channels: channels(),
    operations: {
      followLog: operation("log", "Every event of every room, at least once and in order."),
      hearLive: operation("live", "Events as they are committed, at most once."),
      hearSignals: operation("signal", "Counters, joins, leaves and who types."),
      readDeadLetters: operation("deadLetters", "What a person has to look at."),
    },
    components: { messages: messages(), schemas: schemas() },
  };
}

/** As it is checked in. */
export function asyncApiText(): string {
  return `${JSON.stringify(asyncApiDocument(), null, 2)}\n`;
}
