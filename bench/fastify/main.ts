/**
 * The comparison: the worker endpoints as a good Node engineer writes them. Fastify 5 with compiled schemas and
 * serialisers, one process and one event loop; the operations and the store are Shoal's own, so that only the way of
 * serving differs. Verified credentials are cached as in Shoal, and replies wait for their durable batch as there.
 */
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { DurableReplies } from '../../src/http/worker-api/durable-replies.js';
import { verifyPassword } from '../../src/operations/account/password.js';
import { type Context, isReply, type Reply } from '../../src/operations/context.js';
import { recover } from '../../src/operations/recovery/recover.js';
import { type OperationName, runOperation } from '../../src/operations/worker/worker-routes.js';
import { WORKER_VERSION } from '../../src/protocol/replies.js';
import { accessSchema, type WorkerRequest, workerRequestSchema } from '../../src/protocol/request-schema.js';
import { WORKER_ENDPOINTS } from '../../src/protocol/worker-endpoints.js';
import { Shared } from '../../src/runtime/shared.js';
import { openStore } from '../../src/store/open-store.js';
import { GroupCommitter } from '../../src/store/writer/group-commit.js';
import { compiled } from './validators.js';

const GIB = 1024 ** 3;
const CREDENTIAL_MAX_AGE_MS = 86_400_000;
const store = openStore(process.env['STORE_URL'] ?? 'sqlite:./data');
const shared = Shared.create(4 * GIB, {
  sizes: { runs: 4096, tasks: 2_000_000, workers: 1_000_000, users: 100_000, slabBytes: 2 * GIB },
  taskSemaphoreSize: 256,
  tokens: 64,
});
const { state } = shared;
state.threads.join('fastify', { parks: true });
const writer = await store.openWriter();
const reader = await store.openReader();
await recover(state, reader, Date.now());
const committer = new GroupCommitter(state, writer, { flushIntervalMs: 1000 });
void committer.run();
// One thread: it may do what takes long, and finds every lock free.
const context: Context = { state, mayBlock: true };

const replies = new DurableReplies(state.commits);
void replies.run();

async function durable(sequence: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    replies.hold(sequence, resolve, () => reject(new Error('the store takes too long')));
  });
}

async function authenticate(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { password, worker_info: info } = request.body as WorkerRequest;
  const { users } = state;
  if (users.check(info.username, password, Date.now(), CREDENTIAL_MAX_AGE_MS) !== 'verified') {
    const version = users.version(info.username);
    const user = await reader.user(info.username);
    if (user === undefined || version === undefined || !(await verifyPassword(user.password, password))) {
      await reply.code(401).send({ error: `${request.url}: Invalid password` });
      return;
    }
    users.remember(info.username, password, version, Date.now());
  }
  const accountStatus = users.accountStatus(info.username);
  if (accountStatus?.blocked || accountStatus?.pending) {
    await reply.code(401).send({ error: `${request.url}: Account blocked or pending` });
  }
}

const app = Fastify({ bodyLimit: 1024 * 1024, keepAliveTimeout: 60_000, trustProxy: '127.0.0.1' });
app.setValidatorCompiler(({ schema }) => compiled(schema));
const preHandler = authenticate;
const duration = { type: 'number' } as const;
const version = { type: 'integer' } as const;
const versionReply = { type: 'object', properties: { version, duration } } as const;

app.post(
  '/api/request_version',
  { schema: { body: accessSchema, response: { 200: versionReply } }, preHandler },
  async (_request, reply) => ({ version: WORKER_VERSION, duration: reply.elapsedTime / 1000 }),
);

for (const name of WORKER_ENDPOINTS) {
  if (name === 'request_version') continue;
  app.post(`/api/${name}`, { schema: { body: workerRequestSchema }, preHandler }, async (request, reply) => {
    const { status, json, sequence } = answer(name, request);
    if (sequence !== undefined) await durable(sequence);
    reply.code(status).type('application/json');
    // The operations write their JSON themselves, as a compiled serialiser would.
    const open = json.length > 2 ? `${json.slice(0, -1)},` : '{';
    return `${open}"duration":${reply.elapsedTime / 1000}}`;
  });
}

function answer(name: OperationName, request: FastifyRequest): Reply {
  const outcome = runOperation(context, name, {
    path: request.url,
    request: request.body as WorkerRequest,
    remoteAddr: request.ip,
    countryCode: String(request.headers['x-country-code'] ?? '?'),
    hostUrl: `${request.protocol}://${request.host}`,
    now: Date.now(),
  });
  return isReply(outcome) ? outcome : { status: 501, json: '{"error":"not part of the comparison"}' };
}

const address = await app.listen({ host: '127.0.0.1', port: Number(process.env['PORT'] ?? 0) });
process.stdout.write(`{"port":${new URL(address).port}}\n`);
process.on('SIGTERM', () => process.exit(0));
