/** What the database refuses for what it holds is kept with the reason: it must not keep the server from starting. */
import { Binary, type Db } from 'mongodb';

export interface Refused {
  id: string;
  time: Date;
  error: string;
  pieces: readonly Uint8Array[];
}

export async function keepRefused(db: Db, { id, time, error, pieces }: Refused): Promise<void> {
  const refused = db.collection<{ _id: string }>('shoal_refused');
  for (const [i, piece] of pieces.entries()) {
    const document = { batch: id, time, error, piece: new Binary(piece) };
    await refused.replaceOne({ _id: `${id}-${i}` }, document, { upsert: true });
  }
}
