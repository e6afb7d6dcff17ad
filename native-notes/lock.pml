/*
 * The mutex of src/memory/locks/lock-table.ts and lock-queue.ts with the recovery of recover-locks.ts, for one lock: threads that park, one
 * that gives up, as an event loop may, deaths between any two accesses to shared memory, and the reaper.
 *
 * Stronger than the code in one way: nobody looks again merely because time has passed. So a
 * lost wake-up shows as a thread that sleeps for ever, which Spin reports as an invalid end state.
 *
 * -DDEATHS=n   how many threads may die         -DROUNDS=n   how often each thread takes the lock
 * -DTHIRD=k    third thread: 0 none, 1 parks, 2 gives up at any time
 * -DMORTALS=m  which threads may die, one bit each (threads 1 and 2 are alike)
 * -DMUTANT=n   breaks the algorithm in one place (locks-proof.md lists them): Spin must find an error
 *
 * Every d_step makes at most one access to shared memory that others could get in between of.
 */
#ifndef DEATHS
#define DEATHS 1
#endif
#ifndef ROUNDS
#define ROUNDS 1
#endif
#ifndef THIRD
#define THIRD 1
#endif
#ifndef MORTALS
#define MORTALS 7
#endif
#ifndef MUTANT
#define MUTANT 0
#endif

#define REAPER 4
#define SLOTS 5
#define anyWaiter (bit_[1] || bit_[2] || bit_[3])

byte owner;              /* the owner word: 0, or who holds the lock */
bool bit_[SLOTS];        /* the bitmap of waiters */
byte arrivals;           /* numbers arrivals */
byte arrival[SLOTS];
bool waitsFor[SLOTS];    /* the thread's word `waitingOn` names the lock */
byte wakeWord[SLOTS];
bool asleep[SLOTS];      /* parked in Atomics.wait */
byte handingTo[SLOTS];   /* whom the thread hands the lock to */
bool dead[SLOTS];
bool reaped[SLOTS];
bool done[SLOTS];
byte inside;             /* who is in the critical section */
bool one, other;         /* what the lock guards: equal whenever the lock changes hands */

/* Atomics.compareExchange(owner, 0, word) */
inline tryTake(xWord, xGot) {
  d_step { xGot = (owner == 0); if :: xGot -> owner = xWord :: else fi }
}

/* Atomics.and(bitmap, ~bit): whether this made the bit go */
inline clearBit(cWho, cHad) {
  d_step { cHad = bit_[cWho]; bit_[cWho] = false }
}

/* Atomics.add, then Atomics.notify */
inline wake(wWho) {
  wakeWord[wWho]++;
  asleep[wWho] = false
}

/* Atomics.wait(wakeWord, seen): sleeps only while the word is what was seen */
inline park(pMe, pSeen) {
#if MUTANT == 4
  asleep[pMe] = true;
#else
  d_step { if :: wakeWord[pMe] == pSeen -> asleep[pMe] = true :: else fi };
#endif
  !asleep[pMe]
}

/* The waiter that came first, 0 for none: arrivals of those who wait do not change */
inline longest(lNext) {
  d_step {
    lNext = 0;
    if :: bit_[1] -> lNext = 1 :: else fi;
    if :: bit_[2] && (lNext == 0 || arrival[2] < arrival[lNext]) -> lNext = 2 :: else fi;
    if :: bit_[3] && (lNext == 0 || arrival[3] < arrival[lNext]) -> lNext = 3 :: else fi
  }
}

/* #pass and #handOver: the owner word contains sWord, sMe does the work */
inline pass(sMe, sWord, sNext, sHad) {
  do
  :: if
     :: !anyWaiter ->
        owner = 0;
#if MUTANT == 1
        break;
#else
        if :: !anyWaiter -> break :: else fi;
        tryTake(sWord, sHad);
        if :: !sHad -> break :: else fi
#endif
     :: else
     fi;
     longest(sNext);
     if
     :: sNext == 0
     :: else ->
#if MUTANT != 6
        handingTo[sMe] = sNext;
#endif
        clearBit(sNext, sHad);
#if MUTANT == 2
        sHad = true;
#endif
        d_step { if :: sHad -> owner = sNext :: else fi };
        handingTo[sMe] = 0;
        if
        :: sHad ->
#if MUTANT != 3
           wake(sNext);
#endif
           break
        :: else
        fi
     fi
  od
}

inline criticalSection(iMe) {
  d_step { assert(inside == 0); inside = iMe; assert(one == other); one = !one };
  d_step { other = one; inside = 0 }
}

