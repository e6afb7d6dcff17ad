/** Completion for zsh, with what each word means. */
import type { Place, Word } from './command-words.js';

export function zshScript(places: readonly Place[], valueOptions: readonly string[]): string {
  const inner = places.filter(({ words }) => words !== '').map(({ words }) => `'${words}'`);
  const table = places.map(
    ({ words, commands, options }) => `    '${words}')
      commands=(${commands.map(entry).join(' ')})
      options=(${options.map(entry).join(' ')})
      ;;`,
  );
  return `#compdef shoal
# Completion of shoal for zsh. In ~/.zshrc, behind compinit: source <(shoal completion zsh)
_shoal() {
  local at='' next word
  local -a commands options
  for word in "\${(@)words[2,CURRENT-1]}"; do
    next="\${at:+$at }$word"
    case "$next" in
      ${inner.join(' | ')}) at="$next" ;;
    esac
  done
  case "$words[CURRENT-1]" in
    ${valueOptions.join(' | ')})
      _files
      return
      ;;
  esac
  case "$at" in
${table.join('\n')}
  esac
  if [[ "$words[CURRENT]" == -* ]]; then
    _describe option options
  elif (( \${#commands} )); then
    _describe command commands
  else
    _files
  fi
}
compdef _shoal shoal
`;
}

/** A quoted "word:meaning", in which a colon of the meaning needs no care and a quote is doubled by the shell's rule. */
function entry({ text, meaning }: Word): string {
  return `'${`${text}:${meaning}`.replaceAll("'", String.raw`'\''`)}'`;
}
