/** Completion for bash: a function over a table that was made from the commands. It starts no process. */
import type { Place } from './command-words.js';

export function bashScript(places: readonly Place[], valueOptions: readonly string[]): string {
  const inner = places.filter(({ words }) => words !== '').map(({ words }) => `'${words}'`);
  const table = places.map(({ words, commands, options }) => {
    const texts = [...commands, ...options].map(({ text }) => text);
    return `    '${words}') candidates='${texts.join(' ')}' ;;`;
  });
  return `# Completion of shoal for bash. In ~/.bashrc: source <(shoal completion bash)
_shoal() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD - 1]}" at='' next candidates='' i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    next="\${at:+$at }\${COMP_WORDS[i]}"
    case "$next" in
    ${inner.join(' | ')}) at="$next" ;;
    esac
  done
  # A value comes next: files are what bash offers by itself.
  case "$before" in
  ${valueOptions.join(' | ')}) return ;;
  esac
  case "$at" in
${table.join('\n')}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$candidates" -- "$current")
}
complete -o default -F _shoal shoal
`;
}