/* ThreadWaits.begin: an arrival number, then what others may read */
inline announce(aMe) {
  d_step { arrivals++; arrival[aMe] = arrivals };
  waitsFor[aMe] = true;
  bit_[aMe] = true
}

/* #take and #park; a limited thread may give up whenever it could park */
inline takeParked(kMe, kLimited, kGot, kSeen, kWho) {
  tryTake(kMe, kGot);
  if
  :: kGot
  :: else ->
     announce(kMe);
     do
     :: kSeen = wakeWord[kMe];
        kWho = owner;
        if
        :: kWho == kMe -> kGot = true; break
        :: kWho == 0 ->
           tryTake(kMe, kGot);
           if :: kGot -> bit_[kMe] = false; break :: else fi
        :: else ->
           if
           :: kLimited ->
              clearBit(kMe, kGot);
              if :: kGot -> kGot = false; break :: else -> kLimited = false fi
           :: park(kMe, kSeen)
           fi
        fi
     od;
     waitsFor[kMe] = false
  fi
}

proctype Thread(byte me; byte kind) {
  bool got, had, limited;
  byte seen, who, next, round;
  {
    do
    :: round == ROUNDS -> break
    :: else ->
       limited = (kind == 2);
       takeParked(me, limited, got, seen, who);
       atomic { seen = 0; who = 0 };
       if
       :: got -> criticalSection(me); pass(me, me, next, had)
       :: else
       fi;
       atomic { got = false; had = false; next = 0; round++ }
    od;
    done[me] = true
  } unless {
    dead[me] -> d_step { got = 0; had = 0; limited = 0; seen = 0; who = 0; next = 0; round = 0; asleep[me] = 0 }
  }
}

proctype Death() {
  byte deaths;
end:
  do
  :: deaths < DEATHS -> deaths = DEATHS  /* no more: else a sleeper could always still die */
  :: atomic { (MORTALS & 1) && deaths < DEATHS && !done[1] && !dead[1] -> dead[1] = true; deaths++ }
  :: atomic { (MORTALS & 2) && deaths < DEATHS && !done[2] && !dead[2] -> dead[2] = true; deaths++ }
#if THIRD != 0
  :: atomic { (MORTALS & 4) && deaths < DEATHS && !done[3] && !dead[3] -> dead[3] = true; deaths++ }
#endif
  od
}

/* A living thread is about to make bWho the owner; what the dead were handing is recovered with them */
#define handedBy(giver, bWho) (!dead[giver] && handingTo[giver] == bWho)

/* recoverLocks: forgetWaiter, recover until nobody hands over to the dead, wakeAll, reap */
inline reap(bWho, bPending, bNext, bHad) {
#if MUTANT != 7
  bit_[bWho] = false;
#endif
#if MUTANT != 10
  waitsFor[bWho] = false;
#endif
  do
  :: bPending = handedBy(1, bWho);
     if :: !bPending -> bPending = handedBy(2, bWho) :: else fi;
     if :: !bPending -> bPending = handedBy(3, bWho) :: else fi;
#if MUTANT == 8
     bPending = false;
#endif
     if
     :: owner == bWho ->
        d_step { if :: inside == bWho -> inside = 0; other = one :: else fi };
        bNext = handingTo[bWho];
#if MUTANT != 9
        if :: bNext != 0 -> if :: waitsFor[bNext] -> bit_[bNext] = true :: else fi :: else fi;
#endif
        pass(REAPER, bWho, bNext, bHad)
     :: else
     fi;
     if :: !bPending -> break :: else fi
  od;
#if MUTANT != 5
  wake(1); wake(2);
#if THIRD != 0
  wake(3);
#endif
#endif
  skip;
  d_step { bPending = 0; bNext = 0; bHad = 0; arrival[bWho] = 0; reaped[bWho] = true }
}

proctype Reaper() {
  bool pending, had;
  byte next;
end:
  do
  :: dead[1] && !reaped[1] -> reap(1, pending, next, had)
  :: dead[2] && !reaped[2] -> reap(2, pending, next, had)
#if THIRD != 0
  :: dead[3] && !reaped[3] -> reap(3, pending, next, had)
#endif
  od
}

/* When nothing can move any more, the lock is free and nobody is left in its queue */
proctype Watch() {
  timeout -> assert(owner == 0 && !anyWaiter && one == other && inside == 0)
}

init {
  atomic {
    run Watch();
    run Thread(1, 1);
    run Thread(2, 1);
#if THIRD != 0
    run Thread(3, THIRD);
#endif
    run Death();
    run Reaper()
  }
}

#define over(who) (done[who] || dead[who])
ltl progress { <> (over(1) && over(2) && (THIRD == 0 || over(3))) }
