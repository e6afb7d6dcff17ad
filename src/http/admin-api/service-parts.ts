/** What the services of the admin API answer from. */
import type { Settings } from '../../config/live-settings.js';
import type { ClusterView, StatusView } from '../../protocol/admin.js';
import type { State } from '../../state/state.js';
import type { NetFiles } from '../../store/networks/net-files.js';
import type { Reader } from '../../store/port.js';

export interface ServiceParts {
  state: State;
  reader: Reader;
  /** Resolves when the changes up to this number are durable. */
  whenDurable: (sequence: number) => Promise<void>;
  backup: (file: string) => Promise<{ bytes: number; ms: number }>;
  status: () => Promise<StatusView>;
  settings: Settings;
  networks: NetFiles;
  cluster: () => ClusterView;
  /** Begins to hand the store over to a primary that stands by. */
  handOver: () => void;
}
