/** Valid requests and documents for tests to start from; every call makes a fresh copy. */

export function workerInfo(): Record<string, unknown> {
  return {
    uname: 'Linux 6.1.0',
    architecture: ['64bit', 'ELF'],
    concurrency: 7,
    max_memory: 16000,
    min_threads: 1,
    username: 'alice',
    version: 325,
    python_version: [3, 12, 4],
    gcc_version: [12, 2, 0],
    compiler: 'g++',
    unique_key: 'abcd1234-12ef-34ab-56cd-0123456789ab',
    modified: false,
    worker_arch: 'x86-64-avx2',
    ARCH: '64bit AVX2 BMI2',
    nps: 812345.5,
    near_github_api_limit: false,
  };
}

export function stats(): Record<string, unknown> {
  return { wins: 21, losses: 22, draws: 63, crashes: 0, time_losses: 0, pentanomial: [0, 15, 24, 14, 0] };
}

/** A request with every optional member. */
export function fullRequest(): Record<string, unknown> {
  return {
    password: 'secret',
    worker_info: workerInfo(),
    run_id: 'af3df85fe05ab42e4493faac',
    task_id: 12,
    pgn: '',
    message: 'hello',
    stats: stats(),
    spsa: { wins: 29, losses: 4, draws: 3, num_games: 36, sig: 641697899 },
  };
}

export function run(): Record<string, unknown> {
  return {
    _id: 'af3df85fe05ab42e4493faac',
    version: 24,
    start_time: 1767009600000,
    last_updated: 1767009600000,
    tc_base: 10,
    approved: true,
    approver: 'bob',
    finished: false,
    deleted: false,
    failed: false,
    failures: 0,
    is_green: false,
    is_yellow: false,
    workers: 1,
    cores: 7,
    committed_games: 200,
    total_games: 200,
    results: stats(),
    nps: 0,
    games_per_minute: 0,
    args: args(),
    tasks: [task()],
    bad_tasks: [],
  };
}

export function task(): Record<string, unknown> {
  return {
    num_games: 200,
    active: true,
    last_updated: 1767009600000,
    start: 0,
    stats: stats(),
    worker_info: { ...workerInfo(), remote_addr: '10.0.0.1', country_code: 'DE' },
  };
}

export function args(): Record<string, unknown> {
  return {
    base_tag: 'master',
    new_tag: 'branch',
    base_nets: ['nn-0123456789ab.nnue'],
    new_nets: [],
    num_games: 800000,
    tc: '10+0.1',
    new_tc: '10+0.1',
    book: 'UHO.epd',
    book_depth: '8',
    threads: 1,
    resolved_base: '0'.repeat(40),
    resolved_new: 'f'.repeat(40),
    msg_base: '',
    msg_new: '',
    base_options: 'Hash=16',
    new_options: 'Hash=16 Threads=1',
    info: '',
    base_signature: '1234567',
    new_signature: '7654321',
    username: 'alice',
    tests_repo: 'https://github.com/alice/Stockfish',
    auto_purge: false,
    adjudication: true,
    throughput: 100,
    itp: 100,
    priority: 0,
    sprt: sprt(),
  };
}

export function sprt(): Record<string, unknown> {
  return {
    alpha: 0.05,
    beta: 0.05,
    elo0: 0,
    elo1: 2,
    elo_model: 'normalized',
    state: '',
    llr: 0,
    batch_size: 1,
    lower_bound: -2.94443897916644,
    upper_bound: 2.94443897916644,
    overshoot: { last_update: 0, skipped_updates: 0, ref0: 0, m0: 0, sq0: 0, ref1: 0, m1: 0, sq1: 0 },
  };
}
