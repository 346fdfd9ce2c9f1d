/* Custody of one case by three sites: who holds the baton, under loss, duplication, reordering, crashes that
 * forget, a clone, and a site that is dead for ever. docs/custody.md has the rules and their transition table.
 *
 * The network is knowledge: a machine may at any time learn one act that another one knows, if it knows the act's
 * past. What is never learnt is lost, what is learnt twice changes nothing, and every order occurs.
 *
 * Every machine judges by what it knows (a mask of acts), by the same functions as the whole is judged by. Removing a
 * rule must break the property that it is there for:
 *   -DNO_ACKNOWLEDGEMENT  a withdrawal ends an offer by itself
 *   -DNO_PROMOTION        the accept of an offer beside an open one is firm at once
 *   -DNO_RECOVERED        the acts of a new incarnation count at once
 *   -DNO_GRASP            an epoch that somebody else's recovery made firm counts before its site knows
 *   -DNO_STAND_IN         the heir of a deposition that gave nothing does not stand in for the holder
 * Bounds and troubles are set by the checker (Tests/Interop/custody_model.py):
 *   ACTS, STORM, AMNESIA_HOLDER, AMNESIA_TARGET, RESTARTS, CLONES, DEATHS, MISTAKES, TAKES, LIVENESS
 */

#ifndef ACTS
#define ACTS 6
#endif
#ifndef STORM
#define STORM ACTS      /* acts before the calm; the rest is for bringing things to an end */
#endif
#ifndef AMNESIA_HOLDER
#define AMNESIA_HOLDER 0
#endif
#ifndef AMNESIA_TARGET
#define AMNESIA_TARGET 0
#endif
#ifndef RESTARTS
#define RESTARTS 0      /* new lives of the origin's machine that forget nothing and cannot prove it at once */
#endif
#ifndef MISTAKES
#define MISTAKES 0      /* a site may be deposed that is alive */
#endif
#ifndef CLONES
#define CLONES 0
#endif
#ifndef DEATHS
#define DEATHS 0
#endif
#ifndef TAKES
#define TAKES 0
#endif
#ifndef LIVENESS
#define LIVENESS 0
#endif

#define SITES 3
#define MACHINES 4

byte acts;              /* how many acts there are */
byte kind[ACTS];
byte site[ACTS];        /* whose machine did it */
byte life[ACTS];        /* in which incarnation; 0 is the first of its site */
byte on[ACTS];          /* an epoch (0 the origin's, else 1 + the act behind it), or 1 + an offer */
byte to[ACTS];          /* target of an offer, deposed site of a deposition */
short past[ACTS];       /* mask of the acts that it had read */

short known[MACHINES];
byte alive[MACHINES];   /* 0 not there, 1 up, 2 dead for ever */
byte machineSite[MACHINES];
byte machineLife[MACHINES];
byte nextLife[SITES];

byte amnesiaHolder = AMNESIA_HOLDER;
byte amnesiaTarget = AMNESIA_TARGET;
byte restarts = RESTARTS;
byte clones = CLONES;
byte deaths = DEATHS;
byte takes = TAKES;
bit forgot;             /* somebody has lost memory */
bit calm;               /* nothing more goes wrong, and everybody works to an end */
bit quiet;              /* no offer is open anywhere */

/* The site that was firm in an epoch of this number in anybody's view, + 1. */
byte claim[ACTS + 1];

byte choice;
byte choices;

