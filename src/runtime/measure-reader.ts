/**
 * A reader that notes how long its answers took, and that its thread is in a driver's native code meanwhile, which an
 * embedded store does not leave before the answer is there. Streams are left alone: their reader sets their pace.
 */
import type { Histogram } from '../memory/counters/histogram.js';
import type { Threads } from '../memory/locks/threads.js';
import type { Reader } from '../store/port.js';

export function measureReader(reader: Reader, times: Histogram, threads: Threads): Reader {
  return new Proxy(reader, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        const began = performance.now();
        threads.enterNative();
        let answer: unknown;
        try {
          answer = Reflect.apply(member, target, args);
        } finally {
          threads.leaveNative();
        }
        if (!(answer instanceof Promise)) return answer;
        return answer.finally(() => times.record((performance.now() - began) * 1000));
      };
    },
  });
}
