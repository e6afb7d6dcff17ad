/**
 * What the admin listener shows to GET and HEAD: metrics and health. Health is for everybody. Metrics are for whoever has the admin
 * token, and for clients on this machine without it, where a Prometheus usually runs.
 */
import type { HttpRequest, HttpResponse, TemplatedApp } from 'uWebSockets.js';
import { formatAddress } from '../transport/client.js';
import { isForwarded } from '../transport/framing.js';
import { endAnswer } from './admin-exchange.js';

export interface Page {
  readonly path: string;
  /** Whether it needs the token when asked for from another machine. */
  readonly guarded: boolean;
  readonly answer: () => { status: number; contentType: string; body: string };
}

const LOOPBACK = /^(?:127\.|::1$)/;

/** Answers at once, so no handler for aborts is needed. */
export function addPages(
  app: TemplatedApp,
  pages: readonly Page[],
  isAuthorized: (authorization: string) => boolean,
): void {
  for (const { path, guarded, answer } of pages) {
    const serve = (response: HttpResponse, request: HttpRequest) => {
      const send = (status: string, contentType: string, body: string) => {
        write(response, { status, contentType, body, isHead: request.getMethod() === 'head' });
      };
      if (guarded && !isLocal(response, request) && !isAuthorized(request.getHeader('authorization'))) {
        send('401 Unauthorized', 'application/json', '{"error":"the admin token is missing or wrong"}');
        return;
      }
      try {
        const { status, contentType, body } = answer();
        send(status === 200 ? '200 OK' : '503 Service Unavailable', contentType, body);
      } catch (error) {
        const text = JSON.stringify({
          error: `the server failed: ${error instanceof Error ? error.message : error}`,
        });
        send('500 Internal Server Error', 'application/json', text);
      }
    };
    app.get(path, serve);
    app.head(path, serve);
  }
}

/** A client behind a proxy on this machine is not local. */
function isLocal(response: HttpResponse, request: HttpRequest): boolean {
  return LOOPBACK.test(formatAddress(new Uint8Array(response.getRemoteAddress()))) && !isForwarded(request);
}

interface Written {
  readonly status: string;
  readonly contentType: string;
  readonly body: string;
  readonly isHead: boolean;
}

function write(response: HttpResponse, { status, contentType, body, isHead }: Written): void {
  response.cork(() => {
    response
      .writeStatus(status)
      .writeHeader('Content-Type', contentType)
      .writeHeader('Cache-Control', 'no-store');
    endAnswer(response, body, isHead);
  });
}
