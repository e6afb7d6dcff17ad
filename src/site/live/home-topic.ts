/**
 * The lists of unfinished tests: boxes, states and totals are the same for everybody. Which panels are open, what the filter
 * shows, in which order and with which controls is each viewer's own: the stamp tells when to ask for that.
 */
import type { RunHead } from '../../store/port.js';
import { type Html, html } from '../html.js';
import { resultPart, runState, statePart } from '../lists/run-rows.js';
import { type FarmTotals, farmTotals, unfinishedRuns } from '../lists/unfinished-runs.js';
import type { SiteParts } from '../visit.js';
import type { TopicCall, TopicContent } from './topic-content.js';

const NEWEST_KEPT_MS = 1_000;

export async function homeTopic({ parts }: TopicCall): Promise<TopicContent> {
  const unfinished = await unfinishedRuns(parts, 0);
  const totals = farmTotals(unfinished);
  return {
    stamp: await homeStamp(parts, unfinished),
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
export async function homeStamp(parts: SiteParts, unfinished: readonly RunHead[]): Promise<string> {
  const [newest] = await parts.kept.get('newest finished run', NEWEST_KEPT_MS, () =>
    parts.reader.finishedRuns({ skip: 0, limit: 1 }),
  );
  const rows = unfinished.map((head) => {
    const { info, priority, num_games: games } = head.args;
    return `${head._id} ${runState(head)} ${priority} ${games} ${info}`;
  });
  return [...rows.sort(), newest?._id ?? ''].join('\n');
}

export function totalsPart({ cores, nps, gamesPerMinute, hours }: FarmTotals): Html {
  return html`
${card('Cores', String(cores))}${card('Nodes/sec', `${Math.floor(nps / 1e6)}M`)}${card('Games/min', String(Math.round(gamesPerMinute)))}${card('Time remaining', hours === undefined ? '–' : `${hours.toFixed(1)}h`)}
`;
}

function card(title: string, value: string): Html {
  return html`<div class="total"><dt>${title}</dt><dd>${value}</dd></div>`;
}
