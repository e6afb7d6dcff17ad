/** Opens a client with the settings that every writer and reader needs, and names the database. */
import { type Db, MongoClient, type MongoClientOptions } from 'mongodb';
import { StoreError } from '../store-error.js';

/** fishtest's own name of its database. */
const DEFAULT_DATABASE = 'fishtest_new';
const URL_PATTERN = /^mongodb(?:\+srv)?:\/\/[^/?]+(?:\/([^?]*))?(?:\?(.*))?$/i;

/** What the URL does not say itself. A write is acknowledged when it is in the journal of the majority. */
const SETTINGS: MongoClientOptions = {
  appName: 'shoal',
  connectTimeoutMS: 5_000,
  serverSelectionTimeoutMS: 5_000,
  socketTimeoutMS: 30_000,
  waitQueueTimeoutMS: 10_000,
  heartbeatFrequencyMS: 2_000,
  maxIdleTimeMS: 300_000,
  retryReads: true,
  retryWrites: true,
  journal: true,
  w: 'majority',
  wtimeoutMS: 10_000,
};

export interface Connection {
  client: MongoClient;
  db: Db;
  /** The URL without its password, for messages. */
  name: string;
}

interface ConnectOptions {
  readonly connections: number;
  /** How long a server is looked for, unless the URL says so. */
  readonly selectionMs?: number | undefined;
}

/**
 * Nothing is asked of the server here.
 * @throws StoreError `url` when the URL cannot be read; the text does not repeat it, for it may hold a password
 */
export function connect(url: string, { connections, selectionMs }: ConnectOptions): Connection {
  const parts = URL_PATTERN.exec(url);
  if (parts === null)
    throw new StoreError('url', 'The store URL is not mongodb://<host>[:<port>]/<database>.');
  const given = new Set([...new URLSearchParams(parts[2] ?? '').keys()].map((key) => key.toLowerCase()));
  const own = selectionMs === undefined ? {} : { serverSelectionTimeoutMS: selectionMs };
  const settings = Object.entries({ ...SETTINGS, ...own, maxPoolSize: connections }).filter(
    ([name]) => !given.has(name.toLowerCase()),
  );
  let client: MongoClient;
  try {
    client = new MongoClient(url, Object.fromEntries(settings));
  } catch (error) {
    throw new StoreError('url', `The store URL cannot be used: ${String(error)}.`, { cause: error });
  }
  if (client.options.writeConcern?.w === 0) {
    throw new StoreError('url', 'The store URL has w=0: then MongoDB acknowledges no write. Leave w out.');
  }
  const { mode } = client.options.readPreference;
  if (mode !== 'primary') {
    const text = `The store URL has readPreference=${mode}: Shoal must read what it has just written, which only MongoDB's primary has for certain. Leave readPreference out.`;
    throw new StoreError('url', text);
  }
  return { client, db: client.db(databaseName(url)), name: withoutPassword(url) };
}

export function databaseName(url: string): string {
  return decodeURIComponent(URL_PATTERN.exec(url)?.[1] ?? '') || DEFAULT_DATABASE;
}

/** The URL as it may be logged. */
export function withoutPassword(url: string): string {
  return url.replace(/\/\/[^/]*@/, '//***@').replace(/\?.*$/, '');
}
