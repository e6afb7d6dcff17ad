/** The settings of the web application as its threads want them. */
import type { Config } from '../config/config.js';
import type { SiteLimitSettings } from '../http/site/site-limits.js';
import type { SiteLink, SiteSettings } from '../site/site-settings.js';

const HOUR_MS = 3_600_000;

/** Where people of the Stockfish project go from the menu. */
const LINKS: readonly SiteLink[] = [
  { menu: 'Stockfish', name: 'Releases', url: 'https://github.com/official-stockfish/Stockfish/releases' },
  {
    menu: 'Stockfish',
    name: 'Contributing',
    url: 'https://github.com/official-stockfish/Stockfish/blob/master/CONTRIBUTING.md',
  },
  { menu: 'Stockfish', name: 'Engine', url: 'https://github.com/official-stockfish/Stockfish' },
  { menu: 'Stockfish', name: 'Testing server', url: 'https://github.com/official-stockfish/fishtest' },
  { menu: 'Stockfish', name: 'Books', url: 'https://github.com/official-stockfish/books' },
  { menu: 'Stockfish', name: 'Wiki', url: 'https://github.com/official-stockfish/fishtest/wiki' },
  { menu: 'Stockfish', name: 'Discord', url: 'https://discord.gg/GWDRS3kU6R' },
];

export function siteSettings(config: Config, secret: string): SiteSettings {
  return {
    isOn: config.SITE === 'on',
    secret,
    signupIsOpen: config.SIGNUP === 'open',
    checksMailDomain: config.SIGNUP_CHECK_MAIL === 'on',
    idleMs: config.SESSION_IDLE_HOURS * HOUR_MS,
    rememberMs: config.SESSION_REMEMBER_DAYS * 24 * HOUR_MS,
    rehashes: config.REHASH_PASSWORDS === 'on',
    links: LINKS,
  };
}

export function siteLimits(config: Config): SiteLimitSettings {
  return {
    postsPerMinute: config.SITE_POSTS_PER_MINUTE,
    searchesPerMinute: config.SITE_SEARCHES_PER_MINUTE,
    signupsPerHour: config.SIGNUPS_PER_HOUR,
  };
}
