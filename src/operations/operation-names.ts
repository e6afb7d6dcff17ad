/** The worker endpoints that name a task or ask for one; request_version needs neither state nor pool. */
export const OPERATIONS = [
  'request_task',
  'update_task',
  'beat',
  'request_spsa',
  'failed_task',
  'stop_run',
  'upload_pgn',
  'worker_log',
] as const;
export type OperationName = (typeof OPERATIONS)[number];
