/** What a name, a password, an address and a repository must be (docs/spec/web-ui.md §2.5). Each fault is a sentence. */
import { resolve4, resolve6, resolveMx } from 'node:dns/promises';
import { userSchema } from '../protocol/record-schemas.js';
import { Compile } from '../protocol/typebox.js';

const NAME = /^[A-Za-z0-9]{2,}$/;
const LONGEST_NAME = 40;
const LONGEST_PASSWORD = 72;
const STRONG_ENOUGH = 3;
const DNS_MS = 3_000;
const REPOSITORY = /^https:\/\/(?:www\.)?github\.com(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9_.-]+){2}$/;
const emailSchema = Compile(userSchema.properties.email);

export function usernameProblem(name: string): string | undefined {
  if (!NAME.test(name)) return 'A name has at least two characters, letters A to Z and digits only.';
  return name.length > LONGEST_NAME ? `A name has at most ${LONGEST_NAME} characters.` : undefined;
}

/** @param known what a password must not be made of: name, address */
export async function passwordProblem(
  password: string,
  known: readonly string[],
): Promise<string | undefined> {
  if (password === '') return 'A password is needed.';
  if (password.length > LONGEST_PASSWORD) return `A password has at most ${LONGEST_PASSWORD} characters.`;
  if (password.trim() !== password) return 'A password neither begins nor ends with a blank.';
  const { score, feedback } = (await strengthEstimator()).check(password, [...known]);
  if (score >= STRONG_ENOUGH) return undefined;
  const advice = [feedback.warning, ...feedback.suggestions].filter((text) => text !== null && text !== '');
  return ['This password is too easy to guess.', ...advice].join(' ');
}

export function emailProblem(email: string): string | undefined {
  return emailSchema.Check(email) ? undefined : 'This is no e-mail address that mail can be sent to.';
}

/** Whether the address's domain takes mail; a resolver that fails or does not know in time counts as yes. */
export async function takesMail(email: string): Promise<boolean> {
  const domain = email.slice(email.lastIndexOf('@') + 1);
  const isAbsent = (error: unknown) =>
    error instanceof Error && 'code' in error && (error.code === 'ENOTFOUND' || error.code === 'ENODATA');
  const asks = [resolveMx(domain), resolve4(domain), resolve6(domain)];
  const answered = Promise.all(
    asks.map((ask: Promise<readonly unknown[]>) =>
      ask.then(
        () => true,
        (error: unknown) => !isAbsent(error),
      ),
    ),
  );
  const late = new Promise<boolean[]>((done) => setTimeout(() => done([true]), DNS_MS).unref());
  return (await Promise.race([answered, late])).includes(true);
}

/** One that a slash ends is the same; the domain of an address has no case. */
export function tidyRepository(repository: string): string {
  return repository.replace(/\/$/, '');
}

export function tidyEmail(email: string): string {
  const at = email.lastIndexOf('@');
  return `${email.slice(0, at + 1)}${email.slice(at + 1).toLowerCase()}`;
}

export function repositoryProblem(repository: string): string | undefined {
  return repository === '' || REPOSITORY.test(repository)
    ? undefined
    : 'A repository is written https://github.com/<owner>/<name>, or left out.';
}

type Estimator = InstanceType<typeof import('@zxcvbn-ts/core')['ZxcvbnFactory']>;
let estimator: Promise<Estimator> | undefined;

/** Its dictionaries take megabytes: a thread that checks no new password has none. */
function strengthEstimator(): Promise<Estimator> {
  estimator ??= (async () => {
    const [{ ZxcvbnFactory }, common, english] = await Promise.all([
      import('@zxcvbn-ts/core'),
      import('@zxcvbn-ts/language-common'),
      import('@zxcvbn-ts/language-en'),
    ]);
    return new ZxcvbnFactory({
      dictionary: { ...common.dictionary, ...english.dictionary },
      graphs: common.adjacencyGraphs,
      translations: english.translations,
    });
  })();
  return estimator;
}
