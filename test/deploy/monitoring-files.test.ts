/** Alert rules and the Grafana dashboard: valid, tried, and about metrics that the server has. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { collectMetrics } from '../../src/metrics/collect.js';
import { prometheusText } from '../../src/metrics/prometheus.js';
import { meteredRoute } from '../../src/runtime/meters.js';
import { Shared } from '../../src/runtime/shared.js';

const DEPLOY = fileURLToPath(new URL('../../../deploy/', import.meta.url));
const RULES = join(DEPLOY, 'prometheus/shoal-alerts.yml');
const SIZES = { runs: 16, tasks: 1024, workers: 1024, users: 64, slabBytes: 2 ** 24 };

interface Panel {
  title: string;
  targets: { expr: string }[];
}

function grafanaExpressions(): { title: string; expr: string }[] {
  const { panels } = JSON.parse(readFileSync(join(DEPLOY, 'grafana/shoal.json'), 'utf8')) as {
    panels: Panel[];
  };
  return panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ title, expr })));
}

function promtool(test: TestContext, args: string[], cwd = DEPLOY): void {
  const { error, status, stdout, stderr } = spawnSync('promtool', args, { cwd, encoding: 'utf8' });
  if (error !== undefined) test.skip('promtool is not installed');
  else assert.equal(status, 0, `${stdout}${stderr}`);
}

describe('the files for Prometheus and Grafana', () => {
  const directory = mkdtempSync(join(tmpdir(), 'shoal-rules-'));
  after(() => rmSync(directory, { recursive: true }));

  it('name only metrics that there are', () => {
    const shared = Shared.create(2 ** 28, { sizes: SIZES, taskSemaphoreSize: 1 });
    shared.state.threads.join('test');
    shared.meters.recordRequest(meteredRoute('beat'), 200, 10);
    // One of several primaries.
    shared.tenure.standBy();
    shared.tenure.share(6000);
    shared.tenure.role = 'active';
    const text = prometheusText(collectMetrics({ shared, version: 'test', began: 0 }));
    const known = new Set([...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name));
    // The loops of this thread are not watched.
    for (const part of ['p50', 'p99', 'max']) known.add(`shoal_event_loop_delay_${part}_seconds`);
    const expressions = [...readFileSync(RULES, 'utf8').matchAll(/expr: (.*)/g)].map(([, expr]) => expr!);
    for (const { expr } of grafanaExpressions()) expressions.push(expr);
    const named = new Set(expressions.flatMap((expr) => expr.match(/\b(?:shoal|process|nodejs)_\w+/g) ?? []));
    assert.ok(named.size > 25, `only ${named.size} metrics are named`);
    const unknown = [...named].filter((name) => !known.has(name) && !known.has(name.replace(/_bucket$/, '')));
    assert.deepEqual(unknown, []);
  });

  it('have rules that promtool accepts, and alerts that come and stay away as they should', (test) => {
    promtool(test, ['check', 'rules', RULES]);
    promtool(test, ['test', 'rules', 'shoal-alerts.test.yml'], join(DEPLOY, 'prometheus'));
  });

  it('have panels whose expressions Prometheus can read', (test) => {
    const rules = grafanaExpressions().map(({ expr }, i) => {
      return { record: `panel:${i}`, expr: expr.replaceAll('$__rate_interval', '1m') };
    });
    const file = join(directory, 'panels.yml');
    // JSON is YAML.
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'panels', rules }] }));
    promtool(test, ['check', 'rules', file]);
  });
});
