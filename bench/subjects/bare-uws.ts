/** The ceiling: what uWS answers on one thread when nothing but the parsing of the body is behind it. */
import type { HttpRequest, HttpResponse, us_listen_socket } from 'uWebSockets.js';
import { loadBinding } from '../../src/http/transport/uws.js';

const { uws } = loadBinding(process.env['UWS_PATH']);
const parses = process.env['BARE_BODY'] !== 'ignore';
const REPLY = '{"task_alive":true,"duration":0.000012}';

uws
  .App()
  .any('/*', (response: HttpResponse, _request: HttpRequest) => {
    response.onAborted(() => {});
    response.onData((chunk, isLast) => {
      if (!isLast) return;
      if (parses) JSON.parse(Buffer.from(chunk).toString());
      response.cork(() => {
        response.writeHeader('Content-Type', 'application/json');
        response.end(REPLY);
      });
    });
  })
  .listen('127.0.0.1', 0, (socket) => {
    process.stdout.write(`{"port":${uws.us_socket_local_port(socket as us_listen_socket)}}\n`);
  });
process.on('SIGTERM', () => process.exit(0));
