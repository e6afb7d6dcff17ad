/** An event in a line and in a few, for previews of links and for the feed. */
import type { ActionDocument } from '../../model/documents.js';
import { longDate } from '../run-parts.js';
import { eventName, shownMessage, sourceText, targetText } from './event-parts.js';

const TITLE_LENGTH = 90;
const DESCRIPTION_LENGTH = 220;

export function eventTitle(event: ActionDocument): string {
  const target = targetText(event);
  const text = target === '' ? `by ${sourceText(event)}` : `on ${target}`;
  return cut(`${eventName(event.action)} ${text}`, TITLE_LENGTH);
}

export function describeEvent(event: ActionDocument): string {
  const parts = [longDate(event.time * 1_000), eventName(event.action), sourceText(event), targetText(event)];
  const all = [...parts, shownMessage(event)].filter((text) => text !== '');
  return cut(all.join(' · '), DESCRIPTION_LENGTH);
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
