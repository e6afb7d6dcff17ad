/** Statistics and live Elo of a test over HTTP, on both stores: the recorded numbers, old documents, files (docs/spec/web-ui.md §4.8, §4.9, §11.4). */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { RawStatistics } from '../../src/rules/raw-statistics.js';
import { newTune } from '../../src/rules/spsa-form.js';
import { assertClose } from '../rules/close.js';
import { ServerProcess } from '../server/server-process.js';
import { type MongodbPlace, mongodbPlace, withoutMongodb } from '../store/mongodb-place.js';
import { GAMES, HOSTILE_NAME, numberedRuns, RUNS, recordedTests } from './numbers-seed.js';
import { seedRuns } from './run-seed.js';
import { seedPeople } from './site-seed.js';

const TOLERANCE = 1e-6;
const FRAGMENT = { 'HX-Request': 'true' };

for (const kind of ['SQLite', 'MongoDB'] as const) {
  describe(`numbers of a test on ${kind}`, { skip: kind === 'MongoDB' && withoutMongodb }, () => {
    let directory: string;
    let place: MongodbPlace | undefined;
    let server: ServerProcess;
    before(async () => {
      directory = await mkdtemp(join(tmpdir(), 'shoal-numbers-'));
      place = kind === 'MongoDB' ? await mongodbPlace('lists in lists') : undefined;
      const url = place?.url ?? `sqlite:${directory}`;
      await seedPeople(url);
      await seedRuns(url, await numberedRuns());
      server = await ServerProcess.start(directory, {
        SHOAL_GITHUB: 'off',
        STORE_URL: url,
        SHOAL_DATA: directory,
      });
    });
    after(async () => {
      await server?.end('SIGTERM');
      await place?.remove();
      await rm(directory, { recursive: true, force: true });
    });

    const get = async (path: string, headers: Record<string, string> = {}) => {
      const answer = await fetch(`${server.url}${path}`, { headers, redirect: 'manual' });
      return { status: answer.status, headers: answer.headers, text: await answer.text() };
    };
    /** A program that asks for a file is answered in its format, not by a page. */
    const assertNoFile = async (path: string, isJson: boolean) => {
      const { status, headers, text } = await get(path);
      assert.equal(status, 404, path);
      assert.match(headers.get('content-type')!, isJson ? /^application\/json$/ : /^text\/plain/, path);
      if (isJson) assert.equal(typeof JSON.parse(text).error, 'string', path);
    };
    const statistics = async (run: string) => {
      const { status, text } = await get(`/tests/stats/${run}?format=json`);
      assert.equal(status, 200, text);
      return JSON.parse(text) as RawStatistics;
    };

    it('are the recorded ones for sequential tests in three models', async () => {
      for (const [model, { output, results }] of Object.entries(await recordedTests())) {
        const run = RUNS[model as 'normalized'];
        const { pentanomial } = await statistics(run);
        assert.deepEqual(pentanomial!.results, results.pentanomial);
        assertClose(pentanomial!.elo.value, output.elo, TOLERANCE, model);
        assertClose(pentanomial!.elo.low, output.ci[0], TOLERANCE, model);
        assertClose(pentanomial!.elo.high, output.ci[1], TOLERANCE, model);
        assertClose(pentanomial!.los, output.LOS, TOLERANCE, model);
        assertClose(pentanomial!.llrs!.llr, output.LLR, TOLERANCE, model);
        const { text } = await get(`/tests/stats/${run}`);
        const elo = [output.elo, ...output.ci].map((x) => x.toFixed(4));
        assert.ok(text.includes(`${elo[0]} [${elo[1]}, ${elo[2]}]`), `${model}: ${elo}`);
        assert.ok(text.includes(`${(100 * output.LOS).toFixed(5)} %`), model);
      }
    });

    it('are plain estimates for games of a fixed number, and for games without pairs those of the games', async () => {
      const fixed = await statistics(RUNS.games);
      assert.equal(fixed.sprt, undefined);
      assert.equal(fixed.bounds, undefined);
      assert.ok(fixed.comparison !== undefined);
      const { trinomial, pentanomial, comparison } = await statistics(RUNS.trinomial);
      assert.deepEqual(trinomial.results, [GAMES.losses, GAMES.draws, GAMES.wins]);
      assert.equal(pentanomial, undefined);
      assert.equal(comparison, undefined);
      // docs/spec/statistics.md §9
      assertClose(trinomial.elo.value, 0.3692198242091275, TOLERANCE);
      assertClose(trinomial.llrs!.llr, -2.8576679634940083, TOLERANCE);
    });

    it('are none for a tune, which has no gauges either', async () => {
      const { status, text } = await get(`/tests/stats/${RUNS.tune}`);
      assert.equal(status, 200);
      assert.match(text, /A tune has no statistics of this kind/);
      assert.equal((await get(`/tests/live_elo/${RUNS.tune}`)).status, 404);
      assert.equal((await get(`/tests/live_elo_update/${RUNS.tune}`, FRAGMENT)).status, 404);
    });

    it('come as text, CSV and JSON, with a type and a name', async () => {
      for (const [format, type, name] of [
        ['text', 'text/plain; charset=utf-8', `inline; filename="statistics-${RUNS.normalized}.txt"`],
        ['csv', 'text/csv; charset=utf-8', `attachment; filename="statistics-${RUNS.normalized}.csv"`],
        ['json', 'application/json', `inline; filename="statistics-${RUNS.normalized}.json"`],
      ] as const) {
        const { status, headers, text } = await get(`/tests/stats/${RUNS.normalized}?format=${format}`);
        assert.equal(status, 200);
        assert.equal(headers.get('content-type'), type);
        assert.equal(headers.get('content-disposition'), name);
        assert.equal(headers.get('x-content-type-options'), 'nosniff');
        assert.ok(text.length > 500);
        const tag = headers.get('etag')!;
        const again = await get(`/tests/stats/${RUNS.normalized}?format=${format}`, { 'If-None-Match': tag });
        assert.equal(again.status, 304);
      }
      const { text } = await get(`/tests/stats/${RUNS.normalized}?format=csv`);
      const rows = text.trimEnd().split('\r\n');
      assert.equal(rows[0], 'section,group,quantity,part,value,low,high');
      const elo = rows.find((row) => row.startsWith('Pentanomial (pairs),Basic,Elo,'))!.split(',');
      const { normalized } = await recordedTests();
      assertClose(Number(elo[4]), normalized.output.elo, TOLERANCE);
      assertClose(Number(elo[6]), normalized.output.ci[1], TOLERANCE);
    });

    it('agree on the gauges with /api/get_elo', async () => {
      const answer = JSON.parse((await get(`/api/get_elo/${RUNS.normalized}`)).text) as Record<
        string,
        unknown
      >;
      const { text } = await get(`/tests/live_elo/${RUNS.normalized}`);
      const of = (JSON.stringify(answer).match(/"elo":(-?[\d.e-]+)/) ?? [])[1];
      assert.ok(of !== undefined, JSON.stringify(answer));
      assert.match(text, new RegExp(`aria-label="Elo: ${Number(of).toFixed(2)} \\[`));
      for (const gauge of ['LLR', 'LOS', 'Elo']) assert.ok(text.includes(`aria-label="${gauge}: `), gauge);
      const fixed = await get(`/tests/live_elo/${RUNS.games}`);
      assert.equal(fixed.status, 200);
      assert.ok(!fixed.text.includes('id="gauge-llr"') && fixed.text.includes('id="gauge-elo"'));
    });

    it('are asked for again only while they can change', async () => {
      const status = async (path: string) => (await get(path, FRAGMENT)).status;
      assert.equal(await status(`/tests/live_elo_update/${RUNS.active}`), 200);
      assert.equal(await status(`/tests/live_elo_update/${RUNS.normalized}`), 286);
      assert.equal(await status(`/tests/stats/${RUNS.active}`), 200);
      assert.equal(await status(`/tests/stats/${RUNS.empty}`), 204);
      assert.equal(await status(`/tests/stats/${RUNS.normalized}`), 286);
      assert.match((await get(`/tests/stats/${RUNS.active}`)).text, /data-poll="15"/);
      assert.doesNotMatch((await get(`/tests/stats/${RUNS.normalized}`)).text, /data-poll/);
      const part = await get(`/tests/live_elo_update/${RUNS.active}`, FRAGMENT);
      const again = await get(`/tests/live_elo_update/${RUNS.active}`, {
        ...FRAGMENT,
        'If-None-Match': part.headers.get('etag')!,
      });
      assert.equal(again.status, 304);
      const whole = await get(`/tests/live_elo_update/${RUNS.active}?mode=dynamic`);
      assert.equal(whole.headers.get('location'), `/tests/live_elo/${RUNS.active}?mode=dynamic`);
    });

    it('remember the scale of the Elo gauge', async () => {
      const asked = await get(`/tests/live_elo/${RUNS.active}?mode=dynamic`);
      assert.match(asked.headers.get('set-cookie') ?? '', /live_elo_mode=dynamic/);
      const cookie = 'live_elo_mode=dynamic';
      const kept = await get(`/tests/live_elo/${RUNS.active}`, { cookie });
      assert.match(kept.text, /value="fixed"/);
      for (const odd of ['', 'nonsense', '<b>'])
        assert.match((await get(`/tests/live_elo/${RUNS.active}?mode=${odd}`)).text, /value="dynamic"/);
    });

    it('never have a sign where they are nothing', async () => {
      for (const path of ['view', 'stats', 'live_elo']) {
        const { status, text } = await get(`/tests/${path}/${RUNS.even}`);
        assert.equal(status, 200);
        assert.doesNotMatch(text, /[-−]0\.0+(?!\d)/, path);
        assert.match(text, /\b0\.00/);
      }
      for (const format of ['text', 'csv', 'json'])
        assert.doesNotMatch(
          (await get(`/tests/stats/${RUNS.even}?format=${format}`)).text,
          /-0(?:\.0*)?(?![.\d])/,
        );
    });

    it('of a tune are rows for its chart, CSV for spreadsheets, and lines for a new tune', async () => {
      const path = `/tests/view/${RUNS.played}/spsa`;
      const json = await get(`${path}.json`);
      assert.equal(json.headers.get('content-type'), 'application/json');
      const {
        param_names: names,
        chart_rows: rows,
        params,
        rows_left_out: left,
      } = JSON.parse(json.text) as {
        param_names: string[];
        chart_rows: { iter_ratio: number; values: number[]; c_values?: number[] }[];
        params: { theta: number }[];
        rows_left_out: number;
      };
      // The start, sixty points of the history, and where it stands now.
      assert.equal(rows.length, 62);
      assert.equal(left, 0);
      assert.equal(names[3], HOSTILE_NAME);
      assert.equal(rows[0]!.c_values, undefined);
      assert.deepEqual(
        rows.at(-1)!.values,
        params.map(({ theta }) => Number(theta.toPrecision(8))),
      );
      for (const [i, { iter_ratio: ratio }] of rows.entries())
        assertClose(ratio, i === 0 ? 0 : i === 61 ? 0.605 : i / 100, 1e-9, `row ${i}`);
      const history = (await get(`${path}.csv`)).text.trimEnd().split('\r\n');
      assert.equal(history.length, 63);
      assert.ok(history[0]!.startsWith(`iter_ratio,iteration,lmr_0,c of lmr_0,`));
      assert.ok(history[0]!.includes(`,'${HOSTILE_NAME},`), history[0]!);
      const table = await get(`${path}.csv?table=parameters`);
      assert.equal(
        table.headers.get('content-disposition'),
        `attachment; filename="tune-parameters-${RUNS.played}.csv"`,
      );
      assert.equal(table.text.trimEnd().split('\r\n').length, 13);
      const text = await get(`${path}.txt`);
      assert.equal(text.headers.get('content-type'), 'text/plain; charset=utf-8');
      const again = newTune(
        { spsa_A: '0.1', spsa_alpha: '0.602', spsa_gamma: '0.101', spsa_raw_params: text.text },
        20_000,
      );
      assert.deepEqual(
        again.params.map(({ start }) => start),
        params.map(({ theta }) => Number(theta.toFixed(4))),
      );
    });

    it('of a tune of thousands of parameters, of an old one and of one without history come, too', async () => {
      for (const [run, length] of [
        [RUNS.manyParameters, 3],
        [RUNS.oldTune, 4],
        [RUNS.tune, 1],
      ] as const) {
        const { status, text } = await get(`/tests/view/${run}/spsa.json`);
        assert.equal(status, 200);
        assert.equal((JSON.parse(text) as { chart_rows: unknown[] }).chart_rows.length, length);
        for (const file of ['csv', 'csv?table=parameters', 'txt']) {
          const answer = await get(`/tests/view/${run}/spsa.${file}`);
          assert.equal(answer.status, 200);
          assert.doesNotMatch(answer.text, /undefined|NaN/);
        }
      }
      const page = await get(`/tests/view/${RUNS.manyParameters}`, { 'Accept-Encoding': 'identity' });
      assert.match(page.text, /900 more parameters are in the CSV/);
      assert.equal(page.text.split('<th scope="row">lmr_').length - 1, 299);
      for (const run of [RUNS.games, 'f'.repeat(24), 'x'])
        for (const file of ['json', 'csv', 'txt'])
          await assertNoFile(`/tests/view/${run}/spsa.${file}`, file === 'json');
      for (const run of [RUNS.played, RUNS.oldTune, 'f'.repeat(24), 'x'])
        for (const format of ['json', 'csv', 'text'])
          await assertNoFile(`/tests/stats/${run}?format=${format}`, format === 'json');
      const { error } = JSON.parse((await get(`/tests/stats/${RUNS.played}?format=json`)).text);
      assert.match(error, /is a tune, .*\/spsa\.json\.$/);
    });

    it('show without an error for old documents and before the first game', async () => {
      for (const run of [RUNS.oldSprt, RUNS.oldGames, RUNS.oldTune, RUNS.empty]) {
        const files = run === RUNS.oldTune ? [] : [`stats/${run}?format=json`, `stats/${run}?format=csv`];
        for (const path of [`view/${run}`, `stats/${run}`, ...files]) {
          const { status, text } = await get(`/tests/${path}`);
          assert.equal(status, 200, `${path}: ${text.slice(0, 300)}`);
          assert.doesNotMatch(text, /undefined|NaN|\bnan\b/, path);
        }
      }
      for (const run of [RUNS.oldSprt, RUNS.oldGames, RUNS.empty])
        assert.equal((await get(`/tests/live_elo/${run}`)).status, 200);
    });

    it('are missing for a test that is not there', async () => {
      for (const id of ['f'.repeat(24), 'x', 'a'.repeat(25)]) {
        for (const path of ['stats', 'live_elo', 'live_elo_update'])
          assert.equal((await get(`/tests/${path}/${id}`)).status, 404, `${path} ${id}`);
      }
    });
  });
}
