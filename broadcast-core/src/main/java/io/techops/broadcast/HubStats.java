package io.techops.broadcast;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a hub has done since it was built, and how it is, at one moment.
 *
 * <pre>{@code
 * HubStats stats = hub.stats();
 * System.out.println(stats.peers() + " peers, " + stats.coalescing() + " deliveries a write");
 * }</pre>
 *
 * <p>The counters only grow. They are read one after the other, so that they may be some messages apart while the hub
 * is busy; of a hub that is at rest they are exact. Figures may be added in a later version. Immutable.
 */
public interface HubStats {

    // Who is there.

    /** {@return how many peers are registered now} */
    int peers();

    /** {@return how many peers have ever registered} */
    long registrations();

    /** {@return how many connections were refused before they became peers, whatever the cause} */
    long refusals();

    /**
     * {@return how many connections were refused for {@code cause}}
     *
     * @param cause the cause
     */
    long refusals(RefusalCause cause);

    /**
     * {@return how many connections were refused, by cause; causes that have not occurred are left out; unmodifiable}
     */
    Map<RefusalCause, Long> refusalsByCause();

    // What was said.

    /** {@return how many messages were broadcast} */
    long messages();

    /**
     * {@return the position of the last broadcast; with sequence 0 before the first one; {@code null} if there is no
     * one order: of several hubs together, and of a topic that has no hub now}
     */
    @Nullable Position position();

    /** {@return the payload of what was broadcast, in bytes} */
    long bytes();

    /** {@return how many messages of peers the policy ignored} */
    long ignored();

    /** {@return how many messages are in the log now} */
    int retainedMessages();

    /** {@return what the messages in the log are charged, in bytes, as {@link Retention} counts} */
    long retainedBytes();

    /** {@return how many messages that were addressed to some peers have not been taken by all of them} */
    int addressedMessages();

    /** {@return what these messages are charged, in bytes, as {@link Retention} counts} */
    long addressedBytes();

    /** {@return of how many keys the newest message is kept beside the log now, as {@link Retention} says} */
    int retainedKeys();

    /** {@return what these messages are charged, in bytes, as {@link Retention} counts} */
    long retainedKeyBytes();

    /** {@return of how many keys the newest message was given up because of the bounds of the {@link Retention}} */
    long forgottenKeys();

    // What was heard.

    /** {@return how many peers began with messages of the past} */
    long replays();

    /** {@return how many peers went on after the position that they named, with nothing missing} */
    long resumes();

    /** {@return how many gaps peers were told of, or would have been if they knew positions, whatever the reason} */
    long gaps();

    /**
     * {@return how many gaps there were for {@code reason}} Those of {@link GapReason#OVERFLOW} are among the
     * {@link #overflows()}, which counts peers that were disconnected, too.
     *
     * @param reason the reason
     */
    long gaps(GapReason reason);

    /**
     * {@return how many messages were left out because a newer one of their key replaced them, counted once a peer} Not
     * counted are those that a peer beyond the tail did not get because they were no longer in the log.
     */
    long conflated();

    /**
     * {@return how many messages were left out because their time to live was over, counted once a peer} Not counted
     * are those that the log had evicted by then.
     */
    long expired();

    /** {@return how many times a batch was turned into bytes; all peers at a position share the result} */
    long encodings();

    /** {@return how many messages transports have taken, counted once a peer} */
    long deliveries();

    /** {@return in how many calls of {@code Transport.write} they took them} */
    long batches();

    /** {@return the coalescing factor: how many deliveries a batch there were on the average; 0 before the first} */
    double coalescing();

    // Who cannot follow.

    /** {@return how many messages the peers of now have still to take, in all} */
    long totalLag();

    /** {@return how many messages the peer has still to take that is furthest behind; 0 if there are no peers} */
    long maxLag();

    /** {@return how often a peer fell off the log's tail} */
    long overflows();

    /**
     * {@return how many messages peers have lost by falling off the log's tail} Some that had expired may be among
     * them; of messages with a key, in a hub that conflates, one is counted each time that a peer has lost any.
     */
    long missed();

    /** {@return how many peers were disconnected because they were not writable for too long} */
    long stalls();

    /** {@return how many peers were disconnected because their transport threw} */
    long failures();

    /** {@return how often a publisher had to wait for room, or was refused: the hub was saturated} */
    long waits();

    /**
     * {@return for how long the hub was saturated, in all: the time in which one publisher at least, the host or a
     * peer, waited for room} A {@link BroadcastHub#tryBroadcast} that was refused did not wait, and is only among the
     * {@link #waits()}.
     */
    Duration saturation();

    /** {@return what the hub has done with its backplane; without one its counters are 0} */
    BackplaneStats backplane();
}
