/** What it costs to know where a worker's request ends (docs/http.md), beside the look at X-Forwarded-For that it needs anyway. */
import type { HttpRequest, HttpResponse, us_listen_socket } from 'uWebSockets.js';
import { request as send } from 'node:http';
import { readFraming, readWorkerFraming } from '../../src/http/transport/framing.js';
import { loadBinding } from '../../src/http/transport/uws.js';
import { type Figure, figure } from '../work/result.js';
import type { MicroOptions } from './compare.js';

/** As Python's requests sends it. */
const DIRECT = {
  'User-Agent': 'python-requests/2.32.3',
  'Accept-Encoding': 'gzip, deflate',
  Accept: '*/*',
  'Content-Type': 'application/json',
};
/** As nginx of deploy/nginx hands it on. */
const PROXIED = {
  ...DIRECT,
  'X-Forwarded-For': '192.0.2.7',
  'X-Forwarded-Proto': 'https',
  'X-Country-Code': 'DE',
  'X-Request-Id': '0123456789abcdef',
};
const BODY = '{}';
const NS_PER_MS = 1e6;

const PIECES: Readonly<Record<string, (request: HttpRequest) => unknown>> = {
  'X-Forwarded-For alone': (request) => {
    if (request.getHeader('x-forwarded-for') === '') return '';
    const lists: string[] = [];
    request.forEach((name, value) => {
      if (name === 'x-forwarded-for') lists.push(value);
    });
    return lists.join();
  },
  'and where it ends': (request) => readWorkerFraming(request, false),
  'all headers, always': readFraming,
};

export async function measureFraming(options: MicroOptions): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [name, headers] of Object.entries({ direct: DIRECT, 'through a proxy': PROXIED })) {
    const measured = await measureOne(headers, options);
    for (const [piece, values] of measured)
      figures.push(figure(`head of a beat, ${name}`, piece, 'ns', values));
  }
  return figures;
}

/** uWS takes a request back when its handler returns, so all is measured inside of one. */
function measureOne(
  headers: Record<string, string>,
  { rounds, ms }: MicroOptions,
): Promise<Map<string, number[]>> {
  const { uws } = loadBinding(process.env['UWS_PATH']);
  return new Promise((resolve, reject) => {
    const app = uws.App();
    app.post('/api/beat', (response: HttpResponse, request: HttpRequest) => {
      const measured = new Map(Object.keys(PIECES).map((name) => [name, [] as number[]]));
      // The first round warms up.
      for (let round = 0; round <= rounds; round++) {
        for (const [name, piece] of Object.entries(PIECES)) {
          const ns = timeOf(() => piece(request), ms);
          if (round > 0) measured.get(name)!.push(ns);
        }
      }
      response.end();
      resolve(measured);
    });
    app.listen('127.0.0.1', 0, (socket) => {
      if (socket === false) throw new Error('no port is free');
      const port = uws.us_socket_local_port(socket as us_listen_socket);
      const options = { host: '127.0.0.1', port, method: 'POST', path: '/api/beat', headers };
      send(options, (answer) => answer.resume().once('end', () => app.close()))
        .once('error', reject)
        .end(BODY);
    });
  });
}

function timeOf(work: () => unknown, ms: number): number {
  const began = performance.now();
  let count = 0;
  let passed = 0;
  while (passed < ms) {
    for (let i = 0; i < 100; i++) work();
    count += 100;
    passed = performance.now() - began;
  }
  return (passed * NS_PER_MS) / count;
}
