/** The pages of the admin listener. */

import { type CollectParts, collectMetrics } from '../../metrics/collect.js';
import { PROMETHEUS_TYPE, prometheusText } from '../../metrics/prometheus.js';
import type { Sampler } from '../../metrics/sampler.js';
import type { Shared } from '../../runtime/shared.js';
import { answerHealth } from '../transport/health-answer.js';
import type { Page } from './admin-pages.js';

export function operatorPages(parts: CollectParts, sampler: Sampler): Page[] {
  return [
    {
      path: '/metrics',
      guarded: true,
      answer: () => ok(PROMETHEUS_TYPE, prometheusText(collectMetrics(parts))),
    },
    {
      path: '/api/_metrics',
      guarded: true,
      answer: () =>
        ok('application/json', JSON.stringify({ ...collectMetrics(parts), last_seconds: sampler.routes() })),
    },
    healthPage('/healthz', parts.shared),
    healthPage('/readyz', parts.shared),
  ];
}

function ok(contentType: string, body: string) {
  return { status: 200, contentType, body };
}

function healthPage(path: string, shared: Shared): Page {
  const answer = () => {
    const { status, contentType, body } = answerHealth(path, shared)!;
    return { status, contentType: contentType!, body: String(body) };
  };
  return { path, guarded: false, answer };
}
