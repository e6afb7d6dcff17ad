/** What can be typed where on the command line: the commands, each by the words that lead to it. */
import type { Command } from 'commander';

export interface Word {
  readonly text: string;
  readonly meaning: string;
}

/** A place on the command line: behind these words. */
export interface Place {
  /** "", "run", "run add" */
  readonly words: string;
  /** And the words that an argument can be. */
  readonly commands: readonly Word[];
  /** Long forms only, those of every command included where they are options here. */
  readonly options: readonly Word[];
}

/** Every place that has words of its own, the first one first. */
export function placesOf(program: Command): Place[] {
  const everywhere = optionsOf(program);
  const place = (command: Command, words: string): Place[] => [
    {
      words,
      commands: [...command.commands.map(wordOf), ...choicesOf(command)],
      options: unique([...optionsOf(command), ...(hasGlobalOptions(command) ? everywhere : [])]),
    },
    ...command.commands.flatMap((sub) => place(sub, words === '' ? sub.name() : `${words} ${sub.name()}`)),
  ];
  return place(program, '');
}

/** Options whose value is the next word: a file, for all that is known. */
export function valueOptionsOf(program: Command): string[] {
  const all = [program, ...descendants(program)].flatMap(({ options }) => options);
  const texts = all.filter(({ required, optional }) => required || optional).map(({ long }) => long ?? '');
  return [...new Set(texts.filter((text) => text !== ''))];
}

function wordOf(command: Command): Word {
  return { text: command.name(), meaning: firstLine(command.description()) };
}

function choicesOf({ registeredArguments }: Command): Word[] {
  return registeredArguments.flatMap(({ argChoices = [], description }) =>
    argChoices.map((text) => ({ text, meaning: description })),
  );
}

/** A tool reads its words by itself (tool.ts). */
function hasGlobalOptions(command: Command): boolean {
  return command.configureHelp().showGlobalOptions !== false;
}

function descendants(command: Command): Command[] {
  return command.commands.flatMap((sub) => [sub, ...descendants(sub)]);
}

function optionsOf(command: Command): Word[] {
  return command.options
    .filter(({ hidden, long }) => !hidden && long !== undefined)
    .map(({ long, description }) => ({ text: long!, meaning: firstLine(description) }))
    .concat({ text: '--help', meaning: 'display help for command' });
}

/** A command's own meaning of an option comes before that of every command. */
function unique(words: readonly Word[]): Word[] {
  return [...new Map(words.toReversed().map((word) => [word.text, word])).values()].reverse();
}

function firstLine(text: string): string {
  return text.split('\n')[0]!;
}
