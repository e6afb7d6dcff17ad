/** What the tests use of a package without types. */
declare module 'parse-prometheus-text-format' {
  interface Metric {
    labels?: Record<string, string>;
    value?: string;
    count?: string;
    buckets?: Record<string, string>;
  }
  interface Family {
    name: string;
    type: 'COUNTER' | 'GAUGE' | 'HISTOGRAM' | 'SUMMARY' | 'UNTYPED';
    metrics: Metric[];
  }
  export default function parse(text: string): Family[];
}
