// Turns an AsyncAPI document into one JSON Schema from which the types of a socket are compiled.
import { isDeepStrictEqual } from "node:util";

const COMPONENTS = "#/components/schemas/";
const RESPONSE = ".response";
const WORDING = new Set(["title", "description"]);

/**
 * The schema of a module's socket: the maps `client`, `reply` and `server` from message type to
 * payload, `routes` with what may be subscribed to, and the unions of all messages.
 *
 * A noun that OpenAPI has too is declared there alone: `shared` names those that are used.
 * `delivery` says of each route whether it is `every` or `latest`.
 */
export function protocolSchema(module, asyncapi, openapi) {
  const title = module.charAt(0).toUpperCase() + module.slice(1);
  const { messages, schemas } = asyncapi.components;
  const nouns = openapi.components.schemas;
  const shared = Object.keys(schemas).filter((name) => name in nouns);
  shared.forEach((name) => requireSame(name, schemas[name], nouns[name]));

  const definitions = { ...schemas };
  shared.forEach((name) => delete definitions[name]);
  for (const [type, { payload, summary }] of Object.entries(messages)) {
    definitions[envelopeOf(type)] = { ...payload, description: summary };
  }
  const faces = facesOf(asyncapi);
  definitions[`${title}ClientMessage`] = union("What a client may send", faces.client);
  definitions[`${title}ServerMessage`] = union("What the server may send", [
    ...faces.reply,
    ...faces.server,
  ]);
  const payloadOf = (type) => messages[type].payload.properties.payload;
  const map = (types) => Object.fromEntries(types.map((type) => [type, payloadOf(type)]));
  const replies = faces.reply.map((type) => [type.slice(0, -RESPONSE.length), payloadOf(type)]);
  const schema = {
    title: `${title}Protocol`,
    ...record(`What the socket of ${module} speaks.`, {
      client: record("Payload of each request", map(faces.client)),
      reply: record("Payload of the reply to each request", Object.fromEntries(replies)),
      server: record("Payload of what comes unasked", map(faces.server)),
      routes: record("What may be subscribed to", routesOf(asyncapi)),
    }),
    definitions,
  };
  return { schema: refined(schema, shared), shared, delivery: deliveryOf(asyncapi) };
}

/** The types of the messages by who sends them and why. */
function facesOf(asyncapi) {
  const types = Object.keys(asyncapi.components.messages);
  const client = types.filter((type) => asyncapi.operations[type]?.action === "receive");
  const reply = client.map((type) => type + RESPONSE);
  const server = types.filter((type) => !client.includes(type) && !reply.includes(type));
  return { client, reply, server };
}

function routesOf(asyncapi) {
  const { schemas, messages } = asyncapi.components;
  const routes = Object.keys(deliveryOf(asyncapi)).map((route) => {
    const { recover, ...parameters } = schemas[`${capitalized(route)}Subscribe`].properties;
    const subscribe = schemas[`${capitalized(route)}Subscribe`];
    const subscription = schemas[`${capitalized(route)}Subscription`];
    const snapshot = subscription.properties.snapshot.anyOf.find(({ type }) => type !== "null");
    return [
      route,
      record(undefined, {
        parameters: { ...subscribe, title: undefined, properties: parameters },
        snapshot,
        update: messages[`${route}.update`].payload.properties.payload,
      }),
    ];
  });
  return Object.fromEntries(routes);
}

function deliveryOf(asyncapi) {
  const channels = Object.entries(asyncapi.channels);
  const routes = channels.filter(([, channel]) => "x-delivery" in channel);
  return Object.fromEntries(routes.map(([route, channel]) => [route, channel["x-delivery"]]));
}

function record(description, properties) {
  return {
    type: "object",
    description,
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

function union(description, types) {
  return { description, anyOf: types.map((type) => ({ $ref: COMPONENTS + envelopeOf(type) })) };
}

/** `bars.subscribe.response` is declared as `BarsSubscribeResponseMessage`. */
function envelopeOf(type) {
  return `${type.split(".").map(capitalized).join("")}Message`;
}

function capitalized(word) {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function requireSame(name, here, there) {
  if (!isDeepStrictEqual(withoutWording(here), withoutWording(there))) {
    throw new Error(`component ${name} of AsyncAPI is not the one of OpenAPI`);
  }
}

function withoutWording(value) {
  if (Array.isArray(value)) return value.map(withoutWording);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value.items)) {
    // AsyncAPI's dialect spells a tuple so, OpenAPI's has a word of its own.
    const { items: prefixItems, additionalItems: items, ...rest } = value;
    return withoutWording({ ...rest, prefixItems, items });
  }
  const members = Object.entries(value).filter(
    // A noun may have a member `title`, whose value is a schema; OpenAPI leaves a null default out.
    ([name, member]) =>
      !(WORDING.has(name) && typeof member === "string") &&
      !(name === "default" && member === null),
  );
  return Object.fromEntries(members.map(([name, member]) => [name, withoutWording(member)]));
}

/**
 * The schema with references as JSON Schema has them, those to shared nouns as plain names, and
 * objects without a declared member as what they are: empty, or open to any member.
 */
function refined(value, shared) {
  if (Array.isArray(value)) return value.map((item) => refined(item, shared));
  if (typeof value !== "object" || value === null) return value;
  const reference = value.$ref;
  if (typeof reference === "string" && reference.startsWith(COMPONENTS)) {
    const name = reference.slice(COMPONENTS.length);
    return shared.includes(name) ? { tsType: name } : { $ref: `#/definitions/${name}` };
  }
  if (value.type === "object" && Object.keys(value.properties ?? {}).length === 0) {
    if (value.additionalProperties === false) return { ...value, tsType: "Record<string, never>" };
    if (value.additionalProperties === undefined) return { ...value, additionalProperties: true };
  }
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, refined(member, shared)]));
}
