/** Completion for fish: a line for each word, with what it means. */
import type { Place } from './command-words.js';

export function fishScript(places: readonly Place[], valueOptions: readonly string[]): string {
  const inner = places.filter(({ words }) => words !== '').map(({ words }) => quoted(words));
  const takesValue = new Set(valueOptions);
  const lines = places.flatMap(({ words, commands, options }) => {
    const here = `complete -c shoal -n ${quoted(`__shoal_at ${quoted(words)}`)}`;
    return [
      ...commands.map(({ text, meaning }) => `${here} -f -a ${text} -d ${quoted(meaning)}`),
      ...options.map(({ text, meaning }) => {
        const value = takesValue.has(text) ? ' -r' : '';
        return `${here} -l ${text.replace(/^--/, '')}${value} -d ${quoted(meaning)}`;
      }),
    ];
  });
  return `# Completion of shoal for fish: shoal completion fish > ~/.config/fish/completions/shoal.fish
function __shoal_at
  set -l at ''
  for word in (commandline -opc)[2..]
    set -l next (string trim -- "$at $word")
    if contains -- $next ${inner.join(' ')}
      set at $next
    end
  end
  test "$at" = "$argv[1]"
end
${lines.join('\n')}
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', String.raw`\\`).replaceAll("'", String.raw`\'`)}'`;
}
