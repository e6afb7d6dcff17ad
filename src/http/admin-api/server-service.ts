/** The server itself, for operators: how it does, its settings, a backup, a hand-over. */
import { ConfigError } from '../../config/read-config.js';
import { AdminError, type AdminService } from '../../protocol/admin.js';
import type { ServiceParts } from './service-parts.js';

type ServerVerbs = 'status' | 'cluster' | 'handover' | 'backup' | 'configList' | 'configSet';

export function makeServerService(parts: ServiceParts): Pick<AdminService, ServerVerbs> {
  const { settings } = parts;
  return {
    status: async () => ({ status: await parts.status() }),
    cluster: async () => ({ cluster: parts.cluster() }),
    handover: async () => {
      const { standbys } = parts.cluster();
      if (standbys.length === 0) {
        throw new AdminError(
          409,
          'no primary stands by: start one on the same store with STANDBY=wait, and see "shoal cluster"',
        );
      }
      parts.handOver();
      return { standbys };
    },
    backup: async ({ file }) => ({ file, ...(await parts.backup(file)) }),
    configList: async () => ({ settings: settings.view(), unknown: settings.unknown() }),
    configSet: async ({ name, value }) => {
      try {
        settings.set(name, value);
      } catch (error) {
        if (error instanceof ConfigError) throw new AdminError(400, error.problems.join('; '));
        throw error;
      }
      return { setting: settings.view().find((setting) => setting.name === name)! };
    },
  };
}
