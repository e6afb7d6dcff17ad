/** `shoal run add`: a new run from a preset, a file and options, each overriding the one before. */
import { type Command, Option } from 'commander';
import type { Session } from '../session.js';
import { bounds, count, decimal, integer, list } from '../values.js';
import { PRESET_NAMES, presetNamed } from './presets.js';
import { type AddOptions, buildForm } from './run-form.js';
import { describeSummary } from './run-view.js';

const EXAMPLES = `
Examples:
  shoal run add --preset STC --branch my-idea --username alice --info "Prune more" \\
    --resolved-new <sha> --resolved-base <sha> --new-signature 2050811 --base-signature 2050812 --approve-by bob
  shoal run add --from run.json --sprt 0.5,2.5 --username alice`;

export function addRunAdd(run: Command, session: Session): void {
  run
    .command('add')
    .description(
      'submit a run; nothing is looked up on GitHub, so commits, signatures and nets are given here',
    )
    .option('--preset <name>', `start from a kind of test: ${PRESET_NAMES.join(', ')}`, presetNamed)
    .option(
      '--from <file>',
      'start from a JSON file with args, such as an answer of "run show --json"; - reads a pipe',
    )
    .option('--username <owner>', 'account that owns the run')
    .option('--new-tag <tag>', 'branch to test')
    .addOption(new Option('--branch <tag>', 'the same as --new-tag').conflicts('newTag'))
    .option('--base-tag <tag>', 'branch to test against (master)')
    .option('--resolved-new <sha>', 'commit of the tested branch')
    .option('--resolved-base <sha>', 'commit of the base branch')
    .option('--new-signature <n>', 'bench of the tested commit')
    .option('--base-signature <n>', 'bench of the base commit')
    .option('--new-nets <names>', 'networks of the tested commit, separated by commas', list)
    .option('--base-nets <names>', 'networks of the base commit', list)
    .option('--msg-new <text>', 'message of the tested commit')
    .option('--msg-base <text>', 'message of the base commit')
    .addOption(
      new Option('--sprt <elo0,elo1>', 'sequential test with these normalized Elo bounds')
        .argParser(bounds)
        .conflicts(['games', 'spsa']),
    )
    .option('--games <n>', 'fixed number of games, also of an SPSA tune: a multiple of 1000', count)
    .option('--spsa <file>', 'SPSA tune: a file with its parameters, or the lines themselves')
    .option('--spsa-A <ratio>', 'A as a fraction of the game pairs (0.1)', decimal)
    .option('--spsa-alpha <x>', 'decay of the step (0.602)', decimal)
    .option('--spsa-gamma <x>', 'decay of the perturbation (0.101)', decimal)
    .option('--tc <tc>', 'time control, such as 10+0.1')
    .option('--new-tc <tc>', 'time control of the tested side, when it differs')
    .option('--threads <n>', 'threads of an engine', count)
    .option('--options <uci>', 'UCI options, such as "Hash=16"; of both sides unless --base-options is given')
    .option('--base-options <uci>', 'UCI options of the base side')
    .option('--book <file>', 'opening book')
    .option('--book-depth <n>', 'depth of the openings')
    .option('--priority <n>', 'higher runs first', integer)
    .option('--throughput <n>', 'share of the fleet in percent', count)
    .option('--arch-filter <regex>', 'only workers whose architecture matches')
    .addOption(new Option('--compiler <name>', 'only workers with this compiler').choices(['g++', 'clang++']))
    .option('--auto-purge', 'purge bad workers when the run ends')
    .option('--no-auto-purge', 'do not (as usual)')
    .option('--no-adjudication', 'play all games to their end')
    .option('--tests-repo <url>', 'GitHub repository of the tested branch')
    .option('--master-repo <url>', 'GitHub repository of the engine, unless official Stockfish')
    .option('--info <text>', 'what the run is about')
    .option('--approve-by <user>', 'approve at once, in the name of an approver who is not the owner')
    .addHelpText('after', EXAMPLES)
    .action(async (options: AddOptions) => {
      const form = await buildForm(options, () => session.readInput());
      const approval = options.approveBy === undefined ? {} : { approve_by: options.approveBy };
      const answer = await session.call('runAdd', { form, ...approval });
      session.show(answer, ({ run }) => describeSummary(run));
    });
}
