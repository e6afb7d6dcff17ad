/** What an author and an approver should look at before a test is played (docs/spec/web-ui.md §4.6.3). */
import { hasUsualHashes } from './hash-check.js';

/** Exits below which games of a long test repeat each other. */
const SMALL_BOOK = 100_000;

export interface PlayedArgs {
  readonly tc: string;
  readonly new_tc?: string;
  readonly threads: number;
  readonly base_options: string;
  readonly new_options: string;
  readonly priority: number;
  readonly throughput: number;
  readonly arch_filter?: string;
  readonly compiler?: string;
}

/** One short text each. @param bookExits undefined for a book that is not known, which counts as large */
export function playWarnings(args: PlayedArgs, bookExits: number | undefined): string[] {
  const { tc, new_tc: newTc = tc } = args;
  const warnings: [boolean, string][] = [
    [args.throughput > 100, `throughput above normal: ${args.throughput} %`],
    [args.priority > 0, `priority above normal: ${args.priority}`],
    [!hasUsualHashes(args), 'hash too small or too large for this time control'],
    [sorted(args.base_options) !== sorted(args.new_options), 'the options of the two sides differ'],
    [newTc !== tc, `time odds: ${newTc} against ${tc}`],
    [args.arch_filter !== undefined, `only architectures that match ${args.arch_filter}`],
    [args.compiler !== undefined, `only workers with ${args.compiler}`],
    [
      bookExits !== undefined && bookExits < SMALL_BOOK,
      `small book: ${bookExits} ${bookExits === 1 ? 'exit' : 'exits'}`,
    ],
  ];
  return warnings.filter(([holds]) => holds).map(([, text]) => text);
}

/** The same options in another order are the same. */
function sorted(options: string): string {
  return options.split(/\s+/).sort().join(' ');
}