c_code {
  enum { OFFER = 1, ACCEPT, DECLINE, WITHDRAW, ACKNOWLEDGE, TAKE, CONFIRM, RECOVERED, DEPOSE };

  static int bit_of(int x) { return 1 << x; }
  static int after(int x, int y) { return (now.past[x] >> y) & 1; }
  static int has(int view, int x) { return (view >> x) & 1; }
  static int ordered(int x, int y) { return x == y || after(x, y) || after(y, x); }

  /* Acts of a deposed site count as far as the deposition had read them. */
  static int late(int x, int view) {
    int d;
    for (d = 0; d < now.acts; d++)
      if (has(view, d) && now.kind[d] == DEPOSE && now.to[d] == now.site[x] && !after(d, x)) return 1;
    return 0;
  }
  static int counts(int x, int view) { return has(view, x) && !late(x, view); }

  static int vouched(int x, int view) {
#ifdef NO_RECOVERED
    return 1;
#else
    int r, y, good;
    if (now.life[x] == 0) return 1;
    for (r = 0; r < now.acts; r++) {
      if (!counts(r, view) || now.kind[r] != RECOVERED) continue;
      if (now.site[r] != now.site[x] || now.life[r] != now.life[x]) continue;
      if (r == x || after(x, r)) return 1;
      good = 1;
      for (y = 0; y < now.acts; y++)
        if (after(r, y) && now.site[y] == now.site[x] && !ordered(x, y)) good = 0;
      if (good) return 1;
    }
    return 0;
#endif
  }

  /* Vouched for, and no other life of the site that counts as much acted without knowing of it. */
  static int firm_act(int x, int view) {
    int y;
    if (!counts(x, view) || !vouched(x, view)) return 0;
    for (y = 0; y < now.acts; y++)
      if (counts(y, view) && now.site[y] == now.site[x] && now.life[y] != now.life[x]
          && !ordered(x, y) && vouched(y, view)) return 0;
    return 1;
  }

  static int is_withdrawn(int offer, int reader) {
    int w;
    for (w = 0; w < now.acts; w++)
      if (has(reader, w) && now.kind[w] == WITHDRAW && now.on[w] == offer + 1) return 1;
    return 0;
  }

  static int is_answer(int a, int offer, int view) {
    if (!counts(a, view) || now.on[a] != offer + 1 || now.site[a] != now.to[offer]) return 0;
    if (now.kind[a] == ACCEPT) return !is_withdrawn(offer, now.past[a]);
    return now.kind[a] == DECLINE || now.kind[a] == ACKNOWLEDGE;
  }

  /* The first firm answer; -1 if there is none. */
  static int outcome(int offer, int view) {
    int a, first = -1;
    for (a = 0; a < now.acts; a++)
      if (is_answer(a, offer, view) && firm_act(a, view) && (first < 0 || after(first, a))) first = a;
    return first;
  }

  static int has_accept(int offer, int view) {
    int a;
    for (a = 0; a < now.acts; a++)
      if (is_answer(a, offer, view) && now.kind[a] == ACCEPT) return 1;
    return 0;
  }

  /* Does the reader know that the offer can never be accepted any more? */
  static int is_ended(int offer, int reader, int view) {
    int d, first = outcome(offer, view);
#ifdef NO_ACKNOWLEDGEMENT
    if (is_withdrawn(offer, reader)) return 1;
#endif
    if (first >= 0 && has(reader, first)) return now.kind[first] != ACCEPT;
    if (has_accept(offer, view)) return 0;
    for (d = 0; d < now.acts; d++)
      if (has(reader, d) && now.kind[d] == DEPOSE && now.to[d] == now.to[offer] && !after(offer, d)) return 1;
    return 0;
  }

  static int parent(int epoch) { return epoch == 0 ? 0 : now.on[epoch - 1]; }
  static int number(int epoch) { return epoch == 0 ? 0 : 1 + number(parent(epoch)); }
  static int holder(int epoch) {
    if (epoch == 0) return 0;
    return now.kind[epoch - 1] == OFFER ? now.to[epoch - 1] : now.site[epoch - 1];
  }
  static int is_stand_in(int x) {
#ifdef NO_STAND_IN
    return 0;
#endif
    return now.kind[x] == DEPOSE && holder(now.on[x]) != now.to[x] && holder(now.on[x]) != now.site[x];
  }
  static int is_interim(int x) { return now.kind[x] == TAKE || is_stand_in(x); }
  static int exists(int epoch, int view) {
    if (epoch == 0) return 1;
    if (!counts(epoch - 1, view)) return 0;
    /* A deposition of a site that does not hold the baton ends offers to it, and its heir stands in. */
    if (now.kind[epoch - 1] == DEPOSE && holder(now.on[epoch - 1]) != now.to[epoch - 1])
      return is_stand_in(epoch - 1);
    return now.kind[epoch - 1] != OFFER || has_accept(epoch - 1, view);
  }
  static int is_gift(int x, int epoch, int view) {
    return counts(x, view) && (now.kind[x] == OFFER || now.kind[x] == DEPOSE) && now.on[x] == epoch
      && !(now.kind[x] == DEPOSE && holder(epoch) != now.to[x]);
  }

  static int are_rivals_ended(int epoch, int reader, int view) {
    int x, gift = epoch - 1;
    if (epoch == 0 || is_interim(gift)) return 1;
    for (x = 0; x < now.acts; x++)
      if (x != gift && after(gift, x) && is_gift(x, parent(epoch), view)
          && !(now.kind[x] == OFFER && is_ended(x, reader, view))) return 0;
    return 1;
  }

  static int is_confirmed(int epoch, int reader, int view);

  static int needs_confirm(int epoch, int view) {
    int gift = epoch - 1, seal;
#ifdef NO_PROMOTION
    return 0;
#endif
    if (epoch == 0) return 0;
    if (!are_rivals_ended(epoch, now.past[gift], view)) return 1;
    if (!needs_confirm(parent(epoch), view)) return 0;
    seal = now.kind[gift] == OFFER ? outcome(gift, view) : gift;
    return seal < 0 || !is_confirmed(parent(epoch), now.past[seal], view);
  }

  static int is_parent_confirmed(int epoch, int reader, int view) {
    if (epoch == 0 || !needs_confirm(parent(epoch), view)) return 1;
    return is_confirmed(parent(epoch), reader, view);
  }

  static int is_confirmed(int epoch, int reader, int view) {
    int c;
    for (c = 0; c < now.acts; c++)
      if (has(reader, c) && now.kind[c] == CONFIRM && now.on[c] == epoch && now.site[c] == holder(epoch)
          && firm_act(c, view) && are_rivals_ended(epoch, now.past[c], view)
          && is_parent_confirmed(epoch, now.past[c], view)) return 1;
    return 0;
  }

  static int firm_epoch(int epoch, int view) {
    int gift = epoch - 1, first;
    if (epoch == 0) return 1;
    if (!exists(epoch, view) || is_interim(gift) || !firm_epoch(parent(epoch), view)) return 0;
    if (now.kind[gift] == OFFER) {
      first = outcome(gift, view);
      if (first < 0 || now.kind[first] != ACCEPT || !firm_act(gift, view)) return 0;
    }
    return !needs_confirm(epoch, view) || is_confirmed(epoch, view, view);
  }

  static int is_given(int epoch, int view) {
    int x, first;
    for (x = 0; x < now.acts; x++) {
      if (!is_gift(x, epoch, view)) continue;
      if (now.kind[x] == DEPOSE) return 1;
      if (!has_accept(x, view)) continue;
      first = outcome(x, view);
      if (first < 0 || now.kind[first] == ACCEPT) return 1;
    }
    return 0;
  }

  static int was_firm(int epoch, int act) { return firm_epoch(epoch, now.past[act] | bit_of(act)); }

  /* Firm, and its site has acted knowing that, or that of an epoch given on from it. */
  static int grasped(int epoch, int view) {
    int x;
    if (!firm_epoch(epoch, view)) return 0;
#ifdef NO_GRASP
    return 1;
#endif
    if (epoch == 0 || now.kind[epoch - 1] == DEPOSE) return 1;
    for (x = 0; x < now.acts; x++)
      if (counts(x, view) && now.site[x] == holder(epoch) && was_firm(epoch, x)) return 1;
    for (x = 0; x < now.acts; x++)
      if (is_gift(x, epoch, view) && grasped(x + 1, view)) return 1;
    return 0;
  }

  /* The child of an epoch that goes on: one that its site knows to be firm first, then the lesser site. -1 if
     none. */
  static int next_epoch(int epoch, int view, int firmOnly) {
    int x, best = -1, first;
    for (x = 0; x < now.acts; x++) {
      if (!is_gift(x, epoch, view) || !exists(x + 1, view)) continue;
      if (now.kind[x] == OFFER) {
        first = outcome(x, view);
        if (first >= 0 && now.kind[first] != ACCEPT) continue;
      }
      if (grasped(x + 1, view)) return x + 1;
      if (!firmOnly && (best < 0 || holder(x + 1) < holder(best))) best = x + 1;
    }
    return best;
  }

  static int last_epoch(int start, int view, int firmOnly) {
    int epoch = start, next = next_epoch(start, view, firmOnly);
    while (next >= 0) { epoch = next; next = next_epoch(epoch, view, firmOnly); }
    return epoch;
  }

  static int accountable(int view) {
    int x, y, best = -1, tip = last_epoch(0, view, 1), covered, epoch;
    for (x = 0; x < now.acts; x++) {
      if (!counts(x, view) || !is_interim(x) || now.site[x] == holder(tip)) continue;
      covered = 0;
      for (y = 0; y < now.acts; y++) {
        if (!counts(y, view) || !after(y, x)) continue;
        epoch = -1;
        if (now.kind[y] == OFFER || now.kind[y] == CONFIRM) epoch = now.on[y];
        if (now.kind[y] == WITHDRAW) epoch = now.on[now.on[y] - 1];
        if (now.kind[y] == ACCEPT) epoch = now.on[y];
#ifndef NO_GRASP
        if (epoch >= 0 && !was_firm(epoch, y)) continue;
#endif
        if (epoch >= 0 && holder(epoch) == now.site[y] && firm_epoch(epoch, view)) covered = 1;
      }
      if (!covered && (best < 0 || now.site[x] < now.site[best])) best = x;
    }
    return holder(last_epoch(best >= 0 ? best + 1 : 0, view, 0));
  }

  /* The transition table: what an act's doer, its past and its past alone must be. */
  static int may_offer(int m, int epoch) {
    int view = now.known[m];
    return exists(epoch, view) && holder(epoch) == now.machineSite[m] && !is_given(epoch, view);
  }
  static int is_answered(int m, int offer) {
    int a, view = now.known[m];
    for (a = 0; a < now.acts; a++)
      if (is_answer(a, offer, view)
          && (firm_act(a, view)
              || (now.site[a] == now.machineSite[m] && now.life[a] == now.machineLife[m]))) return 1;
    return 0;
  }
  static int is_target(int m, int offer) {
    return counts(offer, now.known[m]) && now.kind[offer] == OFFER && now.to[offer] == now.machineSite[m]
      && !late(offer, now.known[m]);
  }
  static int may_accept(int m, int offer) {
    return is_target(m, offer) && !is_withdrawn(offer, now.known[m]) && !is_answered(m, offer);
  }
  static int may_decline(int m, int offer) { return is_target(m, offer) && !is_answered(m, offer); }
  static int may_acknowledge(int m, int offer) {
    return is_target(m, offer) && !is_answered(m, offer) && is_withdrawn(offer, now.known[m]);
  }
  static int may_withdraw(int m, int offer) {
    int view = now.known[m];
    return counts(offer, view) && now.kind[offer] == OFFER && holder(now.on[offer]) == now.machineSite[m]
      && !is_withdrawn(offer, view) && !is_answered(m, offer);
  }
  static int is_in_hand(int m, int epoch) { return holder(epoch) == now.machineSite[m]; }
  static int may_take(int m, int epoch) {
    return now.takes > 0 && last_epoch(0, now.known[m], 1) == epoch && !is_in_hand(m, epoch);
  }
  static int may_confirm(int m, int epoch) {
    int view = now.known[m];
    return exists(epoch, view) && holder(epoch) == now.machineSite[m] && needs_confirm(epoch, view)
      && !is_confirmed(epoch, view, view)
      && are_rivals_ended(epoch, view, view) && is_parent_confirmed(epoch, view, view);
  }
  /* Its record of the site's last act is met by what it holds. A clone's record is a copy. */
  static int may_recovered(int m) {
    int x, p, world = 0, view = now.known[m];
    if (now.machineLife[m] == 0) return 0;
    for (x = 0; x < now.acts; x++)
      if (has(view, x) && now.kind[x] == RECOVERED && now.site[x] == now.machineSite[m]
          && now.life[x] == now.machineLife[m]) return 0;
    for (p = 0; p < MACHINES; p++) if (now.alive[p]) world |= now.known[p];
    for (x = 0; x < now.acts; x++)
      if (has(world, x) && !has(view, x) && now.site[x] == now.machineSite[m]
          && now.life[x] < now.machineLife[m] && now.alive[3] == 0) return 0;
    return 1;
  }
  static int may_depose(int m, int epoch, int dead) {
    int d;
    for (d = 0; d < now.acts; d++) if (now.kind[d] == DEPOSE) return 0;
    if ((now.alive[dead] != 2 && !MISTAKES) || now.machineSite[m] == dead) return 0;
    /* Of a site that holds nothing it only ends the offers to it. */
    return holder(epoch) != dead || !is_given(epoch, now.known[m]);
  }

  /* Acts stand sorted by (site, life, age), so that the order in which they happened is not part of the state. */
  static int remap(int mask, int place) {
    int low = mask & ((1 << place) - 1);
    return low | ((mask & ~low) << 1);
  }
  static void write_act(int m, int k, int target, int whom) {
    int x, p, place = 0;
    while (place < now.acts && (now.site[place] < now.machineSite[m]
           || (now.site[place] == now.machineSite[m] && now.life[place] <= now.machineLife[m]))) place++;
    for (x = now.acts; x > place; x--) {
      now.kind[x] = now.kind[x - 1]; now.site[x] = now.site[x - 1]; now.life[x] = now.life[x - 1];
      now.on[x] = now.on[x - 1]; now.to[x] = now.to[x - 1]; now.past[x] = now.past[x - 1];
    }
    now.acts++;
    for (p = 0; p < MACHINES; p++) now.known[p] = remap(now.known[p], place);
    now.kind[place] = k; now.site[place] = now.machineSite[m]; now.life[place] = now.machineLife[m];
    now.on[place] = target; now.to[place] = whom;
    for (x = 0; x < now.acts; x++) {
      if (x != place) now.past[x] = remap(now.past[x], place);
      if (now.kind[x] != RECOVERED && now.on[x] > place && !(x == place && target <= place)) now.on[x]++;
    }
    now.past[place] = now.known[m];
    now.known[m] |= 1 << place;
  }

  /* Forgets acts that no machine has: they are lost for ever. What was claimed by them is void. */
  static void forget_lost(void) {
    int x, p, world = 0, y, low;
    for (x = 1; x <= ACTS; x++) now.claim[x] = 0;
    for (p = 0; p < MACHINES; p++) if (now.alive[p]) world |= now.known[p];
    for (x = now.acts - 1; x >= 0; x--) {
      if (has(world, x)) continue;
      low = (1 << x) - 1;
      for (y = x; y + 1 < now.acts; y++) {
        now.kind[y] = now.kind[y + 1]; now.site[y] = now.site[y + 1]; now.life[y] = now.life[y + 1];
        now.on[y] = now.on[y + 1]; now.to[y] = now.to[y + 1]; now.past[y] = now.past[y + 1];
      }
      now.acts--;
      y = now.acts;
      now.kind[y] = 0; now.site[y] = 0; now.life[y] = 0; now.on[y] = 0; now.to[y] = 0; now.past[y] = 0;
      for (y = 0; y < now.acts; y++) {
        now.past[y] = (now.past[y] & low) | ((now.past[y] >> 1) & ~low);
        if (now.kind[y] != RECOVERED && now.on[y] > x + 1) now.on[y]--;
      }
      for (p = 0; p < MACHINES; p++) now.known[p] = (now.known[p] & low) | ((now.known[p] >> 1) & ~low);
    }
  }

  static int open_offers(int view) {
    int x, count = 0;
    for (x = 0; x < now.acts; x++)
      if (counts(x, view) && now.kind[x] == OFFER && !is_ended(x, view, view) && !has_accept(x, view)) count++;
    return count;
  }

  /* A bound: an epoch is offered to each site once. */
  static int was_offered(int m, int epoch, int whom) {
    int x;
    for (x = 0; x < now.acts; x++)
      if (has(now.known[m], x) && now.kind[x] == OFFER && now.on[x] == epoch && now.to[x] == whom) return 1;
    return 0;
  }

  /* Moves are counted, and the wanted one is made. */
  static int wanted, seen;
  static int move(int may) { return may && seen++ == wanted; }

  static int deposed(int s) {
    int d;
    for (d = 0; d < now.acts; d++) if (now.kind[d] == DEPOSE && now.to[d] == s) return 1;
    return 0;
  }
  static int world_view(void) {
    int p, world = 0;
    for (p = 0; p < MACHINES; p++) if (now.alive[p] == 1) world |= now.known[p];
    return world;
  }

  static void learn(int m) {
    int p, x;
    for (p = 0; p < MACHINES; p++)
      for (x = 0; x < now.acts; x++)
        if (p != m && now.alive[p] == 1 && has(now.known[p], x) && !has(now.known[m], x)
            && (now.past[x] & ~now.known[m]) == 0) {
          int other, earlier = 0;
          for (other = 0; other < p; other++)
            if (other != m && now.alive[other] == 1 && has(now.known[other], x)) earlier = 1;
          if (!earlier && move(1)) { now.known[m] |= bit_of(x); return; }
        }
  }

  static void work(int m) {
    int x, s, e;
    if (now.acts < (now.calm ? ACTS : STORM)) {
      for (e = 0; e <= now.acts; e++) {
        if (e > 0 && now.kind[e - 1] != OFFER && now.kind[e - 1] != DEPOSE && now.kind[e - 1] != TAKE) continue;
        for (s = 0; s < SITES; s++)
          if (s != now.machineSite[m] && !deposed(s) && !was_offered(m, e, s) && !now.calm
              && may_offer(m, e) && move(1)) {
            write_act(m, OFFER, e, s); return;
          }
        if (!now.calm && may_confirm(m, e) && move(1)) { write_act(m, CONFIRM, e, 0); return; }
        if (!now.calm && may_take(m, e) && move(1)) { now.takes--; write_act(m, TAKE, e, 0); return; }
        for (s = 0; s < SITES; s++)
          if (holder(e) == s && exists(e, now.known[m]) && last_epoch(0, now.known[m], 0) == e
              && may_depose(m, e, s) && move(1)) { write_act(m, DEPOSE, e, s); return; }
      }
      for (s = 0; s < SITES; s++)
        if (holder(last_epoch(0, now.known[m], 0)) != s && holder(0) != s && may_depose(m, 0, s) && move(1)) {
          write_act(m, DEPOSE, 0, s); return;
        }
      for (x = 0; x < now.acts; x++) {
        if (may_accept(m, x) && move(1)) { write_act(m, ACCEPT, x + 1, 0); return; }
        if (may_decline(m, x) && move(1)) { write_act(m, DECLINE, x + 1, 0); return; }
        if (may_withdraw(m, x) && !now.calm && move(1)) { write_act(m, WITHDRAW, x + 1, 0); return; }
        if (may_acknowledge(m, x) && move(1)) { write_act(m, ACKNOWLEDGE, x + 1, 0); return; }
      }
      if (may_recovered(m) && move(1)) { write_act(m, RECOVERED, 0, 0); return; }
    }
    if (now.calm) return;
    /* A restored disk is one from before an own act: that act and all that came after it are forgotten. */
    if (m == 0 ? now.amnesiaHolder : m == 1 ? now.amnesiaTarget : 0)
      for (x = 0; x < now.acts; x++) {
        int y, left = now.known[m];
        if (!has(left, x) || now.site[x] != now.machineSite[m] || !move(1)) continue;
        if (m == 0) now.amnesiaHolder--; else now.amnesiaTarget--;
        now.forgot = 1;
        for (y = 0; y < now.acts; y++) if (y == x || after(y, x)) left &= ~bit_of(y);
        now.known[m] = left;
        now.machineLife[m] = ++now.nextLife[now.machineSite[m]];
        forget_lost();
        return;
      }
    if (now.restarts && m == 0 && move(1)) {
      now.restarts--;
      now.machineLife[0] = ++now.nextLife[0];
      return;
    }
    if (now.clones && now.machineSite[m] == 0 && m == 0 && move(1)) {
      now.clones--;
      now.alive[3] = 1; now.machineSite[3] = 0; now.known[3] = now.known[0];
      now.machineLife[3] = ++now.nextLife[0];
      return;
    }
    if (now.deaths && move(1)) { now.deaths--; now.alive[m] = 2; return; }
  }

  static int play(int choice) {
    int m;
    wanted = choice;
    seen = 0;
    for (m = 0; m < MACHINES; m++) {
      if (now.alive[m] != 1) continue;
      learn(m);
      if (seen > wanted) return 1;
      work(m);
      if (seen > wanted) return 1;
    }
    return 0;
  }

  /* Nobody holds it: every machine that is there thinks that another site does. */
  static int is_unowned(void) {
    int m;
    if (now.forgot || now.alive[3]) return 0;
    for (m = 0; m < SITES; m++)
      if (accountable(now.known[m]) == now.machineSite[m]
          || holder(last_epoch(0, now.known[m], 1)) == now.machineSite[m]) return 0;
    return 1;
  }

  /* Two firm holders of one epoch: within one view always; across views while no clone and no deposition is
     part of it (a deposition is meant to overrule a view that cannot know of it). */
  static int check_view(int view) {
    int e, f, d, isPlain = now.alive[3] == 0;
    for (d = 0; d < now.acts; d++) if (has(view, d) && now.kind[d] == DEPOSE) isPlain = 0;
    for (e = 0; e <= now.acts; e++) {
      if (e > 0 && now.kind[e - 1] != OFFER && now.kind[e - 1] != DEPOSE) continue;
      if (!exists(e, view) || !firm_epoch(e, view)) continue;
      for (f = 0; f < e; f++)
        if ((f == 0 || now.kind[f - 1] == OFFER || now.kind[f - 1] == DEPOSE) && exists(f, view)
            && number(f) == number(e) && holder(f) != holder(e) && firm_epoch(f, view)) return 0;
      if (!isPlain) continue;
      if (now.claim[number(e)] == 0) now.claim[number(e)] = holder(e) + 1;
      if (now.claim[number(e)] != holder(e) + 1) return 0;
    }
    return 1;
  }
  static int is_safe(void) {
    int m, world = 0;
    for (m = 0; m < MACHINES; m++) {
      if (!now.alive[m]) continue;
      world |= now.known[m];
      if (!check_view(now.known[m])) return 0;
    }
    return check_view(world);
  }
};

bit safe = 1;
bit owned = 1;

init {
  d_step {
    c_code {
      int s;
      for (s = 0; s < SITES; s++) { now.alive[s] = 1; now.machineSite[s] = s; }
      now.claim[0] = 1;
    };
  }
  do
  :: atomic {
       c_code { wanted = 1 << 20; seen = 0; play(1 << 20); now.choices = seen; now.choice = 0; };
       if
       :: choices == 0 -> break
       :: else
       fi;
       do
       :: choice + 1 < choices -> choice++
       :: break
       od;
       skip;
       d_step {
         c_code {
           play(now.choice);
           now.choice = 0; now.choices = 0;
           now.safe = is_safe();
           now.owned = !is_unowned();
           now.quiet = open_offers(world_view()) == 0;
         };
       }
       assert(safe);
       assert(owned)
     }
#if LIVENESS
  :: !calm -> d_step { calm = 1; c_code { now.quiet = open_offers(world_view()) == 0; }; }
#endif
  od;
#if LIVENESS
  if
  :: calm -> assert(quiet)
  :: else
  fi
#endif
}
