/** Templates that escape what they are given, unless it is a template's own outcome. */
import { html } from 'hono/html';

export { html };
export type Html = ReturnType<typeof html>;

/** Nothing, where a template may have a part. */
export const NOTHING = '';
