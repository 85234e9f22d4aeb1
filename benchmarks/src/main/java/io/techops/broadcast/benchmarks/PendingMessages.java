package io.techops.broadcast.benchmarks;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * The messages that are under way: when each was due, how many peers have got it, and which have arrived everywhere.
 */
final class PendingMessages {

    private static final long LONGEST = TimeUnit.SECONDS.toNanos(60);

    private final int peers;
    private final int slots;
    private final int mask;
    private final long[] due;
    private final int[] arrived;
    private final int[] sent;
    private final int[] done;
    private final int[] ready;
    private final boolean[] isReady;
    private int readyCount;
    private final Histogram latency = new Histogram(LONGEST, 3);
    private boolean recording;
    private long deliveries;
    private long underWay;

    /**
     * @param peers how many get each message
     * @param publishers how many publish
     * @param most how many messages of one publisher may be under way
     */
    PendingMessages(int peers, int publishers, int most) {
        this.peers = peers;
        slots = Integer.highestOneBit(Math.max(1, most - 1)) * 2;
        mask = slots - 1;
        due = new long[publishers * slots];
        arrived = new int[publishers * slots];
        sent = new int[publishers];
        done = new int[publishers];
        ready = new int[publishers];
        isReady = new boolean[publishers];
    }

    /** Begins, with nothing recorded yet, to record how long deliveries take, or ends that. */
    void record(boolean on) {
        recording = on;
        if (on) {
            latency.reset();
        }
    }

    Histogram latency() {
        return latency;
    }

    /** {@return how many deliveries there were so far} */
    long deliveries() {
        return deliveries;
    }

    /** {@return how many messages have not arrived everywhere yet} */
    long underWay() {
        return underWay;
    }

    /** {@return how many messages of a publisher were sent so far} */
    int sent(int publisher) {
        return sent[publisher];
    }

    int underWay(int publisher) {
        return sent[publisher] - done[publisher];
    }

    /** {@return the sequence of the next message of {@code publisher}, which is under way from now on} */
    int send(int publisher, long dueNanos) {
        int sequence = sent[publisher]++;
        if (sequence - done[publisher] >= slots) {
            throw new BrokenDelivery("more than " + slots + " messages under way: the server does not keep up");
        }
        int slot = publisher * slots + (sequence & mask);
        due[slot] = dueNanos;
        arrived[slot] = 0;
        underWay++;
        return sequence;
    }

    /**
     * Notes that one more peer has got a message.
     *
     * @param timed whether to record how long that took
     */
    void arrived(int publisher, int sequence, long now, boolean timed) {
        deliveries++;
        if (sequence - done[publisher] < 0) {
            return; // given up, when not all peers were there yet
        }
        int slot = publisher * slots + (sequence & mask);
        if (recording && timed) {
            latency.recordValue(Math.min(LONGEST, Math.max(0, now - due[slot])));
        }
        if (++arrived[slot] == peers) {
            // In order: the last peer, too, got what was before it.
            done[publisher] = sequence + 1;
            underWay--;
            if (!isReady[publisher]) {
                isReady[publisher] = true;
                ready[readyCount++] = publisher;
            }
        }
    }

    /** Forgets what has not arrived. */
    void giveUp(int publisher) {
        underWay -= sent[publisher] - done[publisher];
        done[publisher] = sent[publisher];
    }

    /** {@return a publisher of which something has arrived since it was returned last, or -1} */
    int nextReady() {
        if (readyCount == 0) {
            return -1;
        }
        int publisher = ready[--readyCount];
        isReady[publisher] = false;
        return publisher;
    }
}
