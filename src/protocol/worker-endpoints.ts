/** The endpoints that workers call, each under `/api/` (docs/spec/worker-api.md §4). The one list of their names. */
export const WORKER_ENDPOINTS = [
  'request_task',
  'update_task',
  'beat',
  'request_spsa',
  'failed_task',
  'stop_run',
  'upload_pgn',
  'worker_log',
  'request_version',
] as const;
export type WorkerEndpoint = (typeof WORKER_ENDPOINTS)[number];
