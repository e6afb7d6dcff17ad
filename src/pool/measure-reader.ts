/** A reader that notes how long its answers took. Streams are left alone: their reader sets their pace. */
import type { Histogram } from '../memory/histogram.js';
import type { Reader } from '../store/port.js';

export function measureReader(reader: Reader, times: Histogram): Reader {
  return new Proxy(reader, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        const began = performance.now();
        const answer: unknown = Reflect.apply(member, target, args);
        if (!(answer instanceof Promise)) return answer;
        return answer.finally(() => times.record((performance.now() - began) * 1000));
      };
    },
  });
}
