/** The request schemas as Fastify's validators: compiled once by TypeBox, which is faster than Fastify's own Ajv here. */
import { Compile, type TSchema } from '../../src/protocol/typebox.js';

export function compiled(schema: unknown): (body: unknown) => boolean | { error: Error } {
  const validator = Compile(schema as TSchema);
  return (body) =>
    validator.Check(body) ? true : { error: new Error('the request does not obey its schema') };
}
