/** Replays transcripts against a server: one that is running, or one of its own over the seeded state. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { recordingStem } from '../golden/recordings.js';
import type { AuthResult } from '../golden/suite.js';
import { PATIENT, ServerProcess } from '../server/server-process.js';
import { Placeholders } from './placeholders.js';
import { playOne } from './play.js';
import { isAboutWorkers } from './scope.js';
import { findSeed, plantSeed, readSeed, type Seed, seedRunIds } from './seed.js';
import { type Recorded, readTranscript } from './transcript.js';

export interface ReplayOptions {
  /** A server that already holds the seeded state; without it one is started. */
  readonly url?: string;
  readonly only?: 'worker';
  /** The state before the first exchange; without it the seed beside the first file. */
  readonly seed?: string;
  /** An empty store for the server that is started; without it an embedded one is made. */
  readonly store?: string;
}

export interface TranscriptReport {
  readonly name: string;
  readonly played: readonly { readonly recorded: Recorded; readonly verdict: AuthResult }[];
}

/** Plays the files in order on one server: a transcript may go on where another ended. */
export async function replay(files: readonly string[], options: ReplayOptions): Promise<TranscriptReport[]> {
  const transcripts = await Promise.all(files.map(readTranscript));
  const seed = await readSeed(options.seed ?? (await findSeed(files[0]!)));
  if (options.url !== undefined) {
    const url = new URL(options.url);
    return await play(url, files, transcripts, new Placeholders(await findRunIds(url, seed)), options);
  }
  const directory = await mkdtemp(join(tmpdir(), 'shoal-replay-'));
  const github = await serveQuota();
  try {
    const ids = seedRunIds(seed);
    const store = options.store ?? `sqlite:${directory}`;
    await plantSeed(store, seed, ids);
    const server = await ServerProcess.start(directory, {
      // The recorded pages are those of a session's bare list; the web application has pages of its own.
      SITE: 'off',
      ...PATIENT,
      STORE_URL: store,
      SHOAL_DATA: directory,
      GITHUB_API_URL: github.url,
      SHOAL_GITHUB: 'off',
      // The transcripts' accounts have hours that no run tells of.
      SHOAL_CONTRIBUTORS: 'off',
    });
    try {
      return await play(new URL(server.url), files, transcripts, new Placeholders(ids), options);
    } finally {
      await server.end('SIGTERM');
    }
  } finally {
    github.close();
    await rm(directory, { recursive: true, force: true });
  }
}

async function play(
  url: URL,
  files: readonly string[],
  transcripts: readonly Recorded[][],
  placeholders: Placeholders,
  { only }: ReplayOptions,
): Promise<TranscriptReport[]> {
  const reports: TranscriptReport[] = [];
  for (const [i, transcript] of transcripts.entries()) {
    const played: { recorded: Recorded; verdict: AuthResult }[] = [];
    for (const recorded of transcript) {
      if (only === 'worker' && !isAboutWorkers(recorded)) continue;
      played.push({ recorded, verdict: await playOne(url, recorded, placeholders) });
    }
    reports.push({ name: nameOf(files[i]!), played });
  }
  return reports;
}

/** `http-transcript.json`, however the file is compressed. */
function nameOf(file: string): string {
  const stem = recordingStem(file);
  return basename(stem === undefined ? file : `${stem}.json`);
}

/** A running server's ids of the seeded runs, which are told apart by their tags. */
async function findRunIds(url: URL, seed: Seed): Promise<Map<string, string>> {
  const response = await fetch(new URL('/api/active_runs', url));
  const runs = (await response.json()) as Record<string, { args: { new_tag: string } }>;
  return new Map(
    Object.entries(seed.runs).map(([name, { args }]) => {
      const id = Object.keys(runs).find((key) => runs[key]!.args.new_tag === args.new_tag);
      if (id === undefined) {
        throw new Error(`${url.href} has no active run "${args.new_tag}": is it in the seeded state?`);
      }
      return [name, id];
    }),
  );
}

/** Stands in for GitHub, which the recorded server could not reach either: its quota is fixed. */
async function serveQuota(): Promise<{ url: string; close: () => void }> {
  const core = { limit: 5000, remaining: 5000, used: 0, resource: 'core' };
  const server = createServer((_request, response) => {
    const reset = Math.floor(Date.now() / 1000) + 3600;
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ resources: { core: { ...core, reset } }, rate: { ...core, reset } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}
