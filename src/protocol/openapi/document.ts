/** The OpenAPI 3.1 document of the API, made from the schemas that requests are checked by. */
import { WORKER_VERSION } from '../replies.js';
import { components } from './components.js';
import { paths } from './paths.js';

let text: string | undefined;

/** JSON text of the document; made at first use. */
export function openApiDocument(): string {
  text ??= JSON.stringify({
    openapi: '3.1.0',
    info: {
      title: 'Shoal',
      version: String(WORKER_VERSION),
      description: "fishtest's worker protocol and public read API, as Shoal serves them.",
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags: [
      { name: 'workers', description: 'What workers call; each request carries the credentials.' },
      { name: 'public', description: 'Needs no credentials.' },
    ],
    paths,
    components: { schemas: components },
  });
  return text;
}
