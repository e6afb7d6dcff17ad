/** Autoselect of a tune: the server chooses from ranges and time control; what was there before comes back with the tick. */
import type { FormFields } from './form-fields.js';

const CHOSEN = ['spsa_A', 'spsa_alpha', 'spsa_gamma', 'num-games', 'spsa_raw_params'] as const;
const CHOSEN_AGAIN_MS = 500;

interface Answer {
  readonly games: number;
  readonly A: number;
  readonly alpha: number;
  readonly gamma: number;
  readonly raw_params: string;
  readonly problem?: string;
}

export interface Autoselect {
  /** Chooses again, if the box is ticked. */
  choose(): Promise<void>;
}

export function startAutoselect(form: HTMLFormElement, fields: FormFields): Autoselect {
  const live = document.getElementById('autoselect-live');
  let before: readonly string[] | undefined;
  let asked = 0;
  const tell = (text: string, isProblem = false) => {
    if (live === null) return;
    live.textContent = text;
    live.classList.toggle('problem', isProblem);
  };
  const choose = async () => {
    if (!fields.isTicked('autoselect')) return;
    const own = ++asked;
    const answer = await ask(form);
    if (own !== asked || !fields.isTicked('autoselect')) return;
    if (answer.problem !== undefined) {
      fields.tick('autoselect', false);
      restore();
      tell(answer.problem, true);
      return;
    }
    const { A, alpha, gamma, games, raw_params } = answer;
    before ??= CHOSEN.map((name) => fields.value(name));
    for (const [i, value] of [A, alpha, gamma, games, raw_params].entries())
      fields.set(CHOSEN[i]!, String(value));
    tell('Chosen. Take the tick away, and your values come back.');
    form.dispatchEvent(new Event('change', { bubbles: true }));
  };
  const restore = () => {
    for (const [i, value] of (before ?? []).entries()) fields.set(CHOSEN[i]!, value);
    before = undefined;
  };
  fields.input('autoselect')?.addEventListener('change', () => {
    tell('');
    if (fields.isTicked('autoselect')) void choose();
    else {
      restore();
      form.dispatchEvent(new Event('change', { bubbles: true }));
    }
  });
  let timer = 0;
  fields.input('tc')?.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => void choose(), CHOSEN_AGAIN_MS);
  });
  return { choose };
}

async function ask(form: HTMLFormElement): Promise<Answer> {
  const data = new FormData(form);
  const body = new URLSearchParams();
  for (const name of ['csrf_token', 'spsa_raw_params', 'tc']) body.set(name, String(data.get(name) ?? ''));
  try {
    const response = await fetch('/tests/run/autoselect', {
      method: 'POST',
      body,
      headers: { 'HX-Request': 'true' },
    });
    return (await response.json()) as Answer;
  } catch {
    return { problem: 'The server did not answer. Please try again.' } as Answer;
  }
}
