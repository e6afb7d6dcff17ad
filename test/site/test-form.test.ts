/** The new-test form whatever is typed into it: nothing throws, nothing is lost, and what is told is told at a field. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { newRunFaults } from '../../src/operations/run/new-run.js';
import { TEST_KIND_NAMES } from '../../src/rules/test-kinds.js';
import { Form } from '../../src/site/forms.js';
import { html } from '../../src/site/html.js';
import { archChoice } from '../../src/site/new-test/arch-choice.js';
import { formOfKind } from '../../src/site/new-test/kind-form.js';
import { newTestPage } from '../../src/site/new-test/new-test-page.js';
import { ProblemList, readTestForm } from '../../src/site/new-test/read-test-form.js';
import {
  BOX_FIELDS,
  newTestForm,
  sentTestForm,
  TEXT_DEFAULTS,
  TEXT_FIELDS,
  type TestForm,
} from '../../src/site/new-test/test-form.js';

const likely = fc.constantFrom(
  ...[
    '',
    ' ',
    '0',
    '-1',
    '1e5',
    '1000',
    '10+0.1',
    '0+0',
    '5/1:00+1',
    'sprt',
    'spsa',
    'games',
    'g++',
    'nan',
    'inf',
  ],
  ...[
    'Hash=16',
    'a=b=c',
    '(',
    '(?=x)(?!y)',
    '.*',
    'a,1,0,2,1,1',
    'a,1,0,2\r\nb',
    'normalized',
    'master',
    '٣',
  ],
);
const typed = fc.oneof(likely, fc.string(), fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }));
const fields = fc.array(fc.tuple(fc.constantFrom(...TEXT_FIELDS, ...BOX_FIELDS, 'resolved_new'), typed));

function draw(form: TestForm, problems: ProblemList): string {
  const view = {
    form,
    problems: problems.byField,
    books: {},
    master: { bench: '1', title: '</script><b>', date: 0, at: 0 },
    byHand: 'yes',
    origin: undefined,
  } as const;
  return String(newTestPage({ view, csrfToken: 't', summary: html``, status: 200 }).body);
}

describe('the new-test form', () => {
  it('takes anything, keeps it, and shows it again as text', () => {
    fc.assert(
      fc.property(fields, (pairs) => {
        const form = sentTestForm(new Form(pairs));
        const last = new Map(pairs);
        for (const name of TEXT_FIELDS) {
          const kept = last.get(name)?.replaceAll('\r\n', '\n') ?? TEXT_DEFAULTS[name];
          assert.equal(form.texts[name], kept, name);
        }
        for (const name of BOX_FIELDS) assert.equal(form.ticked.has(name), last.has(name), name);
        const problems = new ProblemList(false);
        problems.addFaults(newRunFaults(readTestForm(form, 'ann', problems)));
        for (const [field, texts] of problems.byField) {
          for (const text of texts) assert.match(text, /^[^a-z].*\.$/su, field);
        }
        const page = draw(form, problems);
        for (const name of ['test-branch', 'run-info', 'spsa_raw_params', 'tc', 'book', 'threads'] as const) {
          assert.ok(page.includes(String(html`${form.texts[name]}`)), name);
        }
        assert.equal(page.match(/<script/g)?.length, 1);
        void archChoice(form.texts['arch-filter']);
      }),
      { numRuns: 2_000 },
    );
  });

  it('has nothing wrong with it as it begins, for every kind of test, but what has no default', () => {
    const missing = ['base-signature', 'run-info', 'test-branch', 'test-commit', 'test-signature'];
    for (const kind of TEST_KIND_NAMES) {
      const problems = new ProblemList(false);
      const form = formOfKind(newTestForm({ 'tests-repo': 'https://github.com/a/b' }), kind);
      problems.addFaults(newRunFaults(readTestForm(form, 'ann', problems)));
      const found = [...problems.byField.keys()].filter((name) => name !== 'base-commit').sort();
      const isProgression = kind.startsWith('PT');
      const needed = missing.filter(
        (name) => !isProgression || !/^(?:base-signature|test-branch)$/.test(name),
      );
      assert.deepEqual(found, needed, kind);
    }
  });
});
