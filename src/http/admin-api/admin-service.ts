/** The admin API's verbs together: one object for the HTTP server, from a file for each kind of thing they change. */

import type { AdminService } from '../../protocol/admin.js';
import { makeFileService } from './file-service.js';
import { makeRunService } from './run-service.js';
import { makeServerService } from './server-service.js';
import type { ServiceParts } from './service-parts.js';
import { makeUserService } from './user-service.js';
import { makeWorkerService } from './worker-service.js';

export function makeAdminService(parts: ServiceParts): AdminService {
  return {
    ...makeUserService(parts),
    ...makeWorkerService(parts),
    ...makeFileService(parts),
    ...makeRunService(parts),
    ...makeServerService(parts),
  };
}
