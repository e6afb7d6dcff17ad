/** `shoal completion`: a script that makes a shell complete the commands and options that there are. */
import { Argument, type Command } from 'commander';
import { bashScript } from '../completion/bash-script.js';
import { type Place, placesOf, valueOptionsOf } from '../completion/command-words.js';
import { fishScript } from '../completion/fish-script.js';
import { zshScript } from '../completion/zsh-script.js';
import type { ProcessIo } from '../session.js';

const SCRIPTS: Readonly<
  Record<string, (places: readonly Place[], valueOptions: readonly string[]) => string>
> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

export function addCompletionCommand(program: Command, around: ProcessIo): void {
  program
    .command('completion')
    .description('print a script that completes commands and options in a shell')
    .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(SCRIPTS)))
    .addHelpText(
      'after',
      `
bash: source <(shoal completion bash) in ~/.bashrc
zsh:  source <(shoal completion zsh) in ~/.zshrc, behind compinit
fish: shoal completion fish > ~/.config/fish/completions/shoal.fish`,
    )
    .action((shell: string) => {
      around.write(SCRIPTS[shell]!(placesOf(program), valueOptionsOf(program)));
    });
}
