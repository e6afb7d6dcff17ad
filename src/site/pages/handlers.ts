/** Which function answers which page of the table in routes.ts. */
import type { PageName } from '../routes.js';
import type { Outcome, Visit } from '../visit.js';
import { home } from './home.js';
import { login, loginForm, logout } from './sign-in.js';

export type Handler = (visit: Visit) => Promise<Outcome> | Outcome;

export const HANDLERS: Readonly<Record<PageName, Handler>> = { home, loginForm, login, logout };
