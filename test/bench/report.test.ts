import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { reportPage } from '../../bench/report/page.js';
import { emptyResults, figure } from '../../bench/work/result.js';

test('the command tells how it is used, and which file it cannot read', () => {
  const script = fileURLToPath(new URL('../../bench/report/main.js', import.meta.url));
  const run = (...args: string[]) => spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  assert.deepEqual([run('--help').status, run().status, run('--what').status], [0, 2, 2]);
  const { status, stderr } = run('/nonexistent/results.json');
  assert.equal(status, 1);
  assert.match(stderr, /^cannot read \/nonexistent\/results\.json: ENOENT.*\nnpm run bench:report/);
});

test('a report has every goal, a chart for each work, and nothing from elsewhere', () => {
  const results = emptyResults(true);
  results.figures.push(
    figure('beat', 'bare uWS', 'req/s', [90_000, 92_000]),
    figure('beat', 'Shoal', 'req/s', [70_000, 95_000], { p50: 0.5, p99: 1.25 }),
    figure('beat', 'Fastify <variant>', 'req/s', [13_000]),
    figure('idle connection', 'Shoal', 'KB of RSS', [0.29]),
  );
  const page = reportPage(results);
  assert.match(
    page,
    /beat ≥ 1\.0 × bare uWS[^<]*<\/td><td class="number">0\.907<\/td><td class="missed">not met/,
  );
  assert.match(page, /idle connection[^<]*<\/td><td class="number">0\.290<\/td><td class="met">met/);
  assert.match(page, /start-up[^<]*<\/td><td class="number"><\/td><td class="open">not measured/);
  assert.equal(page.match(/<svg/g)?.length, 2);
  assert.match(page, /p99 1\.25 ms/);
  assert.ok(!page.includes('Fastify <variant>'), 'names are escaped');
  assert.doesNotMatch(page, /<script|src=|@import/);
});
