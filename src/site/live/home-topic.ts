/**
 * The lists of unfinished tests: boxes, states and totals are the same for everybody. Which panels are open, what the filter
 * shows, in which order and with which controls is each viewer's own: the stamp tells when to ask for that.
 */
import type { RunHead } from '../../store/port.js';
import { type Html, html } from '../html.js';
import { resultPart, runState, statePart } from '../lists/run-rows.js';
import { type FarmTotals, farmTotals, unfinishedRuns } from '../lists/unfinished-runs.js';
import { remembered } from '../remembered.js';
import type { TopicCall, TopicContent } from './topic-content.js';

export async function homeTopic({ parts }: TopicCall): Promise<TopicContent> {
  const unfinished = await unfinishedRuns(parts, 0);
  const totals = farmTotals(unfinished);
  return {
    stamp: homeStamp(unfinished),
    parts: [
      ['totals', totalsPart(totals)],
      ['machines-count', html`${totals.workers}`],
      ...unfinished.flatMap((head) => [
        [`box-${head._id}`, resultPart(head)] as const,
        [`now-${head._id}`, statePart(head)] as const,
      ]),
    ],
  };
}

/** Which test is in which panel, and what is written of it. */
export const homeStamp = remembered((unfinished: readonly RunHead[]): string => {
  const rows = unfinished.map((head) => {
    const { info, priority, num_games: games } = head.args;
    return `${head._id} ${runState(head)} ${priority} ${games} ${info}`;
  });
  return rows.sort().join('\n');
});

export function totalsPart({ cores, nps, gamesPerMinute, hours }: FarmTotals): Html {
  return html`
${card('Cores', String(cores))}${card('Nodes/sec', `${Math.floor(nps / 1e6)}M`)}${card('Games/min', String(Math.round(gamesPerMinute)))}${card('Time remaining', hours === undefined ? '–' : `${hours.toFixed(1)}h`)}
`;
}

function card(title: string, value: string): Html {
  return html`<div class="total"><dt>${title}</dt><dd>${value}</dd></div>`;
}
