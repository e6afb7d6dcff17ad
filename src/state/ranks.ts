/**
 * The lock order: a thread takes locks in rising rank only, and never two runs' locks at once (two locks of one rank).
 */
export const LockRank = {
  /** One scheduling decision at a time; guards what is remembered of workers. */
  requestTask: 10,
  /** One run: its record, its tasks, its outbox. */
  run: 20,
  /** Allocation of run slots, and the list of ready runs. */
  runTable: 30,
  taskChunks: 31,
  runIndex: 32,
  workers: 33,
  connections: 34,
  users: 35,
  workerProfiles: 36,
  workerMakes: 37,
  books: 38,
  slab: 50,
} as const;
