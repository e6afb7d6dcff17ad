/**
 * A reader that notes how long its answers took, and that its thread is with the store meanwhile. Streams are left alone:
 * their reader sets their pace.
 */
import type { Histogram } from '../memory/histogram.js';
import type { Threads } from '../memory/threads.js';
import type { Reader } from '../store/port.js';

export function measureReader(reader: Reader, times: Histogram, threads: Threads): Reader {
  return new Proxy(reader, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        const began = performance.now();
        threads.goForeign(1);
        let answer: unknown;
        try {
          answer = Reflect.apply(member, target, args);
        } finally {
          if (!(answer instanceof Promise)) threads.goForeign(-1);
        }
        if (!(answer instanceof Promise)) return answer;
        return answer.finally(() => {
          threads.goForeign(-1);
          times.record((performance.now() - began) * 1000);
        });
      };
    },
  });
}
