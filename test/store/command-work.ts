/** What a reader asks of MongoDB, command by command: how often, how many documents it is given, and whether an index serves it. */
import { type CommandStartedEvent, type CommandSucceededEvent, type Document, MongoClient } from 'mongodb';
import { INDEXES } from '../../src/store/mongodb/indexes.js';
import { MongodbReader } from '../../src/store/mongodb/reader.js';
import { noteWork, type WorkDone } from './statement-work.js';

export interface WatchedMongodb {
  readonly reader: MongodbReader;
  take(): { readonly done: WorkDone; readonly scans: readonly string[] };
}

export async function watchedMongodb(url: string): Promise<WatchedMongodb> {
  const client = new MongoClient(url, { maxPoolSize: 4, monitorCommands: true });
  await client.connect();
  const asked = new Map<number, string>();
  const cursors = new Map<string, string>();
  let done: WorkDone = new Map();
  let scans: string[] = [];
  client.on('commandStarted', (event: CommandStartedEvent) => {
    const name = nameOf(event, cursors);
    if (name === undefined) return;
    asked.set(event.requestId, name);
    const problem = scanOf(event.commandName, event.command);
    if (problem !== undefined) scans.push(`${name}: ${problem}`);
  });
  client.on('commandSucceeded', ({ requestId, reply }: CommandSucceededEvent) => {
    const name = asked.get(requestId);
    if (name === undefined) return;
    asked.delete(requestId);
    const { cursor, values, n } = reply as Document;
    const items = (cursor?.firstBatch ?? cursor?.nextBatch ?? values)?.length ?? (n === undefined ? 0 : 1);
    if (cursor?.id !== undefined && String(cursor.id) !== '0') cursors.set(String(cursor.id), name);
    noteWork(done, name, items, 0);
  });
  return {
    reader: new MongodbReader(client, client.db()),
    take: () => {
      const taken = { done, scans };
      [done, scans] = [new Map(), []];
      return taken;
    },
  };
}

/** The shape of a command without its values; undefined for what is no read. */
function nameOf({ commandName, command }: CommandStartedEvent, cursors: ReadonlyMap<string, string>) {
  if (commandName === 'getMore') return cursors.get(String(command['getMore']));
  if (!['find', 'aggregate', 'count', 'distinct'].includes(commandName)) return undefined;
  const { filter, sort, pipeline, key } = command;
  return `${commandName} ${command[commandName]} ${shapeOf({ filter, sort, pipeline, key })}`;
}

function shapeOf(value: unknown): string {
  if (value instanceof Map) return shapeOf(Object.fromEntries(value));
  if (Array.isArray(value))
    return value.every((each) => typeof each !== 'object') ? '[…]' : `[${value.map(shapeOf).join()}]`;
  if (typeof value !== 'object' || value === null || '_bsontype' in value || value instanceof Date)
    return '…';
  if (value instanceof RegExp) return 'pattern';
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([name, member]) => `${name}:${shapeOf(member)}`).join()}}`;
}

/** Why the server would have to look at a whole collection; undefined when it does not. */
function scanOf(kind: string, command: Document): string | undefined {
  const collection = String(command[kind]);
  if (kind === 'count')
    return Object.keys((command['query'] as object) ?? {}).length === 0 ? undefined : 'a count without end';
  if (kind === 'distinct') return 'all values';
  const stages = (command['pipeline'] ?? []) as Document[];
  const match = (kind === 'find' ? command['filter'] : stages[0]?.['$match']) as Document | undefined;
  const sort = (kind === 'find' ? command['sort'] : undefined) as Document | undefined;
  const isGroup = stages.some((stage) => '$group' in stage);
  if (isGroup && !stages.some((stage) => '$limit' in stage)) return 'a count without end';
  const filter = match ?? {};
  if ('_id' in filter || '$text' in filter) return undefined;
  return hasIndex(collection, filter, sort ?? {}) ? undefined : 'no index has what is asked for';
}

/** Whether an index begins with what must be equal, and goes on with the order or with a range. */
function hasIndex(collection: string, filter: Document, sort: Document): boolean {
  const order = sort instanceof Map ? [...sort] : Object.entries(sort);
  const isPattern = (value: unknown) =>
    value instanceof RegExp || (typeof value === 'object' && value !== null && '$regex' in value);
  const isRange = (value: unknown) =>
    typeof value === 'object' &&
    value !== null &&
    ['$gte', '$gt', '$lt', '$lte'].some((name) => name in value);
  return INDEXES.some((index) => {
    if (index.collection !== collection) return false;
    const keys = Object.entries(index.keys as Record<string, unknown>);
    let at = 0;
    while (
      at < keys.length &&
      keys[at]![0] in filter &&
      !isRange(filter[keys[at]![0]]) &&
      !isPattern(filter[keys[at]![0]])
    )
      at++;
    if (order.length > 0) {
      const rest = keys.slice(at, at + order.length);
      const fits = (sign: number) =>
        order.every(([name, way], i) => rest[i]?.[0] === name && rest[i]?.[1] === Number(way) * sign);
      return fits(1) || fits(-1);
    }
    return at > 0;
  });
}
