/*
 * The lease of the store (src/store/mongodb: writer-lease, lease-watch, epoch-fence, document-stamp, guarded-records) as a model
 * for Spin, checked by `.ci/prove-lease`. Three primaries share a database over a network that may hold back what was sent until
 * anything else has happened; each may stop for ever at any step. No clock is in it: whoever watches the lease may take it at any
 * moment, so what holds here holds whatever a detector of failures says and whatever clocks show.
 *
 * A report is a number that grows; `doc` is the task's document. A record, such as an account, is replaced whole; `rec` is it.
 *   report   an entry of the log, then the fence, in one ordered request; told when the fence matched; then the document
 *   record   logged in the lease's document under holder and epoch; then written where it is as it was read; fence; told
 *   take     take, bar, what the lease's document holds, stamp of the document, log, emptying of older logs, a log of its own
 *
 * Assertions:
 *   Kept          what was told is in the document, or in what the next taker reads
 *   One voice     nothing is told by an epoch when a higher one has raised its bar
 *   Epochs rise   and each has one holder
 *   No way back   a late write changes neither document nor record: neither ever becomes older
 * Mutants, each found out: 1 the fence goes before the entry, 2 its match is not looked at, 3 the log is read before the bar is
 * raised, 4 the take does not name what was seen, 5 the log is read from a member of the set that was deposed, 6 documents are
 * written without the epoch, 7 a record is not logged first, 8 a record is written whatever it is, 9 a taker empties later logs too.
 */
#ifndef MUTANT
#define MUTANT 0
#endif
#ifndef ROUNDS
#define ROUNDS 1
#endif
#define EPOCHS 3
#define NOBODY 9
/* A taker empties the logs below this one, once their entries are in the document. */
#if MUTANT == 9
#define EMPTIED 5
#else
#define EMPTIED e
#endif

/* The database. */
byte epoch = 0, holder = NOBODY;  /* the lease */
byte fence = 0;                   /* the highest epoch that has raised its bar */
byte logId = 0;                   /* the epoch whose entries count */
byte entries[5];                  /* the newest report in each epoch's log; 0: none */
byte doc = 0, stamp = 0;          /* the document's report, and the epoch in it */
byte rec = 0;                     /* the record */
byte intent = 0, intentOf = 0;    /* the record in the lease's document, and of what it is the successor; 0: done */
byte deposed = 0;                 /* the log as a member of the set shows it that was deposed before the last entry */
byte holders[5];                  /* who had each epoch, plus 1 */

/* What the world was told. */
byte reports = 0, told = 0, records = 0, toldRec = 0;

inline tell(number, highest) {
  assert(fence == e);
  if :: number > highest -> highest = number :: else fi
}

inline report() {
  d_step { reports++; mine = reports }
#if MUTANT == 1
  matched = (fence == e);
  d_step { deposed = entries[e]; entries[e] = mine };
  if :: !matched -> lost = true :: else -> tell(mine, told) fi;
#else
  d_step { deposed = entries[e]; entries[e] = mine };
  d_step {
    /* The moment that counts: the answer may come as late as it likes. */
    matched = (fence == e);
#if MUTANT == 2
    matched = true; if :: mine > told -> told = mine :: else fi
#else
    if :: matched -> tell(mine, told) :: else -> lost = true fi
#endif
  };
#endif
  if
  :: lost -> skip
  :: else ->
    d_step {
#if MUTANT == 6
      doc = mine
#else
      if :: stamp == e -> doc = mine :: else fi
#endif
    }
  fi
}

inline record() {
  seen = rec;
  d_step {
    records++; mine = records;
#if MUTANT == 7
    matched = true
#else
    matched = (holder == me && epoch == e);
    if :: matched -> intent = mine; intentOf = seen :: else fi
#endif
  };
  if
  :: !matched -> lost = true
  :: else ->
    d_step {
#if MUTANT == 8
      rec = mine
#else
      if :: rec == seen -> rec = mine :: else fi
#endif
    };
    d_step { if :: fence == e -> tell(mine, toldRec) :: else -> lost = true fi };
    d_step { if :: !lost && holder == me && epoch == e && intent == mine -> intent = 0 :: else fi }
  fi
}

inline take() {
  d_step { seen = epoch; found = holder; mine = intent };
#if MUTANT == 3
  old = entries[logId];
#endif
  d_step {
#if MUTANT == 4
    matched = true;
#else
    matched = (epoch == seen && holder == found && intent == mine);
#endif
    if
    :: matched ->
      epoch = seen + 1; holder = me; e = epoch;
      assert(holders[e] == 0); holders[e] = me + 1
    :: else -> lost = true
    fi
  };
  if
  :: lost -> skip
  :: else ->
    d_step { if :: fence < e -> fence = e :: else fi };
    d_step { if :: intent > 0 && rec == intentOf && holder == me && epoch == e -> rec = intent :: else fi };
    d_step { if :: stamp < e -> stamp = e :: else fi };
#if MUTANT == 5
    old = deposed;
#elif MUTANT != 3
    old = entries[logId];
#endif
    d_step {
      if
      :: stamp == e && old > doc -> doc = old
      :: stamp == e && old <= doc -> skip
      /* Another has taken over meanwhile: what was not replayed must not be emptied. */
      :: else -> lost = true
      fi
    };
    d_step { if :: !lost -> old = 0; do :: old < EMPTIED -> entries[old] = 0; old++ :: else -> break od :: else fi; old = 0 };
    d_step { if :: !lost && holder == me && epoch == e -> logId = e; intent = 0 :: else -> lost = true fi }
  fi
}

proctype Primary(byte me) {
  byte e, mine, seen, found, old, left;
  bool matched, lost;
  do
  :: e == 0 && epoch < EPOCHS -> take(); left = ROUNDS; if :: lost && e == 0 -> lost = false :: else fi
  :: e > 0 && left > 0 && !lost -> left--; if :: report() :: record() fi
  /* Stopped for ever, or at its end. */
  :: true -> break
  od
}

/* Kept and No way back, whatever has just happened. */
proctype Witness() {
  byte lastDoc, lastRec;
  do
  :: d_step {
      assert(doc >= told || entries[logId] >= told);
      assert(rec >= toldRec || intent >= toldRec);
      assert(doc >= lastDoc && rec >= lastRec);
      lastDoc = doc; lastRec = rec
    }
  :: true -> break
  od
}

init { atomic { run Primary(0); run Primary(1); run Primary(2); run Witness() } }
