/** Where the networks' files are: beside the admin token unless a setting says otherwise. */
import { join } from 'node:path';
import type { Config } from '../config/config.js';
import { dataDirectory } from '../config/store-url.js';

export function netsDirectory(config: Config): string {
  return config.SHOAL_NETS === '' ? join(dataDirectory(config), 'nets') : config.SHOAL_NETS;
}
