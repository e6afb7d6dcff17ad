/** The dashboard: keeps the last ten minutes and the farm, and draws what is new. */
import type { Farm, Message, Point } from '../messages.js';
import { drawActions } from './actions.js';
import { Charts } from './charts.js';
import { drawCluster } from './cluster.js';
import { ago, byId } from './dom.js';
import { startKeys } from './keys.js';
import { connect } from './live.js';
import { Machines } from './machines.js';
import { drawInside, drawMeters } from './meters.js';
import { drawRuns } from './runs.js';
import { startTheme } from './theme.js';
import { Tiles } from './tiles.js';

const HISTORY = 600;

let points: Point[] = [];
let farm: Farm | undefined;
let connected = false;

const tiles = new Tiles();
const charts = new Charts();
const machines = new Machines();

function drawPoints(fresh = false): void {
  tiles.draw(points, fresh);
  charts.draw(points);
  const latest = points.at(-1);
  if (latest !== undefined) drawMeters(latest, farm);
}

function drawFarm(): void {
  if (farm === undefined) return;
  drawRuns(farm);
  machines.draw(farm);
  drawActions(farm);
  drawInside(farm);
  drawCluster(farm);
  drawStatus();
}

function drawStatus(): void {
  const status = byId('status');
  const ready = farm?.server.ready ?? 'connected';
  status.textContent = connected ? ready : 'no connection';
  status.className = `pill ${connected ? (ready === 'ready' || farm === undefined ? 'good' : 'bad') : 'bad'}`;
  if (farm === undefined) return;
  const { version, start_time: start, store } = farm.server;
  byId('about').textContent = `${version} · up ${ago(start)} · ${store}`;
}

function receive(message: Message): void {
  if (message.kind === 'history') {
    points = message.points;
    drawPoints(true);
  } else if (message.kind === 'point') {
    points = [...points.slice(-HISTORY + 1), message.point];
    if (!document.hidden) drawPoints();
  } else {
    farm = message.farm;
    if (!document.hidden) drawFarm();
  }
}

startTheme(() => {
  charts.rebuild();
  drawPoints(true);
});
startKeys();
document.addEventListener('visibilitychange', () => {
  if (document.hidden) return;
  drawPoints();
  drawFarm();
});
connect({
  onMessage: receive,
  onState: (isOpen) => {
    connected = isOpen;
    drawStatus();
  },
});
